"""A manager changes how the organisation shows itself, with a preview; two managers at once lose nothing."""

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.db import db
from portal.face import rules
from portal.organisations.models import Organisation
from portal.organisations.rules import contrast
from tests.conftest import totp_code

PAGE, PREVIEW = "/beheer/organisatie", "/beheer/organisatie/voorbeeld"
NEW = {
    "name": "Kok & Zonen", "login_text": "Welkom terug\r\nna de zomer!", "colour": "#E6007E",
    "email": "post@kok.test", "phone": "010 - 765 43 21", "phone_hours": "8 tot 17 uur",
    "credentials_mail": "link", "temporary_password_hours": "48", "shortest_password": "14", "language": "en",
    "notice_months": "2",
}  # fmt: skip


@pytest.fixture
def manager(office):
    return office("manager")


def fields(page):
    """What a browser would send when nothing is touched; of buttons that exclude each other the chosen one."""
    sent = {name: value for name, value in page.form("organisation-form")["fields"].items() if name}
    for _tag, attributes in page.tags:
        if attributes.get("type") == "radio" and "checked" in attributes:
            sent[attributes["name"]] = attributes["value"]
    sent |= {"login_text": "", "temporary_password_hours": "72", "shortest_password": "12", "language": "nl"}
    sent |= {"notice_months": "1"}
    sent.pop("csrf_token")
    return sent


def now(inside, kok):
    with inside(kok):
        return rules.SETTINGS and {name: getattr(db.session.get(Organisation, kok.id), name) for name in rules.SETTINGS}


def told(inside, kok):
    with inside(kok):
        wanted = sa.select(AccessLog).where(AccessLog.action == "organisation_changed")
        return db.session.scalars(wanted).all()


def test_every_setting_can_be_changed_and_the_log_tells_old_and_new(manager, visitor, kok, inside):
    opened = fields(manager.get(PAGE))
    page = manager.follow(manager.post(PAGE, **{**opened, **NEW}))
    assert "bewaard" in page.seen
    assert now(inside, kok) == {
        **NEW, "login_text": "Welkom terug na de zomer!", "colour": "#e6007e",
        "temporary_password_hours": 48, "shortest_password": 14, "notice_months": 2,
    }  # fmt: skip
    login = visitor(kok).get("/inloggen")
    for words in ("Kok & Zonen", "Welkom terug na de zomer!", "010 - 765 43 21", "8 tot 17 uur", "post@kok.test"):
        assert words in login.seen
    assert "/stijl/e6007e.css" in login.text
    lines = told(inside, kok)
    assert len(lines) == len(NEW) and {line.actor_id for line in lines} == {manager.account.id}
    details = {line.detail for line in lines}
    assert {"name: Kok Kinderopvang -> Kok & Zonen", "shortest_password: 12 -> 14"} <= details
    again = fields(manager.get(PAGE))
    same = {**again, "login_text": "Welkom terug na de zomer!", "temporary_password_hours": "48",
            "shortest_password": "14", "notice_months": "2", "language": "en"}  # fmt: skip
    assert "niets gewijzigd" in manager.follow(manager.post(PAGE, **same)).seen
    assert len(told(inside, kok)) == len(NEW)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "  "}, "1 tot 100 tekens"), ({"name": "x" * 101}, "hoogstens 100"),
        ({"colour": "rood"}, "Een kleur ziet eruit als"), ({"colour": "#12345"}, "Een kleur ziet eruit als"),
        ({"colour": "#1f6f66}body{display:none"}, "te lang"), ({"email": "kantoor"}, "geen e-mailadres"),
        ({"phone": "bel maar"}, "minstens 6 cijfers"), ({"phone_hours": "x" * 201}, "hoogstens 200"),
        ({"login_text": "x" * 301}, "hoogstens 300"), ({"credentials_mail": "fax"}, "Kies een van"),
        ({"temporary_password_hours": "1"}, "Kies een van"), ({"shortest_password": "7"}, "Kies een van"),
        ({"language": "de"}, "Kies een van"),
    ],
)  # fmt: skip
def test_wrong_value_gets_a_sentence_and_the_rest_stays(wrong, words, manager, inside, kok):
    opened = fields(manager.get(PAGE))
    before = now(inside, kok)
    page = manager.post(PAGE, 422, **{**opened, "name": "Nieuwe naam", **wrong})
    assert words in page.seen and now(inside, kok) == before and told(inside, kok) == []
    assert "name" in wrong or 'value="Nieuwe naam"' in page.text


