"""The portal on both databases, the cast, the clock and the post."""

import contextlib
import os
import shutil
import socket
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace

import pyotp
import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from portal import clock, create_app, keys
from portal import db as database
from portal.audit.models import AccessLog
from portal.auth import mails
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.db import EVERYWHERE, db, within
from portal.factors.models import SecondFactor
from portal.organisations.actions import add_organisation
from portal.organisations.models import Group, Location
from portal.outbox.models import Mail
from portal.passwords.actions import hash_password
from portal.roles import ROLES
from tests import postgresql
from tests.visitor import Visitor

IN_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # the disk's fsync is not what is tested
COUNTED = (Person, Account, Child, Guardianship, Group, Mail, AccessLog)
PASSWORD = "tulp-fiets-molen-appel"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def missing(program):
    """Skip a test by the name of what it needs; on CI nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{program} is not on this machine, and CI skips nothing")
    pytest.skip(f"needs {program}")


def totp_code(secret=TOTP_SECRET, steps=0):
    """What the app shows now, or so many steps of 30 seconds later."""
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + steps)


# The portal on both databases


@pytest.fixture(scope="session")
def postgresql_server():
    if postgresql.binaries() is None:
        missing("PostgreSQL 15 or newer (apt-get install postgresql)")
    with postgresql.server() as new_database:
        yield new_database


@pytest.fixture(scope="session")
def portals(request):
    """The portal on each database, made and migrated when a test first asks for it."""
    made = {}

    def portal_on(name):
        if name not in made:
            made[name] = _new_portal(name, request)
        return made[name]

    yield portal_on
    for application in made.values():
        with application.app_context():
            db.engine.dispose()
        shutil.rmtree(application.instance_path, ignore_errors=True)


def _new_portal(name, request):
    environ = {
        "PORTAL_INSTANCE": tempfile.mkdtemp(prefix="portal-test-", dir=IN_MEMORY),
        "PORTAL_HASHES_PER_SECOND": "10000",
        "PORTAL_MAIL_SERVER": "127.0.0.1",
        "PORTAL_MAIL_USE_TLS": "false",
        "PORTAL_MAIL_PORT": "1",
        "PORTAL_MAIL_DEFAULT_SENDER": "portaal@portaal.example",
        "PORTAL_MAIL_PER_MINUTE": "60000",
        "PORTAL_DNS_SERVER": "127.0.0.1:1",
    }
    if name == "postgresql":
        environ["PORTAL_SQLALCHEMY_DATABASE_URI"] = request.getfixturevalue("postgresql_server")("portal")
    application = create_app(environ)
    application.testing = True
    with application.app_context():
        database.migrate()
    return application


@pytest.fixture(params=["sqlite", "postgresql"])
def app(portals, request):
    """The portal with empty tables. No app context is open: rows are touched with `inside`."""
    return emptied(portals(request.param))


def emptied(portal):
    """All rows go: on PostgreSQL in one statement, for each one waits for an answer."""
    tables = [f'DELETE FROM "{table.name}"' for table in reversed(db.metadata.sorted_tables)]
    # Lines of the access log go only when they are old, and before the ends of their chains.
    words = ["UPDATE access_log_chain SET purged = 2147483647", "DELETE FROM access_log", *tables]
    with portal.app_context(), within(EVERYWHERE):
        connection = db.session.connection()
        if db.engine.dialect.name == "postgresql":
            words = ["; ".join(["SELECT set_config('portal.organisation', '*', true)", *words])]
        for each in words:
            connection.exec_driver_sql(each)
        db.session.commit()
    return portal


@pytest.fixture
def inside(app):
    """with inside(kok): rows of Kok, saved at the end."""

    @contextlib.contextmanager
    def enter(organisation):
        with app.app_context(), within(organisation.id):
            yield db.session
            db.session.commit()

    return enter


class Time:
    def __init__(self, now):
        self.now = now

    def set(self, moment):
        self.now = moment

    def move(self, **delta):
        self.now += timedelta(**delta)


@pytest.fixture
def time(monkeypatch):
    """The clock stands still until the test moves it."""
    frozen = Time(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", lambda: frozen.now)
    return frozen


# The cast


def _organisation(app, *args, **values):
    with app.app_context():
        made = add_organisation(*args)
        for name, value in values.items():
            setattr(made, name, value)
        db.session.commit()
        db.session.refresh(made)
        db.session.expunge(made)
    return made


@pytest.fixture
def kok(app):
    return _organisation(
        app, "Kok Kinderopvang", "kok", "https://kok.test", "kantoor@kok.test", "010-1234567", "portaal@kok.test"
    )


@pytest.fixture
def zon(app):
    return _organisation(
        app, "De Zonnebloem", "zon", "https://zon.test", "hallo@zon.test", "020-7654321", "portaal@zon.test"
    )


@pytest.fixture(scope="session")
def password_hash():
    return hash_password(PASSWORD)


@pytest.fixture
def save_parent(inside, password_hash):
    """save_parent(kok, "Anna", "de", "Vries", "anna@voorbeeld.nl", child) gives the account, in use for a while."""

    def save(organisation, given, infix, family, email, *children, role="", custody=True):
        with inside(organisation) as session:
            person = Person(organisation_id=organisation.id, given_name=given, infix=infix, family_name=family)
            account = Account(
                organisation_id=organisation.id, person=person, email=email, email_key=email, role=role,
                password_hash=password_hash, status="active",
            )  # fmt: skip
            session.add(account)
            session.flush()
            for child in children:
                session.add(
                    Guardianship(
                        organisation_id=organisation.id, child_id=child.id, person_id=person.id, can_decide=custody,
                        can_see_daily=custody, role="custody" if custody else "no_custody",
                    )
                )  # fmt: skip
            session.commit()
            return _detached(session, account)

    return save


@pytest.fixture
def save_child(inside):
    def save(organisation, given, family, born, group):
        with inside(organisation) as session:
            location = session.scalars(sa.select(Location)).one()
            person = Person(organisation_id=organisation.id, given_name=given, family_name=family, birth_date=born)
            child = Child(
                organisation_id=organisation.id, person=person,
                group=Group(organisation_id=organisation.id, location_id=location.id, name=group),
            )  # fmt: skip
            session.add(child)
            session.commit()
            return _detached(session, child)

    return save


def _detached(session, row):
    session.refresh(row)
    session.expunge_all()
    return row


@pytest.fixture
def noor(kok, save_child):
    return save_child(kok, "Noor", "Bakker", date(2023, 5, 1), "De Vlinders")


@pytest.fixture
def anna(kok, noor, save_parent):
    return save_parent(kok, "Anna", "de", "Vries", "anna@voorbeeld.nl", noor)


@pytest.fixture
def piet(kok, noor, save_parent):
    return save_parent(kok, "Piet", "", "Bakker", "piet@voorbeeld.nl", noor)


@pytest.fixture
def els(kok, save_parent):
    return save_parent(kok, "Els", "van der", "Berg", "els@kok.test", role="groepsleiding")


@pytest.fixture
def bram(zon, save_child, save_parent):
    daan = save_child(zon, "Daan", "Jansen", date(2024, 2, 29), "De Madeliefjes")
    return save_parent(zon, "Bram", "", "Jansen", "bram@voorbeeld.nl", daan)


@pytest.fixture
def visitor(app):
    """visitor(kok) is a new browser at Kok's address."""

    def open_browser(organisation, **options):
        return Visitor(app, organisation.origin, PASSWORD, **options)

    return open_browser


