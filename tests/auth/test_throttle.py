"""Guessing is slow, and nobody can lock a parent out."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal import create_app
from portal.auth.models import Account
from portal.db import db, within
from portal.errors import ConfigError
from portal.serving import refuse_open_proxy
from portal.throttle.actions import count, sweep
from portal.throttle.models import Throttle
from portal.throttle.rules import Count, Limit, masked, networks, next_count
from tests.visitor import Visitor

FIVE = Limit("five", 5, timedelta(minutes=15))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def guess(visitor, organisation, email, times, status=422):
    for number in range(times):
        stranger = visitor(organisation, address=f"198.51.{number // 200}.{number % 200}")
        stranger.post("/inloggen", status=status, email=email, password="fout-wachtwoord")


def test_limit_lets_so_many_through_in_its_window():
    kept, allowed = None, []
    for minute in (0, 1, 2, 3, 4, 5, 14, 15):
        kept, may = next_count(FIVE, kept, NOON + timedelta(minutes=minute))
        allowed.append(may)
    assert allowed == [True] * 5 + [False, False, True]


@pytest.mark.parametrize(
    ("tries", "wait"), [(10, 60), (11, 120), (12, 240), (13, 480), (14, 960), (15, 1920), (16, 3600), (60, 3600)]
)
def test_after_ten_failures_tries_come_ever_slower(tries, wait):
    limit = Limit("slow", 10, timedelta(minutes=15), slows_down=True)
    kept = Count(tries, NOON, NOON + timedelta(minutes=15))
    after, may = next_count(limit, kept, NOON)
    assert may and after.not_before == NOON + timedelta(seconds=wait)
    assert next_count(limit, after, NOON + timedelta(seconds=wait - 1)) == (after, False)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.7", ("203.0.113.7", "203.0.113.7")),
        ("::ffff:203.0.113.7", ("203.0.113.7", "203.0.113.7")),
        ("2001:db8:1:2:3::9", ("2001:db8:1:2::/64", "2001:db8:1::/48")),
        ("2001:db8:1:2:ffff::1", ("2001:db8:1:2::/64", "2001:db8:1::/48")),
        ("", ("unknown", "unknown")),
    ],
)
def test_network_of_an_address(address, expected):
    assert networks(address) == expected


@pytest.mark.parametrize(
    ("address", "shown"), [("203.0.113.7", "203.0.113.x"), ("2001:db8:1:2::9", "2001:db8:1::"), ("", "unknown")]
)
def test_address_is_kept_without_its_end(address, shown):
    assert masked(address) == shown


def test_forty_tries_at_once_pass_five(app, kok):
    gate, passed = threading.Barrier(8), []

    def try_it(_):
        with app.app_context(), within(kok.id):
            gate.wait()
            for _ in range(5):
                refused = count([(FIVE, "x")]).refused
                db.session.commit()
                passed.append(not refused)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(try_it, range(8)))
    assert len(passed) == 40 and sum(passed) == 5


def test_parallel_guesses_cost_no_more_hashes_than_allowed(app, visitor, kok, anna, hash_calls):
    browsers = [visitor(kok, address=f"198.51.100.{n}") for n in range(40)]
    for browser in browsers:
        browser.get("/inloggen")

    def guess_once(browser):
        fields = {"email": anna.email, "password": "fout-wachtwoord", "csrf_token": browser.csrf}
        return browser.client.post(
            "/inloggen", data=fields, base_url=kok.origin, environ_overrides=browser.environ,
            headers={"Sec-Fetch-Site": "same-origin", **browser.headers},
        ).status_code  # fmt: skip

    hash_calls.clear()
    with ThreadPoolExecutor(10) as pool:
        statuses = set(pool.map(guess_once, browsers))
    assert statuses <= {422, 503} and len(hash_calls) <= 10


def test_full_account_looks_like_a_wrong_password_and_costs_no_hash(visitor, kok, anna, hash_calls, time):
    from tests.auth.test_login import stripped

    wrong = visitor(kok).post("/inloggen", status=422, email=anna.email, password="fout-wachtwoord")
    guess(visitor, kok, anna.email, 9)
    hash_calls.clear()
    full = visitor(kok, address="192.0.2.9").post("/inloggen", status=422, email=anna.email, password=Visitor.__name__)
    assert stripped(full) == stripped(wrong) and hash_calls == []
    assert sorted(full.response.headers.keys()) == sorted(wrong.response.headers.keys())


def test_unknown_addresses_fill_up_alike(visitor, kok, anna, hash_calls, time):
    for email in (anna.email, "niemand@voorbeeld.nl"):
        hash_calls.clear()
        guess(visitor, kok, email, 15)
        assert len(hash_calls) == 10


def test_stranger_cannot_keep_a_parent_out(visitor, kok, anna, reset_mail, time):
    """A thousand wrong passwords: the parent's own phone, and the link in the mail, still work (RL4)."""
    phone = visitor(kok, address="192.0.2.1")
    phone.log_in(anna)
    phone.post("/uitloggen")
    with_app_fill(visitor, kok, anna.email, 1000)
    visitor(kok, address="192.0.2.2").post("/inloggen", status=422, email=anna.email, password=phone.password)
    phone.log_in(anna)
    phone.get("/")
    browser = visitor(kok, address="192.0.2.3")
    mail = reset_mail(kok, anna)
    browser.get(mail.links[0], status=303)
    browser.get("/wachtwoord/nieuw")
    new = "een-heel-nieuw-wachtwoord"
    browser.post("/wachtwoord/nieuw", password=new, repeat=new)
    visitor(kok, address="192.0.2.4").log_in(anna, password=new)


