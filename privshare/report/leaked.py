"""A leakage statement in words: who learned what, at which price, and what nothing stops; for terminal and page alike.

Leaves to others: the statement itself (`model/leakage.py`, made by each suite).
"""

from __future__ import annotations

from privshare.model.leakage import LeakageStatement
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId
from privshare.report.figures import count, delta, epsilon, size
from privshare.report.layout import aligned, section, wrapped
from privshare.report.sentences import Sentences


def learned_lines(told: LeakageStatement, say: Sentences) -> list[str]:
    """Return who learned what, against whom that holds, and what nothing stops, as lines for a terminal."""
    rows = [
        (party if number == 0 else "", sentence)
        for party, sentences in told.learned
        for number, sentence in enumerate(sentences)
    ]
    words = [
        say.say("told.link_against", adversary=told.adversary),
        *(say.say("told.link_not_stopped", what=what) for what in told.not_stopped),
    ]
    return [*section(say.say("told.link_learned", suite=told.suite), aligned(rows))[:-1], *wrapped(words), ""]


def price_told(party: PartyId, loss: PrivacyLoss, told: LeakageStatement, say: Sentences) -> tuple[str, ...]:
    """Return what a noised answer costs at a party, and somebody in both tables; nothing for what is exact."""
    if loss == NO_LOSS or told.in_both is None:
        return ()
    prices = [{"epsilon": epsilon(one.micro_epsilon), "delta": delta(one.delta_e15)} for one in (loss, told.in_both)]
    return say.say("told.party_price", party=party, **prices[0]), say.say("told.link_both", **prices[1])


def price_lines(party: PartyId, loss: PrivacyLoss, told: LeakageStatement, say: Sentences) -> list[str]:
    """Return the same as lines for a terminal."""
    price = price_told(party, loss, told, say)
    return [*wrapped(price[:1], indent=""), *wrapped(price[1:]), ""] if price else []


def sizes_told(told: LeakageStatement, say: Sentences) -> list[str]:
    """Return the numbers that every party of the run knows, each with its name."""
    return [say.say("secure.size_pair", name=name, number=count(number)) for name, number in told.public_sizes]


def sent_told(told: LeakageStatement, say: Sentences) -> list[str]:
    """Return how many bytes each party sent."""
    return [say.say("secure.size_pair", name=party, number=size(sent)) for party, sent in told.bytes_sent]
