"""An audit in sentences for a terminal, and as a document."""

from __future__ import annotations

from typing import Any

from privshare.comparison.audit import CONFIDENCE, Audit
from privshare.model.release import Release
from privshare.report.figures import count, decimal, delta, epsilon
from privshare.report.layout import wrapped
from privshare.report.sentences import Sentences, english


def audit_lines(release: Release, audit: Audit, *, sentences: Sentences | None = None) -> list[str]:
    """Return what was audited, what was found, and what that shows and does not show."""
    say = (sentences or english()).say
    told = [
        say("audit.what", id=release.id, samples=count(audit.samples)),
        say(
            "audit.lower",
            lower=decimal(audit.lower, 3),
            claimed=epsilon(audit.claimed.micro_epsilon)
            + (f" at delta {delta(audit.claimed.delta_e15)}" if audit.claimed.delta_e15 else ""),
            confidence=f"{CONFIDENCE:.1%}",
        ),
    ]
    if audit.found is not None and audit.allowed is not None:
        allowed = f"{audit.allowed:g}"
        told.append(say("audit.found", found=count(audit.found), samples=count(audit.samples), allowed=allowed))
    told.append(say("audit.holds" if audit.holds else "audit.broken"))
    told.append(say("audit.signed"))
    return wrapped(told, indent="")


def audit_facts(release: Release, audit: Audit) -> dict[str, Any]:
    """Return the audit as a document; epsilons as numbers, for reading and not for adding up."""
    return {
        "release": release.id,
        "claimed_epsilon": audit.claimed.epsilon,
        "lower_bound": audit.lower,
        "confidence": CONFIDENCE,
        "samples": audit.samples,
        "groups_of_one_published": audit.found,
        "groups_of_one_allowed": audit.allowed,
        "holds": audit.holds,
    }