def test_what_parents_read_is_never_markup(manager, visitor, kok):
    opened = fields(manager.get(PAGE))
    evil = '<img src=x onerror="alert(1)">'
    manager.post(PAGE, **{**opened, "name": evil, "login_text": f"{evil}{{{{ 7*7 }}}}", "phone_hours": evil})
    page = visitor(kok).get("/inloggen")
    assert evil in page.seen and "{{ 7*7 }}" in page.seen
    assert not [attributes for tag, attributes in page.tags if attributes.get("src") == "x"]


@pytest.mark.parametrize(
    "name", ['Kok" <boef@elders.test>', "Kok, boef@elders.test;", "=?utf-8?q?Kok?=", "De 🌻 van Kok \\"]
)
def test_name_is_a_name_in_a_mail_and_never_an_address(name, manager, kok, anna, visitor, post):
    manager.post(PAGE, **{**fields(manager.get(PAGE)), "name": name})
    visitor(kok).post("/wachtwoord-vergeten", email=anna.email)
    (mail,) = post.deliver()
    (sender,) = mail.message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "portaal@kok.test")
    assert mail.message["Bcc"] is None and mail.to == [anna.email] and name in mail.text


@pytest.mark.parametrize("wrong", ["Kok\r\nBcc: boef@elders.test", "Kok\u202egnp.exe"])
def test_name_has_no_sign_that_hides_something(wrong, manager, inside, kok):
    opened = fields(manager.get(PAGE))
    manager.post(PAGE, 422, **{**opened, "name": wrong})
    assert now(inside, kok)["name"] == "Kok Kinderopvang"


def test_what_is_pasted_from_a_document_is_taken_as_it_is_seen(manager, inside, kok):
    opened = fields(manager.get(PAGE))
    pasted = {"name": " Kok\u2028Kinder\u00adopvang\u200b ", "phone_hours": "8.00\u202f\u2013\u202f17.00\u00a0uur"}
    manager.post(PAGE, **{**opened, **pasted})
    kept = now(inside, kok)
    assert (kept["name"], kept["phone_hours"]) == ("Kok Kinderopvang", "8.00 \u2013 17.00 uur")


def test_page_says_what_each_first_mail_means_for_parents(manager):
    page = manager.get(PAGE)
    assert "de ouder typt het over" in page.seen and "de ouder klikt erop" in page.seen


# Two at once


def test_second_manager_is_told_and_nothing_is_lost(manager, office, inside, kok, visitor, save_parent):
    opened = fields(manager.get(PAGE))
    manager.post(PAGE, **{**opened, "phone": "010 - 111 11 11", "email": "eerste@kok.test"})
    page = manager.post(PAGE, 422, **{**opened, "phone": "010 - 222 22 22", "name": "Tweede"})
    assert "Iemand anders heeft intussen iets gewijzigd" in page.seen
    assert "Iemand anders maakte hiervan: 010 - 111 11 11" in page.seen
    assert now(inside, kok)["name"] == "Kok Kinderopvang"
    again = fields(page)
    assert (again["phone"], again["name"], again["email"]) == ("010 - 222 22 22", "Tweede", "eerste@kok.test")
    manager.post(PAGE, **again)
    kept = now(inside, kok)
    assert (kept["phone"], kept["name"], kept["email"]) == ("010 - 222 22 22", "Tweede", "eerste@kok.test")


START = dict.fromkeys(rules.SETTINGS, "a")


@pytest.mark.parametrize(
    ("theirs", "mine", "result", "meanwhile", "clashing"),
    [
        ({}, {}, {}, [], []), ({}, {"name": "b"}, {"name": "b"}, [], []),
        ({"name": "c"}, {}, {"name": "c"}, ["name"], []), ({"name": "b"}, {"name": "b"}, {"name": "b"}, ["name"], []),
        ({"name": "c"}, {"name": "b"}, {"name": "b"}, ["name"], ["name"]),
        ({"phone": "c"}, {"name": "b"}, {"phone": "c", "name": "b"}, ["phone"], []),
    ],
)  # fmt: skip
def test_two_changes_are_put_together(theirs, mine, result, meanwhile, clashing):
    merged = rules.merged(rules.seen(START), START | theirs, START | mine)
    assert merged == (START | result, meanwhile, clashing)


def test_form_that_does_not_say_what_was_seen_overwrites_nothing(manager, inside, kok):
    opened = fields(manager.get(PAGE))
    page = manager.post(PAGE, 422, **{**opened, "name": "Anders", "seen": "onzin"})
    assert "Iemand anders" in page.seen and now(inside, kok)["name"] == "Kok Kinderopvang"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a", "b", ["phone: a -> b"]), ("", "x" * 300, ["phone was: ", "phone is: " + "x" * 190, "phone is: " + "x" * 110]),
        ("y" * 100, "z" * 100, ["phone was: " + "y" * 100, "phone is: " + "z" * 100]),
    ],
)  # fmt: skip
def test_log_keeps_old_and_new_in_full(old, new, expected):
    assert rules.lines("phone", old, new) == expected and max(map(len, expected)) <= 200


