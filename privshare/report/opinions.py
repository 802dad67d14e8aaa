"""The second opinion on what releases reveal: for the label, and worked out again of a signed folder.

One for each release, and one for each account over all its releases of the run, as one batch declared beforehand
(`use/release/batches.py`). A scenario declares its questions before the first is asked, with one exception: what is
measured again gets its epsilon after a look at an answer. Then there is no opinion on the whole, since its mathematics
does not cover such a choice; what is debited does.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from privshare.errors import PrivshareError, VerificationFailed
from privshare.model.release import Release
from privshare.report.sealed import SealedFolder
from privshare.report.shape import part, parts

FACTS, LABEL = "run.json", "privacy-facts.json"
EPSILON, DELTA = "epsilon_batch_second_opinion", "delta_batch_second_opinion"
Opinion = tuple[str, str] | None


def account_opinion(holder: str, purpose: str, releases: Iterable[Release], adaptive: Collection[str]) -> Opinion:
    """Return (epsilon, delta) of all the account's releases together, decimal texts, or None where there is none.

    adaptive: ids of releases whose epsilon was chosen after an answer was seen.
    """
    asked = [release for release in releases if release.purpose == purpose and holder in release.holders]
    if not asked or any(release.id in adaptive for release in asked):
        return None
    from privshare.use.release.batches import opinion_on  # only a run with releases loads it

    return opinion_on(asked)


def opinion_fields(opinion: Opinion) -> dict[str, str | None]:
    """Return the two fields of the label."""
    epsilon, delta = opinion or (None, None)
    return {EPSILON: epsilon, DELTA: delta}


def check_opinion(release: Release, path: str) -> None:
    """Work out a release's own opinion again; raise VerificationFailed(path, reason) where it is another."""
    from privshare.use.release.batches import TOLERANCE, opinion_on, same

    try:
        found = opinion_on([release])
    except (PrivshareError, ArithmeticError):
        raise VerificationFailed(path, "its draws of noise allow no second opinion on its loss") from None
    if not same((release.evidence.batch_epsilon, release.evidence.batch_delta), found):
        raise VerificationFailed(path, "the second opinion on its loss is not that of its draws")
    if found[0] == "infinite" or float(found[0]) > release.loss.epsilon + TOLERANCE:
        raise VerificationFailed(path, "by the second opinion its draws reveal more than its loss")


def check_label_opinions(sealed: SealedFolder, releases: Collection[Release]) -> None:
    """Work out every opinion in the label again, from the signed releases, already checked."""
    label = _label(sealed)
    seconds = parts(sealed.document(FACTS), "remeasured", dict, file=FACTS)
    adaptive = {part(pair, "second", str, file=FACTS) for pair in seconds}
    for budget in parts(label, "budgets", dict, file=LABEL):
        account = part(budget, "holder", str, file=LABEL), part(budget, "purpose", str, file=LABEL)
        _compare(budget, opinion_fields(account_opinion(*account, releases, adaptive)), "an account")
    by_id = {release.id: release.evidence for release in releases}
    for told in parts(label, "releases", dict, file=LABEL):
        found = by_id.get(part(told, "id", str, file=LABEL))
        if found is None:
            raise VerificationFailed(LABEL, "it names a release that is not in the folder")
        _compare(told, opinion_fields((found.batch_epsilon, found.batch_delta)), "a release")


def _label(sealed: SealedFolder) -> dict[str, Any]:
    """Read the label, which is indented JSON; nothing in it may stand twice, as readers differ in which they take."""

    def once(fields: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(fields)) != len(fields):
            raise VerificationFailed(LABEL, "a field in it stands twice")
        return dict(fields)

    try:
        found = json.loads(sealed.read(LABEL), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise VerificationFailed(LABEL, "it is not JSON") from None
    if not isinstance(found, dict):
        raise VerificationFailed(LABEL, "it is not an object")
    return found


def _compare(stated: dict[str, Any], found: dict[str, str | None], whose: str) -> None:
    from privshare.use.release.batches import same

    told = {name: stated.get(name) for name in found}
    texts = [[str(fields[name]) for name in (EPSILON, DELTA)] for fields in (told, found)]
    agree = told == found if None in (*told.values(), *found.values()) else same(*map(_pair, texts))
    if not agree:
        raise VerificationFailed(LABEL, f"the second opinion on {whose} is not that of the signed releases' draws")


def _pair(texts: list[str]) -> tuple[str, str]:
    return texts[0], texts[1]
