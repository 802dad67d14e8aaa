"""Matching protocols: vectors are in `tests/vectors`; here are roles against oracles, against each other and against lies."""
