"""The second step of logging in: setting it up, passing it, recovery codes, and losing them all."""

import re
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
import sqlalchemy as sa

from portal import keys
from portal.auth.models import Account
from portal.db import EVERYWHERE, db, within
from portal.factors import actions, rules
from portal.factors.models import FactorReset, RecoveryCode, SecondFactor
from tests.conftest import TOTP_SECRET, totp_code

ENTER, SET_UP, RECOVERY, OWN = (
    "/tweede-stap",
    "/tweede-stap/instellen",
    "/tweede-stap/herstelcode",
    "/account/tweede-stap",
)


NEW_PASSWORD = "vier-nieuwe-lange-woorden"


@pytest.fixture
def els_in(time, visitor, kok, els):
    """Juf Els with the right password, before any second step."""
    browser = visitor(kok)
    assert browser.log_in(els).response.location == ENTER
    return browser


def secret_on(page):
    return re.search(r'class="phrase">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")


def codes_on(page):
    return re.findall(r"<li>((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})</li>", page.text)


def set_up(browser, status=200):
    secret = secret_on(browser.get(SET_UP))
    page = browser.post(SET_UP, status, code=totp_code(secret))
    return secret, codes_on(page)


# Setting it up


def test_staff_without_a_second_step_reaches_nothing_else(els_in):
    rules_of = els_in.client.application.url_map.iter_rules()
    closed = [rule.rule for rule in rules_of if "GET" in rule.methods and "<" not in rule.rule]
    for path in closed:
        if path.startswith(("/static", "/stijl", "/livez", "/readyz", "/tweede-stap", "/hulp", "/uitloggen", "/api/")):
            continue
        answer = els_in.client.get(path, **els_in._with({}))
        assert answer.status_code == 303 and answer.location.startswith("/tweede-stap"), path


def test_staff_sets_it_up_and_is_in(els_in, post, kok, inside):
    assert els_in.get("/", status=303).response.location == ENTER
    assert els_in.get(ENTER, status=303).response.location == SET_UP
    page = els_in.get(SET_UP)
    assert "authenticator-app" in page.seen and any(tag == "img" for tag, _ in page.tags)
    assert els_in.get("/tweede-stap/qr.svg").response.mimetype == "image/svg+xml"
    secret = secret_on(page)
    assert secret_on(els_in.get(SET_UP)) == secret, "a second look shows the same"
    wrong = els_in.post(SET_UP, 422, code="000000" if totp_code(secret) != "000000" else "111111")
    assert "Wacht op de volgende code" in wrong.seen
    done = els_in.post(SET_UP, 200, code=totp_code(secret))
    assert len(codes_on(done)) == 10 and len(set(codes_on(done))) == 10
    els_in.csrf = ""
    els_in.get("/account")
    (mail,) = post.deliver()
    assert "tweede stap" in mail.subject and secret not in mail.text
    with inside(kok):
        kept = db.session.scalars(sa.select(SecondFactor)).one().secret
    assert secret not in kept


def test_secret_and_codes_stand_nowhere_in_clear(els_in, rows):
    secret, codes = set_up(els_in)
    written = repr(rows())
    assert secret not in written and not [code for code in codes if code in written]


def test_offered_secret_is_another_one_in_another_browser(els_in, visitor, kok, els):
    other = visitor(kok)
    other.log_in(els)
    assert secret_on(other.get(SET_UP)) != secret_on(els_in.get(SET_UP))


# Passing it


@pytest.fixture
def els_back(time, els_in, visitor, kok, els):
    """Juf Els, a day later in the same browser: the password is typed, the code is not."""
    secret, codes = set_up(els_in)
    time.move(days=1)
    els_in.csrf = ""
    els_in.log_in(els)
    els_in.secret, els_in.codes = secret, codes
    return els_in


def test_code_lets_in_and_leads_to_the_page_asked_for(els_back):
    asked = els_back.get("/tweede-stap?next=/account/sessies")
    assert 'value="/account/sessies"' in asked.text
    page = els_back.post(ENTER, code=totp_code(els_back.secret), next="/account/sessies")
    assert page.response.location == "/account/sessies"
    els_back.csrf = ""
    els_back.get("/account/sessies")


def test_code_works_once(els_back, visitor, kok, els):
    code = totp_code(els_back.secret)
    els_back.get(ENTER)
    els_back.post(ENTER, code=code)
    other = visitor(kok)
    other.log_in(els)
    other.get(ENTER)
    assert "al gebruikt" in other.post(ENTER, 422, code=code).seen


@pytest.mark.parametrize(
    ("steps", "status"), [(0, 303), (-1, 303), (-2, 422), (1, 422), (2, 422)],
)  # fmt: skip
def test_only_the_code_of_now_or_just_before_counts(steps, status, els_back):
    els_back.get(ENTER)
    els_back.post(ENTER, status, code=totp_code(els_back.secret, steps))


@pytest.mark.parametrize("written", ["{0} {1}", "{0}-{1}", " {0}{1} "])
def test_spaces_in_a_code_do_not_matter(written, els_back):
    code = totp_code(els_back.secret)
    els_back.get(ENTER)
    els_back.post(ENTER, code=written.format(code[:3], code[3:]))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "１２３４５６", "abcdef", "🎈" * 6, "1" * 41])
