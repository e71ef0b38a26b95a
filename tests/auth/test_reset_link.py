"""The link in the mail: six hours, once, harmless to whoever only looks."""

import re
import string
import threading

import pytest
import sqlalchemy as sa

from portal import create_app, keys
from portal.auth.models import Account, OneTimeLink
from portal.auth.rules import clean_token, read_link
from portal.db import db, within
from portal.throttle.models import Throttle
from tests.visitor import Visitor

NEW = "een-heel-nieuw-wachtwoord"
PAGE = "/wachtwoord/nieuw"


def choose(browser, password=NEW, status=303):
    return browser.post(PAGE, status=status, password=password, repeat=password)


def opened(visitor, organisation, link):
    browser = visitor(organisation)
    browser.get(link, status=303)
    browser.get(PAGE)
    return browser


def path_of(mail):
    return mail.links[0].removeprefix("https://kok.test")


def test_parent_chooses_a_new_password_and_logs_in_with_it(visitor, kok, anna, reset_mail, post):
    browser = opened(visitor, kok, path_of(reset_mail(kok, anna)))
    page = choose(browser)
    assert page.response.location == "/inloggen"
    assert "nieuwe wachtwoord is ingesteld" in browser.get("/inloggen").text
    browser.get("/", status=303)
    browser.log_in(anna, password=NEW)
    visitor(kok).post("/inloggen", status=422, email=anna.email, password=browser.password)
    (told,) = post.deliver()
    assert told.to == [anna.email] and "/wachtwoord-vergeten" in told.links[0]


@pytest.mark.parametrize(("age", "status"), [(21_600, 303), (21_601, 410)])
def test_link_works_six_hours_to_the_second(age, status, visitor, kok, anna, reset_mail, time):
    link = path_of(reset_mail(kok, anna))
    time.move(seconds=age)
    visitor(kok).get(link, status=status)


@pytest.mark.parametrize(("age", "status"), [(21_600, 303), (21_601, 410)])
def test_form_opened_in_time_and_sent_late_is_late(age, status, visitor, kok, anna, reset_mail, time):
    browser = opened(visitor, kok, path_of(reset_mail(kok, anna)))
    time.move(seconds=age)
    page = choose(browser, status=status)
    assert status == 303 or "6 uur" in page.seen


@pytest.mark.parametrize(("ahead", "status"), [(1, 303), (60, 303), (61, 410)])
def test_clock_of_another_node_may_be_a_little_ahead(ahead, status, visitor, kok, anna, reset_mail, time):
    link = path_of(reset_mail(kok, anna))
    time.move(seconds=-ahead)
    visitor(kok).get(link, status=status)


def test_scanners_change_nothing(visitor, kok, anna, reset_mail, app):
    link = path_of(reset_mail(kok, anna))
    with app.app_context(), within(kok.id):
        before = [str(row) for row in db.session.execute(sa.select(OneTimeLink.__table__))]
    for _ in range(5):
        scanner = visitor(kok, user_agent="SafeLinks")
        for method in ("head", "options", "get"):
            getattr(scanner.client, method)(link, base_url=kok.origin, headers={"Sec-Purpose": "prefetch"})
        scanner.get(PAGE)
        scanner.post(PAGE, status=422, password="", repeat="")
    with app.app_context(), within(kok.id):
        assert before == [str(row) for row in db.session.execute(sa.select(OneTimeLink.__table__))]
    choose(opened(visitor, kok, link))


@pytest.mark.parametrize(
    ("password", "repeat", "says"),
    [
        ("", "", "Vul een nieuw wachtwoord in."),
        (NEW, "anders", "niet gelijk"),
        ("kort", "kort", "te kort"),
        ("welkom123welkom123", "welkom123welkom123", "Veel mensen"),
        ("abcd-efgh-jkmn-pqrs", "abcd-efgh-jkmn-pqrs", "tijdelijk wachtwoord"),
        ("kokkinderopvang", "kokkinderopvang", "makkelijk te raden"),
        ("tulp-fiets-molen-appel", "tulp-fiets-molen-appel", "al heeft"),
    ],
)
def test_failed_form_does_not_use_the_link(password, repeat, says, visitor, kok, anna, reset_mail):
    browser = opened(visitor, kok, path_of(reset_mail(kok, anna)))
    page = browser.post(PAGE, status=422, password=password, repeat=repeat)
    assert says in page.seen
    assert not password or password not in page.text.replace("tulp-fiets-molen-appel", "") or password == "kort"
    choose(browser)


