"""What counts as the same identifier: a named, versioned normaliser, and item hashes.

Two holders find a common person only if both spell the identifier alike, so
the normaliser has a name that both announce before a run; it includes the
Unicode data version, since other tables give other sets. `norm/1` maps to
compatibility form (NFKC), folds case, drops Default_Ignorable code points, and
trims and collapses White_Space; the steps are repeated until nothing changes,
because dropping a joiner can let two characters compose, or bare a blank.
So normalising twice is normalising once, which no single pass gives.

Promises: texts that are equal after `norm/1`, and only those, have one hash.
Leaves to others: the rows of a table (`item_hashes.py`, `item_set.py`), and
hiding the items (an item hash is an unkeyed hash: whoever sees it can try a
dictionary, so it never leaves the process).
Follows Unicode UAX 15 (NFKC), UAX 44 (White_Space, Default_Ignorable_Code_Point).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from privshare.errors import ParameterRefused

NORMALISER = f"norm/1/{unicodedata.unidata_version}"
ITEM_BYTES = 32
DOMAIN = b"\x00"
"""What every item's message begins with."""
_PASSES_MAX = 8

_SPACES = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_IGNORABLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_REFUSED = re.compile("[\x00\ud800-\udfff]")


def normalise(text: str) -> str | None:
    r"""Return the normal form of an identifier, or None if nothing is left of it.

    Raises ParameterRefused for text with NUL or a lone surrogate (a fault of the file that the holder reads).

    >>> normalise("  Ａnna\u00a0 MÜLLER ")
    'anna müller'
    """
    if text.isascii():
        if "\x00" in text:
            raise refusal()
        return _collapse(text.lower()) or None
    if _REFUSED.search(text):
        raise refusal()
    for _ in range(_PASSES_MAX):
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        simpler = _collapse(_IGNORABLE.sub("", folded))
        if simpler == text:
            break
        text = simpler
    return text or None


def item_hash(normalised: str, kid: int = 0) -> bytes:
    """Return the item of a normalised identifier: SHA-256(00 || kid || UTF-8), 32 bytes.

    kid: index of the key (which combination of columns), 0 to 255, so that equal text under two keys never
    matches. Unkeyed, so open to a dictionary: it stays in the process.
    """
    return hashlib.sha256(DOMAIN + bytes([kid]) + normalised.encode()).digest()


def joined_hash(fields: Sequence[str], kid: int | None = None) -> bytes:
    """Return the item of a key made of several normalised fields: SHA-256(00 || kid || le32(bytes) || UTF-8 || ...).

    The lengths keep ("ab", "c") and ("a", "bc") apart; kid is the number of fields less one unless stated, so that
    a key of one column, a plain `item_hash`, never matches one of more.
    """
    kid = len(fields) - 1 if kid is None else kid
    if len(fields) == 1:
        return item_hash(fields[0], kid)
    digest = hashlib.sha256(DOMAIN + bytes([kid]))
    for field in fields:
        encoded = field.encode()
        digest.update(len(encoded).to_bytes(4, "little") + encoded)
    return digest.digest()


def _collapse(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" ")


def refusal() -> ParameterRefused:
    """Return the error for a text that no identifier can be."""
    return ParameterRefused("identifier", "a text with NUL or a lone surrogate", "Unicode text without either")
