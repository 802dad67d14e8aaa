"""Second floor: signatures, seals, logs, protocols, noise."""
