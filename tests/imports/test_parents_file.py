import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.auth.models import Account, Person
from portal.errors import Refused
from portal.imports.rules import COLUMNS, LONGEST, MOST_BYTES, read
from portal.organisations.models import Group
from tests.imports.conftest import ANNA, FAMILY, HEADER, PIET, a_file

TODAY = date(2026, 11, 23)
ROW = dict(zip(COLUMNS, ANNA.split(";"), strict=True))


def told(text, encoding="utf-8"):
    return read(text.encode(encoding), TODAY)


def with_cell(**cells):
    """The file with Anna, some of her cells changed."""
    return told(a_file(";".join((ROW | cells).values())))


def test_a_row_says_one_parent_of_one_child():
    (row,) = told(a_file(ANNA)).rows
    assert row.line == 2
    assert (row.email, row.full_name, row.phone) == ("anna@voorbeeld.nl", "Anna de Vries", "0612345678")
    assert (row.child_name, row.birth_date, row.group) == ("Noor Bakker", date(2023, 5, 1), "De Vlinders")
    assert row.role == "custody"


def test_family_with_two_parents_and_two_children_is_three_right_rows():
    sheet = told(a_file(*FAMILY))
    assert len(sheet.rows) == 3
    assert not sheet.bad_rows
    assert not sheet.extra_columns


BAD = [
    ({"email": ""}, "email is leeg"),
    ({"email": "anna"}, "anna is geen e-mailadres"),
    ({"email": "anna@"}, "anna@ is geen e-mailadres"),
    ({"email": "anna@voorbeeld"}, "anna@voorbeeld is geen e-mailadres"),
    ({"email": "a b@voorbeeld.nl"}, "a b@voorbeeld.nl is geen e-mailadres"),
    ({"email": "anna@voorbeeld..nl"}, "anna@voorbeeld..nl is geen e-mailadres"),
    ({"email": "Anna <anna@voorbeeld.nl>"}, "Anna <anna@voorbeeld.nl> is geen e-mailadres"),
    ({"email": "anna@voorbeeld.nl, piet@voorbeeld.nl"}, "anna@voorbeeld.nl, piet@voorbeeld.nl is geen e-mailadres"),
    ({"email": "a" * 250 + "@x.nl"}, "email is langer dan 254 tekens"),
    ({"email": "anna\0@voorbeeld.nl"}, "in email staat een teken dat wij niet kennen"),
    ({"email": "=anna@voorbeeld.nl"}, "email begint met =, als een formule"),
    ({"voornaam": ""}, "voornaam is leeg"),
    ({"voornaam": " \u00a0 "}, "voornaam is leeg"),
    ({"voornaam": "A" * 101}, "voornaam is langer dan 100 tekens"),
    ({"voornaam": "An\x1b[31mna"}, "in voornaam staat een teken dat wij niet kennen"),
    ({"voornaam": '"An\nna"'}, "in voornaam staat een teken dat wij niet kennen"),
    ({"voornaam": "An\u202ena"}, "in voornaam staat een teken dat wij niet kennen"),
    ({"voornaam": "Ren\ufffd"}, "in voornaam staat een teken dat wij niet kennen"),
    ({"voornaam": "=1+1"}, "voornaam begint met =, als een formule"),
    ({"voornaam": "@SUM(A1)"}, "voornaam begint met @, als een formule"),
    ({"achternaam": ""}, "achternaam is leeg"),
    ({"achternaam": "+Vries"}, "achternaam begint met +, als een formule"),
    ({"achternaam": "-2+3"}, "achternaam begint met -, als een formule"),
    ({"tussenvoegsel": "v" * 31}, "tussenvoegsel is langer dan 30 tekens"),
    ({"telefoon": "0" * 31}, "telefoon is langer dan 30 tekens"),
    ({"telefoon": "=HYPERLINK()"}, "telefoon begint met =, als een formule"),
    ({"telefoon": "+31*cmd|' /C'!A0"}, "telefoon begint met +, als een formule"),
    ({"kind_voornaam": ""}, "kind_voornaam is leeg"),
    ({"kind_achternaam": ""}, "kind_achternaam is leeg"),
    ({"kind_geboortedatum": ""}, "kind_geboortedatum is leeg"),
    ({"kind_voornaam": "", "kind_achternaam": "", "kind_geboortedatum": ""}, "er staat geen kind bij deze ouder"),
    ({"kind_geboortedatum": "31-02-2023"}, "31-02-2023 is geen datum, zoals 1-5-2023"),
    ({"kind_geboortedatum": "1-5-23"}, "1-5-23 is geen datum, zoals 1-5-2023"),
    ({"kind_geboortedatum": "1-5/2023"}, "1-5/2023 is geen datum, zoals 1-5-2023"),
    ({"kind_geboortedatum": "05/31/2023"}, "05/31/2023 is geen datum, zoals 1-5-2023"),
    ({"kind_geboortedatum": "٠١-٠٥-٢٠٢٣"}, "٠١-٠٥-٢٠٢٣ is geen datum, zoals 1-5-2023"),
    ({"kind_geboortedatum": "0000-01-01"}, "0000-01-01 is geen datum, zoals 1-5-2023"),
    ({"kind_geboortedatum": "24-11-2026"}, "kind_geboortedatum 24-11-2026 ligt in de toekomst"),
    ({"kind_geboortedatum": "22-11-2008"}, "kind_geboortedatum 22-11-2008 is langer dan 18 jaar geleden"),
    ({"groep": "g" * 101}, "groep is langer dan 100 tekens"),
    ({"groep": "=A1"}, "groep begint met =, als een formule"),
    ({"gezag": ""}, "gezag is leeg: vul in ja, nee, voogd of pleegouder"),
    ({"gezag": "gedeeld"}, "gezag is ja, nee, voogd of pleegouder, niet gedeeld"),
]


