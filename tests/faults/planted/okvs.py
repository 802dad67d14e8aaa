"""Faults of the key-value store: tables that tell something of the items, and tables that cannot be made too often."""

from __future__ import annotations

from privshare.errors import ProtocolError
from privshare.secure.psi.transfer import okvs
from tests.faults.planted.noise import KNOWN
from tests.faults.planted.planting import Check, Fault, slip
from tests.secure.psi.transfer import plain_okvs
from tests.secure.psi.transfer import test_okvs as tables

STORE = "secure/psi/transfer/okvs.py"
FRESH = "_uniform(shape.table_rows - n + 1, masks, entropy)"
SOLVED = "        core = _eliminated(places, values, order)\n"

UNIFORM = Check(
    tables.test_tables_are_uniform_whatever_the_items_are, arguments={"places": plain_okvs.random_places(40, 1)}
)
ONE_TABLE = Check(tables.test_one_table_is_uniform, arguments={"n": 64})
PLACES = Check(tables.test_places_are_read_off_sha256, arguments={"n": 100, "dense": 64})
SAME_SLOTS = tables.test_items_that_share_all_three_slots_are_told_apart_by_their_masks

FAULTS = (
    Fault(
        "free rows of zeros",
        "rows of a table that no item determines stay zero, and whoever gets the table sees where no item reads",
        STORE,
        "memory that is cleared, taken for memory that is filled",
        slip(okvs._uniform, ("entropy.token(", "bytes(")),
        (UNIFORM, ONE_TABLE),
    ),
    Fault(
        "one draw for all free rows",
        "every row that no item determines holds the same bits: uniform one by one, but not together",
        STORE,
        "a draw that stands before the loop",
        slip(okvs.encode, (FRESH, f"({FRESH}) * 0 + ({FRESH})[:1]")),
        (UNIFORM,),
    ),
    Fault(
        "free rows longer than values",
        "free rows are filled to the end of their words, where values have zeros, and are known by that",
        STORE,
        KNOWN,
        slip(okvs._uniform, (" & masks", "")),
        (ONE_TABLE,),
    ),
    Fault(
        "only slots are solved for",
        "the core is solved without its dense rows, and two items that share three slots end the session",
        STORE,
        "68 of 4,000 tables for 256 items could not be made by slots alone, in a prototype",
        slip(okvs._eliminated, ("eliminate(matrix, 64 * (words + 1),", "eliminate(matrix, 64 * words,")),
        (Check(SAME_SLOTS, ProtocolError, "E_INTERNAL_RANK", {"copies": 2}),),
    ),
    Fault(
        "a core of a few rows",
        "what cannot be peeled is taken to be no more than the dense rows can bear, as it is in large sets alone",
        STORE,
        "cores of up to 173 rows were met at 256 items",
        slip(okvs._eliminated, ("    if kernels.eliminate", "    if len(rows) > 64 or kernels.eliminate")),
        (
            Check(tables.test_a_core_of_any_size_is_solved, ProtocolError, "E_INTERNAL_RANK", {"size": 200}),
            Check(tables.test_a_core_needs_its_slots_and_its_dense_rows, ProtocolError, "E_INTERNAL_RANK"),
        ),
    ),
    Fault(
        "another try",
        "where no table can be made, other masks are taken and it is tried again: how often depends on the items",
        STORE,
        "the usual remedy of hashing again",
        slip(
            okvs.encode,
            (
                SOLVED.removeprefix("    "),
                "    try:\n"
                f"{SOLVED}"
                "    except ProtocolError:\n"
                "        masked = Places(shape, places.sparse, np.arange(1, n + 1).astype(np.uint64))\n"
                "        return encode(masked, values, entropy, bits=bits)\n",
            ),
        ),
        (Check(tables.test_items_with_the_same_row_end_the_session, told="were drawn", arguments={"copies": 2}),),
    ),
    Fault(
        "masks of 40 bits",
        "a table fails with 2^-40 at 18 items, and whoever speaks last may look for a session in which it does",
        STORE,
        "40 bits are enough where nobody can choose the session",
        slip(okvs.places_of, ("2**shape.dense - 1", "2**40 - 1")),
        (PLACES,),
    ),
    Fault(
        "the same places in every session",
        "what an item reads does not depend on the session, so that a set that fails, fails always",
        STORE,
        "keys derived from too little",
        slip(okvs.places_of, ("sid[:16]", "bytes(16)")),
        (PLACES, Check(tables.test_another_session_has_other_places)),
    ),
    Fault(
        "a table as small as peeling allows",
        "1.23 slots an item are enough to peel a large set, and leave giant cores to smaller ones",
        STORE,
        "the threshold of peeling, taken for a size that is safe",
        slip(okvs.shape_for, ("130 if n < LARGE else 125", "123")),
        (Check(tables.test_shapes_of_the_specification, arguments={"n": 2**14, "slots": 6827}),),
    ),
)