def test_what_is_no_code_is_told_kindly(code, els_back):
    els_back.get(ENTER)
    page = els_back.post(ENTER, 422, code=code)
    assert page.form("second-step-form")


def test_right_password_of_before_gives_no_second_chance(els_back, visitor, kok, els):
    els_back.get(ENTER)
    for _ in range(4):
        els_back.post(ENTER, 422, code="12345")
    assert els_back.post(ENTER, 303, code="12345").response.location == "/inloggen"
    others = [visitor(kok) for _ in range(2)]
    for other in others:
        other.log_in(els)
        other.get(ENTER)
    for _ in range(4):
        others[0].post(ENTER, 422, code="12345")
    others[0].post(ENTER, 303, code="12345")
    refused = others[1].post(ENTER, 303, code=totp_code(els_back.secret))
    assert refused.response.location == "/inloggen", "the account had its ten tries of this hour"


def test_half_a_login_lasts_ten_minutes(els_back, time):
    els_back.get(ENTER)
    time.move(minutes=10, seconds=1)
    assert els_back.get(ENTER, status=303).response.location.startswith("/inloggen")


def test_of_two_at_the_same_moment_one_passes(app, kok, els, visitor, els_back):
    browsers = [visitor(kok) for _ in range(2)]
    for browser in browsers:
        browser.log_in(els)
        browser.get(ENTER)
    code = totp_code(els_back.secret)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda browser: browser.post(ENTER, None, code=code).status, browsers))
    assert sorted(answers) == [303, 422]


# Recovery codes


def test_recovery_code_lets_in_once_and_says_so_by_mail(els_back, post, visitor, kok, els):
    post.deliver()
    els_back.get(RECOVERY)
    assert els_back.post(RECOVERY, code=els_back.codes[3].lower().replace("-", " ")).response.location == "/"
    els_back.csrf = ""
    assert "9 herstelcodes" in els_back.get(OWN).seen
    (mail,) = post.deliver()
    assert "herstelcode" in mail.text
    other = visitor(kok)
    other.log_in(els)
    other.get(RECOVERY)
    assert "al gebruikt" in other.post(RECOVERY, 422, code=els_back.codes[3]).seen


def test_few_codes_left_is_said(els_back, inside, kok):
    els_back.get(ENTER)
    els_back.post(ENTER, code=totp_code(els_back.secret))
    els_back.csrf = ""
    with inside(kok):
        for row in db.session.scalars(sa.select(RecoveryCode).limit(8)):
            row.used_at = row.created_at
    assert "Dat is weinig" in els_back.get(OWN).seen
    assert len(codes_on(els_back.post(f"{OWN}/nieuwe-codes", 200))) == 10
    with inside(kok):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 10


# Before something sensitive, and for parents


def test_step_up_asks_the_code_and_not_the_password(time, office):
    manager = office("manager")
    time.move(minutes=11)
    asked = manager.post("/account/sessies/overal-uitloggen").response.location
    assert asked.startswith("/tweede-stap/bevestigen")
    assert manager.get("/account/bevestigen", status=303).response.location.startswith("/tweede-stap/bevestigen")
    manager.get(asked)
    before = manager.cookie("__Host-sessie")
    page = manager.post("/tweede-stap/bevestigen", code=totp_code(), next="/account/sessies")
    assert page.response.location == "/account/sessies" and manager.cookie("__Host-sessie") != before


def test_parent_may_have_a_second_step_and_turn_it_off(time, visitor, kok, anna):
    parent = visitor(kok)
    parent.log_in(anna, remember=True)
    secret, codes = set_up(parent)
    assert len(codes) == 10
    time.move(days=1)
    parent.csrf = ""
    parent.get("/")
    other = visitor(kok)
    assert other.log_in(anna).response.location == ENTER
    other.get(ENTER)
    other.post(ENTER, code=totp_code(secret))
    other.csrf = ""
    other.get("/")
    assert "minder veilig" in other.get(OWN).seen
    other.post(f"{OWN}/uitzetten")
    assert visitor(kok).log_in(anna).response.location == "/"


def test_staff_cannot_turn_it_off(office):
    manager = office("manager")
    assert "uitzetten" not in manager.get(OWN).text
    manager.post(f"{OWN}/uitzetten")
    assert "heeft altijd een tweede stap nodig" in manager.get(OWN).seen


def test_new_password_by_mail_leaves_the_second_step(office, visitor, kok, reset_password):
    manager = office("manager")
    reset_password(kok, manager.account, "een-heel-nieuw-en-lang-wachtwoord")
    browser = visitor(kok)
    assert browser.log_in(manager.account, "een-heel-nieuw-en-lang-wachtwoord").response.location == ENTER


