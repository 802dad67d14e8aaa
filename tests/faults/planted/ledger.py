"""Faults of the gate and of the ledger: what is spent, what is counted, and what is remembered."""

from __future__ import annotations

import pytest

from privshare.model import loss
from privshare.model.loss import PrivacyLoss
from privshare.scenario import asking
from privshare.use import gate
from privshare.use.ledger import Ledger, anchor, request, schema
from privshare.use.ledger.transaction import LedgerFile
from tests.faults import test_ledger_disk, test_ledger_race
from tests.faults.planted.noise import KNOWN
from tests.faults.planted.planting import REFUSED, Check, Fault, Plant, all_of, slip
from tests.model import test_loss
from tests.scenario import test_run
from tests.scenario.stories import small_story
from tests.use import test_gate, test_ledger, test_ledger_opening
from tests.use.spending import spend

LEDGER, SCHEMA, ANCHOR = (f"use/ledger/{name}.py" for name in ("ledger", "schema", "anchor"))
TRANSACTION, REQUEST = "use/ledger/transaction.py", "use/ledger/request.py"
NO_ERROR = "DID NOT RAISE"


def _unguarded(*names: str) -> Plant:
    """Leave triggers out of the file, which stop some mistakes of the program that stand before them."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        left = [trigger for trigger in schema.TRIGGERS if not any(f" {name} " in trigger for name in names)]
        assert len(left) == len(schema.TRIGGERS) - len(names), "no such trigger; plant this fault anew"
        patch.setattr(schema, "TRIGGERS", tuple(left))
        patch.setattr(schema, "_expected", schema._expected.__wrapped__)

    return plant


def _setting(name: str, value: str, told: str | int) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        others = [setting for setting in schema.SETTINGS if setting[0] != name]
        assert len(others) == len(schema.SETTINGS) - 1, "no such setting; plant this fault anew"
        patch.setattr(schema, "SETTINGS", (*others, (name, value, told)))

    return plant


FITS = "self.micro_epsilon <= cap.micro_epsilon"
LAST_MICRO = Check(
    test_ledger.test_one_micro_epsilon_too_much_is_refused_and_the_rest_stays, REFUSED, NO_ERROR
)
CAP_ENDS = _unguarded("spend_within_cap")

FAULTS = (
    Fault(
        "double spend",
        "the write lock is taken after looking, so two processes find the same rest and both spend it",
        TRANSACTION,
        "eight writers without it passed a cap of 1000 by 6",
        slip(LedgerFile._take_lock, ("BEGIN IMMEDIATE", "BEGIN")),
        (Check(test_ledger_race.test_the_write_lock_is_taken_before_anything_is_read, REFUSED, NO_ERROR),),
    ),
    Fault(
        "a cap that is not looked at",
        "a spend is written whatever is left",
        LEDGER,
        KNOWN,
        all_of(CAP_ENDS, slip(Ledger._debit, ("if not spend.loss.fits(left):", "if False:"))),
        (LAST_MICRO,),
    ),
    Fault(
        "float budget creep",
        "budgets are compared as doubles, with a little tolerance for their rounding, which is there to be spent",
        "model/loss.py",
        "0.1 + 0.1 + 0.1 <= 0.3 is false, and 1.0 + 1e-17 == 1.0",
        all_of(CAP_ENDS, slip(PrivacyLoss.fits, (FITS, "self.epsilon <= cap.epsilon * (1 + 1e-5)"))),
        (LAST_MICRO, Check(test_loss.test_fits_needs_both_parts)),
    ),
    Fault(
        "prices rounded to the nearest",
        "an epsilon written with more digits than are kept is debited below what the noise is made for",
        "model/loss.py",
        KNOWN,
        slip(loss._units, ("to_integral_value(ROUND_CEILING, exactly)", "to_integral_value(None, exactly)")),
        (
            Check(
                test_loss.test_an_epsilon_is_rounded_up_to_a_millionth,
                arguments={"text": "0.1000001", "micro": 100_001},
            ),
        ),
    ),
    Fault(
        "delta is free",
        "only epsilon is compared with the cap",
        "model/loss.py",
        "smartnoise-sdk 621, an odometer with a wrong formula",
        all_of(CAP_ENDS, slip(PrivacyLoss.fits, (" and self.delta_e15 <= cap.delta_e15", ""))),
        (Check(test_ledger.test_delta_is_a_budget_of_its_own, REFUSED, NO_ERROR),),
    ),
    Fault(
        "a refusal that burns budget",
        "what a batch had written before its refusal stays written",
        TRANSACTION,
        "OpenDP's privacy filter answers nothing more after one refusal",
        slip(
            LedgerFile.write,
            (
                'self.execute("ROLLBACK")\n                raise',
                'self.execute("COMMIT")\n                raise',
            ),
        ),
        (Check(test_ledger.test_a_batch_is_all_or_nothing_over_requests_and_holders),),
    ),
    Fault(
        "a reused request id",
        "a request that is filed counts as paid, whatever is asked under its id",
        LEDGER,
        "idempotency keys that do not bind the body",
        slip(Ledger._is_filed, ("if row[0] != question or set(held) != asked:", "if False:")),
        (
            Check(
                test_ledger.test_the_same_request_with_another_price_is_refused,
                REFUSED,
                NO_ERROR,
                {"other": (spend(1, 99_999),)},
            ),
        ),
    ),
    Fault(
        "a request id that leaves out the bounds",
        "another bound or other groups are the same request, and get the first one's bytes or its debit",
        REQUEST,
        "cache keys that are too short",
        slip(request.request_id, ("[list(pair) for pair in question.parameters]", "[]")),
        (
            Check(
                test_ledger.test_whatever_fixes_the_answer_changes_the_id,
                arguments={
                    "question": test_ledger.replace(test_ledger.QUESTION, parameters=()),
                    "snapshots": test_ledger.SNAPSHOTS,
                    "attempt": 0,
                },
            ),
        ),
    ),
    Fault(
        "noise drawn twice for one debit",
        "two runs may begin the same request, and the mean of their answers has less noise",
        LEDGER,
        "averaging over repeated answers",
        all_of(
            _unguarded("request_goes_forward"),
            slip(Ledger.begin, ("WHERE request = ? AND state = 'reserved'", "WHERE request = ?")),
        ),
        (Check(test_ledger.test_only_one_of_two_runs_begins, REFUSED, NO_ERROR),),
    ),
    Fault(
        "noise drawn before it is written down",
        "the ledger learns that noise was drawn only afterwards, so that after a crash it is drawn again at no price",
        "scenario/asking.py",
        "partial failure after noise was drawn",
        slip(
            asking.publish,
            ("        stage.ledger.begin(request)\n", ""),
            ("stage.ledger.complete(", "stage.ledger.begin(request)\n        stage.ledger.complete("),
        ),
        (
            Check(
                test_run.test_a_run_that_dies_while_drawing_has_spent,
                REFUSED,
                NO_ERROR,
                made={"story": lambda folder: small_story(folder / "small"), "ledger": lambda folder: folder / "l"},
            ),
        ),
    ),
    Fault(
        "a restored ledger",
        "an older copy of the file is opened, and what was spent since can be spent again",
        ANCHOR,
        "backups",
        slip(
            anchor.check_anchor,
            ("if anchor is not None and (anchor.count > count or hash_at(anchor.count) != anchor.head):", "if False:"),
        ),
        (Check(test_ledger_opening.test_an_older_copy_is_refused, REFUSED, NO_ERROR),),
    ),
    Fault(
        "a ledger restored while it is open",
        "an older copy is written over the file of a party that waits, which spends from it again",
        TRANSACTION,
        "found by an attack on two parties that wait for each other",
        slip(LedgerFile.write, ("self._check_newest(tip)", "pass")),
        (
            Check(
                test_ledger_opening.test_an_older_copy_written_over_an_open_ledger_is_refused_at_the_next_spend,
                REFUSED,
                NO_ERROR,
            ),
        ),
    ),
    Fault(
        "a ledger without its anchor",
        "where the anchor is missing, whatever is there is taken for the newest",
        ANCHOR,
        "whoever restores the file alone removes what would tell",
        slip(anchor.check_anchor, ("if anchor is None and count:", "if False:")),
        (
            Check(
                test_ledger_opening.test_a_missing_anchor_is_refused_and_the_sentence_does_not_say_what_would_pass,
                REFUSED,
                NO_ERROR,
            ),
        ),
    ),
    Fault(
        "commits that are not flushed",
        "a spend that was acknowledged is lost in a power cut",
        SCHEMA,
        "synchronous=NORMAL in a write-ahead log lost 238 of 238 simulated power cuts",
        _setting("synchronous", "NORMAL", 1),
        (Check(test_ledger_opening.test_the_settings_that_durability_rests_on_are_in_force),),
    ),
    Fault(
        "an error from COMMIT taken for nothing",
        "the error is swallowed, and the answer is published on a debit that may not be there",
        TRANSACTION,
        "an error from COMMIT is unknown, not failed",
        slip(LedgerFile._settle, ('raise StorageFault(str(self.path), f"{error}; {outcome}") from None', "return")),
        (
            Check(
                test_ledger_disk.test_an_error_from_commit_is_unknown_and_looked_up,
                REFUSED,
                NO_ERROR,
                {"verb": "reserve", "happened": "before", "told": "it was not written"},
            ),
        ),
    ),
    Fault(
        "a licence that has ended",
        "the day is looked at the wrong way round",
        "use/gate.py",
        KNOWN,
        slip(gate._check_in_force, ("elif today > licence.expires:", "elif today < licence.expires and False:")),
        (Check(test_gate.test_a_licence_holds_to_the_end_of_its_last_day, REFUSED, NO_ERROR),),
    ),
    Fault(
        "an epsilon above the column's rung",
        "a column that may leave after noise leaves at any epsilon",
        "use/gate.py",
        KNOWN,
        slip(gate.reaches, ("loss.micro_epsilon <= rung.limit", "True")),
        (Check(test_gate.test_an_epsilon_above_the_rung_by_one_millionth, REFUSED, NO_ERROR),),
    ),
)
