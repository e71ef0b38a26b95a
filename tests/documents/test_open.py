"""A document is opened by whom it is for, and by nobody else: every document for everyone who could come by."""

from datetime import timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Account, Session, StaffGroup
from portal.children.models import Block, Child, Guardianship
from portal.db import db
from portal.documents import actions, queries, rules
from portal.documents.models import Document
from portal.files import actions as files
from portal.files.models import File
from portal.files.storage import storage
from tests.conftest import PASSWORD
from tests.documents.pdf import pdf

# Who comes, and which of the documents below open for them. "papers" are for who sees the days of Noor, "decisions"
# for who decides about her; "bill" is of a person who may be no guardian of anybody; "nobody's" is of no known kind.
OPENS = {
    "guardian": {"papers", "decisions"},
    "other guardian": {"papers", "decisions"},
    "foster parent": {"papers"},
    "no custody, asked": {"papers"},
    "no custody": set(),
    "guardian of before": set(),
    "guardian of later": set(),
    "kept away by a court": set(),
    "other family": set(),
    "financial contact": {"bill"},
    "groepsleiding": {"papers", "decisions"},
    "groepsleiding elsewhere": set(),
    "planning": set(),
    "administratie": {"papers", "decisions", "bill"},
    "manager": {"papers", "decisions", "bill"},
    "manager kept away by a court": {"bill"},
}
LINKS = {
    "guardian": {},
    "other guardian": {},
    "foster parent": {"role": "foster", "can_decide": False},
    "no custody, asked": {"role": "no_custody", "can_decide": False},
    "no custody": {"role": "no_custody", "can_decide": False, "can_see_daily": False},
    "guardian of before": {"valid_to": -1},
    "guardian of later": {"valid_from": 1},
    "kept away by a court": {},
    "manager kept away by a court": {},
}


@pytest.fixture
def bills(monkeypatch):
    """A kind of a subject above this one: of a person, and opened by the office."""
    monkeypatch.setitem(queries.KINDS, "bill", queries.Kind("papers.change", queries.OF_PERSON))


@pytest.fixture
def come(visitor, office, kok, noor, save_parent, inside):
    """come("foster parent") is the browser of somebody like that, at Kok."""

    def browser_of(who):
        role = (
            who.partition(" ")[0] if who.startswith(("groepsleiding", "planning", "administratie", "manager")) else ""
        )
        if role:
            browser = office(role)
        else:
            browser = visitor(kok)
            browser.account = save_parent(kok, "Ada", "", who.title(), f"{len(who)}{who[0]}@voorbeeld.nl")
            browser.log_in(browser.account)
        with inside(kok):
            _link(browser.account, who)
        return browser

    def _link(account, who):
        here = {"organisation_id": kok.id, "child_id": noor.id, "person_id": account.person_id}
        if who == "groepsleiding":
            db.session.add(StaffGroup(organisation_id=kok.id, account_id=account.id, group_id=noor.group_id))
        if (link := LINKS.get(who)) is not None:
            said = {"role": "custody", "can_decide": True, "can_see_daily": True, **link}
            days = {
                name: clock.today() + timedelta(days=said.pop(name))
                for name in ("valid_from", "valid_to")
                if name in said
            }
            db.session.add(Guardianship(**here, **said, **days))
        if "court" in who:
            now = clock.now()
            db.session.add(Block(**here, reason="x", document="x", ends_on=clock.today(), asked_by=account.id,
                                 confirmed_by=account.id, confirmed_at=now))  # fmt: skip

    return browser_of


def test_every_document_opens_for_whom_it_is_and_for_nobody_else(
    come, opens, paper, bills, visitor, kok, zon, noor, bram, els, inside, office
):
    browsers = {who: come(who) for who in OPENS if who != "groepsleiding elsewhere" and "manager kept" not in who}
    documents = {"papers": paper(), "decisions": paper("deciding", title="Zorgplan")}
    with inside(kok):
        for name, person_id in (("bill", browsers["financial contact"].account.person_id), ("nobody's", None)):
            received = actions.receive(pdf(name))
            more = {"person_id": person_id} if person_id else {"child_id": noor.id, "audience": "daily"}
            documents[name] = actions.add(received, name.rstrip("'s"), name, "financial", els.id, **more).id
        gone = actions.add_paper(actions.receive(pdf("weg")), db.session.get(Child, noor.id), "Weg", "daily", els.id)
        actions.withdraw(gone, els.id)
        documents["withdrawn"] = gone.id
    documents["guessed"] = uuid4()
    seen = {who: {name for name in documents if opens(each, documents[name]).status_code == 200}
            for who, each in browsers.items()}  # fmt: skip
    assert seen == {who: OPENS[who] for who in browsers}
    elsewhere = visitor(zon)
    elsewhere.log_in(bram)
    for who in (elsewhere, office("manager", zon)):
        assert {opens(who, each).status_code for each in documents.values()} == {404}
    assert {opens(visitor(kok), each).status_code for each in documents.values()} == {303}