@pytest.fixture
def reset_password(visitor, post):
    def choose(organisation, account, password):
        browser = visitor(organisation)
        browser.post("/wachtwoord-vergeten", email=account.email)
        browser.get(post.deliver()[-1].links[0], status=303)
        browser.get("/wachtwoord/nieuw")
        browser.post("/wachtwoord/nieuw", password=password, repeat=password)

    return choose


# Phone and codes lost


@pytest.fixture
def taken_away(time, inside, kok, office, save_parent, post):
    """The manager asks it for Kim of the office, and another manager agrees; gives Kim's account and the mail."""
    kim = office("administratie").account
    first, second = office("manager").account, save_parent(kok, "Wil", "", "Vos", "wil@kok.test", role="manager")
    with inside(kok):
        accounts = [db.session.get(Account, each.id) for each in (kim, first, second)]
        reset = actions.ask_reset(accounts[0], by=accounts[1])
        with pytest.raises(actions.Refused):
            actions.agree_to_reset(reset, by=accounts[1])
        with pytest.raises(actions.Refused):
            actions.agree_to_reset(reset, by=accounts[0])
        actions.agree_to_reset(reset, by=accounts[2])
    (mail,) = post.deliver()
    assert mail.to == [kim.email]
    return kim, mail


def test_a_day_after_two_people_agreed_the_owner_sets_it_up_again(taken_away, time, visitor, kok):
    kim, _mail = taken_away
    browser = visitor(kok)
    browser.log_in(kim)
    browser.get(ENTER)
    time.move(hours=24, seconds=1)
    browser = visitor(kok)
    browser.log_in(kim)
    assert browser.get(ENTER, status=303).response.location == SET_UP
    secret, codes = set_up(browser)
    assert secret != TOTP_SECRET and len(codes) == 10


def test_owner_stops_it_with_the_link_of_the_mail(taken_away, time, visitor, kok, app):
    kim, mail = taken_away
    link = mail.links[0]
    stranger = visitor(kok)
    for _ in range(2):
        stranger.get(link)
    stranger.post(link.removeprefix(kok.origin))
    assert "niets meer te doen" in stranger.get(link, status=410).seen
    time.move(hours=25)
    browser = visitor(kok)
    browser.log_in(kim)
    browser.get(ENTER)
    with app.app_context(), within(EVERYWHERE):
        assert db.session.scalars(sa.select(FactorReset)).one().ended_because == "stopped by mail"


def test_a_code_of_the_app_stops_it(taken_away, time, visitor, kok, app):
    kim, _mail = taken_away
    time.move(minutes=1)
    browser = visitor(kok)
    browser.log_in(kim)
    browser.get(ENTER)
    browser.post(ENTER, code=totp_code())
    with app.app_context(), within(EVERYWHERE):
        assert db.session.scalars(sa.select(FactorReset)).one().ended_because == "the app is there"


def test_broken_link_to_stop_changes_nothing(visitor, kok, taken_away):
    visitor(kok).get("/tweede-stap-houden/onzin", status=410)


# The rules by themselves


def test_vectors_of_rfc_6238():
    """The SHA-1 rows of appendix B, in six digits."""
    from datetime import UTC, datetime

    secret = rules.secret_from(b"12345678901234567890")
    for moment, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        now = datetime.fromtimestamp(moment, UTC)
        assert rules.step_of(secret, code, now) == moment // 30
    assert pyotp.parse_uri(rules.app_address(secret, "els@kok.test", "Kok Kinderopvang")).secret == secret


def test_encrypted_words_outlive_a_new_secret_key(app):
    with app.app_context():
        kept = keys.encrypt("second step", "geheim")
        old = app.config["SECRET_KEY"]
        try:
            app.config.update(SECRET_KEY="n" * 8 + "0123456789abcdef0123456789", SECRET_KEY_FALLBACKS=[old])
            assert keys.decrypt("second step", kept) == "geheim"
            app.config["SECRET_KEY_FALLBACKS"] = []
            with pytest.raises(ValueError, match="No key fits"):
                keys.decrypt("second step", kept)
        finally:
            app.config.update(SECRET_KEY=old, SECRET_KEY_FALLBACKS=[])


def test_password_alone_does_not_count_as_the_second_step(time, office):
    """Who found an open screen and knows the password still cannot move the second step to another phone (U3)."""
    browser = office("manager")
    time.move(minutes=11)
    assert browser.get(SET_UP, 303).response.location.startswith("/tweede-stap/bevestigen")
    browser.get("/account/wachtwoord")
    browser.post("/account/wachtwoord", current=browser.password, password=NEW_PASSWORD, repeat=NEW_PASSWORD)
    assert browser.get(SET_UP, 303).response.location.startswith("/tweede-stap/bevestigen")
    browser.get("/tweede-stap/bevestigen")
    browser.post("/tweede-stap/bevestigen", code=totp_code())
    browser.get(SET_UP)
