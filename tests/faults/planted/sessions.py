"""Faults of sessions and of the network: greetings that bind nothing, signatures that nobody reads, doors left open."""

from __future__ import annotations

from typing import Any

from privshare.exchange import frames, network, setting, several, tls
from privshare.scenario.party import holder, run
from privshare.scenario.party.totals import run as totals_run
from privshare.secure.psi import hello, session
from tests.cli import test_party as party
from tests.cli import test_party_totals as totals
from tests.exchange import test_network as wire
from tests.exchange import test_several as three
from tests.exchange.project import project
from tests.faults.planted.noise import KNOWN
from tests.faults.planted.planting import REFUSED, Check, Fault, slip
from tests.secure.psi import test_counts as counts
from tests.secure.psi import test_session as sessions

SESSION, HELLO, FRAMES = "secure/psi/session.py", "secure/psi/hello.py", "exchange/frames.py"
NETWORK, TLS = "exchange/network.py", "exchange/tls.py"
RUN, HOLDER = "scenario/party/run.py", "scenario/party/holder.py"
NOT_RAISED = "DID NOT RAISE"
SETTING, SEVERAL, TOTALS_RUN = "exchange/setting.py", "exchange/several.py", "scenario/party/totals/run.py"
THREE: dict[str, Any] = {"keys": lambda folder: project(folder / "keys", names=(three.A, three.B, three.C))}
KEYS: dict[str, Any] = {"keys": lambda folder: project(folder / "keys")}
ROOM: dict[str, Any] = {"room": lambda folder: party.furnished(folder)}


def frame_check(name: str, *kinds: type[BaseException]) -> Check:
    code, data = wire.WRONG_FRAMES[name]
    refused = wire.test_a_frame_that_is_not_due_is_refused_before_its_body
    return Check(refused, kinds or REFUSED, arguments={"code": code, "data": data}, made=KEYS)


