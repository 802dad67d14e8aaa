"""Pages and code keep step: nothing without its heading, no link that leads nowhere, no page that nobody reaches."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.main import get_command

from privshare import errors
from privshare.cli import app
from privshare.model.category import Category, RungKind
from privshare.scenario.outcome import Reality
from privshare.scenario.steps import STEPS
from privshare.secure.psi import fuzzy, members, size, totals
from privshare.use.ledger import RequestState
from privshare.use.release import published
from tests.house.repository import PACKAGE, ROOT, text_files

DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", *DOCS, *sorted((ROOT / "scenarios").rglob("*.md"))]
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.M | re.S)


def _text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def _without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", _FENCED.sub("", text))


def _anchors(path: Path) -> set[str]:
    """Return the anchors that a forge makes of a page's headings."""
    headings = re.findall(r"^#{1,6} (.+)$", _FENCED.sub("", path.read_text("utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _links(path: Path) -> list[str]:
    return [unquote(link) for link in _LINK.findall(_without_code(path.read_text("utf-8")))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _links(page):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), f"{link} leads out of the repository"
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in _anchors(target), f"{link} names no heading"


def test_the_link_check_has_teeth(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One heading, two\n[a](nowhere.md) `[b](code.md)`\n```text\n[c](fence.md)\n# no heading\n```\n")
    assert _links(page) == ["nowhere.md"]
    assert _anchors(page) == {"one-heading-two"}


def test_every_page_is_in_an_index() -> None:
    """The index is docs/README.md; a folder may have one of its own, in which its pages then stand."""
    indexes = [page for page in DOCS if page.name == "README.md"]
    listed = {(page.parent / link.partition("#")[0]).resolve() for page in indexes for link in _links(page)}
    lost = set(DOCS) - listed - {ROOT / "docs" / "README.md"}
    assert [path.relative_to(ROOT).as_posix() for path in lost] == []
    pictures = {(page.parent / link).resolve() for page in DOCS for link in _links(page) if link.endswith(".svg")}
    files = {path for path in (ROOT / "docs").rglob("*") if path.is_file()}
    assert {path for path in files if path.suffix not in {".md", ".ipynb"}} == pictures, "a leftover"


def test_every_command_and_option_is_described() -> None:
    page = _text("docs/reference/cli.md")
    sections = dict(re.findall(r"^## privshare (\w+(?: \w+)?)\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    commands = {
        name if command is group else f"{name} {own}": command
        for name, group in get_command(app).commands.items()  # type: ignore[attr-defined]
        for own, command in getattr(group, "commands", {name: group}).items()
    }
    assert list(sections) == list(commands)
    for name, command in commands.items():
        told = " ".join(sections[name].split())
        first = " ".join((command.help or "").split()).removesuffix(".")
        assert told.startswith(first), f"{name}: the page does not begin with the program's own sentence"
        described = set(re.findall(r"^\| `([^`]+)` \|", sections[name], re.M))
        own = {option.opts[-1] if option.param_type_name == "option" else option.name for option in command.params}
        assert described == own - {"--help"}, name
        for option in command.params:
            sentence = " ".join((getattr(option, "help", None) or "").split()).rstrip(".").split(";")[0].split(",")[0]
            assert sentence in told, f"{name}: {sentence}"


def _error_classes() -> list[type[Exception]]:
    return [
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.PrivshareError)
    ]


def test_the_error_tree_is_the_codes() -> None:
    page = _text("docs/reference/errors.md")
    drawn = re.search(r"^```text\n(.*?)^```$", page, re.M | re.S)
    assert drawn
    stated = [line.removeprefix("    ") for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")]
    assert drawn[1].splitlines() == stated
    for error in _error_classes():
        assert re.search(rf"^[| ]*(?:\+- )?{error.__name__}\b", drawn[1], re.M), f"{error.__name__} is not in the tree"
        if error is not errors.PrivshareError:
            assert f"| `{error.__name__}` |" in page, f"{error.__name__} is not explained"


def test_every_protocol_code_is_explained() -> None:
    used = {code for path in PACKAGE.rglob("*.py") for code in re.findall(r'"(E_[A-Z]+)"', path.read_text("utf-8"))}
    assert used == set(re.findall(r"`(E_[A-Z]+)`", _text("docs/reference/errors.md")))


def test_every_step_kind_and_key_is_described() -> None:
    page = _text("docs/reference/formats.md")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", page.split("### Steps")[1].split("## policy.toml")[0], re.M))
    assert list(rows) == list(STEPS)
    for name, kind in STEPS.items():
        keys = {key for key in kind.model.model_fields if key not in ("kind", "expect_refusal")}
        named = set(re.findall(r"`([a-z_]+)`", rows[name]))
        assert keys <= named, f"{name}: {keys - named} not described"


def test_every_suite_and_attack_is_described() -> None:
    suites = [*members.SUITES, fuzzy.SUITE, size.SUITE, totals.SUITE]
    for suite in suites:
        assert f"\n## `{suite}`" in _text("docs/explanation/threat-model.md")
        assert f"\n### `{suite}`" in _text("docs/reference/formats.md")
        assert f"| `{suite}`" in _text("README.md")
    assert f"`{published.SUITE}`" in _text("docs/glossary.md")
    attacks = [name for name in STEPS if name.startswith("attack-")]
    assert len(attacks) >= 2
    for name in attacks:
        assert f"`{name}`" in _text("docs/glossary.md")


@pytest.mark.parametrize("words", [Category, RungKind, RequestState, Reality])
def test_the_codes_words_are_in_the_glossary(words: type[StrEnum]) -> None:
    glossary = _text("docs/glossary.md")
    for word in words:
        assert re.search(rf"`{re.escape(word.value)}[`(]", glossary), f"{word.value} is not in the glossary"


def test_the_nouns_of_the_model_are_in_the_glossary() -> None:
    glossary = _text("docs/glossary.md").lower()
    defined = set(re.findall(r"\*\*([^*]+)\*\*", glossary))
    model = "\n".join(path.read_text("utf-8") for path in (PACKAGE / "model").glob("*.py"))
    nouns = re.findall(r"^class (\w+)", model, re.M)
    plain = {" ".join(re.findall(r"[A-Z][a-z]+", name)).lower() for name in nouns if not name.startswith("_")}
    # What is said under another heading: a use is a part of a question, and these are kinds of a defined word.
    elsewhere = {"column use", "column clause", "rung kind", "system entropy", "seeded entropy"}
    elsewhere |= {"pairing asked", "pairing field"}
    assert elsewhere <= plain, "a word is no longer in the model"
    assert plain - elsewhere - defined == set()


def test_the_layout_names_every_top_level_folder() -> None:
    layout = _text("README.md").split("## Layout")[1].split("```")[1]
    lines = layout.removeprefix("text\n").strip().splitlines()
    assert len(lines) == 10
    tops = {path.relative_to(ROOT).parts[0] for path in text_files() if len(path.relative_to(ROOT).parts) > 1}
    named = re.findall(r"[\w./]+", " ".join(re.split(r"\s{2,}", line)[0] for line in lines))
    assert tops == {name.split("/")[0] for name in named if "/" in name}
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms <= {name.rsplit("/", 1)[-1] for name in named}


def test_the_readmes_first_words_stay() -> None:
    text = _text("README.md")
    assert text.startswith("# privshare\n\nSeveral organisations hold records about the same people;")
    for promise in ("No decision about a real person is ever made here", "no punitive measures"):
        assert promise in " ".join(text.split())
