"""A real server with its mail worker, a real mail server and a real browser, once per worker of the tests."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import clock, create_app, keys
from portal.auth.models import Account, StaffGroup
from portal.children.models import Child
from portal.consent import actions as consent
from portal.consent.rules import GROUP_NAME
from portal.db import db, within
from portal.diary.models import DiaryChild, DiaryEntry
from portal.factors.models import SecondFactor
from portal.organisations.models import Group
from portal.organisations.queries import organisation_named
from portal.staff import actions as staff
from tests.conftest import IN_MEMORY, PASSWORD, TOTP_SECRET, Mailbox, free_port, missing, opened, totp_code

TABLET = {"width": 768, "height": 1024}
NAMES = ("Bo", "Mo", "Jo")
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
HEADER = "email;voornaam;tussenvoegsel;achternaam;telefoon;kind_voornaam;kind_achternaam;kind_geboortedatum;groep;gezag"
CHECKERS = Path(__file__).parent / "node_modules"


class Inbox(Mailbox):
    """The mailboxes of all parents."""

    def wait_for(self, address, seconds=20):
        """The oldest mail to this address that was not read yet, as soon as it is there."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for number, (to, content) in enumerate(self.messages):
                if to == [address]:
                    del self.messages[number]
                    return opened(to, content)
            time.sleep(0.05)
        raise AssertionError(f"no mail for {address}; there is mail for {[to for to, _ in self.messages]}")


class Server:
    """`portal serve` as it runs on a VPS, without the proxy."""

    def __init__(self, folder, mail_port):
        self.folder, self.port = Path(folder), free_port()
        self.settings = {
            "PORTAL_INSTANCE": folder, "PORTAL_MAIL_SERVER": "127.0.0.1", "PORTAL_MAIL_PORT": str(mail_port),
            "PORTAL_MAIL_USE_TLS": "false", "PORTAL_MAIL_DEFAULT_SENDER": "portaal@portaal.example",
            "PORTAL_MAIL_PER_MINUTE": "60000", "PORTAL_HASHES_PER_SECOND": "1000", "PORTAL_DNS_SERVER": "127.0.0.1:1",
        }  # fmt: skip
        self.environ = {**self.settings, "PATH": os.environ["PATH"]}
        self.log = self.folder / "log"
        self.kok, self.zon = f"http://kok.localhost:{self.port}", f"http://zon.localhost:{self.port}"

    def command(self, *words):
        said = subprocess.run(
            [sys.executable, "-m", "portal", *map(str, words)],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert said.returncode == 0, said.stderr
        return said.stdout

    def import_parents(self, *rows, organisation="kok"):
        path = self.folder / "ouders.csv"
        path.write_text("\n".join([HEADER, *rows, ""]))
        return self.command("parents", "import", path, "--organisation", organisation)

    @contextlib.contextmanager
    def run(self):
        self.command("db", "upgrade")
        for name, slug, origin in (("Kok Kinderopvang", "kok", self.kok), ("De Zonnebloem", "zon", self.zon)):
            self.command(
                "organisation", "add", name, "--slug", slug, "--origin", origin, "--email", f"kantoor@{slug}.example",
                "--phone", "010-1234567",
            )  # fmt: skip
        with open(self.log, "w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "portal", "serve", "--bind", f"127.0.0.1:{self.port}"],
                env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                self._wait(process)
                yield self
            finally:
                process.terminate()
                process.wait(40)

    def _wait(self, process):
        until = time.monotonic() + 30
        while time.monotonic() < until and process.poll() is None:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5),
            ):
                return
            time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    @contextlib.contextmanager
    def rows(self, slug="kok"):
        """The rows of one organisation, past the pages."""
        app = create_app(self.settings)
        with app.app_context(), within(organisation_named(slug).id):
            yield db.session
            db.session.commit()
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="session")
def inbox():
    with Inbox().open() as box:
        yield box


@pytest.fixture(scope="session")
def server(inbox):
    folder = tempfile.mkdtemp(prefix="portal-browser-", dir=IN_MEMORY)
    with Server(folder, inbox.port).run() as running:
        yield running
    words = running.log.read_text()
    shutil.rmtree(folder, ignore_errors=True)
    assert "Traceback" not in words and "crash" not in words, words


