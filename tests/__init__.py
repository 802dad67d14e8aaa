"""The tests mirror the package; `vectors/` holds the standards' own."""