def with_app_fill(visitor, organisation, email, tries):
    """A thousand real posts take a minute; the counters stand where those would have brought them."""
    from portal.auth import actions

    app = visitor(organisation).client.application
    with app.app_context(), within(organisation.id):
        for number in range(tries):
            actions.count_login(email, "", f"198.51.{number % 250}.{number // 250}", 10_000)
        db.session.commit()


def test_hundred_failures_ask_new_devices_for_a_link_from_the_mail(visitor, kok, anna, post, time, app):
    from portal.auth import actions

    with app.app_context(), within(kok.id):
        for number in range(100):
            actions.count_login(anna.email, "", f"198.51.100.{number}", 10_000)
            db.session.execute(sa.delete(Throttle).where(Throttle.tries < number + 1, Throttle.tries < 99))
        db.session.commit()
        _set_in_a_row(app, kok, anna, 100)
    time.move(hours=2)
    browser = visitor(kok)
    browser.post("/inloggen", status=422, email=anna.email, password=browser.password)
    (mail,) = post.deliver()
    assert "/apparaat/" in mail.links[0]
    browser.get(mail.links[0], status=303)
    browser.get("/", status=303)
    browser.get("/apparaat")
    browser.post("/apparaat")
    browser.log_in(anna)
    browser.get("/")
    visitor(kok).get(mail.links[0], status=410)


def _set_in_a_row(app, kok, anna, tries):
    from portal import clock, keys
    from portal.auth.actions import IN_A_ROW

    db.session.execute(sa.delete(Throttle))
    key = keys.pseudonym("throttle", IN_A_ROW.name, f"{kok.id.hex} {anna.email}")
    now = clock.now()
    db.session.add(Throttle(key=key, tries=tries, not_before=now, until=now + timedelta(days=20)))
    db.session.commit()


def test_device_mail_comes_once_an_hour(app, visitor, kok, anna, post, time):
    with app.app_context(), within(kok.id):
        _set_in_a_row(app, kok, anna, 100)
    for _ in range(4):
        browser = visitor(kok)
        browser.post("/inloggen", status=422, email=anna.email, password=browser.password)
    assert len(post.deliver()) == 1


def test_network_that_guesses_many_accounts_waits(visitor, kok, anna, time):
    browser = visitor(kok)
    for number in range(30):
        browser.post("/inloggen", status=422, email=f"ouder{number}@voorbeeld.nl", password="fout-wachtwoord")
    page = browser.post("/inloggen", status=429, email=anna.email, password=browser.password)
    assert page.response.headers["Retry-After"] == "900"
    visitor(kok, address="192.0.2.8").log_in(anna)


def test_addresses_in_one_64_are_one_network(visitor, kok, time):
    for number in range(31):
        page = visitor(kok, address=f"2001:db8:1:2::{number:x}").post(
            "/inloggen", status=422 if number < 30 else 429, email=f"o{number}@voorbeeld.nl", password="fout-wachtwoord"
        )
    assert page.status == 429
    visitor(kok, address="2001:db8:1:3::1").post("/inloggen", status=422, email="o@voorbeeld.nl", password="fout")


def test_own_success_between_guesses_does_not_clear_the_network(visitor, kok, anna, piet, time):
    attacker = visitor(kok)
    for number in range(30):
        attacker.post("/inloggen", status=422, email=f"ouder{number}@voorbeeld.nl", password="fout-wachtwoord")
        if number in (10, 20):
            visitor(kok).log_in(piet)
    attacker.post("/inloggen", status=429, email=anna.email, password="fout-wachtwoord")


def test_parents_of_a_whole_school_log_in_from_one_address(visitor, kok, anna, time):
    for _ in range(35):
        visitor(kok).log_in(anna)