@pytest.fixture(scope="session")
def playwright():
    if not Path(CHROMIUM).exists():
        missing("Chromium (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright):
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


def watched(chromium, complaints, base_url, javascript=True, cookies=(), **options):
    """A new browser. What it has to complain about, and what it asks of others, is added to `complaints`."""

    def listen(message):
        is_status = re.match(r"Failed to load resource: the server responded with a status of \d+", message.text)
        if message.type in ("error", "warning") and not is_status:
            complaints.append(f"{message.page.url}: {message.text}")

    def look(request):
        if not request.url.startswith((f"{base_url}/", "data:")):
            complaints.append(f"a request to {request.url}")

    context = chromium.new_context(
        **{"base_url": base_url, "locale": "nl-NL", "java_script_enabled": javascript, **options}
    )
    context.set_default_timeout(10_000)
    context.add_cookies(list(cookies))
    context.on("console", listen)
    context.on("request", look)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    return context


@pytest.fixture
def open_browser(chromium, server):
    """open_browser() is a new browser at Kok, with one page. At the end it must have had nothing to complain about."""
    contexts, complaints = [], []

    def open_one(javascript=True, cookies=()):
        contexts.append(watched(chromium, complaints, server.kok, javascript, cookies))
        return contexts[-1].new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def save_password(server):
    """save_password("anna@…", hash): this account is in use already."""

    def save(email, password_hash, slug="kok"):
        with server.rows(slug) as session:
            values = {"password_hash": password_hash, "status": "active"}
            session.execute(sa.update(Account).where(Account.email_key == email).values(**values))

    return save


def kept_cookies(page):
    """What this browser still has when it is closed and opened again."""
    return [cookie for cookie in page.context.cookies() if cookie["expires"] > 0]


# A group and its tablet


@pytest.fixture(scope="session")
def group(server, password_hash):
    """A group of three children, who works there, and their parent."""
    rows = [
        f"toren@voorbeeld.nl;Tess;;Toren;;{name};Toren;2024-02-0{day};De Torens;ja" for day, name in enumerate(NAMES, 1)
    ]
    server.import_parents(*rows)
    with server.rows() as session:
        for email, role in (("toren@voorbeeld.nl", ""), ("tablet@kok.example", "groepsleiding")):
            known = session.scalars(sa.select(Account).where(Account.email == email)).one_or_none()
            account = known or staff.invite(email, "Juf Kim", role, [], by=None)
            account.password_hash, account.status, account.role = password_hash, "active", role
        session.flush()
        place = session.scalars(sa.select(Group).where(Group.name == "De Torens")).one()
        own = {"organisation_id": place.organisation_id, "account_id": account.id}
        account.second_step_at = clock.now()
        secret = keys.encrypt("second step", TOTP_SECRET)
        session.add_all([StaffGroup(**own, group_id=place.id), SecondFactor(**own, secret=secret, last_step=0)])
        children = session.scalars(sa.select(Child).where(Child.group_id == place.id)).all()
        for child in children:
            consent.answer(child, GROUP_NAME, 1, True, by=known_parent(session))
        for back in range(1, 40):
            add_story(session, place, account, children[0], clock.today() - timedelta(days=back))
    return place


def known_parent(session):
    return session.scalars(sa.select(Account).where(Account.email == "toren@voorbeeld.nl")).one()


def add_story(session, place, account, child, day):
    own = {"organisation_id": place.organisation_id}
    tag = DiaryChild(**own, child_id=child.id, day=day, is_shown=True)
    session.add(
        DiaryEntry(
            **own, group_id=place.id, author_id=account.id, day=day, body=f"Dag van {day}.", state="published",
            published_at=clock.now(), tags=[tag],
        )
    )  # fmt: skip


def log_in(page, email):
    page.goto("/inloggen")
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()


@pytest.fixture(scope="session")
def tablet(server, group, chromium):
    """Logged in once: a code of the second step is good once."""
    context = chromium.new_context(base_url=server.kok, locale="nl-NL", viewport=TABLET, has_touch=True)
    page = context.new_page()
    log_in(page, "tablet@kok.example")
    page.wait_for_url("**/tweede-stap*")
    page.locator("[name=code]").fill(totp_code())
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "tweede-stap" not in url)
    yield page
    context.close()
