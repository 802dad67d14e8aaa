"""Attacks on a pair of tables, measured beside anonymeter."""
