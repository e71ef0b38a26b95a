"""Changing and choosing a password: what is asked of it, and what happens to everything else."""

import pytest

PAGE = "/account/wachtwoord"
NEW = "een-heel-nieuw-wachtwoord"


def change_it(browser, password=NEW, status=303, current=None, repeat=None):
    current = browser.password if current is None else current
    browser.get(PAGE)
    return browser.post(
        PAGE, status=status, current=current, password=password, repeat=password if repeat is None else repeat
    )


@pytest.fixture
def anna_in(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    return browser


def test_parent_changes_the_password_and_stays_in(anna_in, visitor, kok, anna, post):
    other = visitor(kok)
    other.log_in(anna)
    post.deliver()
    page = change_it(anna_in)
    assert "ingesteld" in anna_in.follow(page).text
    other.get("/", status=303)
    (mail,) = post.deliver()
    assert "wachtwoord" in mail.subject.lower()
    visitor(kok).log_in(anna, password=NEW)


@pytest.mark.parametrize("remember", [True, False])
def test_change_renews_the_session_and_keeps_the_choice_to_be_remembered(remember, visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna, remember=remember)
    before = browser.cookie("__Host-onthoud"), browser.cookie("__Host-sessie")
    change_it(browser)
    after = browser.cookie("__Host-onthoud"), browser.cookie("__Host-sessie")
    assert bool(after[0]) is remember and after[1] != before[1]
    assert not remember or after[0] != before[0]
    browser.get("/")


def test_current_password_is_asked_even_when_remembered(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna, remember=True)
    page = change_it(browser, status=422, current="iets-heel-anders")
    assert "niet uw huidige wachtwoord" in page.seen


def test_five_wrong_current_passwords_end_the_session(anna_in):
    for _ in range(4):
        change_it(anna_in, status=422, current="iets-heel-anders")
    change_it(anna_in, status=303, current="iets-heel-anders")
    anna_in.get("/", status=303)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("elf-tekens-", "te kort"),
        ("een-heel-ander", "niet gelijk"),
        ("123456789012", "Veel mensen"),
        ("anna@voorbeeld.nl", "makkelijk te raden"),
        ("ouderportaal", "makkelijk te raden"),
        ("NoorNoorNoorNoor", "makkelijk te raden"),
        ("abcd-efgh-jkmn-pqrs", "tijdelijk"),
        ("a" * 257, "te lang"),
        ("tulp-fiets-molen-appel", "al heeft"),
    ],
)
def test_bad_password_is_refused_with_the_reason(password, says, anna_in):
    repeat = "anders" if says == "niet gelijk" else password
    page = change_it(anna_in, password, status=422, repeat=repeat)
    assert says in page.seen, page.seen
    anna_in.get("/")


@pytest.mark.parametrize(
    "password",
    [
        "twaalftekens",
        "mijn tante fietst graag",
        "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧",
        "été-à-la-plage",
        "mijn tante fietst graag " * 10 + "met oom Kees",
    ],
)
def test_good_password_of_any_kind_is_taken_as_typed(password, anna_in, visitor, kok, anna):
    change_it(anna_in, password)
    visitor(kok).log_in(anna, password=password)


def test_organisation_may_ask_for_more(anna_in, kok, inside):
    import sqlalchemy as sa

    from portal.organisations.models import Organisation

    with inside(kok) as session:
        session.execute(sa.update(Organisation).where(Organisation.id == kok.id).values(shortest_password=30))
    assert "30 tekens" in change_it(anna_in, status=422).seen


@pytest.mark.parametrize(("length", "status"), [(14, 422), (15, 303)])
def test_staff_needs_fifteen_characters(length, status, office):
    change_it(office("groepsleiding"), "zebrapad-en-meer"[:length], status=status)


def test_feedback_comes_in_place_and_by_post_only(anna_in, hash_calls):
    anna_in.get(PAGE)
    hash_calls.clear()
    anna_in.get("/wachtwoord/controle", status=405)
    fragment = anna_in.htmx_post("/wachtwoord/controle", password="kort", repeat="")
    assert 'id="password-feedback"' in fragment.text and "<html" not in fragment.text
    assert "no-store" in fragment.response.headers["Cache-Control"]
    assert hash_calls == []
    good = anna_in.htmx_post("/wachtwoord/controle", password=NEW, repeat=NEW)
    assert good.text != fragment.text and NEW not in good.text


def test_feedback_is_limited(anna_in):
    for _ in range(120):
        anna_in.htmx_post("/wachtwoord/controle", password="kort", repeat="")
    anna_in.post("/wachtwoord/controle", 429, {"HX-Request": "true"}, password="kort", repeat="")


def test_no_password_field_asks_by_get_or_per_key():
    from pathlib import Path

    for path in Path("portal/templates").rglob("*.html"):
        text = path.read_text()
        assert "data-hx-get" not in text or "password" not in path.name
        assert "keyup" not in text and "input changed" not in text


def test_passphrase_is_proposed_with_and_without_javascript(anna_in):
    anna_in.get(PAGE)
    fragment = anna_in.htmx_post("/wachtwoord/voorstel", propose="1")
    assert 'id="passphrase"' in fragment.text and "<html" not in fragment.text
    page = anna_in.post("/wachtwoord/voorstel", status=200, propose="1")
    assert "Huidig wachtwoord" in page.seen and 'id="passphrase"' in page.text
    anna_in.get("/wachtwoord/voorstel", status=405)


def test_browsers_find_the_page_to_change_a_password(visitor, kok):
    page = visitor(kok).get("/.well-known/change-password", status=303)
    assert page.response.location == PAGE