@pytest.mark.parametrize(("cells", "reason"), BAD)
def test_bad_row_is_named_with_its_line_and_reason(cells, reason):
    assert with_cell(**cells).bad_rows == [(2, reason)]


def test_all_that_is_wrong_in_a_row_is_said_at_once():
    reasons = [reason for _, reason in with_cell(email="x", achternaam="", gezag="?").bad_rows]
    assert reasons == ["x is geen e-mailadres", "achternaam is leeg", "gezag is ja, nee, voogd of pleegouder, niet ?"]


TWICE = "deze ouder en dit kind staan al op regel 2"


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        ([ANNA, ANNA], 3, TWICE),
        ([ANNA, ANNA.replace("2023-05-01", "1-5-2023").replace("Noor", "NOOR")], 3, TWICE),
        ([ANNA, ANNA.replace("anna@", "ANNA@")], 3, TWICE),
        (
            [ANNA, PIET.replace("piet@", "Anna@")], 3,
            "Anna@voorbeeld.nl hoort op regel 2 bij Anna de Vries; twee personen kunnen geen adres delen",
        ),
        ([ANNA, PIET.replace("Vlinders", "Rupsen")], 3, "Noor Bakker zit op regel 2 in groep De Vlinders"),
        ([PIET.replace("De Vlinders", ""), ANNA, ANNA.replace("anna@", "a@").replace("Vlinders", "Rupsen")], 4,
         "Noor Bakker zit op regel 3 in groep De Vlinders"),
        ([ANNA + ";meer"], 2, "er staan meer cellen dan kolomnamen"),
        ([ANNA.replace("Anna", '"An"na')], 2, "de aanhalingstekens kloppen niet"),
        ([ANNA.replace("Anna", '"Anna'), PIET], 2, "de aanhalingstekens kloppen niet"),
        ([";;;;;;;;;", "", ANNA, PIET.replace(";ja", ";")], 5, "gezag is leeg: vul in ja, nee, voogd of pleegouder"),
    ],
)  # fmt: skip
def test_row_is_held_against_the_rows_above_it(rows, line, reason):
    assert told(a_file(*rows)).bad_rows == [(line, reason)]


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"kind_geboortedatum": "01-05-2023"}, "birth_date", date(2023, 5, 1)),
        ({"kind_geboortedatum": "1-5-2023"}, "birth_date", date(2023, 5, 1)),
        ({"kind_geboortedatum": "01/05/2023"}, "birth_date", date(2023, 5, 1)),
        ({"kind_geboortedatum": "29-2-2024"}, "birth_date", date(2024, 2, 29)),
        ({"kind_geboortedatum": "23-11-2026"}, "birth_date", date(2026, 11, 23)),
        ({"kind_geboortedatum": "23-11-2008"}, "birth_date", date(2008, 11, 23)),
        ({"gezag": "JA"}, "role", "custody"),
        ({"gezag": "j"}, "role", "custody"),
        ({"gezag": " Nee "}, "role", "no_custody"),
        ({"gezag": "N"}, "role", "no_custody"),
        ({"gezag": "Voogd"}, "role", "guardian"),
        ({"gezag": "pleegouder"}, "role", "foster"),
        ({"telefoon": "+31 (0)6-12 34 56 78"}, "phone", "+31 (0)6-12 34 56 78"),
        ({"telefoon": ""}, "phone", ""),
        ({"groep": ""}, "group", ""),
        ({"voornaam": "  Anna "}, "given_name", "Anna"),
        ({"voornaam": "Rene\u0301"}, "given_name", "Ren\u00e9"),
        ({"voornaam": "Anna 👩‍👧"}, "given_name", "Anna 👩‍👧"),
        ({"voornaam": "安娜"}, "given_name", "安娜"),
        ({"tussenvoegsel": "'t"}, "infix", "'t"),
        ({"achternaam": "O'Neill-Şahin"}, "family_name", "O'Neill-Şahin"),
        ({"achternaam": '"Vries; de jonge"'}, "family_name", "Vries; de jonge"),
        ({"email": "  Anna@Voorbeeld.NL"}, "email", "Anna@Voorbeeld.NL"),
        ({"email": "  Anna@Voorbeeld.NL"}, "email_key", "anna@voorbeeld.nl"),
        ({"email": "jan@müller.nl"}, "email_key", "jan@xn--mller-kva.nl"),
    ],
)
def test_cell_is_read_as_it_is_meant(cells, field, value):
    sheet = with_cell(**cells)
    assert not sheet.bad_rows
    assert getattr(sheet.rows[0], field) == value


