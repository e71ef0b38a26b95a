"""Who may open what: every address of the portal, for everyone who could come by (security.md, I2)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.api import actions as api
from portal.auth.models import Account, StaffGroup
from portal.changes import actions as change_actions
from portal.changes.models import DataChange
from portal.children.models import Child, Guardianship
from portal.contracts import actions as contracts
from portal.db import db
from portal.diary.models import DiaryEntry, RhythmEntry
from portal.documents import actions as documents
from portal.export import actions as export
from portal.export.archive import Part, packed
from portal.files import actions as files
from portal.files.images import Photograph, Picture
from portal.imports import actions as imports
from portal.imports import rules
from portal.invoices.models import Invoice, InvoiceLine
from portal.library import actions as library
from portal.messages.models import NewsFile, NewsItem
from portal.organisations.models import Group
from portal.photos import actions as photos
from portal.photos.actions import Received
from portal.pickup.models import PickupPerson
from portal.roles import MAY, ROLES
from portal.statements.models import AnnualStatement
from portal.uploads import actions as uploads
from tests.contracts.conftest import terms
from tests.documents.pdf import pdf
from tests.forms import ID

# What each page asks. "everyone" may always come; "parent" is who is logged in whole,
# "guardian" who is that of Noor, "asker" the one of them who asked for it, "payer" who
# pays it; else a permission (portal/roles.py). Papers
# of Noor are for her guardians too.
ASKS = {
    "everyone": [
        "static", "welcome.accent", "welcome.livez", "welcome.readyz", "welcome.security_txt", "welcome.help",
        "welcome.set_language", "welcome.well_known_change_password", "auth.login", "auth.logout",
        "auth.forgot_password", "auth.forgot_password_sent", "auth.ask_new_link", "auth.use_code",
        "auth.open_reset_link", "auth.open_activation_link", "auth.open_device_link", "auth.open_letter_link", "auth.letter", "auth.approve_device",
        "auth.choose_password", "auth.check_password", "auth.propose_passphrase", "stop_reset.stop", "stop_address.stop", "stop_iban.stop", "stop_notices.stop", "files.logo", "library.library", "library.document",
        "api.put_child", "api.leave", "api_bounces.mail_came_back", "api_description.openapi",
    ],
    "parent": [
        "portal.home", "portal.account", "account.change_password", "account.step_up", "account.sessions",
        "account.end_session", "account.end_all_sessions", "second_step.enter", "second_step.set_up",
        "second_step.qr_code", "second_step.use_recovery_code", "second_step.confirm", "own_second_step.overview",
        "own_second_step.make_codes", "own_second_step.turn_off", "who_looked.who_looked", "own.change_address", "own.confirm_address",
        "own.details", "own.change_phone", "changes.change_home", "changes.change_iban", "notices.choose", "consent.overview", "consent.answer", "pickup.children", "diary.days", "takeout.children", "documents.papers", "news.items",
        "contracts.contracts", "invoices.invoices", "statements.statements",
    ],
    "payer": [
        "contracts.contract", "contracts.end_contract", "contracts.change_contract", "contracts.request",
        "contracts.send_request", "contracts.withdraw_request", "invoices.invoice", "statements.statement",
    ],
    "statements.make": [
        "office_statements.overview", "office_statements.office_statement", "office_statements.publish",
        "office_statements.publish_all",
    ],
    "pickup.see": ["group_pickup.groups", "group_pickup.today"],
    "pickup.change": ["office_pickup.child", "office_pickup.end"],
    "invoices.see": ["office_invoices.invoices", "office_invoices.invoice"],
    "papers.see": ["documents.document", "documents.landing"],
    "contracts.change": [
        "office_contracts.contracts", "office_contracts.contract", "office_contracts.add_contract",
        "office_contracts.new_version", "office_contracts.end_contract", "office_contracts.requests",
        "office_contracts.request",
    ],
    "papers.change": ["office_papers.add_paper", "office_papers.paper", "office_papers.withdraw"],
    "bsn.change": ["office_bsn.bsn", "office_bsn.remove_bsn"],
    "asker": ["takeout.download", "changes.withdraw", "changes.stop_iban"],
    "guardian": ["changes.child", "changes.change_care", "changes.change_contacts", "pickup.child", "pickup.end", "takeout.child", "takeout.ask", "news.item", "news.confirm", "news.attachment", "diary.picture", "diary.child_days", "photos.photo"],
    "library.change": [
        "office_library.shelves", "office_library.add_document", "office_library.add_link", "office_library.item",
        "office_library.replace", "office_library.move", "office_library.withdraw", "office_library.add_folder",
        "office_library.folder", "office_library.move_folder", "office_library.end_folder",
    ],
    "office.open": ["office.start", "places.locations"],
    "organisation.change": [
        "face.organisation", "face.preview", "face.check_colour", "face.sample", "face.logo", "face.try_logo",
        "face.draft", "face.remove_logo", "places_change.add_location", "places_change.rename_location",
        "places_change.add_group", "places_change.change_group", "places_change.end_group",
        "places_change.end_location", "office_consent.purposes", "office_consent.add_purpose",
        "office_consent.change_purpose", "office_consent.end_purpose",
    ],
    "staff.change": [
        "staff_people.people", "staff_people.invite", "staff_people.person", "staff_people.send_link",
        "staff_people.dismiss",
    ],
    "children.see": ["office_children.children", "office_children.child", "office_search.search"],
    "children.change": [
        "office_children_change.add_child", "office_children_change.change_child", "office_children_change.leave",
        "keeping.hold", "keeping.let_go",
        "office_care.change_care", "office_care.change_contacts",
    ],
    "iban.see": ["office_banks.iban"],
    "changes.decide": ["office_changes.changes", "office_changes.change", "office_changes.approve", "office_changes.refuse"],
    "rights.change": ["office_rights.add_parent", "office_rights.change_rights", "office_rights.end_parent"],
    "accounts.block": [
        "office_blocks.ask_block", "office_blocks.confirm_block", "office_blocks.lift_block",
        "office_access.end_sessions", "office_access.block_account", "office_access.unblock_account",
    ],
    "parents.see": ["exports.export", "office_parents.parents", "office_parents.parent"],
    "parents.change": [
        "office_parents_change.change_parent", "office_parents_change.change_address", "corrections.corrections",
        "office_parents_change.trust_address",
        "corrections.settle", "office_homes.change_home",
    ],
    "parents.credentials": ["paper.print_letter", "office_credentials.send_credentials", "mails_again.send_again"],
    "diary.write": [
        "group_photos.photos", "group_photos.stand", "group_photos.photo", "group_photos.change_photo",
        "group_photos.withdraw",
        "office_diary.groups", "office_diary.board", "office_diary.entry", "office_diary.publish",
        "office_diary.withdraw", "office_diary.child", "office_diary.press", "office_diary.rhythm",
        "office_diary.wake", "office_diary.withdraw_rhythm",
    ],
    "news.write": [
        "office_news.items", "office_news.write", "office_news.change", "office_news.item", "office_news.publish",
        "office_news.unplan", "office_news.withdraw", "office_news.receipts", "office_news.attach",
        "office_news.attachment", "office_news.detach",
    ],
    "imports.do": [
        "uploads.upload", "uploads.example", "uploads.preview", "uploads.confirm", "uploads.throw_away",
        "invoices_import.upload", "invoices_import.example", "contract_imports.upload", "contract_imports.example", "uploads.progress", "imports.result", "imports.settle",
    ],
    "log.see": ["logbook.overview", "logbook.download", "logbook.who_saw"],
    "mail.see": ["mails.outbox", "mail_check.report", "mail_check.run", "mail_check.source", "mail_check.send"],
    "mail.settings": [
        "mail_settings.edit", "mail_settings.remove", "mail_keys.overview", "mail_keys.make", "mail_keys.look",
    ],
    "tokens.change": ["api_tokens.tokens", "api_tokens.make", "api_tokens.revoke"],
    "factors.reset": ["factor_resets.ask", "factor_resets.agree", "factor_resets.stop"],
}  # fmt: skip
OF = {endpoint: asks for asks, endpoints in ASKS.items() for endpoint in endpoints}
EXAMPLES = {"code": "photo_own", "token": "a.b.c", "colour": "1f6f66", "filename": "portal.css"}

# How far somebody is in. Before that, a page that asks more sends them on, or does not exist.
OUTSIDE = {"nobody": "/inloggen", "temporary": "/wachtwoord/nieuw", "half": "/tweede-stap", "new": "/tweede-stap"}
PARENTS = ["own parent", "co-parent", "other parent", "blocked parent", "parent elsewhere"]
ELSEWHERE = ["manager elsewhere"]
EVERYONE = [*OUTSIDE, *PARENTS, *ROLES, *ELSEWHERE]


def test_every_address_has_a_row(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(OF)
    assert sum(len(endpoints) for endpoints in ASKS.values()) == len(OF), "a page stands in two rows"
    assert set(ASKS) - {"everyone", "parent", "guardian", "asker", "payer"} <= set(MAY)


@pytest.fixture
def come(enter, office, visitor, kok, zon, noor, anna, piet, bram, save_parent, inside, temporary_login):
    """come("planning") is the browser of somebody like that, at Kok."""

    def _at_the_group_of(child, browser):
        with inside(kok):
            db.session.add(StaffGroup(organisation_id=kok.id, account_id=browser.account.id, group_id=child.group_id))
        return browser

    def browser_of(who):
        if who in ("half", "new"):
            return enter(who)
        if who == "temporary":
            return temporary_login()
        if who in ROLES:
            return _at_the_group_of(noor, office(who))
        if who == "manager elsewhere":
            return _moved(office("manager", zon), kok)
        if who == "parent elsewhere":
            return _moved(_in(visitor(zon), bram), kok)
        if who == "nobody":
            return visitor(kok)
        other = save_parent(kok, "Otto", "", "Ander", "otto@voorbeeld.nl")
        account = {"own parent": anna, "co-parent": piet, "other parent": other, "blocked parent": anna}[who]
        browser = _in(visitor(kok), account)
        if who == "blocked parent":
            with inside(kok):
                db.session.get(Account, anna.id).status = "blocked"
        return browser

    return browser_of


def _in(browser, account):
    browser.log_in(account)
    return browser


def _moved(browser, organisation):
    """The same cookies, sent to another organisation by hand."""
    for name in ("__Host-sessie", "__Host-onthoud"):
        if value := browser.cookie(name):
            browser.client.set_cookie(name, value, domain=organisation.host, secure=True)
    browser.origin, browser.csrf = organisation.origin, ""
    return browser


@pytest.fixture
def temporary_login(visitor, kok, anna, inside, post):
    from portal.auth import mails

    def log_in():
        with inside(kok):
            mails.credentials(anna.id)
        password = re.search(r"^\s*((?:[2-9a-z]{4}-){3}[2-9a-z]{4})\s*$", post.deliver()[-1].text, re.M)[1]
        browser = visitor(kok)
        browser.log_in(anna, password=password)
        return browser

    return log_in


def is_out(who):
    return who in OUTSIDE or who in ("blocked parent", "parent elsewhere", "manager elsewhere")


def may_pass(who, asks):
    if asks == "everyone":
        return True
    if asks == "parent":
        return not is_out(who)
    if asks in ("asker", "payer"):
        return who == "own parent"
    if asks in ("guardian", "papers.see") and who in ("own parent", "co-parent"):
        return True
    return who in ROLES and who in MAY.get(asks, ())


@pytest.mark.parametrize("who", EVERYONE)
def test_everyone_comes_as_far_as_the_table_says(who, come, app, examples):
    browser, wrong = come(who), []
    for rule in app.url_map.iter_rules():
        asks = OF[rule.endpoint]
        if asks == "everyone" or rule.endpoint.startswith("second_step."):
            continue  # these have tests of their own; who is on the way in needs the second step
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(examples.get(match[1], ID)), rule.rule)
        for method in sorted({"GET", "POST"} & rule.methods):
            if method == "POST" and may_pass(who, asks):
                continue
            answer = browser.send(path, method=method, body=f"csrf_token={csrf(browser)}" if method == "POST" else "")
            if problem := verdict(who, asks, answer):
                wrong.append((method, path, asks, problem))
    assert wrong == []


def csrf(browser):
    """A good CSRF value, so that it is the door that answers."""
    for path in ("/hulp", "/wachtwoord/nieuw"):
        if not browser.csrf:
            forms = browser.send(path, method="GET", content_type=None).forms
            browser.csrf = next(
                (form["fields"]["csrf_token"] for form in forms if form["fields"].get("csrf_token")), ""
            )
    return browser.csrf


def verdict(who, asks, answer):
    if may_pass(who, asks):
        return "" if answer.status in (200, 303, 410) and not to_login(answer) else answer.status
    if is_out(who):
        goes_to = OUTSIDE.get(who, "/inloggen")
        sent = answer.status == 303 and answer.response.location.startswith(goes_to)
        return "" if sent else (answer.status, answer.response.location)
    return "" if answer.status == 404 else answer.status


def to_login(answer):
    return answer.status == 303 and answer.response.location.startswith(("/inloggen", "/tweede-stap?"))


@pytest.fixture
def examples(kok, els, noor, anna, inside):
    """Rows of Kok that an address may name. Els works here, and has a child here too."""
    with inside(kok):
        db.session.add(Guardianship(organisation_id=kok.id, child_id=noor.id, person_id=els.person_id, role="custody"))
        done = imports.remember(imports.ImportResult(), "ouders.csv")
        seen = uploads.look(rules.EXAMPLE.encode())
        token = api.make_token("Planning", els).row
        upload = uploads.keep(rules.EXAMPLE.encode(), "ouders.csv", seen, els.id)
        file = files.keep("logo", "logo.png", Picture("image/png", 144, 144, b"a picture"))
        group = db.session.get(Group, noor.group_id)
        here, day = {"organisation_id": kok.id, "group_id": group.id, "author_id": els.id}, clock.today()
        story = DiaryEntry(**here, day=day, body="Wij zongen.", tags=[])
        line = RhythmEntry(**here, day=day, child_id=noor.id, kind="note", at=clock.now(), note="gezongen")
        news = NewsItem(
            organisation_id=kok.id, scope="group", audience_id=group.id, title="Hoi", body="Hoi.", author_id=els.id,
            publish_at=clock.now(), asks_receipt=True,
        )  # fmt: skip
        db.session.add_all([story, line, news])
        db.session.flush()
        db.session.add(NewsFile(organisation_id=kok.id, item_id=news.id, file_id=file.id))
        photo_id = _photo_of(noor, els)
        shelf = library.add_folder("Regels", els.id)
        book = library.add_link("https://kok.test/", library.Words("Beleid", "", shelf.id, "parents"), els.id)
        paper = documents.add_paper(
            documents.receive(pdf()), db.session.get(Child, noor.id), "Verslag", "daily", els.id
        )
        _take_along(noor, anna)
        invoice_id, about = _invoice_of(anna, noor), _asked_about_a_contract(anna, noor, els)
        statement_id = _statement_of(anna, noor)
        asked = DataChange(
            organisation_id=kok.id, kind="contacts", person_id=anna.person_id, child_id=noor.id, new={"contacts": []},
            old={"contacts": []},
        )  # fmt: skip
        oma = PickupPerson(
            organisation_id=kok.id, child_id=noor.id, name="Oma", relation="oma", phone="06-12345678",
            granted_by=anna.person_id, recorded_by=anna.id,
        )  # fmt: skip
        bank = change_actions.ask_iban(anna, "NL91ABNA0417164300")
        db.session.add_all([asked, oma])
        db.session.flush()
    return {
        **EXAMPLES, "library_item_id": book.id, "folder_id": shelf.id, "photo_id": photo_id, "document_id": paper.id, "size": "klein", "child_id": noor.id, "person_id": anna.person_id, "account_id": els.id, "import_id": done.id, "upload_id": upload.id, "file_id": file.id,
        "item_id": news.id, "pickup_id": oma.id, "invoice_id": invoice_id, "contract_id": about.contract_id, "request_id": about.id, "statement_id": statement_id, "year": clock.today().year, "payer_id": anna.person_id, "change_id": asked.id, "bank_id": bank.id, "entry_id": story.id, "rhythm_id": line.id, "group_id": group.id, "location_id": group.location_id, "token_id": token.id,
    }  # fmt: skip


def _photo_of(child, by):
    """A photo that is ready, in its smallest size."""
    received = Received(files.put(b"a photo"), "0" * 64, 7)
    photo = photos.take_in(received, db.session.get(Group, child.group_id), by.id, child_ids=[child.id])
    claimed = photos.claim("test")
    photos.finish(
        claimed, Photograph(None, [("klein", Picture("image/jpeg", 9, 9, b"a photo"))]), [files.put(b"a photo")]
    )
    return photo.id


def _asked_about_a_contract(party, child, by):
    people = contracts.People(party.person_id, party.person_id)
    contract = contracts.add_contract(child.id, terms(), people, documents.receive(pdf()), by.id, 60)
    asked = contracts.draft_request(contract, "end", clock.today() + timedelta(days=99), "", 1, party)
    contracts.send_request(asked, 1, party)
    return asked


def _invoice_of(payer, child):
    document = documents.add(documents.receive(pdf()), "invoice", "Factuur", "financial", None, payer.person_id)
    invoice = Invoice(
        id=uuid4(), organisation_id=payer.organisation_id, number="1", sort="invoice", period=clock.today(),
        payer_id=payer.person_id, total_cents=1, due_on=clock.today(), state="open", document=document, fingerprint="",
    )  # fmt: skip
    db.session.add(invoice)
    db.session.flush()
    line = InvoiceLine(
        organisation_id=payer.organisation_id, invoice_id=invoice.id, position=1, child_id=child.id, lrk_number="1",
        care_type="kdv", description="", minutes=60, rate_cents=1, amount_cents=1, counts_for_statement=True,
    )  # fmt: skip
    db.session.add(line)
    return invoice.id


def _statement_of(payer, child):
    document = documents.add(
        documents.receive(pdf()), "statement", "Jaaropgave", "financial", None, payer.person_id, shows_bsn=True
    )
    made = AnnualStatement(
        id=uuid4(), organisation_id=payer.organisation_id, year=2020, payer_id=payer.person_id, child_id=child.id,
        version=1, payer_name="Anna", child_name="Noor", child_born=clock.today(), bsn_version=0, lines=[],
        document=document,
    )  # fmt: skip
    db.session.add(made)
    return made.id


def _take_along(child, parent):
    """Something small that is ready to be fetched."""
    export.ask(parent, child)
    export.finish(export.claim("test"), packed([Part(3, b"zip")], {"marks": [], "name": "Noor"}), 3, "0" * 32)
