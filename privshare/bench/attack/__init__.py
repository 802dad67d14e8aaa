"""`privshare bench attack`: attacks on a pair of tables, measured beside anonymeter."""
