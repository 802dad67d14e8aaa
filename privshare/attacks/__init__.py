"""The adversary: sees a View and stated background, or asks an Oracle; never a Table."""
