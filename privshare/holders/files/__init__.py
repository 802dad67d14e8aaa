"""A holder's own files made into tables: CSV and Parquet, strictly, all or nothing.

Every column comes out as text with an empty cell as null, from both formats,
so the same table gives the same answers whichever way it was saved. What is a
number is said later, by whoever asks for one (`columns`). A table that is only
counted and added up stays in its file (`taken_in`), which an engine reads.
"""

from privshare.holders.files.columns import find_column, integer_column, listed_column, person_column
from privshare.holders.files.read import Progress, read_table
from privshare.holders.files.relation import Relation, relation_of
from privshare.holders.files.taken_in import FileTable, Taken, take_in, whole_column

__all__ = [
    "FileTable",
    "Progress",
    "Relation",
    "Taken",
    "find_column",
    "integer_column",
    "listed_column",
    "person_column",
    "read_table",
    "relation_of",
    "take_in",
    "whole_column",
]
