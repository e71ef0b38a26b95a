"""portal organisation add, and the page and log of an installation without one."""

import pytest
import sqlalchemy as sa

from portal.cli import _commands
from portal.db import db, within
from portal.errors import Refused
from portal.organisations.models import Location, Organisation
from portal.organisations.rules import DARK_PAGE, LIGHT_PAGE, accents, contrast, origin_problem

GOOD = {
    "--slug": "kok",
    "--origin": "https://portaal.kok.test",
    "--email": "kantoor@kok.test",
    "--phone": "010-1234567",
}


def add(app, name="Kok Kinderopvang", **changed):
    options = {**GOOD, **{f"--{key}": value for key, value in changed.items()}}
    words = [part for pair in options.items() for part in pair]
    with app.app_context():
        _commands(app).main(["organisation", "add", name, *words], standalone_mode=False)


def test_organisation_is_added_with_a_location(app, capsys):
    add(app)
    assert "portal staff add EMAIL --organisation kok" in capsys.readouterr().out
    with app.app_context():
        made = db.session.scalars(sa.select(Organisation)).one()
        assert (made.host, made.credentials_mail, made.shortest_password) == ("portaal.kok.test", "password", 12)
        with within(made.id):
            assert db.session.scalars(sa.select(Location.name)).one() == "Kok Kinderopvang"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": " "}, "name"),
        ({"name": "Kok\nBcc: x@y.nl"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"slug": "Kok!"}, "slug"),
        ({"origin": "http://portaal.kok.test"}, "https"),
        ({"origin": "portaal.kok.test"}, "https://portaal"),
        ({"origin": "https://kok.test/portaal"}, "nothing after"),
        ({"origin": "https://*.kok.test"}, "nothing after"),
        ({"origin": "https://kok.test:99999"}, "port"),
        ({"email": "kantoor"}, "e-mail"),
        ({"email": "a@kok.test\r\nBcc: b@c.nl"}, "e-mail"),
        ({"phone": ""}, "phone"),
        ({"phone": "bel maar"}, "phone"),
        ({"colour": "red"}, "#1f6f66"),
        ({"sender": "x"}, "e-mail"),
    ],
)
def test_wrong_input_is_refused_in_one_sentence(changed, says, app):
    with pytest.raises(Refused, match=says):
        add(app, **changed)
    with app.app_context():
        assert db.session.scalars(sa.select(Organisation)).all() == []


def run(app, *words):
    with app.app_context():
        _commands(app).main(list(words), standalone_mode=False)


def test_settings_of_an_organisation_change_by_name(app, kok, capsys, visitor):
    run(
        app,
        "organisation",
        "change",
        "kok",
        "--credentials-mail",
        "link",
        "--phone-hours",
        "8 tot 17 uur",
        "--colour",
        "#B4470F",
    )
    assert "credentials_mail" in capsys.readouterr().out
    with app.app_context():
        changed = db.session.scalars(sa.select(Organisation)).one()
        assert (changed.credentials_mail, changed.colour, changed.name) == ("link", "#b4470f", "Kok Kinderopvang")
    assert "8 tot 17 uur" in visitor(kok).get("/inloggen").seen
    run(app, "organisation", "list")
    assert "https://kok.test" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["--phone", "bel"],
        ["--name", " "],
        ["--email", "x"],
        ["--colour", "red"],
        ["--login-text", "a\nb"],
        ["--phone-hours", "x" * 201],
    ],
)
def test_wrong_change_is_refused_and_changes_nothing(words, app, kok):
    with pytest.raises(Refused):
        run(app, "organisation", "change", "kok", *words)
    with app.app_context():
        same = db.session.scalars(sa.select(Organisation)).one()
        assert (same.phone, same.name, same.email) == (kok.phone, kok.name, kok.email)


def test_slug_and_host_are_taken_once(app, kok):
    with pytest.raises(Refused, match="slug"):
        add(app, origin="https://elders.test")
    with pytest.raises(Refused, match=r"kok\.test"):
        add(app, slug="ander", origin="https://kok.test")


def test_unknown_organisation_names_the_known_ones(app, kok):
    with app.app_context(), pytest.raises(Refused, match="Known: kok"):
        _commands(app).main(["sessions", "end", "--all", "--organisation", "kko"], standalone_mode=False)


@pytest.mark.parametrize(
    "origin", ["https://a.nl", "https://a.nl:8443", "http://localhost:8000", "http://kok.localhost"]
)
def test_good_origins(origin):
    assert origin_problem(origin) == ""


@pytest.mark.parametrize(
    "colour", ["#ffff00", "#ffffff", "#000000", "#1f6f66", "#b4470f", "#e6007e", "#7fffd4", "#808080"]
)
def test_any_colour_becomes_readable(colour):
    tints = accents(colour)
    assert contrast(tints["light"], LIGHT_PAGE) >= 4.5 and contrast(tints["dark"], DARK_PAGE) >= 4.5
    assert contrast(tints["light"], tints["light_ink"]) >= 4.5 and contrast(tints["dark"], tints["dark_ink"]) >= 4.5


@pytest.mark.parametrize("colour", ["1f6f6", "zzzzzz", "1f6f66}body{display:none", "../../etc"])
def test_stylesheet_takes_nothing_but_a_colour(colour, visitor, kok):
    visitor(kok).get(f"/stijl/{colour}.css", status=404)


def test_machine_itself_is_told_what_comes_first(app):
    page = app.test_client().get("/", base_url="http://localhost:8000", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    assert page.status_code == 404 and "portal organisation add" in page.text
    other = app.test_client().get(
        "/", base_url="http://localhost:8000", environ_overrides={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert "organisation add" not in other.text
    proxied = app.test_client().get(
        "/", base_url="http://localhost:8000", headers={"X-Forwarded-For": "203.0.113.9"},
        environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
    )  # fmt: skip
    assert "organisation add" not in proxied.text


def test_staff_gets_a_link_once_and_no_password(app, kok, capsys, visitor):
    with app.app_context():
        _commands(app).main(
            [
                "staff",
                "add",
                "els@kok.test",
                "--organisation",
                "kok",
                "--name",
                "Els van der Berg",
                "--role",
                "manager",
            ],
            standalone_mode=False,
        )
    link = capsys.readouterr().out.split()[-1]
    assert link.startswith("https://kok.test/activeren/")
    browser = visitor(kok)
    browser.get(link, status=303)
    browser.get("/wachtwoord/nieuw")
    browser.post("/wachtwoord/nieuw", status=422, password="veertien-teken", repeat="veertien-teken")
    browser.post("/wachtwoord/nieuw", password="een-heel-nieuw-wachtwoord", repeat="een-heel-nieuw-wachtwoord")
    visitor(kok).get(link, status=410)
