"""Tests of chance: each states its false-alarm probability, and each is shown to fail on a wrong twin."""
