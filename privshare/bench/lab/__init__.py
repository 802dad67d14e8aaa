"""How long the lab takes: the whole matrix as its user starts it, and a dictionary over all eight-digit numbers."""
