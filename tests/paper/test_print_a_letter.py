import re
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.auth import actions as auth
from portal.auth.models import Account, OneTimeLink
from portal.db import db
from portal.organisations.models import Organisation
from portal.paper import actions, rules
from tests.conftest import PASSWORD
from tests.forms import NEW

CODE = r"\b([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4})\b"


@pytest.fixture
def scanned(monkeypatch):
    """The addresses in the squares that were drawn, the last one last."""
    seen, drawn = [], rules.square
    monkeypatch.setattr("portal.paper.staff.square", lambda address: seen.append(address) or drawn(address))
    return seen


@pytest.fixture
def desk(office):
    return office("administratie")


@pytest.fixture
def letter_for(desk, scanned):
    """letter_for(anna) is a letter the office printed: .page, .code, .path of the square"""

    def make(account, by=desk):
        page = by.post(f"/beheer/ouders/{account.id}/brief", 200)
        page.code = re.search(rf"Vul deze code in: {CODE}", page.seen)[1]
        page.path = urlsplit(scanned[-1]).path
        return page

    return make


def chooses(browser, path):
    """Open the page where one chooses a password, choose one, and log in with it."""
    assert "Kies uw wachtwoord" in browser.get(path).seen
    page = browser.post("/wachtwoord/nieuw", password=NEW, repeat=NEW)
    assert page.response.location == "/inloggen"


def test_letter_tells_what_a_parent_needs_in_plain_words(desk, anna, letter_for, scanned):
    assert "Brief voor Anna de Vries" in desk.get(f"/beheer/ouders/{anna.id}/brief").seen
    letter = letter_for(anna)
    for words in (
        "Aan Anna de Vries", "Kok Kinderopvang", "010-1234567", "kantoor@kok.test", "kok.test/brief", anna.email,
        "Zo komt u in het ouderportaal",
    ):  # fmt: skip
        assert words in letter.seen
    assert scanned == [f"https://kok.test{letter.path}"] and letter.path.startswith("/brief/")
    assert PASSWORD not in letter.text and letter.response.headers["Cache-Control"] == "private, no-store"
    ((_tag, square),) = [tag for tag in letter.tags if tag[0] == "svg" and tag[1].get("class") == "square"]
    assert square["aria-label"] == "Vierkant om te scannen"


def test_parent_scans_the_square_and_chooses_a_password(visitor, kok, anna, letter_for):
    letter, browser = letter_for(anna), visitor(kok)
    page = browser.get(letter.path, 303)
    assert page.response.location == "/wachtwoord/nieuw"
    chooses(browser, "/wachtwoord/nieuw")
    browser.log_in(anna, password=NEW)
    assert "Anna" in browser.get("/").seen
    again = visitor(kok).get(letter.path, 410)
    assert "Deze brief werkt niet meer" in again.seen and "010-1234567" in again.seen
    visitor(kok).post("/wachtwoord/code", 422, email=anna.email, code=letter.code)


def test_parent_types_address_and_code_and_chooses_a_password(visitor, kok, anna, letter_for):
    letter, browser = letter_for(anna), visitor(kok)
    assert "brief" in browser.follow(browser.get("/brief", 303)).seen
    browser.post("/wachtwoord/code", email=anna.email.upper(), code=letter.code.lower().replace("-", " "))
    chooses(browser, "/wachtwoord/nieuw")
    visitor(kok).get(letter.path, 410)
    browser.log_in(anna, password=NEW)


def test_who_never_came_in_and_gets_no_mail_comes_in(visitor, kok, anna, letter_for, inside, post):
    with inside(kok) as session:
        account = session.get(Account, anna.id)
        account.status, account.password_hash = "invited", None
    letter, browser = letter_for(anna), visitor(kok)
    browser.get(letter.path, 303)
    chooses(browser, "/wachtwoord/nieuw")
    browser.log_in(anna, password=NEW)
    with inside(kok) as session:
        assert session.get(Account, anna.id).status == "active"


def test_new_letter_ends_the_old_one_and_the_password_keeps_working(visitor, kok, anna, letter_for):
    old, new = letter_for(anna), letter_for(anna)
    browser = visitor(kok)
    browser.get(old.path, 410)
    browser.post("/wachtwoord/code", 422, email=anna.email, code=old.code)
    browser.log_in(anna)
    visitor(kok).get(new.path, 303)


