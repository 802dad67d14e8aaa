"""Reading a release's document part by part: each once, with its type, and nothing left over.

Promises: raises VerificationFailed(file, reason) for a part that is missing, unknown or of another type, and for
nothing else; no reason repeats a value.
Leaves to others: which parts there are (`documents.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from privshare.errors import ParameterRefused, VerificationFailed
from privshare.model.loss import PrivacyLoss

Read = TypeVar("Read")
Kind = TypeVar("Kind", bound=StrEnum)


class Parts:
    """Reads each part of one object once, with its type, and knows in the end whether anything is left over."""

    def __init__(self, document: Any, file: str, where: str, *, format: str) -> None:
        if not isinstance(document, Mapping):
            raise VerificationFailed(file, f"{where} is not an object")
        self._left, self._file, self._where, self._format = dict(document), file, where, format

    def _take(self, name: str, accepted: str, fits: Callable[[Any], bool]) -> Any:
        if name not in self._left:
            raise VerificationFailed(self._file, f"{self._where} has no {name!r}")
        value = self._left.pop(name)
        if not fits(value):
            raise VerificationFailed(self._file, f"{name!r} of {self._where} is not {accepted}")
        return value

    def refusal(self, reason: str) -> VerificationFailed:
        """Return the refusal of this document for a reason."""
        return VerificationFailed(self._file, reason)

    def text(self, name: str) -> str:
        """Take a text."""
        return str(self._take(name, "a text", lambda value: type(value) is str))

    def text_or_none(self, name: str) -> str | None:
        """Take a text or null."""
        found = self._take(name, "a text or null", lambda value: value is None or type(value) is str)
        return None if found is None else str(found)

    def one_of(self, name: str, kinds: type[Kind]) -> Kind:
        """Take a text that names one of an enumeration."""
        accepted = [kind.value for kind in kinds]
        return kinds(self._take(name, f"one of {', '.join(accepted)}", lambda value: value in accepted))

    def whole(self, name: str) -> int:
        """Take a whole number."""
        return int(self._take(name, "a whole number", lambda value: type(value) is int))

    def whole_or_none(self, name: str) -> int | None:
        """Take a whole number or null."""
        found = self._take(name, "a whole number or null", lambda value: value is None or type(value) is int)
        return None if found is None else int(found)

    def has(self, name: str) -> bool:
        """Tell whether a part is there and was not taken yet."""
        return name in self._left

    def texts(self, name: str) -> tuple[str, ...]:
        """Take a list of texts."""
        return tuple(self._take(name, "a list of texts", lambda value: _is_list(value, lambda item: type(item) is str)))

    def values(self, name: str) -> tuple[int | None, ...]:
        """Take a list of whole numbers and nulls."""
        accepted = "a list of whole numbers and nulls"
        return tuple(self._take(name, accepted, lambda value: _is_list(value, lambda v: v is None or type(v) is int)))

    def objects(self, name: str, read: Callable[[Parts], Read]) -> tuple[Read, ...]:
        """Take a list of objects, each read whole."""
        found = []
        for item in self._take(name, "a list", lambda value: type(value) is list):
            parts = Parts(item, self._file, f"an entry of {name!r}", format=self._format)
            found.append(read(parts))
            parts.nothing_else()
        return tuple(found)

    def part(self, name: str, read: Callable[[Parts], Read]) -> Read:
        """Take an object, read whole."""
        parts = self._object(name)
        found = read(parts)
        parts.nothing_else()
        return found

    def loss(self, name: str) -> PrivacyLoss:
        """Take a privacy loss."""
        parts = self._object(name)
        try:
            loss = PrivacyLoss(parts.whole("micro_epsilon"), parts.whole("delta_e15"))
        except ParameterRefused:
            raise VerificationFailed(self._file, f"{name!r} of {self._where} is out of range") from None
        parts.nothing_else()
        return loss

    def nothing_else(self) -> None:
        """Raise VerificationFailed if anything was not taken."""
        if self._left:
            raise VerificationFailed(self._file, f"{self._where} has parts that format {self._format} does not know")

    def _object(self, name: str) -> Parts:
        found = self._take(name, "an object", lambda value: isinstance(value, Mapping))
        return Parts(found, self._file, repr(name), format=self._format)


def _is_list(value: Any, fits: Callable[[Any], bool]) -> bool:
    return type(value) is list and all(fits(item) for item in value)
