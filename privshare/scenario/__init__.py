"""A scenario file made into a Run: the only joint of all stages."""
