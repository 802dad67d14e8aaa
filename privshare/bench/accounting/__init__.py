"""`privshare bench accounting`: the epsilon of 1,000 questions together, measured beside dp-accounting."""
