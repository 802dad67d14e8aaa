"""Scenario files and their runs."""