def test_letter_works_fourteen_days_and_not_a_second_longer(time, visitor, kok, anna, letter_for):
    letter, browser = letter_for(anna), visitor(kok)
    assert "tot maandag 7 december 2026 om 10:30" in letter.seen
    time.move(days=14)
    browser.get(letter.path, 303)
    browser.get("/wachtwoord/nieuw")
    time.move(seconds=1)
    assert "Deze brief is te oud" in browser.post("/wachtwoord/nieuw", 410, password=NEW, repeat=NEW).seen
    assert "Een brief werkt 14 dagen." in visitor(kok).get(letter.path, 410).seen
    browser.post("/wachtwoord/code", 422, email=anna.email, code=letter.code)


def test_wrong_codes_of_a_stranger_do_not_kill_the_letter(time, visitor, kok, anna, letter_for):
    letter = letter_for(anna)
    stranger = visitor(kok, address="198.51.100.9")
    for tried in range(11):
        page = stranger.post("/wachtwoord/code", 422, email=anna.email, code="AAAA-AAAA")
        assert ("werkt morgen weer" in page.seen) is (tried == 10)
    assert "werkt morgen weer" in stranger.post("/wachtwoord/code", 422, email=anna.email, code=letter.code).seen
    stranger.get(letter.path, 303)  # the square is no guess
    visitor(kok).post("/wachtwoord/code", email=anna.email, code=letter.code)
    time.move(days=1, seconds=1)
    stranger.post("/wachtwoord/code", email=anna.email, code=letter.code)


def test_strangers_everywhere_together_have_few_guesses_a_day(time, visitor, kok, anna, letter_for, monkeypatch):
    monkeypatch.setattr(auth, "LETTER_ADDRESS", auth.Limit("letter address", 20, timedelta(days=1)))
    letter = letter_for(anna)
    for network in range(21):
        visitor(kok, address=f"198.51.{network}.9").post("/wachtwoord/code", 422, email=anna.email, code="AAAA-AAAA")
    visitor(kok).post("/wachtwoord/code", 422, email=anna.email, code=letter.code)
    visitor(kok).get(letter.path, 303)
    time.move(days=1, seconds=1)
    visitor(kok).post("/wachtwoord/code", email=anna.email, code=letter.code)


def test_code_page_tells_nothing_about_who_has_a_letter(visitor, kok, anna, piet, letter_for):
    letter_for(anna)
    said = []
    for number, email in enumerate((anna.email, piet.email, "niemand@voorbeeld.nl")):
        browser = visitor(kok, address=f"198.51.100.{number}")
        pages = [browser.post("/wachtwoord/code", 422, email=email, code="AAAA-AAAA") for _ in range(12)]
        said.append([page.seen for page in pages])
    assert said[0] == said[1] == said[2]


def test_code_of_a_mail_still_works_next_to_a_letter(visitor, kok, anna, letter_for, post):
    letter_for(anna)
    browser = visitor(kok)
    browser.post("/wachtwoord-vergeten", email=anna.email)
    (mail,) = post.deliver()
    code = re.search(CODE, mail.text)[1]
    for _ in range(4):
        browser.post("/wachtwoord/code", 422, email=anna.email, code="AAAA-AAAA")
    browser.post("/wachtwoord/code", email=anna.email, code=code)


@pytest.mark.parametrize("change", ["password", "address", "blocked", "credentials"])
def test_letter_dies_with_what_it_was_for(change, visitor, kok, anna, letter_for, inside, post):
    letter = letter_for(anna)
    with inside(kok) as session:
        account = session.get(Account, anna.id)
        if change == "password":
            account.password_version += 1
        if change == "address":
            account.email = account.email_key = "anders@voorbeeld.nl"
            account.email_version += 1
        if change == "blocked":
            account.status = "blocked"
        if change == "credentials":
            auth.end_links(account)
    browser = visitor(kok)
    browser.get(letter.path, 410)
    for email in (anna.email, "anders@voorbeeld.nl"):
        browser.post("/wachtwoord/code", 422, email=email, code=letter.code)


def test_only_hashes_are_kept_and_the_log_names_who_printed_it(kok, anna, desk, letter_for, inside, rows, caplog):
    letter = letter_for(anna)
    kept = str(rows())
    token = letter.path.rpartition("/")[2]
    for secret in (token, letter.code, letter.code.replace("-", "")):
        assert secret not in kept and secret not in caplog.text
    with inside(kok) as session:
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "letter_printed")).one()
        assert (line.account_id, line.actor_id) == (anna.id, desk.account.id)
        assert session.scalars(sa.select(OneTimeLink.purpose)).all() == ["letter"]


def test_letter_asks_for_the_password_first_when_that_is_long_ago(time, anna, desk, inside, kok):
    time.move(minutes=11)
    page = desk.post(f"/beheer/ouders/{anna.id}/brief")
    assert page.response.location.endswith(f"?next=/beheer/ouders/{anna.id}/brief")
    with inside(kok) as session:
        assert session.scalars(sa.select(OneTimeLink)).all() == []


