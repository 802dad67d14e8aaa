"""Tests of the room that measures: what it makes, refuses and writes down. Nothing here looks at a clock."""