FAULTS = (
    Fault(
        "a commitment that nobody opens",
        "the greeting is not compared with what was committed to, so that whoever speaks last chooses the session id",
        SESSION,
        "Blum's coin by telephone without the second call (1981)",
        slip(session.open_session, ("if not hmac.compare_digest(_commitment(opened), promised):", "if False:")),
        (Check(sessions.test_a_nonce_chosen_after_the_other_was_read_is_refused, AssertionError, "E_COMMIT"),),
    ),
    Fault(
        "a signature that is not read",
        "the peer's signature is taken without looking whether it holds for the frames that arrived",
        SESSION,
        KNOWN,
        slip(session.Session._check, ("verify(", "(lambda *given, **named: None)(")),
        (Check(sessions.test_a_flipped_bit_of_any_frame_ends_the_run, REFUSED, NOT_RAISED,
               {"kind": "data", "liar": sessions.A}),
         Check(sessions.test_an_announced_number_of_items_is_signed_too, REFUSED, NOT_RAISED)),
    ),
    Fault(
        "the last signature covers what it likes",
        "a side may sign at the end for fewer frames than passed, so that what it never read is in no signature",
        SESSION,
        KNOWN,
        slip(session.Session._check, (" or (whole and ours != last)", "")),
        (Check(sessions.test_the_last_signature_must_cover_every_frame, REFUSED, NOT_RAISED),),
    ),
    Fault(
        "output before the end",
        "a role returns when its last message is read, without the other side's signature",
        SESSION,
        KNOWN,
        slip(session.Session.finish, ('self._check("done", whole=True)', "bytes(64)")),
        (Check(sessions.test_without_the_last_signature_there_is_no_output, REFUSED, NOT_RAISED),),
    ),
    Fault(
        "items outside of the hash",
        "the number of items of a frame is not hashed, and can be changed on the way",
        FRAMES,
        KNOWN,
        slip(frames.Chain.add, ("write_header(header)", "write_header(header)[:12] + write_header(header)[16:]")),
        (Check(sessions.test_an_announced_number_of_items_is_signed_too, REFUSED, NOT_RAISED),),
    ),
    Fault(
        "a channel that binds nothing",
        "the session id does not depend on the certificates of the two sides",
        SESSION,
        "relay attacks on authentication inside of TLS (Asokan, Niemi and Nyberg 2003)",
        slip(session._session_id, (" + binding", "")),
        (Check(sessions.test_nonce_parameters_items_purpose_and_channel_change_it),
         Check(sessions.test_both_sides_get_the_session_id_of_its_definition)),
    ),
    Fault(
        "a number of items as it is claimed",
        "a message may claim any number of items beside its body, and the leakage statement repeats it",
        SESSION,
        "a number taken from the wire",
        slip(session.exactly, ("if payload.items != items:", "if False:")),
        (Check(counts.test_a_number_of_items_that_the_body_does_not_have_ends_the_run, REFUSED, NOT_RAISED,
               dict(zip(("suite", "liar", "kind"), ("size/1", "a", "points"), strict=True))),),
    ),
    Fault(
        "a length told before it is paid for",
        "the debit comes when both have greeted: a peer that hangs up before sees a padded length for nothing",
        SESSION,
        "averaging noise over repeats (Denning, \"Secure Statistical Databases with Random Sample Queries\" 1980)",
        slip(session.open_session, ("setting.telling(own.items)", "None"),
             ("setting.paced(", "setting.telling(own.items); setting.paced(")),
        (Check(party.test_a_peer_that_looks_at_the_greeting_and_hangs_up_has_cost_the_price, made=ROOM),),
    ),
    Fault(
        "a suite by the other side's wish",
        "a peer asks for a suite, and this side runs it although it would have taken another",
        RUN,
        "downgrade of a protocol that each side may choose (Adrian et al. 2015)",
        slip(run._suite, ("if (own or rule) != (other or rule):", "if False:")),
        (Check(party.test_neither_side_moves_the_other_to_a_suite_that_it_would_not_take, made=ROOM),),
    ),
    Fault(
        "a licence of the day before",
        "the gate is asked once, and the other party may be waited for until a licence has ended",
        RUN,
        "time of check and time of use",
        slip(run.run_party, ("granted.ask_again()", "None")),
        (Check(party.test_a_licence_that_ends_while_the_other_party_is_waited_for_is_not_used, made=ROOM),),
    ),
    Fault(
        "a minimum group of runs in one process only",
        "a party prints and keeps a number of people below what its licence lets be told",
        HOLDER,
        "a second way to the same number, which the check of the first does not see",
        slip(holder.Allowed.judged, ("if smallest and people < smallest:", "if False:")),
        (Check(party.test_a_number_below_the_minimum_group_of_the_own_licence_is_not_told, made=ROOM),),
    ),
    Fault(
        "any purpose will do",
        "two sides meet although they named different purposes",
        HELLO,
        KNOWN,
        slip(hello.check_hello, ("if other.purpose != own.purpose:", "if False:")),
        (Check(sessions.test_a_set_larger_than_agreed_and_another_purpose_end_the_run, AssertionError, "E_PURPOSE"),),
    ),
    Fault(
        "other Unicode tables",
        "two sides meet although they spell identifiers by other tables, and miss each other's people in silence",
        HELLO,
        "Python versions carry different Unicode data",
        slip(hello.check_hello, ("if other.normaliser != own.normaliser:", "if False:")),
        (Check(sessions.test_a_difference_ends_the_run_and_is_named, AssertionError, "E_NORMALISER",
               {"other": {**sessions.AGREED, "normaliser": "norm/1/15.0.0"}, "code": "E_NORMALISER"}),),
    ),
    Fault(
        "a field more",
        "a greeting with a field that nobody knows is taken, so that two versions can mean different things by it",
        HELLO,
        KNOWN,
        slip(hello.read_hello, ("if document.keys() != {field.name for field in fields(Hello)}:", "if False:"),
             ("Hello(**document)", "Hello(**{field.name: document[field.name] for field in fields(Hello)})")),
        (Check(sessions.test_a_bad_greeting_ends_the_run, (AssertionError, REFUSED),
               arguments=dict(zip(("code", "change"), sessions.BAD_HELLOS["unknown field"], strict=True))),),
    ),
    Fault(
        "a key of low order",
        "a peer may announce a key under which one signature fits every message",
        HELLO,
        "Brendel, Cremers, Jackson and Zhao, \"The Provable Security of Ed25519\" (2021)",
        slip(hello.check_hello, ('check_public_key(bytes.fromhex(other.identity), file="hello")', "pass")),
        (Check(sessions.test_a_bad_greeting_ends_the_run, AssertionError, "E_IDENTITY",
               dict(zip(("code", "change"), sessions.BAD_HELLOS["key of low order"], strict=True))),),
    ),
    Fault(
        "a body before its length is looked at",
        "a frame that announces more than is due is read all the same, gigabytes of it",
        NETWORK,
        "a length taken from the wire",
        slip(network.NetworkEndpoint.receive, ("if header.length > most:", "if False:")),
        (frame_check("more than is due, with no body sent", AssertionError),),
    ),
    Fault(
        "a deadline that begins anew with each byte",
        "a peer that sends one byte shortly before each deadline is waited for as long as it likes",
        NETWORK,
        "slow requests that hold a server",
        slip(network.NetworkEndpoint._read, ("settimeout(_left(until))", "settimeout(seconds)")),
        (Check(wire.test_a_peer_that_trickles_is_waited_for_no_longer_than_one_that_is_silent, AssertionError,
               arguments={"reads": True}),),
    ),
    Fault(
        "a depth taken from the wire",
        "a frame may claim to have waited for any number of others, which the statement of rounds then repeats",
        NETWORK,
        "a number taken from the wire",
        slip(network.NetworkEndpoint.receive, ("header.depth > self._deepest + 1 and not self._others", "False")),
        (frame_check("a depth that nothing explains"),),
    ),
    Fault(
        "frames in any order",
        "a frame that comes twice or out of turn is taken for the one that is due",
        NETWORK,
        KNOWN,
        slip(network.NetworkEndpoint.receive, (" or header.number != self._numbers[1]", "")),
        (frame_check("out of turn"), Check(wire.test_a_frame_sent_twice_is_refused, REFUSED, NOT_RAISED, made=KEYS)),
    ),
    Fault(
        "anybody may call",
        "the listener does not ask for a certificate",
        TLS,
        "mutual authentication left at its default, which is none",
        slip(tls.context_for, ("context.verify_mode = ssl.CERT_REQUIRED",
                               "context.verify_mode = ssl.CERT_NONE if serves else ssl.CERT_REQUIRED")),
        (Check(wire.test_a_certificate_of_another_authority_is_refused_by_both, AssertionError,
               made={**KEYS, "tmp_path": lambda folder: folder}),),
    ),
    Fault(
        "three machines under one binding",
        "sessions of a party with several peers are bound to no connection of their own",
        SETTING,
        KNOWN,
        slip(setting.Setting.binding_with, ("self.bindings.get(peer, self.binding)", "self.binding")),
        (Check(three.test_a_session_is_bound_to_the_connection_it_runs_over, made=THREE),),
    ),
    Fault(
        "an output before all are through",
        "of three parties one shows its output although the other two never finished with each other",
        SEVERAL,
        KNOWN,
        slip(several.SeveralEndpoints.settle, ("if line.receive(peer, _SETTLED, most=0).items:", "if False:")),
        (Check(three.test_nobody_is_through_before_all_are, made=THREE),),
    ),
    Fault(
        "a unit that answers too early",
        "the unit says yes to one holder before it has read what the other wants, so both may pay for nothing",
        TOTALS_RUN,
        KNOWN,
        slip(totals_run._propose, ("if own == unit:", "if False:"), ("if own != unit:", "if True:")),
        (
            Check(
                totals.test_a_proposal_that_does_not_reach_the_unit_costs_nothing,
                told="costs nothing",
                made={"room": lambda folder: totals.furnished(folder)},
            ),
        ),
    ),
)  # fmt: skip
