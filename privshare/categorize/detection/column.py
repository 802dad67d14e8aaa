"""A column as detectors see it: its name in words, counts, and a sample of its different values.

The sample does not depend on the order of rows or on chance: it holds the
values with the smallest hashes (pandas' keyed SipHash with its fixed key).
Marks for a missing value, such as "n/a", are left out of it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

SAMPLE = 400

Codes = np.ndarray[tuple[int], np.dtype[np.int64]]

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "-", "--", "?", ".", "unknown", "missing", "<na>"})
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|-?[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]+|-?[0-9]+\.")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z\u00df-\u00ff]+|[^\W\d_A-Za-z\u00df-\u00ff]+|[0-9]+")


@dataclass(frozen=True, slots=True, repr=False)
class Column:
    """One column. codes: for every row the number of its value, -1 for none. texts: the sample, each value once.

    words: the name in lower-case words. whole, decimal: how many of `texts` are whole or fractional numbers.
    """

    name: str
    words: tuple[str, ...]
    codes: Codes
    rows: int
    missing: int
    distinct: int
    texts: tuple[str, ...]
    whole: int
    decimal: int

    def __repr__(self) -> str:
        return f"<column {self.name!r}: {self.distinct} different values, not shown>"

    @property
    def present(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def numeric(self) -> bool:
        """Whether (nearly) all sampled values are numbers."""
        return bool(self.texts) and self.whole + self.decimal >= 0.95 * len(self.texts)

    @property
    def unique(self) -> bool:
        """Whether (nearly) every row has a value of its own, among rows enough to say so."""
        return self.present >= 10 and self.distinct >= 0.98 * self.present


def read_column(name: str, values: pd.Series[Any]) -> Column:
    """Return the column; values of any type, hashable or not."""
    import pandas as pd

    try:
        codes, different = pd.factorize(values)
    except TypeError:  # lists and the like
        codes, different = pd.factorize(values.map(str, na_action="ignore"))
    kept = _sample(different)
    texts = tuple(text for text in dict.fromkeys(map(_text, kept)) if text.casefold() not in _MISSING)
    codes = codes.astype(np.int64, copy=False)
    return Column(
        name=name,
        words=words_of(name),
        codes=codes,
        rows=len(values),
        missing=int(np.count_nonzero(codes < 0)) + _blank_rows(codes, different),
        distinct=len(different),
        texts=texts,
        whole=sum(bool(_WHOLE.fullmatch(text)) for text in texts),
        decimal=sum(bool(_DECIMAL.fullmatch(text)) for text in texts),
    )


def words_of(name: str) -> tuple[str, ...]:
    """Return a column name's words in lower case, accents of Latin letters taken off, digits as words.

    >>> words_of("dateOfBirth"), words_of("Straße_2"), words_of("PLZ")
    (('date', 'of', 'birth'), ('strasse', '2'), ('plz',))
    """
    plain = unicodedata.normalize("NFKC", name)
    words = (word.casefold() for word in _WORD.findall(plain))
    return tuple(_without_accents(word) for word in words)


def _without_accents(word: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark))


def _sample(different: Any) -> list[Any]:
    import pandas as pd

    values = np.asarray(different)
    if values.dtype.kind in "mM":
        values = values.astype(str).astype(object)
    if len(values) <= SAMPLE:
        return list(values.tolist())
    if values.dtype == object and pd.api.types.infer_dtype(values, skipna=False) != "string":
        values = np.array([_text(value) for value in values], dtype=object)  # mixed types have no common hash
    hashes = pd.util.hash_array(values, categorize=False)
    # By value and not by place, so that the sample does not depend on the order of rows.
    return list(values[np.argpartition(hashes, SAMPLE)[:SAMPLE]].tolist())


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a column of whole numbers with gaps comes as floats
    return str(value).strip()


def _blank_rows(codes: Codes, different: Any) -> int:
    """Return how many rows hold the empty text, which counts as no value."""
    import pandas as pd

    if isinstance(different.dtype, pd.StringDtype):
        empty = np.flatnonzero(np.asarray(different, dtype=object) == "")
    else:
        empty = np.array([place for place, value in enumerate(different) if isinstance(value, str) and not value])
    return int(np.count_nonzero(codes == empty[0])) if len(empty) else 0
