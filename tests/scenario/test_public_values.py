"""Names of columns that have few values in public, in six languages: a key of them alone is no key of persons."""

from __future__ import annotations

import pytest

from privshare.scenario.adhoc.public_values import public_values

MOST: dict[int, tuple[str, ...]] = {
    4: ("sex", "Gender", "Geschlecht", "sexe", "Genre", "sexo", "género", "GÉNERO", "пол", "Пол", "性别", "性別"),
    16: (
        "marital_status", "Familienstand", "Zivilstand", "état civil", "Etat-civil", "situation_familiale",
        "estado civil", "семейное положение", "婚姻状况", "婚姻狀況", "Blutgruppe", "血型", "学历",
    ),
    100: (
        "birth_year", "Geburtsjahr", "Jahrgang", "année de naissance", "annee_de_naissance", "año de nacimiento",
        "ano_de_nacimiento", "год рождения", "出生年", "出生年份", "Alter", "âge", "edad", "возраст", "年龄", "年齡",
    ),
    300: ("country", "Staatsangehörigkeit", "pays", "país", "nationalité", "гражданство", "国籍", "省份"),
    36_525: ("date of birth", "Geburtsdatum", "date de naissance", "fecha_de_nacimiento", "дата рождения", "出生日期"),
    1_000_000: (
        "postcode", "PLZ", "Postleitzahl", "code postal", "código postal", "codigo_postal", "почтовый индекс", "индекс",
        "邮编", "邮政编码", "郵遞區號", "ville", "ciudad", "город", "城市", "prénom", "apellidos", "фамилия",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("most", "name"), [(most, name) for most, names in MOST.items() for name in names])
def test_a_name_says_how_many_values_its_column_has(most: int, name: str) -> None:
    assert public_values(name) == most


@pytest.mark.parametrize(
    "name", ["email", "身份证号", "ssn", "numéro de sécurité sociale", "СНИЛС", "dni", "", "_", "★"]
)
def test_a_direct_identifier_or_an_unknown_name_says_nothing(name: str) -> None:
    assert public_values(name) is None