@pytest.fixture
def office(visitor, kok, save_parent, inside):
    """office("manager") is a browser of somebody with that role at Kok, logged in whole; .account is theirs."""

    def log_in(role, organisation=kok, remember=False):
        browser = visitor(organisation, address="203.0.113.80")
        email = f"{role}@{organisation.slug}.test"
        browser.account = save_parent(organisation, "Kim", "", role.title(), email, role=role)
        with inside(organisation):
            account = db.session.get(Account, browser.account.id)
            account.second_step_at = clock.now()
            secret = keys.encrypt("second step", TOTP_SECRET)
            db.session.add(
                SecondFactor(organisation_id=organisation.id, account_id=account.id, secret=secret, last_step=0)
            )
        browser.log_in(browser.account, remember=remember)
        browser.get("/tweede-stap")
        browser.post("/tweede-stap", code=totp_code())
        browser.csrf = ""
        return browser

    return log_in


@pytest.fixture
def rows(app):
    """rows() is all rows of everyone, except counters of tries, and (unless asked) that somebody was refused something."""
    left_out = ("throttle", "access_log_chain")

    def read(refusals=False):
        with app.app_context(), within(EVERYWHERE):
            connection = db.session.connection()
            found = {
                table.name: sorted(
                    repr(row)
                    for row in connection.execute(sa.select(table))
                    if refusals or table.name != "access_log" or row.result != "refused"
                )
                for table in db.metadata.sorted_tables
                if table.name not in left_out
            }
            db.session.rollback()
            return found

    return read


