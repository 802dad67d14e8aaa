"""What stands in the files: size, encoding, docstrings, and words that do not belong into a published repository."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.repository import PACKAGE, ROOT, module_name, public_definitions, python_files, text_files

LINES_MAX = 300
BINARY = {".png", ".jpg", ".ico", ".pdf", ".woff2", ".whl", ".gz", ".xlsx", ".parquet"}

# Written in pieces, so that this file does not hold what it looks for.
_FOLDERS = ["wo" + "rk", "ro" + "ot", "ho" + "me", "User" + "s", "m" + "nt"]
_NAMES = ["clau" + "de", "anthro" + "pic", "chat" + "gpt", "open" + "ai", "co" + "pilot"]
_REGISTRIES = [r"pypi\." + "org", r"pythonhosted\." + "org", r"proxy\." + "golang", r"registry\." + "npmjs"]
OUT_OF_PLACE = re.compile(
    "|".join(
        [
            rf"(?<![\w.])/(?:{'|'.join(_FOLDERS)})/[A-Za-z.]",
            "/tmp/" + "venv",
            "bash_" + "jobs",
            rf"(?i:\b(?:{'|'.join(_NAMES)})\b)",
            r"(?i:\blanguage " + r"models?\b)",
            r"(?i:\bAI " + r"(?:agent|assistant)s?\b)",
            r"(?i:\bsub" + r"-?agents?\b)",
            r"(?i:\bthe " + r"brief (?:says|asks|wants)\b)",
            r"(?i:\b(?:issue|ticket) " + r"#?\d{1,2}\b)",
            "issues " + "show",
            rf"\b(?:{'|'.join(_REGISTRIES)})\b",
            "index" + "-url",
        ]
    )
)
_PROMISES = [
    "un" + "breakable",
    r"100\s*% " + "(?:secure|safe|private)",
    "fully " + "(?:secure|anonymous)",
    "completely " + "(?:secure|anonymous|safe)",
    "perfectly " + "(?:secure|private|safe)",
    "guaranteed " + "(?:secure|anonymous|privacy)",
    "(?:military|bank)" + "-grade",
]
UNKEPT_PROMISES = re.compile(rf"(?i)\b(?:{'|'.join(_PROMISES)})\b")


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _texts() -> list[Path]:
    return [path for path in text_files() if path.suffix not in BINARY]


def test_the_walk_sees_the_repository() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in _texts()}
    assert {"README.md", "pyproject.toml", "privshare/cli/__init__.py", "scenarios/demo/policy.toml"} <= names
    assert len(names) > 100


def test_files_are_utf8_without_tabs_or_stray_bytes() -> None:
    faults = []
    for path in _texts():
        data = path.read_bytes()
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            faults.append(f"{path}: not UTF-8")
        if b"\t" in data and path.suffix in {".py", ".toml", ".md", ".j2"}:
            faults.append(f"{path}: tab")
        if b"\r" in data or b"\x00" in data or data.startswith(b"\xef\xbb\xbf"):
            faults.append(f"{path}: carriage return, NUL or byte order mark")
        if data and not data.endswith(b"\n"):
            faults.append(f"{path}: no newline at the end")
    assert faults == []


def test_no_file_of_the_package_is_a_giant() -> None:
    long = {str(p.relative_to(ROOT)): n for p in python_files() if (n := len(_read(p).splitlines())) > LINES_MAX}
    assert long == {}


def test_every_module_opens_with_its_purpose() -> None:
    silent = [str(p.relative_to(ROOT)) for p in python_files() if not ast.get_docstring(ast.parse(_read(p)))]
    assert silent == []


def test_every_public_definition_is_documented() -> None:
    silent, seen = [], 0
    for path in python_files():
        for name, node in public_definitions(ast.parse(_read(path))):
            seen += 1
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if not ast.get_docstring(node):
                silent.append(f"{module_name(path)}.{name}")
    assert seen > 150
    assert silent == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|NotImplemented" + r"Error|HA" + r"CK)\b")
    found = [f"{p.relative_to(ROOT)}: {m[0]}" for p in python_files() for m in [later.search(_read(p))] if m]
    assert found == []


def test_no_room_is_empty_and_none_is_a_drawer() -> None:
    """A room holds real content; a name like utils says that nobody knew where a thing belongs."""
    rooms = [folder for folder in PACKAGE.iterdir() if folder.is_dir() and (folder / "__init__.py").exists()]
    assert len(rooms) >= 9
    for room in rooms:
        assert len(python_files(room)) >= 2, f"{room.name} holds nothing"
    drawers = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "internals"}
    assert not [p for p in python_files() if drawers & {p.stem, *p.relative_to(PACKAGE).parts}]


@pytest.mark.parametrize(
    ("pattern", "what"), [(OUT_OF_PLACE, "belongs elsewhere"), (UNKEPT_PROMISES, "promises too much")]
)
def test_no_file_holds_words_that_do_not_belong_here(pattern: re.Pattern[str], what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]!r} {what}"
        for path in _texts()
        for number, line in enumerate(_read(path).splitlines(), start=1)
        if (match := pattern.search(line))
    ]
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        "see /wo" + "rk/main/x.py",
        "from pypi." + "org",
        "issue " + "#2 says",
        "a sub" + "agent",
        "Clau" + "de",
        "/ro" + "ot/.cache",
    ],
)
def test_the_word_check_has_teeth(planted: str) -> None:
    assert OUT_OF_PLACE.search(planted)


@pytest.mark.parametrize("fine", ["network/main", "/home", "a session of the protocol", "homework/x", "frame/worker"])
def test_the_word_check_lets_plain_words_pass(fine: str) -> None:
    assert not OUT_OF_PLACE.search(fine)
