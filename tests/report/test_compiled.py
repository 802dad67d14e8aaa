"""Templates kept as code: found again, never used for another text or other options, and never needed."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import jinja2
import pytest

from privshare.report import page
from privshare.report.compiled import kept_for
from privshare.report.sentences import english


def shown(folder: Path, text: str, **options: Any) -> str:
    environment = jinja2.Environment(loader=jinja2.DictLoader({"one": text}), **options)
    environment.bytecode_cache = kept_for(environment, folder=folder)
    return environment.get_template("one").render(name="<b>")


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "__pycache__").iterdir())


def test_code_is_kept_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(tmp_path, "Hello {{ name }}", autoescape=True) == "Hello &lt;b&gt;"
    assert len(kept(tmp_path)) == 1
    monkeypatch.setattr(jinja2.Environment, "compile", lambda *_, **__: pytest.fail("it was compiled again"))
    assert shown(tmp_path, "Hello {{ name }}", autoescape=True) == "Hello &lt;b&gt;"


def test_code_of_another_text_or_without_escaping_is_not_used(tmp_path: Path) -> None:
    assert shown(tmp_path, "{{ name }}", autoescape=False) == "<b>"
    assert shown(tmp_path, "{{ name }}", autoescape=True) == "&lt;b&gt;"
    assert shown(tmp_path, "{{ name }}!", autoescape=True) == "&lt;b&gt;!"


def test_code_that_spells_nothing_out_is_not_used_where_everything_is(tmp_path: Path) -> None:
    """What a template prints goes through `finalize`, or not: that is decided when its code is made."""
    assert shown(tmp_path, "{{ name }}", autoescape=False) == "<b>"
    assert shown(tmp_path, "{{ name }}", autoescape=False, finalize=str.upper) == "<B>"
    assert shown(tmp_path, "{{ name }}", autoescape=False) == "<b>"


def test_a_broken_file_is_compiled_anew(tmp_path: Path) -> None:
    shown(tmp_path, "{{ name }}", autoescape=True)
    (file,) = kept(tmp_path)
    for broken in (b"", b"no code", file.read_bytes()[:-9]):
        file.write_bytes(broken)
        assert shown(tmp_path, "{{ name }}", autoescape=True) == "&lt;b&gt;"


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("refused", ["pathlib.Path.mkdir", "tempfile.NamedTemporaryFile"])
def test_where_nothing_can_be_written_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    monkeypatch.setattr(refused, full)
    assert shown(tmp_path, "{{ name }}", autoescape=True) == "&lt;b&gt;"
    assert not list(tmp_path.rglob("*.template"))


def test_the_page_keeps_its_own() -> None:
    assert page.templates_for(english()).bytecode_cache.__class__.__name__ == "_Kept"