@pytest.mark.parametrize("who", ["groepsleiding elsewhere", "manager kept away by a court"])
def test_work_opens_no_more_than_it_should(who, come, opens, paper, bills, kok, inside, save_parent, els):
    browser, someone = come(who), save_parent(kok, "Ada", "", "Penning", "penning@voorbeeld.nl")
    documents = {"papers": paper(), "decisions": paper("deciding", title="Zorgplan")}
    with inside(kok):
        bill = actions.add(actions.receive(pdf("x")), "bill", "x", "financial", els.id, person_id=someone.person_id)
        documents["bill"] = bill.id
    assert {name for name in documents if opens(browser, documents[name]).status_code == 200} == OPENS[who]


def over(session, noor, anna, document_id):
    session.query(Guardianship).filter_by(person_id=anna.person_id).one().valid_to = clock.today() - timedelta(days=1)


def no_longer_seen(session, noor, anna, document_id):
    session.query(Guardianship).filter_by(person_id=anna.person_id).one().can_see_daily = False


def left_long_ago(session, noor, anna, document_id):
    session.get(Child, noor.id).access_until = clock.today() - timedelta(days=1)


def withdrawn(session, noor, anna, document_id):
    actions.withdraw(session.get(Document, document_id), anna.id)


def logged_out(session, noor, anna, document_id):
    session.query(Session).filter_by(account_id=anna.id).one().ended_at = clock.now()


def blocked(session, noor, anna, document_id):
    session.get(Account, anna.id).status = "blocked"


@pytest.mark.parametrize(
    ("change", "status"),
    [(over, 404), (no_longer_seen, 404), (left_long_ago, 404), (withdrawn, 404), (logged_out, 303), (blocked, 303)],
)
def test_document_is_gone_at_the_next_request(change, status, opens, paper, visitor, kok, noor, anna, inside):
    browser, document_id = visitor(kok), paper()
    browser.log_in(anna)
    assert f"/documenten/{document_id}" in browser.get("/papieren").text, "the page is open"
    assert opens(browser, document_id).status_code == 200
    with inside(kok) as session:
        change(session, noor, anna, document_id)
    assert opens(browser, document_id).status_code == status
    assert browser.client.get(f"/documenten/{document_id}/openen", **browser._with(None)).status_code == status
    assert f"/documenten/{document_id}" not in browser.get("/papieren", status=None).text


