"""E-mail addresses, telephone numbers, web and device addresses, told by their form."""

from __future__ import annotations

import ipaddress
import re

from privshare.categorize.detection.column import Column
from privshare.categorize.detection.finding import Finding, share

SHARE_MIN = 0.6

_EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}\.[^@\s,;<>.]{2,24}")
_URL = re.compile(r"(?:https?://|www\.)\S{3,}|@[A-Za-z0-9_]{2,30}", re.IGNORECASE)
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_PHONE = re.compile(r"[+(]?[0-9][0-9()./\s-]{5,24}(?:(?:x|ext\.?|#)\s?[0-9]{1,6})?", re.IGNORECASE)
_DATE_LIKE = re.compile(r"[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{1,4}(?:[ T].*)?")
_MOBILE_CN = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}")


def find_email(column: Column) -> Finding | None:
    """E-mail addresses (RFC 5321's sizes, a far simpler form)."""
    return _form(column, "e-mail", "e-mail addresses", _EMAIL, 0.99)


def find_web_address(column: Column) -> Finding | None:
    """URLs and @names."""
    return _form(column, "web address", "web addresses", _URL, 0.9)


def find_random_id(column: Column) -> Finding | None:
    """UUIDs: given to one record each, whoever gave them."""
    return _form(column, "record id", "UUIDs", _UUID, 0.95)


def find_device(column: Column) -> Finding | None:
    """IP and MAC addresses."""
    fitting, part = share(bool(_MAC.fullmatch(text)) or _is_ip(text) for text in column.texts)
    return Finding("device", "network addresses", fitting, 0.97 * part) if part >= SHARE_MIN else None


def find_phone(column: Column) -> Finding | None:
    """Telephone numbers: strong with a plus, brackets or groups; digits alone only support a column's name."""
    verdicts = [_is_phone(text) for text in column.texts]
    fitting, part = share(verdict > 0 for verdict in verdicts)
    if part < SHARE_MIN:
        return None
    telling = sum(verdict == 2 for verdict in verdicts) / len(verdicts)
    return Finding("phone", "telephone numbers", fitting, part * (0.35 + 0.55 * telling))


def _form(column: Column, concept: str, label: str, form: re.Pattern[str], strength: float) -> Finding | None:
    fitting, part = share(bool(form.fullmatch(text)) for text in column.texts)
    return Finding(concept, label, fitting, strength * min(1.0, part + 0.1)) if part >= SHARE_MIN else None


def _is_ip(text: str) -> bool:
    if text.count(".") != 3 and text.count(":") < 2:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_phone(text: str) -> int:
    """Return 0 for no telephone number, 1 for one that could be any number, 2 for one that is written like one."""
    if _MOBILE_CN.fullmatch(text):
        return 2
    number = re.split(r"(?i)x|ext|#", text)[0]
    digits = sum(mark.isdigit() for mark in number)
    fraction = number.count(".") == 1 and re.search(r"\.[0-9]+$", number)
    if not _PHONE.fullmatch(text) or not 7 <= digits <= 15 or _DATE_LIKE.fullmatch(text) or fraction:
        return 0
    groups = len([group for group in re.split(r"[^0-9]+", number) if group])
    grouped = (groups >= 3 and digits >= 9) or (groups == 2 and text.startswith("0"))
    return 2 if grouped or text.startswith(("+", "(", "00")) else 1
