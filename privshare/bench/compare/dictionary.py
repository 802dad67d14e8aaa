"""A dictionary attack as a program: `python -m privshare.bench.compare.dictionary DIGITS PLANTED`; one line of JSON.

PLANTED numbers of so many digits are hashed without a key; then all numbers there are are hashed and looked up.
"""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    """Plant, attack, tell."""
    from privshare.attacks.dictionary import unkeyed_hash
    from privshare.attacks.enumeration import named_numbers
    from privshare.comparison.lab.techniques.unkeyed_hash import hashed_rows
    from privshare.model.entropy import seeded_generator

    digits, planted = int(sys.argv[1]), int(sys.argv[2])
    numbers = seeded_generator(1).choice(10**digits, planted, replace=False).tolist()
    observed = {unkeyed_hash(text): text for text in (f"{number:0{digits}d}" for number in numbers)}
    began = time.perf_counter()
    named = named_numbers(observed, digits, hashed_rows)
    seconds = time.perf_counter() - began
    right = sum(observed[value] == text for value, text in named.items())
    print(json.dumps({"planted": len(observed), "named": right, "seconds": seconds}))


if __name__ == "__main__":
    main()
