"""The lab: one contract for techniques, one for attacks, and a judge."""
