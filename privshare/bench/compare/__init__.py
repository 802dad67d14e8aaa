"""`privshare bench compare`: how long the lab takes, its whole matrix and a dictionary over all eight-digit numbers."""