def test_document_goes_out_as_a_file_of_which_nothing_is_kept(opens, paper, visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    response = opens(browser, paper(title='Crèche: 🦋 en "veiligheid" / Zoë'))
    headers = response.headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Content-Type"] == "application/pdf" and "ETag" not in headers
    said = headers["Content-Disposition"]
    assert said.startswith("attachment; ") and "UTF-8''Cr%C3%A8che%20%F0%9F%A6%8B" in said
    assert "/" not in said.partition("UTF-8")[0] and "scan" not in said
    head = browser.client.head(f"/documenten/{uuid4()}", **browser._with(None))
    assert head.status_code == 404


def test_document_with_a_bsn_asks_who_one_is_and_then_lands_on_the_document(opens, paper, visitor, kok, anna, time):
    browser, document_id = visitor(kok), paper(shows_bsn=True)
    browser.log_in(anna)
    assert opens(browser, document_id).status_code == 200, "one who logged in just now is known"
    time.move(minutes=11)
    asked = opens(browser, document_id)
    assert asked.status_code == 303 and asked.location.startswith("/account/bevestigen")
    form = browser.get(asked.location).form("step-up-form")
    landed = browser.post("/account/bevestigen", password=PASSWORD, next=form["fields"]["next"])
    assert landed.response.location == f"/documenten/{document_id}/openen"
    browser.csrf = ""
    page = browser.get(landed.response.location)
    assert f'href="/documenten/{document_id}"' in page.text and "Observatieverslag" in page.seen
    assert opens(browser, document_id).status_code == 200
    time.move(minutes=11)
    assert opens(browser, document_id).status_code == 303


def test_link_of_a_document_lands_on_its_page_after_logging_in(opens, paper, visitor, kok, anna):
    browser, document_id = visitor(kok), paper()
    asked = opens(browser, document_id)
    assert asked.location == f"/inloggen?next=/documenten/{document_id}"
    browser.get(asked.location)
    landed = browser.post("/inloggen", email=anna.email, password=PASSWORD, next=f"/documenten/{document_id}")
    assert landed.response.location == f"/documenten/{document_id}/openen"


def test_every_time_it_is_opened_is_in_the_log(opens, paper, visitor, office, kok, noor, anna, piet, inside, command):
    browsers = {"anna": visitor(kok), "piet": visitor(kok), "wil": office("administratie")}
    browsers["anna"].log_in(anna)
    browsers["piet"].log_in(piet)
    document_id, secret = paper(), paper("deciding", title="Zorgplan")
    for browser in (*browsers.values(), browsers["wil"]):
        for each in (document_id, secret):
            assert opens(browser, each).status_code == 200
            assert browser.client.head(f"/documenten/{each}", **browser._with(None)).status_code == 200
    with inside(kok) as session:
        lines = session.query(AccessLog).filter_by(action="document_seen", object_id=document_id).all()
        wil, said = browsers["wil"].account, "Observatieverslag"
        assert sorted((line.actor_id, line.child_id, line.detail) for line in lines) == sorted(
            [(anna.id, None, said), (piet.id, None, said), *2 * [(wil.id, noor.id, said)]]
        )
    seen = browsers["anna"].get("/account/wie-keek-mee").seen
    assert seen.count("Document geopend") == 6, "four times by the office, twice by herself"
    assert "Piet" not in seen and "Kim Administratie" in seen
    assert "U · Zorgplan" in seen and "(administratie) · Zorgplan" not in seen, "not all guardians may know of it"
    said = command("audit", "who", document_id, "--organisation", "kok", "--json")
    assert said.code == 0 and '"times": 2' in said.out and "Anna de Vries" in said.out
    assert '"name": "Observatieverslag"' in said.out
    fenna = office("manager")
    page = fenna.get(f"/beheer/kinderen/{noor.id}/papieren/{document_id}")
    assert "Anna de Vries" in page.seen and "Piet Bakker" in page.seen and "Kim Administratie" in page.seen
    page = browsers["wil"].get(f"/beheer/kinderen/{noor.id}/papieren/{document_id}")
    assert "Wie heeft dit geopend" not in page.seen
    assert "Document geopend" in fenna.get("/beheer/logboek").seen


def test_file_goes_when_nobody_owns_it_and_stays_when_somebody_does(paper, els, kok, inside, monkeypatch, app):
    kept, gone = paper(), paper(title="Weg")
    with inside(kok) as session:
        orphan = actions.receive(pdf("nooit bewaard")).key
        keys = {each: session.get(Document, each).file.key for each in (kept, gone)}
        actions.withdraw(session.get(Document, gone), els.id)
        row = session.get(Document, gone)
        assert row.file is None and row.sha256 and row.withdrawn_at
    monkeypatch.setattr(files, "SAFE_AGE", -1.0)
    with inside(kok) as session:
        files.sweep()
        assert storage().get(keys[kept]).startswith(b"%PDF-")
        for key in (keys[gone], orphan):
            with pytest.raises(FileNotFoundError):
                storage().get(key)
        assert session.query(File).count() == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (pdf(), ""),
        (b"", "broken"),
        (pdf()[:-200], "broken"),
        (pdf()[: len(pdf()) // 2], "broken"),
        (b"PK\x03\x04" + pdf(), "kind"),
        (b"<svg/>", "kind"),
        (b"\xff\xd8\xff\xe0", "kind"),
        (pdf(extra=b" /Encrypt 5 0 R"), "protected"),
        (pdf(extra=b"/Encrypt<</Filter/Standard>>"), "protected"),
        (pdf("over /Encrypt in een verhaal"), ""),
        (b"%PDF-1.7\n" + b"0" * (15 << 20) + b"startxref\n0\n%%EOF", "heavy"),
        (b"%PDF-1.7\n" + b"/Encrypt 11111111111111" * 600_000 + b"startxref\n0\n%%EOF", ""),
    ],
)
def test_only_a_whole_pdf_without_a_password_is_taken(content, problem):
    assert rules.problem_of(content) == problem
    assert not problem or rules.why_not(problem)
