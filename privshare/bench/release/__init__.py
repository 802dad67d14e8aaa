"""`privshare bench release`: a count and a sum by group, by us and by other packages, on the same simulated table."""
