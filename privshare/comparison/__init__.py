"""The judge: may open the truth, and says what protection cost and what it was worth."""
