"""The page on composition prints what the code prints."""

from __future__ import annotations

import contextlib
import io
import re

from tests.house.repository import ROOT

PAGE = ROOT / "docs" / "explanation" / "composition.md"


def test_the_page_s_figures_are_the_code_s() -> None:
    blocks = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert len(blocks) == 1
    for code, shown in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(PAGE), "exec"), {})
        assert printed.getvalue() == shown