COMMAS = a_file(*FAMILY).replace(";", ",")
ACCENTS = a_file(ANNA.replace("Vries", "Vriës"))


@pytest.mark.parametrize(
    "content",
    [
        ACCENTS.encode(),
        ACCENTS.encode("utf-8-sig"),
        ACCENTS.encode("cp1252"),
        ACCENTS.replace(";", ",").encode(),
        ACCENTS.replace("\r\n", "\n").encode(),
        ACCENTS.replace("\r\n", "\r").encode(),
        ACCENTS.rstrip().encode(),
        b"\r\n\r\n" + ACCENTS.encode(),
        ACCENTS.replace("\r\n", "\r\n\r\n").encode(),
        ACCENTS.replace("email;voornaam", ' E-Mail ;"Voornaam"').replace("E-Mail", "EMAIL").encode(),
    ],
)
def test_file_is_read_however_it_was_saved(content):
    sheet = read(content, TODAY)
    assert not sheet.bad_rows
    assert [row.full_name for row in sheet.rows] == ["Anna de Vriës"]


def test_commas_do_as_well_as_semicolons():
    assert [row.email for row in told(COMMAS).rows] == ["anna@voorbeeld.nl", "anna@voorbeeld.nl", "piet@voorbeeld.nl"]


def test_columns_may_stand_in_any_order():
    header, row = HEADER.split(";"), ANNA.split(";")
    (one,) = told(a_file(";".join(reversed(row)), header=";".join(reversed(header)))).rows
    assert (one.full_name, one.role) == ("Anna de Vries", "custody")


