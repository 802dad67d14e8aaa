"""The adversary: sees a View and stated background, or asks an Oracle; never a Table.

ATTACKS: the attacks of the lab, one a file; a new one is a file and a line here.
"""

from privshare.attacks.attack import Attack
from privshare.attacks.dictionary import DICTIONARY
from privshare.attacks.differencing import DIFFERENCING

ATTACKS: dict[str, Attack] = {
    attack.name: attack
    for attack in (
        DICTIONARY,
        DIFFERENCING,
    )
}
