"""The house itself: floors, walls, words, types, lint and the front door, as tests."""
