"""Where raw records and the truth live, and nowhere else.

Only `scenario` and `comparison` may import this room (a contract in pyproject.toml).
"""
