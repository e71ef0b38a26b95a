"""The demo: filled, with a mailbox, and only there when it was asked for."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest

from portal import clock, create_app
from portal import db as database
from portal.db import db
from portal.demo import actions
from portal.outbox import worker
from tests.visitor import Visitor


@pytest.fixture
def demo(tmp_path):
    app = create_app({"PORTAL_INSTANCE": str(tmp_path), "PORTAL_DEMO": "true", "PORTAL_HASHES_PER_SECOND": "10000"})
    with app.app_context():
        database.migrate()
        actions.fill(8000)
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()


def deliver(app):
    with app.app_context():
        while worker.run_once("test"):
            pass


def at(app, slug, port=8000):
    return Visitor(app, f"http://{slug}.localhost:{port}", actions.PASSWORD)


def test_everyone_in_the_example_comes_in_but_who_is_blocked(demo):
    for example in actions.EXAMPLES:
        browser = at(demo, example.organisation)
        if example.is_blocked:
            browser.post("/inloggen", 422, email=example.email, password=actions.PASSWORD)
        elif example.has_password:
            browser.log_in(example)
            assert browser.get("/").status == 200


def test_one_contract_of_the_example_waits_for_agreement(demo):
    browser = at(demo, "kok")
    browser.log_in(SimpleNamespace(email="anna@voorbeeld.nl"))
    seen = browser.get("/contracten").seen
    assert (seen.count("dagopvang"), seen.count("Wacht op uw akkoord"), seen.count("Loopt")) == (3, 1, 2)


def test_everyone_who_works_in_the_example_comes_in_with_the_code_of_the_page(demo):
    for slug, _name, email, role in actions.COLLEAGUES:
        browser = at(demo, slug)
        browser.log_in(SimpleNamespace(email=email))
        code = re.search(r'class="phrase">(\d{6})<', browser.get("/demo/post").text)[1]
        browser.get("/tweede-stap")
        browser.post("/tweede-stap", code=code)
        browser.csrf = ""
        assert ("Medewerkers" in browser.get("/beheer").seen) is (role == "manager")
        if role == "manager" and slug == "kok":
            seen = browser.get("/beheer").seen
            for words in ("Blokkade voor Jeroen Smit bij Lotte Smit", "niet zijn ingelogd Sanne Visser", "Bo Visser"):
                assert words in seen


def test_new_parent_comes_in_with_the_mail_on_the_page(demo):
    deliver(demo)
    browser = at(demo, "kok")
    page = browser.get("/demo/post")
    link = next(a["href"] for tag, a in page.tags if tag == "a" and a.get("href", "").startswith("/demo/post/"))
    mail = browser.get(link)
    password = next(word for word in mail.seen.split() if word.count("-") == 3 and len(word) == 19)
    sanne = next(example for example in actions.EXAMPLES if example.name == "Sanne Visser")
    assert browser.log_in(sanne, password=password).response.location == "/wachtwoord/nieuw"
    answer = at(demo, "kok").client.get(link + "/html", base_url=browser.origin)
    assert answer.status_code == 200 and "sandbox" in answer.headers["Content-Security-Policy"]


def test_parent_reads_back_six_weeks(demo):
    browser = at(demo, "kok")
    browser.log_in(SimpleNamespace(email="anna@voorbeeld.nl"))
    for weeks, end in ((1, "Oudere dagen"), (5, "Dit is het begin van het dagboek.")):
        seen = browser.get(f"/dagboek?tot={clock.today() - timedelta(weeks=weeks)}").seen
        assert "geslapen" in seen and "Verhaal over" in seen and end in seen, weeks


def test_mails_of_the_neighbour_are_not_there(demo):
    deliver(demo)
    assert "Sanne" not in at(demo, "zonnebloem").get("/demo/post").text


@pytest.mark.parametrize("name", ["../../secret_key", "..%2f..%2fsecret_key", "nergens", "a" * 300, "%00"])
def test_mailbox_shows_mails_only(name, demo):
    assert at(demo, "kok").client.get(f"/demo/post/{name}", base_url="http://kok.localhost:8000").status_code == 404


def test_restart_keeps_what_was_done_and_follows_the_port(demo):
    with demo.app_context():
        actions.fill(9000)
        db.session.commit()
        assert {o.origin for o in actions.all_organisations()} == {
            "http://kok.localhost:9000", "http://zonnebloem.localhost:9000",
        }  # fmt: skip


def test_banner_says_it_is_an_example(demo):
    assert "Dit is een voorbeeld" in at(demo, "kok").get("/inloggen").seen


def test_outside_the_demo_there_is_no_mailbox(visitor, kok):
    visitor(kok).get("/demo/post", status=404)
    assert "voorbeeld." not in visitor(kok).get("/inloggen").seen