# Who may, and when


def test_settings_ask_again_who_one_is_and_lose_nothing(manager, inside, kok, time_passes):
    opened = fields(manager.get(PAGE))
    time_passes(minutes=11)
    page = manager.post(PAGE, 422, **{**opened, "name": "Langzaam getypt"})
    assert "Laat eerst zien dat u het bent" in page.seen and 'value="Langzaam getypt"' in page.text
    assert "/tweede-stap/bevestigen" in page.text and now(inside, kok)["name"] == "Kok Kinderopvang"
    assert "bevestigen" in manager.get(PAGE, status=303).response.location
    typed, csrf = fields(page), manager.csrf
    manager.get(f"/tweede-stap/bevestigen?next={PAGE}")
    manager.post("/tweede-stap/bevestigen", code=totp_code(), next=PAGE)
    manager.csrf = csrf  # of the page that stayed open
    manager.post(PAGE, **typed)
    assert now(inside, kok)["name"] == "Langzaam getypt"


def test_only_managers_of_this_organisation_get_here(office, visitor, kok, zon, anna, bram):
    parent, stranger, neighbour = visitor(kok), visitor(kok), visitor(zon)
    parent.log_in(anna)
    neighbour.log_in(bram)
    for path in (PAGE, f"{PAGE}/logo", f"{PAGE}/kleur/1f6f66.css"):
        assert stranger.get(path, status=303).response.location.startswith("/inloggen")
        for browser in (parent, neighbour):
            browser.get(path, status=404)
    for role in ("groepsleiding", "planning", "administratie"):
        browser = office(role)
        assert "/beheer/organisatie" not in browser.get("/beheer").text
        browser.get(PAGE, status=404)
        browser.post(PREVIEW, status=404, name="x")


# The preview


def test_preview_shows_what_is_typed_and_keeps_nothing(manager, inside, kok):
    opened = fields(manager.get(PAGE))
    before = now(inside, kok)
    typed = {**opened, "name": "Proefnaam", "login_text": "Proefzin", "colour": "#e6007e"}
    page = manager.post(PREVIEW, 200, **typed)
    assert "Er is nog niets bewaard" in page.seen and 'value="Proefnaam"' in page.text
    assert page.seen.count("Proefzin") == 3, "in the field, and on a light and a dark phone"
    assert f"{PAGE}/kleur/e6007e.css" in page.text
    fragment = manager.htmx_post(PREVIEW, **typed)
    assert "Proefnaam" in fragment.seen and not fragment.forms
    assert now(inside, kok) == before and told(inside, kok) == []
    saved = manager.post(PAGE, **fields(page) | {"login_text": "Proefzin"})
    assert saved.status == 303 and now(inside, kok)["name"] == "Proefnaam"


def test_colour_is_checked_while_it_is_chosen(manager):
    opened = fields(manager.get(PAGE))
    check = f"{PAGE}/kleur"
    dark = manager.htmx_post(check, **{**opened, "colour": "#103050"}).seen
    assert "licht scherm is deze kleur goed" in dark and "te donker" in dark
    light = manager.htmx_post(check, **{**opened, "colour": "#ffe45c"}).seen
    assert "te licht" in light and "donker scherm is deze kleur goed" in light
    wrong = manager.htmx_post(check, **{**opened, "colour": "geel"})
    assert "Een kleur ziet eruit als" in wrong.seen and "1f6f66.css" in wrong.text
    manager.post(check, 303, **opened)


@pytest.mark.parametrize("colour", ["#ffff00", "#ffffff", "#000000", "#1f6f66", "#e6007e", "#808080"])
def test_colour_that_is_shown_can_be_read(colour):
    found = rules.legible(colour)
    assert contrast(found.shown_on_light, "#fbfaf7") >= 4.5 and contrast(found.shown_on_dark, "#1d1c1a") >= 4.5
    assert found.on_light is (contrast(colour, "#fbfaf7") >= 4.5)


def test_sample_stylesheet_takes_nothing_but_a_colour(manager):
    manager.get(PAGE)
    sheet = manager.get(f"{PAGE}/kleur/e6007e.css")
    assert sheet.response.mimetype == "text/css" and ".as-dark{--accent:" in sheet.text
    for colour in ("1f6f6", "zzzzzz", "1f6f66}body{display:none", "1F6F66"):
        manager.get(f"{PAGE}/kleur/{colour}.css", status=404)
