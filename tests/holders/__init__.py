"""The simulated world, its truth and what leaves a holder."""
