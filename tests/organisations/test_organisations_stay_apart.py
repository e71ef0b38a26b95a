"""One installation, many organisations: the host name decides, and nothing crosses the border."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.auth import mails
from portal.auth.models import Account, OneTimeLink, Session
from portal.db import EVERYWHERE, NoOrganisation, db, within
from portal.organisations.models import Organisation
from portal.organisations.rules import host_of
from tests.auth.test_remember import steal

PUBLIC = [
    "/inloggen",
    "/wachtwoord-vergeten",
    "/wachtwoord-vergeten/verstuurd",
    "/wachtwoord/code",
    "/hulp",
    "/uitloggen",
]
BRAM = "bram@voorbeeld.nl"
GONE = ["/wachtwoord/nieuw", "/wachtwoord/herstel/onzin", "/activeren/onzin", "/apparaat/onzin"]


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("kok.test", "kok.test"),
        ("KOK.Test", "kok.test"),
        ("kok.test:8080", "kok.test"),
        ("kok.test.", "kok.test"),
        ("kok.test.:443", "kok.test"),
        ("[::1]:8000", "[::1]"),
        ("evil-kok.test", "evil-kok.test"),
    ],
)
def test_host_is_read_without_port_dot_and_capitals(header, host):
    assert host_of(header) == host


@pytest.mark.parametrize("host", ["kok.test", "KOK.TEST", "kok.test:8443", "kok.test."])
def test_spellings_of_one_host_are_one_organisation(host, visitor, kok, zon):
    page = visitor(kok).get("/inloggen", headers={"Host": host})
    assert "Kok Kinderopvang" in page.seen and "Zonnebloem" not in page.seen


@pytest.mark.parametrize("host", ["evil.test", "kok.test.evil.nl", "xkok.test", "test", "127.0.0.1", "zon.test.kok"])
def test_unknown_host_gets_a_page_without_any_name(host, visitor, kok, zon):
    page = visitor(kok).get("/inloggen", status=404, headers={"Host": host})
    assert "Kok" not in page.text and "Zonnebloem" not in page.text
    assert page.response.location is None


@pytest.mark.parametrize(
    "host", ["kok.test:abc", "kok test", "kok.test/..", "a" * 300, "kok.test:99999999", "é.nl", ""]
)
def test_broken_host_is_refused_without_a_fault(host, app, kok):
    answer = app.test_client().get("/inloggen", base_url=kok.origin, headers={"Host": host})
    assert answer.status_code in (400, 404) and "Kok" not in answer.text


@pytest.mark.parametrize(
    "given",
    [
        {"headers": {"X-Org": "zon", "X-Forwarded-Host": "zon.test", "X-Organisation": "zon"}},
        {"headers": {"Cookie": "organisation=zon; org_id=zon"}},
        {"query_string": {"org": "zon", "organisation_id": "zon", "host": "zon.test"}},
    ],
)
def test_nothing_but_the_host_chooses_the_organisation(given, app, kok, zon):
    answer = app.test_client().get("/inloggen", base_url=kok.origin, **given)
    assert "Kok Kinderopvang" in answer.text and "Zonnebloem" not in answer.text


def test_session_of_one_organisation_is_nobody_at_another(visitor, kok, zon, anna):
    here, there = visitor(kok), visitor(zon)
    here.log_in(anna, remember=True)
    steal(there, here, "__Host-sessie", "__Host-onthoud")
    there.get("/", status=303)
    here.get("/")


def test_query_without_an_organisation_is_a_fault_and_no_answer(app, kok, anna):
    with app.app_context():
        for question in (sa.select(Account), sa.select(Account.email), sa.update(Account).values(role="manager")):
            with pytest.raises(NoOrganisation):
                db.session.execute(question)
            db.session.rollback()


def test_every_query_sees_one_organisation(app, kok, zon, anna, bram):
    with app.app_context():
        with within(kok.id):
            assert [a.email for a in db.session.scalars(sa.select(Account))] == [anna.email]
            assert db.session.get(Account, bram.id) is None
            assert db.session.execute(sa.update(Account).values(last_login_at=None)).rowcount == 1
        with within(zon.id):
            assert db.session.scalars(sa.select(Account.email)).all() == [bram.email]
        with within(EVERYWHERE):
            assert len(db.session.scalars(sa.select(Account)).all()) == 2


def test_select_that_is_written_once_follows_the_organisation(app, kok, zon, anna, bram):
    everyone = sa.select(Account.email).order_by(Account.email)
    with app.app_context():
        for place, seen in ((kok.id, [anna]), (zon.id, [bram]), (EVERYWHERE, [anna, bram]), (kok.id, [anna])):
            with within(place):
                assert db.session.scalars(everyone).all() == [account.email for account in seen]
        with pytest.raises(NoOrganisation):
            db.session.execute(everyone)


def test_postgresql_keeps_the_border_by_itself(app, kok, zon, anna, bram):
    """Raw SQL, past every rule of ours (row level security)."""
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        count = sa.text("SELECT count(*) FROM account")
        assert db.session.connection().execute(count).scalar() == 0
        with within(kok.id):
            db.session.scalars(sa.select(Account)).all()
            assert db.session.connection().execute(count).scalar() == 1
            moved = sa.text("UPDATE account SET organisation_id = :id").bindparams(id=zon.id)
            with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
                db.session.connection().execute(moved)


def _questions():
    """Selects that name no column of an account at their top."""
    inner = sa.select(Account.email)
    named = sa.orm.aliased(Account)
    number = sa.func.count()
    return {
        "count": sa.select(number).select_from(Account),
        "count of an alias": sa.select(number).select_from(named).where(named.email != ""),
        "count of a subquery": sa.select(number).select_from(inner.subquery()),
        "count in a select": sa.select(sa.select(number).select_from(Account).scalar_subquery()),
        "something that exists": sa.select(sa.cast(sa.exists().where(Account.email == BRAM), sa.Integer) + 1),
        "common table": sa.select(number).select_from(inner.cte()),
        "union": sa.select(number).select_from(sa.union(inner, inner).subquery()),
        "of an organisation": sa.select(number).select_from(Organisation).where(
            sa.exists().where(Account.organisation_id == Organisation.id)
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", _questions())
def test_what_is_only_counted_stays_within_the_border_too(name, app, kok, zon, anna, bram):
    question = _questions()[name]
    with app.app_context():
        with within(kok.id):
            assert db.session.execute(question).scalar() == 1
            assert db.session.execute(question).scalar() == 1
        with within(EVERYWHERE):
            assert db.session.execute(question).scalar() == 2
        with pytest.raises(NoOrganisation):
            db.session.execute(question)


def test_union_stays_within_the_border(app, kok, zon, anna, bram):
    emails = sa.select(Account.email)
    with app.app_context(), within(kok.id):
        assert db.session.scalars(sa.union(emails, emails)).all() == [anna.email]
        assert db.session.scalars(sa.union_all(emails, emails)).all() == [anna.email] * 2


def test_office_is_told_nothing_of_a_neighbour(office, kok, zon, bram, inside, save_parent):
    save_parent(zon, "Fatima", "", "Yilmaz", "fatima@voorbeeld.nl")
    with inside(zon):
        mails.new_device(bram.id, "Chrome, Android").due_at = clock.now() - timedelta(hours=3)
    manager = office("manager")
    assert "wachten" not in manager.get("/beheer").seen
    assert "staat er niet in" not in manager.get("/beheer/export").seen


def test_every_table_of_an_organisation_is_guarded_by_postgresql(app):
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        guarded = db.session.execute(
            sa.text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        ).scalars()
        tables = {table.name for table in db.metadata.sorted_tables if "organisation_id" in table.c}
        assert set(guarded) == tables


def test_same_address_at_two_organisations_is_two_accounts(
    visitor, kok, zon, anna, save_parent, change_password_of, inside
):
    there = save_parent(zon, "Anna", "de", "Vries", anna.email)
    change_password_of(kok, anna, "een-heel-nieuw-wachtwoord")
    visitor(zon).log_in(there)
    visitor(kok).post("/inloggen", status=422, email=anna.email, password="tulp-fiets-molen-appel")
    with inside(zon):
        assert len(db.session.scalars(sa.select(Session)).all()) == 1
        assert db.session.scalars(sa.select(OneTimeLink)).all() == []


@pytest.fixture
def change_password_of(visitor):
    def change(organisation, account, password):
        browser = visitor(organisation)
        browser.log_in(account)
        browser.get("/account/wachtwoord")
        browser.post("/account/wachtwoord", current=browser.password, password=password, repeat=password)

    return change


@pytest.mark.parametrize("path", PUBLIC + GONE + ["/nergens", "/static/nergens.css"])
def test_every_page_carries_name_contact_and_colour(path, visitor, kok):
    page = visitor(kok).get(path, status=410 if path in GONE else 404 if "nergens" in path else 200)
    for part in ("Kok Kinderopvang", "010-1234567", "kantoor@kok.test", "/stijl/1f6f66.css"):
        assert part in page.text, part


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_error_pages_carry_the_name_too(method, app, kok):
    answer = getattr(app.test_client(), method)("/hulp", base_url=kok.origin, data={"a": "b"})
    assert answer.status_code in (400, 403, 405) and "Kok Kinderopvang" in answer.text


def test_other_origins_are_not_let_in(visitor, kok):
    answer = visitor(kok).get("/inloggen", headers={"Origin": "https://zon.test"}).response
    assert not [name for name in answer.headers.keys() if name.lower().startswith("access-control")]


def test_neighbour_cannot_plant_a_cookie(visitor, kok, anna):
    """Only a __Host- cookie counts, and a browser takes none of those from another host (M7)."""
    browser = visitor(kok)
    browser.log_in(anna)
    token = browser.cookie("__Host-sessie")
    other = visitor(kok)
    other.client.set_cookie("sessie", token, domain="kok.test", secure=True)
    other.get("/", status=303)


def test_local_organisation_over_http_has_cookies_without_prefix(app, visitor, kok, inside):
    from portal.organisations.actions import add_organisation

    with app.app_context():
        local = add_organisation(
            "Lokaal", "lokaal", "http://lokaal.localhost:8000", "a@lokaal.test", "010-1234567", "p@lokaal.test"
        )
        db.session.commit()
        db.session.expunge(local)
    answer = app.test_client().get("/inloggen", base_url=local.origin)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("sessie=") and "Secure" not in cookie and "HttpOnly" in cookie
    assert "Strict-Transport-Security" not in answer.headers
    secure = app.test_client().get("/inloggen", base_url=kok.origin)
    assert secure.headers["Set-Cookie"].startswith("__Host-sessie=") and "Strict-Transport-Security" in secure.headers
