"""Faults: kills, races, full disks."""
