"""How well pairs are found: figures, folders made of data whose truth is known, and one of them scored."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from privshare.bench.link.febrl import FIELDS, Quality, febrl3, score, with_gaps
from privshare.errors import InputRefused
from tests.house.repository import ROOT
from tests.secure.psi.fuzzy.people import two_clerks


def folder_of(path: Path, common: int, alone: int) -> Path:
    """Two tables in the form of FEBRL, and their truth by record id."""
    one, other, truth = two_clerks(common, alone, seed=13)
    path.mkdir()
    for side, people in (("left", one), ("right", other)):
        with (path / f"{side}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["rec_id", *FIELDS])
            writer.writerows([f"{side}-{row}", *person] for row, person in enumerate(people))
    with (path / "truth.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["left", "right"])
        writer.writerows((f"left-{one_row}", f"right-{other_row}") for one_row, other_row in sorted(truth))
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_figures() -> None:
    quality = Quality(found=8, right=6, due=12, open=1, cpu_seconds=2.0)
    assert (quality.precision, quality.recall, quality.f1) == (0.75, 0.5, 0.6)
    nothing = Quality(found=0, right=0, due=0, open=0, cpu_seconds=0.0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (0.0, 0.0, 0.0)
    assert quality.facts()["f1"] == 0.6


def test_a_folder_is_scored_as_a_whole_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    folder = folder_of(tmp_path / "made", 40, 20)
    quality = score(folder)
    assert quality.due == 40
    assert quality.right >= 34
    assert quality.found - quality.right <= 1
    assert quality.cpu_seconds > 0
    with (folder / "truth.csv").open("a") as file:
        file.write("left-0,right-none\n")
    assert score(folder).due == 41
    (folder / "right.csv").write_text("rec_id,given_name\n1,Ann\n")
    with pytest.raises(InputRefused, match="no column"):
        score(folder)


def test_gaps_are_as_many_as_asked_for_and_ids_stay(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "made", 60, 40)
    with_gaps(folder, tmp_path / "gaps", 0.2)
    before, after = (sorted(row["rec_id"] for row in rows(path / "left.csv")) for path in (folder, tmp_path / "gaps"))
    assert before == after
    cells = [
        row[name] for side in ("left", "right") for row in rows(tmp_path / "gaps" / f"{side}.csv") for name in FIELDS
    ]
    empty = sum(not cell for cell in cells) / len(cells)
    # 1,200 cells of which 5 % were empty before: 0.24, and farther than 0.1 from it with a chance below 1e-9
    assert 0.14 < empty < 0.34
    assert rows(tmp_path / "gaps" / "truth.csv") == rows(folder / "truth.csv")
    with_gaps(folder, tmp_path / "again", 0.2)
    assert (tmp_path / "again" / "left.csv").read_bytes() == (tmp_path / "gaps" / "left.csv").read_bytes()


def test_febrl3_gives_half_of_the_people_to_both(tmp_path: Path) -> None:
    dataset = tmp_path / "dataset3.csv"
    lines = ["rec_id, given_name, surname, soc_sec_id"]
    for number in range(100):
        kinds = ["org", "dup-0", "dup-1"] if number < 80 else ["org"]
        lines += [f"rec-{number}-{kind}, ann{number}, lee, 12345" for kind in kinds]
    dataset.write_text("\n".join(lines) + "\n")
    febrl3(dataset, tmp_path / "made")
    left, right, truth = (rows(tmp_path / "made" / f"{name}.csv") for name in ("left", "right", "truth"))
    assert (len(left), len(right), len(truth)) == (60, 60, 40)
    assert {row["rec_id"].rpartition("-")[2] for row in left} == {"org"}
    assert {row["rec_id"][-5:] for row in right} == {"dup-0"}
    assert all(pair["left"].split("-")[1] == pair["right"].split("-")[1] for pair in truth)
    assert set(left[0]) == {"rec_id", "given_name", "surname"}, "the social security number is left out"
    one, other = ({row["rec_id"].split("-")[1] for row in side} for side in (left, right))
    assert len(one & other) == 40


def test_the_program_makes_folders_and_says_how_to_use_it(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "made", 5, 2)
    command = [sys.executable, "-m", "privshare.bench.link.febrl"]
    done = subprocess.run([*command, "gaps", str(folder), str(tmp_path / "g"), "0"], cwd=ROOT, check=False)
    assert done.returncode == 0
    assert [row["rec_id"] for row in rows(tmp_path / "g" / "left.csv")] == sorted(f"left-{n}" for n in range(7))
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "score FOLDER" in said.stderr
    assert json.loads(json.dumps(Quality(1, 1, 1, 0, 0.5).facts()))["recall"] == 1.0