def test_infix_phone_and_group_may_be_absent():
    header = "email;voornaam;achternaam;kind_voornaam;kind_achternaam;kind_geboortedatum;gezag"
    (row,) = told(a_file("anna@voorbeeld.nl;Anna;de Vries;Noor;Bakker;2023-05-01;ja", header=header)).rows
    assert (row.infix, row.phone, row.group) == ("", "", "")


def test_extra_columns_are_told_and_may_hold_anything():
    sheet = told(
        a_file(ANNA + ';"twee\r\nregels; en ""meer"""', PIET.replace(";ja", ";?;"), header=HEADER + ";Opmerking")
    )
    assert sheet.extra_columns == ["opmerking"]
    assert len(sheet.rows) == 1
    assert sheet.bad_rows == [(4, "gezag is ja, nee, voogd of pleegouder, niet ?")]


def test_name_of_an_extra_column_cannot_speak_to_the_terminal():
    assert told(a_file(ANNA, header=HEADER + ";\x1b[31m" + "x" * 100)).extra_columns == ["?[31m" + "x" * 35]


def test_damaged_byte_in_a_utf_8_file_is_named_by_its_line():
    content = a_file(ANNA.replace("Anna", "Zoë"), PIET).encode().replace(b"Piet", b"Pi\xe9t")
    assert read(content, TODAY).bad_rows == [(3, "in voornaam staat een teken dat wij niet kennen")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Het bestand is leeg."),
        (b"\xef\xbb\xbf", "Het bestand is leeg."),
        (b" \r\n\r\n", "Het bestand is leeg."),
        (HEADER.encode(), "Onder de kolomnamen staat geen enkele rij."),
        (b"hallo", "De eerste regel moet de kolommen noemen: "),
        (ANNA.encode(), "De eerste regel moet de kolommen noemen: "),
        (HEADER.replace("gezag", "x").encode(), "In het bestand ontbreekt: gezag."),
        (b"email;voornaam;achternaam", "In het bestand ontbreekt: kind_voornaam, kind_achternaam, "),
        (HEADER.encode() + b";Email", "Deze kolom staat er twee keer in: email."),
        (b"PK\x03\x04 enzovoort", "Dit is een Excel-bestand."),
        (b"\xd0\xcf\x11\xe0 enzovoort", "Dit is een Excel-bestand."),
        (a_file(ANNA).encode("utf-16"), "Dit is geen tekstbestand."),
        (bytes(range(256)) * 10, "Dit is geen tekstbestand."),
        (b"x" * (MOST_BYTES + 1), "Het bestand is groter dan 5 MB."),
        (a_file(*[ANNA] * 20_001).encode(), "Het bestand heeft meer dan 20.000 rijen."),
    ],
)
def test_file_that_cannot_be_used_is_refused_in_one_sentence(content, sentence):
    with pytest.raises(Refused) as refusal:
        read(content, TODAY)
    assert str(refusal.value).startswith(sentence)


@given(st.binary(max_size=400))
def test_no_bytes_whatever_make_it_stumble(noise):
    for content in (noise, HEADER.encode() + b"\n" + noise):
        with contextlib.suppress(Refused):
            read(content, TODAY)


def test_cells_are_as_long_as_the_columns_of_the_database():
    columns = {
        "email": Account.email, "voornaam": Person.given_name, "tussenvoegsel": Person.infix,
        "achternaam": Person.family_name, "telefoon": Person.phone, "kind_voornaam": Person.given_name,
        "kind_achternaam": Person.family_name, "groep": Group.name,
    }  # fmt: skip
    for name, column in columns.items():
        assert column.property.columns[0].type.length == LONGEST[name]
