"""A holder's own files made into tables: CSV and Parquet, strictly, all or nothing.

Every column comes out as text with an empty cell as null, from both formats,
so the same table gives the same answers whichever way it was saved. What is a
number is said later, by whoever asks for one (`columns`).
"""

from privshare.holders.files.columns import find_column, integer_column, person_column
from privshare.holders.files.read import read_table

__all__ = ["find_column", "integer_column", "person_column", "read_table"]
