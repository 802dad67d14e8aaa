"""How many values a column can have at most, by its public name: for keys that are named on the command line.

The names are the schema, which both holders know; no value is looked at. The
numbers are of what is worth trying, and rounded up. Names are read without
case, accents, blanks and signs, in English, German, French, Spanish, Russian
and Chinese. A name that is not here says nothing: its column is taken for the
direct identifier that a key is expected to be. Who has one of these names over
something else writes a policy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_NAMED: Mapping[int, str] = {
    2: "consent active deceased alive insured employed smoker",
    4: "sex gender geschlecht sexe genre sexo género пол 性别 性別",
    16: """
        bloodgroup bloodtype blutgruppe groupesanguin gruposanguíneo группакрови 血型
        maritalstatus familienstand zivilstand étatcivil situationmatrimoniale situationfamiliale estadocivil
        семейноеположение 婚姻状况 婚姻狀況
        education bildung niveaudétudes niveldeestudios образование 学历 學歷""",
    100: """
        yearofbirth birthyear yob geburtsjahr jahrgang annéedenaissance añodenacimiento годрождения 出生年 出生年份
        year jahr année año год 年份 age alter âge edad возраст 年龄 年齡
        religion konfession religión вероисповедание 宗教 ethnicity этническаяпринадлежность 民族""",
    300: """
        country land pays país страна 国家 國家 nationality citizenship nationalität staatsangehörigkeit nationalité
        nacionalidad гражданство национальность 国籍 國籍
        state province region bundesland canton kanton région provincia регион область 省 省份""",
    10_000: """
        county district borough ward kreis bezirk stadtteil département район 区县
        streetnumber housenumber hausnummer numérodevoie númerodecasa номердома""",
    36_525: """
        dateofbirth birthdate dob birthday geburtsdatum datedenaissance fechadenacimiento датарождения деньрождения
        出生日期 生日 date datum fecha дата 日期 visitdate dateofdeath""",
    1_000_000: """
        givenname firstname forename fname vorname prénom nombre имя 名 middlename отчество
        surname lastname familyname lname nachname familienname maidenname nom nomdefamille apellido apellidos
        фамилия 姓
        city town place village suburb ort wohnort stadt ville commune ciudad город 城市
        placeofbirth birthplace geburtsort lieudenaissance lugardenacimiento месторождения 出生地
        postcode postalcode zip zipcode plz postleitzahl codepostal códigopostal индекс почтовыйиндекс 邮编 邮政编码
        郵遞區號""",
}
_SEPARATORS = re.compile(r"[\W_]+")


def _plain(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    return _SEPARATORS.sub("", "".join(letter for letter in apart if not unicodedata.combining(letter)))


_VALUES: Mapping[str, int] = {_plain(name): most for most, names in _NAMED.items() for name in names.split()}


def public_values(column: str) -> int | None:
    """Return how many values a column of this name can have at most, or None where the name does not say.

    >>> public_values("Date of Birth"), public_values("sex"), public_values("email") is None
    (36525, 4, True)
    >>> public_values("性别"), public_values("Année de naissance"), public_values("Семейное положение")
    (4, 100, 16)
    """
    return _VALUES.get(_plain(column))