@pytest.fixture
def counted(app):
    """How many rows there are, of all organisations."""

    def count():
        with app.app_context(), within(EVERYWHERE):
            counts = {
                model.__tablename__: db.session.scalar(
                    sa.select(sa.func.count()).select_from(sa.select(model.id).subquery())
                )
                for model in COUNTED
            }
            db.session.rollback()
            return counts

    return count


@pytest.fixture
def enter(visitor, kok, anna, post, inside, office, els):
    """enter("parent") is a browser in that state: stranger, parent, a role of the office, who opened a link from a mail
    (link, device), or who has only typed the password: before a second step (half), or without having one (new).
    """

    def open_browser(who):
        if who in ROLES:
            browser = office(who)
            browser.get("/hulp")
            return browser
        browser = visitor(kok)
        if who == "new":
            browser.log_in(els)
        if who == "half":
            with inside(kok):
                db.session.get(Account, els.id).second_step_at = clock.now()
            browser.log_in(els)
        if who == "parent":
            browser.log_in(anna)
        if who == "link":
            browser.post("/wachtwoord-vergeten", email=anna.email)
            (mail,) = post.deliver()
            browser.get(mail.links[0], status=303)
        if who == "device":
            with inside(kok):
                mails.approve_device(anna.email_key, "Chrome, Android")
            (mail,) = post.deliver()
            browser.get(mail.links[0], status=303)
        browser.get("/hulp")
        return browser

    return open_browser


# The post: the real worker, and a real SMTP server that accepts everything


class Mailbox:
    """A mail server on this machine that takes everything. .messages are those that came, as (to, bytes)."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):
        self.messages.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"

    @contextlib.contextmanager
    def open(self):
        self.port = free_port()
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="session")
def mailbox():
    with Mailbox().open() as box:
        yield box


@pytest.fixture
def post(app, mailbox):
    """post.deliver() lets the worker send what is due, and gives what arrived: .to .subject .text .html .links"""
    from portal.outbox import worker

    app.config["MAIL_PORT"] = mailbox.port
    mailbox.messages.clear()

    def deliver():
        with app.app_context():
            while worker.run_once("test"):
                pass
        arrived = [opened(to, content) for to, content in mailbox.messages]
        mailbox.messages.clear()
        return arrived

    return SimpleNamespace(deliver=deliver, mailbox=mailbox)


def opened(to, content):
    message = message_from_bytes(content, policy=policy.default)
    text = message.get_body(("plain",)).get_content()
    return SimpleNamespace(
        to=to, message=message, subject=message["Subject"], text=text,
        html=message.get_body(("html",)).get_content(),
        links=[word for word in text.split() if word.startswith(("https://", "http://"))],
    )  # fmt: skip


# The command line


@pytest.fixture
def command(app, monkeypatch, capfd):
    """command("parents", "import", …) gives .code .out .err, as a terminal would."""
    from portal import cli

    monkeypatch.setattr(cli, "create_app", lambda: app)
    monkeypatch.setenv("PORTAL_INSTANCE", app.instance_path)
    monkeypatch.setenv("PORTAL_DEMO", "false")  # `portal demo` sets it, and here it must go again

    def run(*words):
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["portal", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        written = capfd.readouterr()
        assert "Traceback" not in written.err
        return SimpleNamespace(code=left.value.code, out=written.out, err=written.err)

    return run


@pytest.fixture(autouse=True)
def own_umask():
    """A command sets the umask of its process, and here that is ours: a daemon of a later test could not read its files."""
    before = os.umask(0o022)
    yield
    os.umask(before)
