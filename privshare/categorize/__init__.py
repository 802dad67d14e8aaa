"""1. Categorize it: one explained decision a column."""
