"""Techniques that are compared, one a file; a new one is a file and a line here."""

from privshare.comparison.lab.techniques.central import CENTRAL
from privshare.comparison.lab.techniques.hash_join import HASH_JOIN
from privshare.comparison.lab.techniques.k_anonymity import K_ANONYMITY
from privshare.comparison.lab.techniques.keyed_pseudonyms import KEYED_PSEUDONYMS
from privshare.comparison.lab.techniques.local_dp import LOCAL
from privshare.comparison.lab.techniques.pooled_join import POOLED_JOIN
from privshare.comparison.lab.techniques.psi_members import PSI_MEMBERS
from privshare.comparison.lab.techniques.raw import RAW
from privshare.comparison.lab.techniques.small_counts import COMPLEMENTED, SMALL_COUNTS
from privshare.comparison.lab.techniques.swapping import SWAPPING
from privshare.comparison.lab.techniques.technique import Technique
from privshare.comparison.lab.techniques.totals_dp import TOTALS_DP
from privshare.comparison.lab.techniques.unkeyed_hash import UNKEYED_HASH

TECHNIQUES: dict[str, Technique] = {
    technique.name: technique
    for technique in (
        RAW,
        UNKEYED_HASH,
        KEYED_PSEUDONYMS,
        SMALL_COUNTS,
        COMPLEMENTED,
        K_ANONYMITY,
        SWAPPING,
        LOCAL,
        CENTRAL,
        POOLED_JOIN,
        HASH_JOIN,
        PSI_MEMBERS,
        TOTALS_DP,
    )
}