def test_looking_at_the_page_makes_no_letter(desk, anna, rows):
    before = rows()
    desk.get(f"/beheer/ouders/{anna.id}/brief")
    assert rows() == before


def test_sixth_letter_of_a_day_is_refused_in_words(time, desk, anna, letter_for):
    for _ in range(5):
        letter = letter_for(anna)
    page = desk.post(f"/beheer/ouders/{anna.id}/brief", 422)
    assert "Er zijn vandaag al veel brieven gemaakt." in page.seen
    assert letter.code not in page.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": "blocked"}, "geblokkeerd of gesloten"),
        ({"status": "closed"}, "geblokkeerd of gesloten"),
        ({"role": "planning"}, "Dit account regelt een manager."),
    ],
)
def test_no_letter_for_who_may_not_come_in_or_works_here(kok, desk, anna, inside, values, words):
    with inside(kok) as session:
        session.execute(sa.update(Account).where(Account.id == anna.id).values(**values))
    assert words in desk.post(f"/beheer/ouders/{anna.id}/brief", 422).seen


def test_who_just_changed_the_address_lets_a_colleague_make_the_letter(time, kok, desk, office, anna, inside):
    with inside(kok) as session:
        account = session.get(Account, anna.id)
        account.email_changed_at, account.email_changed_by = time.now, desk.account.id
    assert "Laat een collega de brief maken." in desk.post(f"/beheer/ouders/{anna.id}/brief", 422).seen
    office("manager").post(f"/beheer/ouders/{anna.id}/brief", 200)


def test_letter_of_another_organisation_does_not_exist(kok, zon, anna, bram, office, visitor, letter_for):
    letter = letter_for(anna)
    elsewhere = office("manager", zon)
    elsewhere.get(f"/beheer/ouders/{anna.id}/brief", 404)
    elsewhere.post(f"/beheer/ouders/{anna.id}/brief", 404)
    parent = visitor(zon)
    parent.log_in(bram)
    parent.get(f"/beheer/ouders/{bram.id}/brief", 404)
    visitor(zon).get(letter.path, 410)
    visitor(zon).post("/wachtwoord/code", 422, email=anna.email, code=letter.code)


@pytest.mark.parametrize("role", ["groepsleiding", "planning"])
def test_who_may_not_send_credentials_prints_no_letter(office, anna, role):
    office(role).get(f"/beheer/ouders/{anna.id}/brief", 404)


def test_parent_who_reads_english_gets_an_english_letter_in_a_dutch_page(desk, anna, inside, kok):
    with inside(kok) as session:
        session.get(Account, anna.id).person.language = "en"
    page = desk.post(f"/beheer/ouders/{anna.id}/brief", 200)
    assert "How to get into the parent portal" in page.seen and "Druk hem nu af." in page.seen
    assert ("article", {"class": "sheet", "lang": "en"}) in page.tags


def test_names_are_words_on_the_letter_and_no_markup(desk, anna, inside, kok):
    with inside(kok) as session:
        session.get(Account, anna.id).person.family_name = "<b>Vries</b>"
        session.get(Organisation, kok.id).phone_hours = "<i>nooit</i>"
    page = desk.post(f"/beheer/ouders/{anna.id}/brief", 200)
    assert "<b>Vries</b>" in page.seen and "<b>Vries" not in page.text and "<i>nooit" not in page.text


def test_two_letters_at_once_leave_one_that_works(app, kok, anna, desk, inside):
    ready, made = threading.Barrier(2), []

    def make():
        with inside(kok) as session:
            account, by = session.get(Account, anna.id), session.get(Account, desk.account.id)
            session.commit()
            ready.wait()
            made.append(actions.make_letter(account, by=by))

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    with inside(kok):
        live = db.session.scalars(sa.select(OneTimeLink).where(OneTimeLink.replaced_at.is_(None))).all()
        assert len(live) == 1


def test_square_says_the_address(tmp_path):
    """Drawn back to dots, and compared with what segno itself draws."""
    import segno

    address = "https://portaal.kok.example/brief/" + "x" * 123
    square, code = rules.square(address), segno.make(address, error="m", micro=False)
    dark = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", square.path):
        dark |= {(int(x) + step, int(y)) for step in range(int(width))}
    drawn = list(code.matrix_iter(border=rules.QUIET))
    assert square.size == len(drawn)
    assert dark == {(x, y) for y, row in enumerate(drawn) for x, module in enumerate(row) if module}
