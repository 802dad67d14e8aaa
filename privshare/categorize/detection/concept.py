"""What a column can be about, and what follows for its category.

Categories as in NIST SP 800-188 and ISO/IEC 20889; which concepts fall under
special protection as in GDPR Art. 9 and PIPL Art. 28; IRIs of the W3C Data
Privacy Vocabulary's personal-data extension where it has the term.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privshare.model.category import Category

DIRECT, QUASI = Category.DIRECT_IDENTIFIER, Category.QUASI_IDENTIFIER
SENSITIVE, INSENSITIVE = Category.SENSITIVE_ATTRIBUTE, Category.INSENSITIVE

_PD = "https://w3id.org/dpv/pd#"


@dataclass(frozen=True, slots=True)
class Concept:
    """label: singular, with its article. why: ends the reason sentence. linkable: exact enough for a linkage key.

    anchor: a column of this kind says that the rows are about natural persons.
    """

    label: str
    category: Category
    why: str
    grade: str = "general"
    anchor: bool = True
    linkable: bool = False
    gdpr9: bool = False
    pipl28: bool = False
    dpv: str = ""


_NAMES_ONE = "names one person; useful for linking at most, never for showing"
_COMBINES = "harmless alone, telling in combination with others; published as groups only"
_HURTS = "can hurt when it is learnt about a person; totals with noise only"

CONCEPTS: Mapping[str, Concept] = {
    # names one person
    "person name": Concept("a name of a person", DIRECT, _NAMES_ONE, "important", dpv=_PD + "Name"),
    "national id": Concept(
        "a national or tax number", DIRECT, _NAMES_ONE, "important", linkable=True, pipl28=True, dpv=_PD + "OfficialID"
    ),
    "health id": Concept(
        "a health service number", DIRECT, _NAMES_ONE, "important", linkable=True, gdpr9=True, pipl28=True
    ),
    "e-mail": Concept("an e-mail address", DIRECT, _NAMES_ONE, "important", linkable=True, dpv=_PD + "EmailAddress"),
    "phone": Concept("a telephone number", DIRECT, _NAMES_ONE, "important", linkable=True, dpv=_PD + "TelephoneNumber"),
    "postal address": Concept("a postal address", DIRECT, _NAMES_ONE, "important", dpv=_PD + "PhysicalAddress"),
    "bank account": Concept(
        "a bank account or card number",
        DIRECT,
        _NAMES_ONE,
        "important",
        linkable=True,
        pipl28=True,
        dpv=_PD + "BankAccount",
    ),
    "device": Concept(
        "an address of a device", DIRECT, "leads to one person's device", "important", linkable=True, anchor=False
    ),
    "web address": Concept(
        "a web address or user name", DIRECT, "leads to one person's page", "important", anchor=False
    ),
    "vehicle": Concept("a vehicle or licence number", DIRECT, _NAMES_ONE, "important", linkable=True),
    "record id": Concept(
        "a number given to one person or record",
        DIRECT,
        "the same number in another file leads to the same person",
        "important",
        anchor=False,
        linkable=True,
        dpv=_PD + "Identifier",
    ),
    # tells in combination
    "age": Concept("an age", QUASI, _COMBINES, dpv=_PD + "Age"),
    "birth date": Concept("a date of birth", QUASI, _COMBINES, "important", dpv=_PD + "BirthDate"),
    "sex": Concept("a sex or gender", QUASI, _COMBINES, dpv=_PD + "Gender"),
    "ethnicity": Concept("an ethnic origin", QUASI, _COMBINES, "important", gdpr9=True, dpv=_PD + "EthnicOrigin"),
    "family": Concept("a family status or household", QUASI, _COMBINES, dpv=_PD + "MaritalStatus"),
    "nationality": Concept("a nationality or language", QUASI, _COMBINES),
    "place": Concept("a place", QUASI, _COMBINES, anchor=False, dpv=_PD + "Location"),
    "education": Concept("a level of education", QUASI, _COMBINES, dpv=_PD + "Education"),
    "occupation": Concept("an occupation, employer or title", QUASI, _COMBINES, dpv=_PD + "Profession"),
    "date": Concept("a date or time", QUASI, "a date in a life is known to others and singles out", anchor=False),
    "duration": Concept(
        "a length of time in a life", QUASI, "how long a thing lasted is known to others and singles out", anchor=False
    ),
    # can hurt
    "health": Concept(
        "health or body", SENSITIVE, _HURTS, "important", gdpr9=True, pipl28=True, dpv=_PD + "MedicalHealth"
    ),
    "money": Concept("income, wealth or debt", SENSITIVE, _HURTS, "important", pipl28=True, dpv=_PD + "Income"),
    "politics": Concept(
        "a political opinion", SENSITIVE, _HURTS, "important", gdpr9=True, pipl28=True, dpv=_PD + "PoliticalAffiliation"
    ),
    "religion": Concept("a religion", SENSITIVE, _HURTS, "important", gdpr9=True, pipl28=True, dpv=_PD + "Religion"),
    "sex life": Concept("sexual life or orientation", SENSITIVE, _HURTS, "important", gdpr9=True, pipl28=True),
    "union": Concept("trade union membership", SENSITIVE, _HURTS, "important", gdpr9=True),
    "crime": Concept("offences or punishment", SENSITIVE, _HURTS, "important", pipl28=True, dpv=_PD + "Criminal"),
    "marks": Concept("a mark, score or judgement", SENSITIVE, _HURTS),
    "conduct": Concept("conduct, habits or opinions", SENSITIVE, _HURTS, anchor=False),
    "free text": Concept(
        "free text", SENSITIVE, "free text can name people and tell anything about them", "important", anchor=False
    ),
    "unrecognised": Concept(
        "nothing recognised",
        SENSITIVE,
        "nobody recognised it in a table about people, so it counts as able to hurt until a person decides",
        anchor=False,
    ),
    # says nothing about a person
    "survey": Concept("set by the survey", INSENSITIVE, "it is set by the survey and not by the person", anchor=False),
    "row number": Concept("a count of the rows", INSENSITIVE, "it only counts the rows of this file", anchor=False),
    "constant": Concept(
        "one value in every row", INSENSITIVE, "the same in every row, it tells nobody apart", anchor=False
    ),
    "thing": Concept("about a thing", INSENSITIVE, "the rows are about things and not about people", anchor=False),
    "no sign of people": Concept(
        "nothing recognised", INSENSITIVE, "nothing in this table says that its rows are about people", anchor=False
    ),
}