def test_of_twenty_posts_at_once_one_succeeds(app, visitor, kok, anna, reset_mail):
    link = path_of(reset_mail(kok, anna))
    browsers = [opened(visitor, kok, link) for _ in range(20)]
    gate, statuses = threading.Barrier(20), []

    def post(number):
        gate.wait()
        fields = {"password": f"{NEW}-{number}", "repeat": f"{NEW}-{number}", "csrf_token": browsers[number].csrf}
        answer = browsers[number].client.post(
            PAGE, data=fields, base_url=kok.origin, headers={"Sec-Fetch-Site": "same-origin"}
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(303) == 1 and set(statuses) <= {303, 410, 503}
    with app.app_context(), within(kok.id):
        assert db.session.get(Account, anna.id).password_version == anna.password_version + 1


def test_using_one_link_ends_the_others(visitor, kok, anna, reset_mail):
    first, second = path_of(reset_mail(kok, anna)), path_of(reset_mail(kok, anna))
    choose(opened(visitor, kok, first))
    for link in (first, second):
        assert "al gebruikt" in visitor(kok).get(link, status=410).seen


def test_changing_the_password_ends_a_link(visitor, kok, anna, reset_mail):
    link = path_of(reset_mail(kok, anna))
    browser = visitor(kok)
    browser.log_in(anna)
    browser.get("/account/wachtwoord")
    browser.post("/account/wachtwoord", current=browser.password, password=NEW, repeat=NEW)
    visitor(kok).get(link, status=410)


def test_temporary_password_that_is_used_ends_a_link(visitor, kok, anna, reset_mail, temporary_password):
    link = path_of(reset_mail(kok, anna))
    visitor(kok).log_in(anna, password=temporary_password(kok, anna))
    visitor(kok).get(link, status=410)


@pytest.mark.parametrize("values", [{"status": "blocked"}, {"status": "closed"}, {"email_version": 2}])
def test_link_of_a_changed_account_is_over(values, visitor, kok, anna, reset_mail, change):
    link = path_of(reset_mail(kok, anna))
    change(kok, anna, **values)
    visitor(kok).get(link, status=410)


def test_three_links_live_and_a_fourth_ends_the_oldest(visitor, kok, anna, reset_mail, time):
    links = []
    for _ in range(4):
        links.append(path_of(reset_mail(kok, anna)))
        time.move(minutes=21)
    visitor(kok).get(links[0], status=410)
    for link in links[1:]:
        visitor(kok).get(link, status=303)


def test_link_is_bound_to_purpose_and_organisation(visitor, kok, zon, anna, reset_mail):
    token = path_of(reset_mail(kok, anna)).rpartition("/")[2]
    visitor(zon).get(f"/wachtwoord/herstel/{token}", status=410)
    for path in ("/activeren/", "/apparaat/"):
        visitor(kok).get(path + token, status=410)


def test_links_and_sessions_have_keys_of_their_own(app):
    with app.app_context():
        made = {keys.key(purpose) for purpose in ("reset", "activation", "device", "remember", "throttle", "csrf")}
        assert len(made) == 6 and app.config["SECRET_KEY"].encode() not in made
        assert app.config["WTF_CSRF_SECRET_KEY"] == keys.key("csrf")


def test_link_outlives_a_rotated_key(app, kok, anna, reset_mail, tmp_path):
    link = path_of(reset_mail(kok, anna))
    renewed = create_app({
        "PORTAL_INSTANCE": str(tmp_path), "PORTAL_SECRET_KEY": "n3w-" + "key0" * 10,
        "PORTAL_SECRET_KEY_FALLBACKS": app.config["SECRET_KEY"],
        "PORTAL_SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""),
    })  # fmt: skip
    Visitor(renewed, kok.origin, "").get(link, status=303)
    with renewed.app_context():
        db.engine.dispose()


def test_no_spelling_of_a_used_link_works_again(app, visitor, kok, anna, reset_mail):
    link = path_of(reset_mail(kok, anna))
    choose(opened(visitor, kok, link))
    letters = string.ascii_letters + string.digits + "-_"
    spellings = [link[:-1] + letter for letter in letters] + [link + "=", link + "é", link + "%20"]
    for number, spelling in enumerate(spellings):
        visitor(kok, address=f"198.51.100.{number}").get(spelling, status=410)


@pytest.mark.parametrize(
    "glue", [".", ",", ")", ">", ";", ":", '"', "'", "=", "%3D", "%20", "?utm_source=mail", "/", "%E2%80%9D"]
)
def test_what_a_mail_program_glues_on_does_no_harm(glue, visitor, kok, anna, reset_mail):
    link = path_of(reset_mail(kok, anna))
    visitor(kok).get(link + glue, status=303)


def test_cleaning_leaves_a_token_as_it_is():
    token = "eyJqIjoiYWIifQ.awSs_-.5aj21p4AGM2Pe0Eqz"
    assert clean_token(token) == token


def test_token_is_in_the_first_address_only(visitor, kok, anna, reset_mail):
    link = path_of(reset_mail(kok, anna))
    token = link.rpartition("/")[2]
    browser = visitor(kok)
    landing = browser.get(link, status=303)
    assert landing.response.location == PAGE
    assert token not in str(landing.response.headers.getlist("Set-Cookie"))
    page = browser.get(PAGE)
    assert token not in page.text and anna.email not in page.text and "Anna" not in page.text
    assert page.response.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in page.response.headers["Cache-Control"]


def test_link_lives_in_a_lax_cookie_until_it_is_used(visitor, kok, anna, reset_mail):
    browser = visitor(kok)
    cookie = browser.get(path_of(reset_mail(kok, anna)), status=303).response.headers["Set-Cookie"]
    assert "SameSite=Lax" in cookie and "HttpOnly" in cookie and "Secure" in cookie
    browser.get(PAGE)
    choose(browser)
    browser.get(PAGE, status=410)


def code_of(mail):
    return re.search(r"\b([0-9A-Z]{4}-[0-9A-Z]{4})\b", mail.text)[1]


@pytest.mark.parametrize(
    "spelling",
    [
        lambda code: code,
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: f" {code.replace('-', ' ')} ",
        lambda code: code.replace("0", "O").replace("1", "l"),
    ],
)
def test_code_from_the_mail_opens_the_same_page(spelling, visitor, kok, anna, reset_mail):
    code = code_of(reset_mail(kok, anna))
    browser = visitor(kok)
    page = browser.post("/wachtwoord/code", email=f" {anna.email.upper()}", code=spelling(code))
    assert page.response.location == PAGE
    browser.get(PAGE)
    choose(browser)


def test_code_dies_after_five_wrong_tries_and_the_link_does_not(visitor, kok, anna, reset_mail):
    mail = reset_mail(kok, anna)
    browser = visitor(kok)
    for _ in range(5):
        browser.post("/wachtwoord/code", status=422, email=anna.email, code="AAAA-AAAA")
    browser.post("/wachtwoord/code", status=422, email=anna.email, code=code_of(mail))
    choose(opened(visitor, kok, path_of(mail)))


def test_code_needs_the_address_it_was_sent_to(visitor, kok, anna, piet, reset_mail):
    code = code_of(reset_mail(kok, anna))
    visitor(kok).post("/wachtwoord/code", status=422, email=piet.email, code=code)


def test_late_code_does_not_open(visitor, kok, anna, reset_mail, time):
    code = code_of(reset_mail(kok, anna))
    time.move(seconds=21_601)
    visitor(kok).post("/wachtwoord/code", status=422, email=anna.email, code=code)


def test_three_reasons_have_three_explanations_and_one_button(visitor, kok, anna, reset_mail, time, post):
    used = path_of(reset_mail(kok, anna))
    choose(opened(visitor, kok, used))
    late = path_of(reset_mail_after(visitor, kok, anna, post))
    time.move(hours=7)
    pages = [visitor(kok).get(link, status=410) for link in (used, late, "/wachtwoord/herstel/onzin", PAGE)]
    assert len({page.seen for page in pages}) == 4
    for page in pages:
        assert page.seen.count("Nieuwe link aanvragen") == 1
        assert anna.email not in page.text and "Anna" not in page.text
    assert "a***@v***.nl" in pages[1].seen


def reset_mail_after(visitor, kok, anna, post):
    post.deliver()
    visitor(kok).post("/wachtwoord-vergeten", email=anna.email)
    return post.deliver()[0]


def test_button_of_a_late_link_sends_a_new_one_to_the_same_address(visitor, kok, anna, reset_mail, time, post):
    late = path_of(reset_mail(kok, anna))
    time.move(hours=7)
    browser = visitor(kok)
    browser.get(late, status=410)
    page = browser.post("/wachtwoord/nieuwe-link")
    assert page.response.location == "/wachtwoord-vergeten/verstuurd"
    (mail,) = post.deliver()
    assert mail.to == [anna.email]
    choose(opened(visitor, kok, path_of(mail)))


def test_new_password_logs_out_everywhere_and_is_written_down(visitor, kok, anna, reset_mail, inside):
    from portal.audit.models import AccessLog

    other = visitor(kok)
    other.log_in(anna)
    choose(opened(visitor, kok, path_of(reset_mail(kok, anna))))
    other.get("/", status=303)
    with inside(kok):
        actions = {row.action for row in db.session.scalars(sa.select(AccessLog))}
    assert {"login", "link_sent", "password_reset", "session_ended"} <= actions


def test_new_password_forgives_the_wrong_ones(visitor, kok, anna, reset_mail):
    for number in range(12):
        stranger = visitor(kok, address=f"198.51.100.{number}")
        stranger.post("/inloggen", status=422, email=anna.email, password="fout-wachtwoord")
    choose(opened(visitor, kok, path_of(reset_mail(kok, anna))))
    visitor(kok, address="192.0.2.1").log_in(anna, password=NEW)


def test_link_of_somebody_else_ends_this_session_first(visitor, kok, anna, piet, reset_mail):
    link = path_of(reset_mail(kok, anna))
    browser, other = visitor(kok), visitor(kok)
    browser.log_in(piet)
    other.log_in(piet)
    browser.get(link, status=303)
    assert "Piet" not in browser.get(PAGE).text
    browser.get("/", status=303)
    other.get("/")


def test_guessing_links_stops_after_twenty_an_hour(visitor, kok, anna, reset_mail):
    for number in range(20):
        visitor(kok).get(f"/wachtwoord/herstel/onzin{number}", status=410)
    visitor(kok).get("/wachtwoord/herstel/onzin", status=429)
    visitor(kok).get(path_of(reset_mail(kok, anna)), status=303)


def test_huge_token_is_refused_before_any_reckoning(visitor, kok, monkeypatch):
    import itsdangerous

    def never(*args, **kwargs):
        raise AssertionError("no cryptography for a token this long")

    monkeypatch.setattr(itsdangerous.TimestampSigner, "unsign", never)
    visitor(kok).get("/wachtwoord/herstel/" + "a" * 3000, status=410)


def test_database_does_not_hold_the_link(app, kok, anna, reset_mail):
    mail = reset_mail(kok, anna)
    token, code = path_of(mail).rpartition("/")[2], code_of(mail)
    with app.app_context():
        said = read_link(keys.keys("reset"), "reset", token, 10**9, __import__("portal").clock.now())
        tables = db.metadata.sorted_tables
        with within("*"):
            rows = " ".join(str(row) for table in tables for row in db.session.execute(sa.select(table)))
    assert len(said.secret) == 32
    for secret in (token, said.secret, code, code.replace("-", "")):
        assert secret not in rows


def test_secrets_are_in_no_log(visitor, kok, anna, reset_mail, caplog):
    caplog.set_level(0)
    mail = reset_mail(kok, anna)
    browser = visitor(kok)
    browser.post("/wachtwoord/code", email=anna.email, code=code_of(mail))
    choose(opened(visitor, kok, path_of(mail)))
    for secret in (path_of(mail).rpartition("/")[2], code_of(mail), NEW):
        assert not [record for record in caplog.records if secret in record.getMessage() and record.name != "mail.log"]


def test_counters_name_nobody(app, visitor, kok, anna):
    visitor(kok).post("/inloggen", status=422, email=anna.email, password="fout-wachtwoord")
    with app.app_context():
        assert all(len(key) == 43 and "anna" not in key for key in db.session.scalars(sa.select(Throttle.key)))
