"""Official vectors: a few stated as constants with their section, the full sets where they are present."""