def test_machine_that_hashes_too_much_says_try_again(visitor, kok, anna, app, time):
    app.config["HASHES_PER_SECOND"] = 4
    try:
        known = visitor(kok)
        known.log_in(anna)
        known.post("/uitloggen")
        for number in range(2):
            if number:
                guess(visitor, kok, "a@voorbeeld.nl", 1)
        page = visitor(kok).post("/inloggen", status=503, email="b@voorbeeld.nl", password="fout-wachtwoord")
        assert page.response.headers["Retry-After"] == "5"
        known.log_in(anna)
        time.move(seconds=2)
        guess(visitor, kok, "c@voorbeeld.nl", 1)
    finally:
        app.config["HASHES_PER_SECOND"] = 10_000


def test_junk_posts_are_counted_before_anything_else(visitor, kok, hash_calls, time):
    browser = visitor(kok)
    browser.get("/inloggen")
    for _ in range(60):
        browser.post("/inloggen", status=400, csrf_token="onzin", email="a@b.nl", password="fout-wachtwoord")
    browser.post("/inloggen", status=429, csrf_token="onzin", email="a@b.nl", password="fout-wachtwoord")
    assert hash_calls == []


def test_without_counters_nobody_is_let_in(visitor, kok, anna, monkeypatch):
    from sqlalchemy.exc import OperationalError

    from portal.throttle import actions

    def away(*args):
        raise OperationalError("count", {}, Exception("gone"))

    browser = visitor(kok)
    browser.get("/inloggen")
    monkeypatch.setattr(actions, "_locked", away)
    page = browser.post("/inloggen", status=503, email=anna.email, password=browser.password)
    assert page.response.headers["Retry-After"] == "5"


def test_same_address_at_another_organisation_has_its_own_counters(visitor, kok, zon, anna, save_parent, time):
    there = save_parent(zon, "Anna", "de", "Vries", anna.email)
    guess(visitor, kok, anna.email, 15)
    visitor(zon).log_in(there)


def test_sweep_removes_what_is_over(app, visitor, kok, anna, time):
    guess(visitor, kok, anna.email, 1)
    time.move(days=31)
    with app.app_context():
        assert sweep() >= 4
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Throttle)) == 0
        db.session.commit()


def test_two_processes_share_the_counters(app, kok, anna, tmp_path):
    """Another process on the same database sees what the first has counted (RL10)."""
    other = create_app({
        "PORTAL_INSTANCE": str(tmp_path), "PORTAL_SECRET_KEY": app.config["SECRET_KEY"],
        "PORTAL_HASHES_PER_SECOND": "10000",
        "PORTAL_SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""),
    })  # fmt: skip
    statuses = []
    for number in range(31):
        browser = Visitor((app, other)[number % 2], kok.origin, "")
        browser.get("/inloggen")
        fields = {"email": f"o{number}@voorbeeld.nl", "password": "fout", "csrf_token": browser.csrf}
        answer = browser.client.post(
            "/inloggen", data=fields, base_url=kok.origin, environ_overrides=browser.environ,
            headers={"Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
        statuses.append(answer.status_code)
    assert statuses == [422] * 30 + [429]
    with other.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [("0", "6.6.6.6", "203.0.113.7"), ("1", "6.6.6.6, 198.51.100.4", "198.51.100.4")],
)
def test_only_our_own_proxy_tells_the_address(proxies, forwarded, counted, app, kok, anna, tmp_path):
    behind = create_app({
        "PORTAL_INSTANCE": str(tmp_path), "PORTAL_SECRET_KEY": app.config["SECRET_KEY"],
        "PORTAL_TRUSTED_PROXIES": proxies, "PORTAL_HASHES_PER_SECOND": "10000",
        "PORTAL_SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""),
    })  # fmt: skip
    browser = Visitor(behind, kok.origin, "tulp-fiets-molen-appel")
    browser.headers["X-Forwarded-For"] = forwarded
    browser.log_in(anna)
    assert masked(counted) in browser.get("/account/sessies").seen
    with behind.app_context():
        db.engine.dispose()


def test_trusted_proxy_on_an_open_address_is_refused():
    refuse_open_proxy("127.0.0.1", 1)
    refuse_open_proxy("0.0.0.0", 0)
    with pytest.raises(ConfigError, match="TRUSTED_PROXIES"):
        refuse_open_proxy("0.0.0.0", 1)


def test_nothing_stays_locked(app, visitor, kok, anna, time):
    guess(visitor, kok, anna.email, 30)
    time.move(hours=1, minutes=1)
    visitor(kok, address="192.0.2.77").log_in(anna)
    with app.app_context(), within(kok.id):
        assert db.session.get(Account, anna.id).status == "active"
