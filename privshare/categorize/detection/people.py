"""Names of people, and words for sex, family and origin, told by the values.

Names are told by a list of common given and family names (`person_names.toml`):
a list cannot hold all, so a part of the values is enough where the rest has
the shape of names too.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib import resources

from privshare.categorize.detection.column import Column
from privshare.categorize.detection.finding import Finding, share

_NAME = re.compile(r"(?:[^\W\d_]+[.'’`-]?[ ,-]{0,2}){1,6}")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]+)*")
_WORD = re.compile(r"[^\W\d_]+")
_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "lord", "lady", "jr", "sr", "ii", "iii", "iv", "md", "phd",
     "dds", "dvm", "herr", "frau", "dipl", "ing", "univ"}
)  # fmt: skip
_LISTS = tomllib.loads(
    resources.files("privshare.categorize.detection").joinpath("person_names.toml").read_text("utf-8")
)
_GIVEN, _FAMILY = frozenset(_LISTS["given"].split()), frozenset(_LISTS["family"].split())
_CHINESE_FAMILY = tuple(_LISTS["chinese_family"].split())

# Words for one thing; a column holds it when all its few values are among them.
_SEX = """
m|f|male|female|man|woman|men|women|boy|girl|w|d|x|divers|other|non-binary|nonbinary|männlich|weiblich|mann|frau|herr
|男|女|男性|女性|hombre|mujer|homme|femme|masculin|féminin"""
_FAMILY_STATUS = """
single|married|never married|never-married|unmarried|divorced|widowed|separated|partnered|cohabiting|civil partnership
|married-civ-spouse|ledig|verheiratet|geschieden|verwitwet|未婚|已婚|离异|丧偶"""
_ORIGIN = """
white|black|asian|hispanic|latino|caucasian|african american|african-american|native american|mixed|other
|asian-pac-islander|amer-indian-eskimo|汉族|回族|满族|壮族|维吾尔族|藏族|苗族|蒙古族"""
_BLOOD = "a+|a-|b+|b-|ab+|ab-|o+|o-|a|b|ab|o|0+|0-"
_RELIGION = """
christian|muslim|hindu|jewish|buddhist|sikh|catholic|protestant|orthodox|atheist|agnostic|none|other|islam|christianity
|judaism|rk|ev|evangelisch|katholisch|佛教|道教|伊斯兰教|基督教|无"""
_TITLE = "mr|mrs|ms|miss|dr|prof|sir|rev|mr.|mrs.|ms.|dr.|prof.|herr|frau|mx"
_SETS: tuple[tuple[str, str, frozenset[str], float], ...] = tuple(
    (concept, label, frozenset(entry.strip() for entry in entries.split("|")), strength)
    for concept, label, entries, strength in (
        ("sex", "words for sex or gender", _SEX, 0.9),
        ("family", "words for family status", _FAMILY_STATUS, 0.93),
        ("ethnicity", "words for ethnic origin", _ORIGIN, 0.9),
        ("health", "blood groups", _BLOOD, 0.85),
        ("religion", "words for religion", _RELIGION, 0.93),
        ("occupation", "titles", _TITLE, 0.9),
    )
)
_NUMBERED = re.compile(r"\d\s*[.):]\s*(?=\S)")


def find_person_name(column: Column) -> Finding | None:
    """Names of people: known names among values that all have the shape of a name."""
    if column.numeric or column.distinct < 5:
        return None
    chinese, part = share(bool(_HAN_NAME.fullmatch(text)) and text.startswith(_CHINESE_FAMILY) for text in column.texts)
    if part >= 0.85 and chinese >= 10:
        return Finding("person name", "Chinese names", chinese, 0.9)
    shaped = [text for text in column.texts if _NAME.fullmatch(text) and len(text) <= 60]
    if len(shaped) < 0.8 * len(column.texts):
        return None
    words = [[word for word in map(_folded, _WORD.findall(text)) if word not in _TITLES] for text in shaped]
    several = sum(len(name) >= 2 for name in words) / max(1, len(words))
    if several >= 0.7:
        # Two words of which one is a common given name: far rarer among other texts than among names.
        known, part = share(bool(_GIVEN & set(name)) for name in words)
        enough = part >= 0.25 and known >= 4
        return Finding("person name", "full names", known, min(0.97, 0.5 + part)) if enough else None
    known, part = share(any(word in _GIVEN or word in _FAMILY for word in name) for name in words)
    enough = part >= 0.2 and known >= 4
    return Finding("person name", "names of people", known, min(0.95, 0.55 + part)) if enough else None


def find_word_set(column: Column) -> Finding | None:
    """Sex, family status, ethnic origin, religion, blood group or title, where the words for them are all there is."""
    if not 2 <= len(column.texts) <= 12:
        return None
    values = {_NUMBERED.sub("", text).casefold().strip() for text in column.texts}
    for concept, label, words, strength in _SETS:
        found = values & words
        # One-letter codes mean anything when they are all there is, but m and f together hardly.
        letters = all(len(value) == 1 and value.isascii() for value in found)
        enough = found >= {"m", "f"} or found >= {"m", "w"} if letters else len(found) >= 2
        if enough and len(found) >= 0.75 * len(values):
            return Finding(concept, label, len(found), strength * len(found) / len(values))
    return None


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFD", word.casefold())
    return "".join(mark for mark in plain if not unicodedata.combining(mark))
