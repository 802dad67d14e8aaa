"""Policies and the decisions they make."""
