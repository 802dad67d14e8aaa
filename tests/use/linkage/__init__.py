"""Matches under a permit: what is refused before anything runs, and the release that comes out."""
