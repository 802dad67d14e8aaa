"""What a question's terms are as a text: the ids of requests hang on it, so another text is another price.

A ledger answers the same question on the same rows from what it stored. Where a field of these terms is renamed,
moved or added (a new one wants `repr=False`), each question of an earlier version would be new, and debited again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from privshare.model.bounding import Amount, Bins
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName
from privshare.scenario.adhoc.fuzzy import FuzzyRequest
from privshare.scenario.adhoc.link import LinkRequest
from privshare.secure.psi.size.terms import SizeTerms
from privshare.secure.psi.totals.terms import TotalsTerms
from privshare.use.release.terms import DerivedTerms, MeasureTerms, Noise, StatisticTerms

STATISTIC = StatisticTerms(
    person=ColumnName("member"),
    by=(ColumnName("shop"), Bins(ColumnName("age"), (18, 65))),
    keys=(("Harbour", "below 18"),),
    measures=(
        MeasureTerms("count", None, 0, 1, 5, 0, PrivacyLoss(500_000, 10**9)),
        MeasureTerms(
            "spent", ColumnName("amount"), 0, 120, None, 12_000, PrivacyLoss(250_000), Amount.SQUARES, 60, True, 30
        ),
    ),
    noise=Noise.GAUSSIAN,
    derived=(DerivedTerms("mean", "mean", ("count", "spent"), (95,)),),
)
TEXTS = {
    STATISTIC: (
        "StatisticTerms(person='member', by=('shop', Bins(column='age', edges=(18, 65))), "
        "keys=(('Harbour', 'below 18'),), measures=(MeasureTerms(name='count', column=None, lower=0, "
        "upper=1, bound=5, top=0, "
        "loss=PrivacyLoss(micro_epsilon=500000, delta_e15=1000000000), amount=<Amount.ROWS: 'rows'>, centre=0, "
        "whole=False), MeasureTerms(name='spent', column='amount', lower=0, upper=120, bound=None, top=12000, "
        "loss=PrivacyLoss(micro_epsilon=250000, delta_e15=0), amount=<Amount.SQUARES: 'squares'>, centre=60, "
        "whole=True)), noise=<Noise.GAUSSIAN: 'gaussian'>, "
        "derived=(DerivedTerms(name='mean', kind='mean', measures=('count', 'spent'), parameters=(95,)),))"
    ),
    SizeTerms(1, 2, 3, 4): "SizeTerms(pad_micro=1, count_micro=2, delta_e15=3, identifiers_max=4)",
    TotalsTerms((("young", "north"), ("old", "north")), 1, 2, 3, 4, 5, 6): (
        "TotalsTerms(groups=(('young', 'north'), ('old', 'north')), pad_micro=1, count_micro=2, sum_micro=3, "
        "delta_e15=4, value_max=5, identifiers_max=6)"
    ),
}


def test_the_text_of_a_link_is_the_same_by_whichever_option_its_columns_were_named() -> None:
    """The digest of a policy made of flags is of this text."""
    left, right, key = Path("l.csv"), Path("r.csv"), ("mail", "born")
    named = ("--left-on", "--right-on")
    assert repr(LinkRequest(left, right, (key, key), flags=named)) == repr(LinkRequest(left, right, (key, key)))
    assert repr(FuzzyRequest(left, right, (key, key), flags=named)) == repr(FuzzyRequest(left, right, (key, key)))


@pytest.mark.parametrize("terms", TEXTS, ids=lambda terms: type(terms).__name__)
def test_the_terms_of_a_question_keep_their_text(terms: StatisticTerms | SizeTerms | TotalsTerms) -> None:
    assert repr(terms) == TEXTS[terms]
