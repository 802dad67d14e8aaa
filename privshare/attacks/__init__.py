"""The adversary: sees a View and stated background, or asks an Oracle; never a Table.

ATTACKS: the attacks of the lab, one a file; a new one is a file and a line here.
"""

from privshare.attacks.attack import Attack
from privshare.attacks.attribute_inference import ATTRIBUTE_INFERENCE
from privshare.attacks.averaging import AVERAGING
from privshare.attacks.dictionary import DICTIONARY
from privshare.attacks.differencing import DIFFERENCING
from privshare.attacks.linkage_of_releases import LINKAGE_OF_RELEASES
from privshare.attacks.membership import MEMBERSHIP
from privshare.attacks.precision import PRECISION
from privshare.attacks.psi_probing import PSI_PROBING, PSI_REPEATED_RUNS
from privshare.attacks.reconstruction import RECONSTRUCTION, RECONSTRUCTION_OF_A_SECRET
from privshare.attacks.reidentification import REIDENTIFICATION
from privshare.attacks.small_cell import SMALL_CELL

ATTACKS: dict[str, Attack] = {
    attack.name: attack
    for attack in (
        DICTIONARY,
        REIDENTIFICATION,
        LINKAGE_OF_RELEASES,
        ATTRIBUTE_INFERENCE,
        DIFFERENCING,
        AVERAGING,
        RECONSTRUCTION,
        RECONSTRUCTION_OF_A_SECRET,
        MEMBERSHIP,
        SMALL_CELL,
        PSI_PROBING,
        PSI_REPEATED_RUNS,
        PRECISION,
    )
}
