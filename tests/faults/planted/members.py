"""Faults of the suites that tell members: a check too early or not at all, tags and proofs that show too much."""

from __future__ import annotations

import pytest

from privshare.errors import ProtocolError
from privshare.secure.psi.members import marks, ot
from privshare.secure.psi.transfer import base, code, extension, okvs
from tests.faults.planted.planting import REFUSED, Check, Fault, slip
from tests.secure.psi.members import test_ot
from tests.secure.psi.transfer import test_base, test_check, test_code

OT, MARKS = "secure/psi/members/ot.py", "secure/psi/members/marks.py"
ORDER = Check(
    test_ot.test_the_sender_draws_its_challenge_after_the_last_column_and_sends_tags_after_the_check,
    told="another order",
)
MR = {"suite": "psi-ot-mr/1"}
SH = {"suite": "psi-ot-sh/1"}
KNOWN = "a slip that any code can have"
DRAW = "seed = entropy.token(check.SEED_BYTES)  # drawn only now: a receiver that knew it could pass with any columns\n"
SEND = 'session.send("challenge", seed, 1)\n'
LOOP = "    for group in range(form.groups):\n        size = form"


def _even_parity(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(code, "_PARITY", (7, 11, 13, 12, 19, 21))


FAULTS = (
    Fault(
        "a challenge before the columns",
        "the sender draws its challenge before the receiver's columns are in, so wrong columns can be made to pass",
        OT,
        "Orru, Orsini and Scholl, CT-RSA 2017, on the order of the check",
        slip(
            ot._rows_of_sender,
            (f"        {DRAW}        {SEND}", ""),
            (LOOP, f"    seed = entropy.token(check.SEED_BYTES)\n    {SEND}{LOOP}"),
        ),
        (ORDER,),
    ),
    Fault(
        "columns that nobody checks",
        "the sender asks for a proof and does not look at it",
        OT,
        KNOWN,
        slip(ot._rows_of_sender, ("check.verify(code, rooms, delta, proof,", "dict(of=(code, rooms, delta, proof),")),
        (Check(test_ot.test_a_receiver_without_code_words_gets_no_tag),),
    ),
    Fault(
        "no secret bits",
        "the sender's choices are all zero: every run finds the right matches, and the receiver can make the tag of "
        "any identifier it can think of",
        OT,
        KNOWN,
        slip(ot._rows_of_sender, ("_bits(entropy.token(-(-code.length // 8)), code.length)", "(0,) * code.length")),
        (Check(test_ot.test_a_receiver_cannot_make_the_tag_of_an_item_that_it_lacks, arguments=SH),),
    ),
    Fault(
        "bare sums in the proof",
        "the rows that hide the sums of a proof are zero, so the sender sees sums of rows of the receiver's table",
        OT,
        "Orru, Orsini and Scholl, CT-RSA 2017, on the extra rows",
        slip(okvs.encode, ("_uniform(extra, masks, entropy)", "0")),
        (Check(test_ot.test_the_rows_that_hide_the_sums_of_a_proof_are_fresh_and_random),),
    ),
    Fault(
        "tags in the order of the items",
        "tags are sent as the items stand, so their order tells which tag is whose",
        MARKS,
        "linkage engines that return matches in input order",
        slip(
            marks._ascending,
            ("np.lexsort((second, first)).astype(np.int64, copy=False)", "np.arange(len(first))"),
        ),
        (
            Check(test_ot.test_without_a_check_tags_follow_the_signed_columns),
            Check(test_ot.test_two_sessions_share_no_message, kind=ProtocolError, told="E_ORDER", arguments=SH),
        ),
    ),
    Fault(
        "matches without proof",
        "the sender believes whichever of its items a receiver names",
        MARKS,
        KNOWN,
        slip(marks._named, ("if not hmac.compare_digest(", "if False and not hmac.compare_digest(")),
        (Check(test_ot.test_a_receiver_cannot_make_up_a_match, kind=REFUSED, told="DID NOT RAISE", arguments=MR),),
    ),
    Fault(
        "keys that any session shares",
        "the keys of base transfers leave the session id out, so a message of another run has the same keys",
        "secure/psi/transfer/base.py",
        "Masny and Rindal, CCS 2019, on binding to the session",
        slip(base._key, ("_KEY + sid + place", "_KEY + place")),
        (Check(test_base.test_both_sides_do_what_the_definition_says),),
    ),
    Fault(
        "a code of smaller distance",
        "one parity column has even weight, and two words can differ in fewer than 128 bits",
        "secure/psi/transfer/code.py",
        KNOWN,
        _even_parity,
        (Check(test_code.test_the_inner_code_has_distance_4),),
    ),
    Fault(
        "columns with one key for all",
        "both streams of a column come from the same key, and the code words of the table are sent in clear",
        "secure/psi/transfer/extension.py",
        KNOWN,
        slip(extension.Writer.block, ("self._keys.ones[first + column]", "self._keys.zeros[first + column]")),
        (Check(test_check.test_a_receiver_that_follows_the_protocol_passes, arguments={"code": code.MR, "rows": 64}),),
    ),
)
