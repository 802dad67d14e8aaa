"""Matching protocols: roles against oracles, against the promised noise and against lies. Vectors: `tests/vectors`."""
