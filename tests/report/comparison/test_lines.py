"""What a notebook shows of a comparison: the figures of the cells, in lines and in a picture."""

from __future__ import annotations

from privshare.attacks.adversary import Adversary, AttackResult
from privshare.comparison.lab.cell import Cell
from privshare.report.comparison.lines import ceiling_picture, cell_line, frontier_picture, technique_lines
from privshare.scenario.lab.comparing import compare_scenario
from privshare.scenario.loader import load_scenario


def _cell(*, baseline: float, ceiling: float | None, epsilon: float | None = None) -> Cell:
    result = AttackResult("averaging", "x", Adversary("", "", ""), 200, 150, baseline, ceiling, "")
    return Cell("central-dp", "averaging", epsilon, result, None, "", 1, 0.0)


def test_a_line_has_the_figures_of_its_cell() -> None:
    assert cell_line(_cell(baseline=0.5, ceiling=0.7311, epsilon=1.0)) == (
        "averaging on central-dp (epsilon 1): 150 of 200 right, 75.0% (95 % interval 68.6% to 80.5%); "
        "guessing gets 50.0%; the promise allows 73.1%"
    )
    assert cell_line(_cell(baseline=0.5, ceiling=0.9999)).endswith("; the promise allows more than 99%")
    assert cell_line(_cell(baseline=0.0002, ceiling=None)).endswith("guessing gets one in 5,000")
    assert cell_line(_cell(baseline=0.0, ceiling=None)).endswith("guessing gets 0.0%")


def test_a_line_says_why_an_attack_does_not_apply() -> None:
    cell = Cell("raw-release", "precision", None, None, None, "no digits are left", 1, 0.0)
    assert cell_line(cell) == "precision on raw-release: not applicable, no digits are left"


def test_pictures_are_drawn_or_read() -> None:
    found = compare_scenario(
        load_scenario("demo"), people=1_000, seed=3, sweep="epsilon=1,3", sizes=(),
        techniques=("raw-release", "central-dp"), attacks=("differencing",),
    )  # fmt: skip
    frontier, ceiling = frontier_picture(found), ceiling_picture(found, "central-dp")
    assert [line.split()[:2] for line in technique_lines(found)[1:]] == [
        ["1", "raw-release"], ["2", "central-dp"], ["3", "central-dp"],
    ]  # fmt: skip
    for picture, lines in ((frontier, 4), (ceiling, 3)):
        assert picture._repr_svg_().startswith("<svg")
        assert repr(picture) == picture.text
        assert len(picture.text.splitlines()) == lines
    assert [line.rsplit(maxsplit=1)[1] for line in ceiling.text.splitlines()] == ["ceiling", "73.1%", "95.3%"]
