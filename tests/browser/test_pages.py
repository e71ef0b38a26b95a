"""Every page in both languages, on a phone and on a wide screen, light and dark: for everyone, and without a fault."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pyotp
import pytest
from flask import render_template

from portal import clock, create_app, keys, pages
from portal import db as database
from portal.auth import mails
from portal.auth.queries import account_with
from portal.changes import actions as changes
from portal.children.queries import child as child_with
from portal.children.queries import children_of
from portal.contracts import actions as contracts
from portal.db import db
from portal.demo import actions as demo
from portal.documents import actions as documents
from portal.documents.bundle import Bundle
from portal.export.models import Export
from portal.imports.models import PastImport
from portal.invoices import actions as invoices
from portal.library import actions as library
from portal.messages import actions as news
from portal.messages.actions import Audience, Words
from portal.notices import letters
from portal.notices import rules as notices
from portal.organisations.find import organisation
from portal.organisations.queries import organisation_named
from portal.outbox import worker
from portal.photos import actions as photos
from portal.statements import actions as statements
from portal.statements.queries import rows_of as statements_of_year
from portal.uploads.models import Upload
from tests.browser.conftest import ARGUMENTS, CHECKERS, CHROMIUM, watched
from tests.conftest import PASSWORD, missing
from tests.contracts.conftest import terms
from tests.documents.pdf import pdf
from tests.files.pictures import logo
from tests.files.pictures import saved as as_file
from tests.files.test_photo import snapshot
from tests.invoices.conftest import a_file, row

NOBODY = {"kind_voornaam": "", "kind_achternaam": "", "kind_geboortedatum": ""}
EMAIL = "lezer@voorbeeld.nl"
PHONE, WIDE, SMALLEST = {"width": 360, "height": 740}, {"width": 1280, "height": 800}, {"width": 320, "height": 640}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
RUN_AXE = """tags => axe.run(document, {runOnly: tags, resultTypes: ["violations"]}).then(found => found.violations.map(
    violation => violation.id + ": " + violation.nodes.map(node => node.target + " " + node.failureSummary).join(" | ")))"""


def fill(page, **fields):
    """Fill in fields by name and send the form, as a browser without htmx does."""
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(value)
    page.evaluate("document.documentElement.id = 'before'")
    page.locator("main form").first.evaluate("form => setTimeout(() => HTMLFormElement.prototype.submit.call(form))")
    page.locator("html:not(#before)").wait_for()
    page.wait_for_load_state()


def opened(path, **fields):
    def visit(page):
        page.goto(path)
        if fields:
            fill(page, **fields)

    return visit


def stale(page):
    page.goto("/inloggen")
    page.locator("main [name=csrf_token]").evaluate("field => field.value = 'onzin'")
    fill(page, email=EMAIL, password="x")


def asked_again(page):
    opened("/wachtwoord-vergeten", email="niemand@voorbeeld.nl")(page)
    fill(page)


def proposed(path):
    def visit(page):
        page.goto(path)
        page.locator("#propose").click()
        page.locator("#phrase").wait_for()

    return visit


def followed(path, link):
    def visit(page):
        page.goto(path)
        page.locator(link).first.click()
        page.wait_for_load_state()

    return visit


def with_feedback(page):
    page.goto("/account/wachtwoord")
    page.locator("[name=password]").fill("kort")
    page.keyboard.press("Tab")
    page.locator("#password-feedback .bad").wait_for()


def sent_in(*rows):
    def visit(page):
        page.goto("/beheer/import")
        if rows:
            file = {"name": "ouders.csv", "mimeType": "text/csv", "buffer": "\r\n".join([HEADER, *rows]).encode()}
            page.set_input_files("[name=file]", file)
        fill(page)

    return visit


def printed(page):
    page.goto(page.link)
    fill(page)
    if page.url.endswith("/brief"):  # and not asked for the password first
        page.locator(".sheet").wait_for()


def stopped(page):
    page.goto(page.link)
    if page.locator("main form").count():  # the first time
        page.locator("main form").get_by_role("button").click()
        page.locator("main form").wait_for(state="detached")


def beneath(path, suffix="", **fields):
    """A page of the first row of a list, or of its first parent ("{}")."""

    def visit(page):
        page.goto(path)
        page.goto(page.locator("tbody th a").first.get_attribute("href"))
        parent = page.locator("a[href*='/ouders/']:has-text('Rechten'), a[href*='/ouders/']:has-text('Rights')")
        to = page.url + suffix if "{}" not in suffix else suffix.format(parent.first.get_attribute("href"))
        page.goto(to)
        if fields and page.url.endswith(to):  # and not asked for the password first
            fill(page, **fields)

    return visit


HEADER = "email;voornaam;tussenvoegsel;achternaam;telefoon;kind_voornaam;kind_achternaam;kind_geboortedatum;groep;gezag;nummer"
NEW_PARENT = "nieuwe.ouder@voorbeeld.nl;Nina;van den;Heuvel;;Bo;Jansen;2024-05-01;De Uilen"


def further(name, **fields):
    """A form about the first child of this parent."""

    def visit(page):
        followed("/account/gegevens", "a[href*='gegevens/kinderen']")(page)
        followed_here(page, f"a[href$={name}]")
        if fields:
            fill(page, **fields)

    return visit


def opened_and_sent(path, link, **fields):
    def visit(page):
        followed(path, link)(page)
        fill(page, **fields)

    return visit


def made_a_token(page):
    page.goto("/beheer/koppeling/nieuw")
    page.locator("#opens-1").check()
    fill(page, name="Planning")


def with_wrong_settings(page):
    page.goto("/beheer/organisatie")
    fill(page, name="", colour="rood", email="kantoor")


def previewed(page):
    page.goto("/beheer/organisatie")
    page.locator("[name=login_text]").fill("In de zomer bellen wij later terug.")
    page.locator("[name=colour]").fill("#ffe45c")
    page.keyboard.press("Tab")
    page.locator("#legible", has_text="#").wait_for()
    page.locator("#preview-button").click()
    page.locator("#preview", has_text="zomer").wait_for()


def with_logo(content):
    def visit(page):
        page.goto("/beheer/organisatie/logo")
        page.locator("[name=logo]").set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": content})
        fill(page)

    return visit


def followed_here(page, link):
    page.locator(link).first.click()
    page.wait_for_load_state()


def at_group(*links, send="#story-form", **fields):
    """The board of the first group, and from there along these links and buttons."""

    def visit(page):
        page.goto("/beheer/dagboek")
        if page.locator("main .tiles a").count():
            followed_here(page, "main .tiles a")
        for link in links:
            followed_here(page, link)
        if fields:
            for name, value in fields.items():
                field = page.locator(f"{send} [name={name}]")
                field.select_option(value) if name == "kind" else field.fill(value)
            page.evaluate("document.documentElement.id = 'before'")
            page.locator(send).evaluate("form => setTimeout(() => HTMLFormElement.prototype.submit.call(form))")
            page.locator("html:not(#before)").wait_for()

    return visit


def with_photo(content):
    """The photos of the first group, after this was sent as one of them."""

    def visit(page):
        at_group("a.photos-link")(page)
        chosen = {"name": "a.png", "mimeType": "image/png", "buffer": content}
        page.locator("#photos-form [name=photo]").set_input_files(chosen)
        page.locator("#photos-form .button-main").click()
        page.locator(".sending :is([data-state=refused], [data-state=arrived], [data-state=ready])").wait_for()

    return visit


def with_story(page):
    at_group()(page)
    page.locator("#story-form [name=children]").first.check()
    page.locator("#story-form textarea").fill("Vandaag maakten wij een toren.")
    followed_here(page, "#story-form [name=publish]")
    page.locator("article").first.wait_for()


def with_paper(page):
    """A paper that was put on the first child of the list."""
    beneath("/beheer/kinderen", "/papieren/nieuw")(page)
    page.locator("[name=file]").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf("Van de groep")}
    )
    fill(page, title="Observatieverslag")
    followed_here(page, "#papers li a")


def with_contract(page):
    """A contract for the first child of the list, as the office adds it."""
    beneath("/beheer/kinderen", "/contracten/nieuw")(page)
    page.locator("[name=file]").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    page.locator("[name=party]").select_option(index=1)
    fill(page, number=uuid4().hex[:8], days="ma 8-18", rate="10,71", starts_on="2026-01-05")


def with_request(page):
    followed("/contracten", ".invoices a")(page)
    page.goto(page.url + "/wijzigen")
    fill(page, words="Graag vrijdag")


def with_document(page):
    page.goto("/papieren")
    page.goto(page.locator(".documents a").first.get_attribute("href") + "/openen")


def with_picture(page):
    for _ in range(100):  # until the worker has made the photo that `as_parent` sent
        page.goto("/dagboek")
        if page.locator(".photos a").count():
            break
        page.wait_for_timeout(100)
    followed_here(page, ".photos a")


def with_files(page):
    with_news(page)
    followed_here(page, ".rows a")
    page.locator("#attach-form [name=files]").set_input_files(
        [
            {"name": "Brief.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 startxref %%EOF"},
            {"name": "plaat.png", "mimeType": "image/png", "buffer": as_file(snapshot(640, 480), "PNG")},
            {"name": "geen.pdf", "mimeType": "application/pdf", "buffer": b"geen brief"},
        ]
    )
    page.evaluate("document.documentElement.id = 'before'")
    page.locator("#attach-form").evaluate("form => setTimeout(() => HTMLFormElement.prototype.submit.call(form))")
    page.locator("html:not(#before)").wait_for()


def with_readers(page):
    page.goto("/beheer/nieuws?toon=published")
    if not page.locator(".rows a").count():
        with_news(page, asks=True)
        followed_here(page, ".rows a")
        followed_here(page, "#publish-form button")
    else:
        followed_here(page, ".rows a")
    followed_here(page, "#desk p a")


def news_read(page):
    followed("/nieuws", ".news a")(page)
    if page.locator("#receipt-form button").count():  # who looked before pressed it
        page.locator("#receipt-form button").click()
    page.locator("#receipt .state-good").wait_for()


def with_news(page, asks=False):
    """The list of the office, after a draft was written."""
    page.goto("/beheer/nieuws/nieuw")
    page.locator("#news-form [name=title]").fill("Feest")
    page.locator("#news-form textarea").fill("Kom ook.")
    if asks:
        page.locator("#news-form [name=asks_receipt]").check()
    followed_here(page, "#news-form button")
    page.locator("#desk").wait_for()
    page.goto("/beheer/nieuws")


WRONG = {"email": "niemand@voorbeeld.nl", "password": "fout"}
PAGES = {
    "login": ("stranger", opened("/inloggen")),
    "login, empty": ("stranger", opened("/inloggen", email="", password="")),
    "login, wrong": ("stranger", opened("/inloggen", **WRONG)),
    "login, stale": ("stranger", stale),
    "forgot": ("stranger", opened("/wachtwoord-vergeten")),
    "forgot, empty": ("stranger", opened("/wachtwoord-vergeten", email="")),
    "forgot, sent": ("stranger", opened("/wachtwoord-vergeten", email="niemand@voorbeeld.nl")),
    "forgot, sent by nobody": ("stranger", opened("/wachtwoord-vergeten/verstuurd")),
    "forgot, asked again": ("stranger", asked_again),
    "code": ("stranger", opened("/wachtwoord/code")),
    "code, wrong": ("stranger", opened("/wachtwoord/code", email=EMAIL, code="ABCD-2345")),
    "help": ("stranger", opened("/hulp")),
    "no link": ("stranger", opened("/wachtwoord/nieuw")),
    "broken link": ("stranger", opened("/wachtwoord/herstel/a.b.c")),
    "not found": ("stranger", opened("/nergens")),
    "unknown host": ("nobody", opened("/")),
    "reset": ("reset", opened("/wachtwoord/nieuw")),
    "reset, wrong": ("reset", opened("/wachtwoord/nieuw", password="kort", repeat="anders")),
    "reset, proposed": ("reset", proposed("/wachtwoord/nieuw")),
    "activation": ("activation", opened("/wachtwoord/nieuw")),
    "device": ("device", opened("/apparaat")),
    "temporary": ("temporary", opened("/wachtwoord/nieuw")),
    "used link": ("used", lambda page: page.goto(page.link)),
    "home": ("parent", opened("/")),
    "account": ("parent", opened("/account")),
    "change password": ("parent", opened("/account/wachtwoord")),
    "change password, feedback": ("parent", with_feedback),
    "change password, wrong": ("parent", opened("/account/wachtwoord", current="x", password="kort", repeat="y")),
    "step up": ("parent", opened("/account/bevestigen")),
    "step up, wrong": ("parent", opened("/account/bevestigen", password="")),
    "sessions": ("parent", opened("/account/sessies")),
    "logout": ("parent", opened("/uitloggen")),
    "home of staff": ("staff", opened("/")),
    "set up second step": ("new", opened("/tweede-stap/instellen")),
    "set up second step, wrong": ("new", opened("/tweede-stap/instellen", code="12")),
    "second step": ("half", opened("/tweede-stap")),
    "second step, wrong": ("half", opened("/tweede-stap", code="12")),
    "recovery code": ("half", opened("/tweede-stap/herstelcode")),
    "second step again": ("staff", opened("/tweede-stap/bevestigen")),
    "office": ("staff", opened("/beheer")),
    "colleagues": ("staff", opened("/beheer/medewerkers")),
    "invite a colleague": ("staff", opened("/beheer/medewerkers/nieuw")),
    "invite a colleague, wrong": ("staff", opened("/beheer/medewerkers/nieuw", name="", email="onzin")),
    "colleague": ("staff", followed("/beheer/medewerkers", "table a")),
    "organisation": ("staff", opened("/beheer/organisatie")),
    "organisation, wrong": ("staff", with_wrong_settings),
    "organisation, preview": ("staff", previewed),
    "logo": ("staff", opened("/beheer/organisatie/logo")),
    "logo, wrong": ("staff", with_logo(b"<svg/>")),
    "logo, seen first": ("staff", with_logo(logo())),
    "locations": ("staff", opened("/beheer/locaties")),
    "add a location": ("staff", opened("/beheer/locaties/nieuw")),
    "rename a location, wrong": ("staff", opened_and_sent("/beheer/locaties", "main .panel .actions a", name="")),
    "add a group": ("staff", opened("/beheer/locaties/groepen/nieuw")),
    "group": ("staff", followed("/beheer/locaties", "table a")),
    "log": ("staff", opened("/beheer/logboek")),
    "log, wrong": ("staff", opened("/beheer/logboek?wie=niemand&van=2026-02-31")),
    "who saw": ("staff", opened("/beheer/logboek/wie-zag?over=Lezer&van=2026-01-01&tot=2030-01-01")),
    "who saw, wrong": ("staff", opened("/beheer/logboek/wie-zag?over=&van=&tot=")),
    "own details": ("parent", opened("/account/gegevens")),
    "own details, wrong": ("parent", opened("/account/gegevens", words="")),
    "own phone, wrong": ("parent", opened("/account/gegevens/telefoon", phone="x")),
    "home address": ("parent", opened("/account/gegevens/woonadres")),
    "home address, wrong": ("parent", opened("/account/gegevens/woonadres", postcode="x")),
    "own iban": ("parent", opened("/account/gegevens/rekeningnummer")),
    "own iban, wrong": ("parent", opened("/account/gegevens/rekeningnummer", iban="NL00")),
    "iban, nothing to stop": ("stranger", opened("/rekeningnummer-houden/a.b.c")),
    "iban of a parent": ("staff", beneath("/beheer/ouders", "/rekeningnummer")),
    "health of a child": ("parent", followed("/account/gegevens", "a[href*='gegevens/kinderen']")),
    "change health": ("parent", further("gezondheid")),
    "change health, wrong": ("parent", further("gezondheid", doctor_phone="x")),
    "change contacts": ("parent", further("noodcontacten")),
    "change contacts, wrong": ("parent", further("noodcontacten", **{"contact1-phone": "x"})),
    "changes that wait": ("staff", opened("/beheer/wijzigingen")),
    "change that waits": ("staff", followed("/beheer/wijzigingen", "main .list a")),
    "change a home, wrong": ("staff", beneath("/beheer/ouders", "/woonadres", postcode="x")),
    "change health at the office, wrong": ("staff", beneath("/beheer/kinderen", "/gezondheid", doctor_phone="x")),
    "change contacts at the office": ("staff", lambda page: (beneath("/beheer/kinderen")(page), followed_here(page, "a[href*=noodcontacten]"))),
    "own address": ("parent", opened("/account/adres")),
    "own address, wrong": ("parent", opened("/account/adres", email="onzin")),
    "own address, gone": ("parent", opened("/account/adres/bevestigen/a.b.c")),
    "emails": ("parent", opened("/account/e-mails")),
    "emails, saved": ("parent", followed("/account/e-mails", "#notices-form button")),
    "emails to stop": ("stopping", lambda page: page.goto(page.link)),
    "emails that stopped": ("stopping", stopped),
    "no emails to stop": ("stranger", opened("/e-mails-stoppen/a.b.c")),
    "no address to keep": ("stranger", opened("/adres-houden/a.b.c")),
    "take along": ("parent", opened("/meenemen")),
    "news": ("parent", opened("/nieuws")),
    "news to read": ("parent", followed("/nieuws", ".news a")),
    "news that was read": ("parent", news_read),
    "news of the office": ("staff", with_news),
    "news to write": ("staff", opened("/beheer/nieuws/nieuw")),
    "news to write, wrong": ("staff", opened("/beheer/nieuws/nieuw", title="", body="")),
    "news to look at": ("staff", lambda page: (with_news(page), followed_here(page, ".rows a"))),
    "news with files": ("staff", with_files),
    "news and who read it": ("staff", with_readers),
    "news to change": ("staff", lambda page: (with_news(page), followed_here(page, ".rows a"), followed_here(page, "#desk a"))),
    "groups": ("staff", opened("/beheer/dagboek")),
    "board": ("staff", at_group()),
    "board, wrong": ("staff", at_group(body="")),
    "child of a group": ("staff", at_group("#rhythm-title ~ ul a")),
    "rhythm, wrong": ("staff", at_group("#rhythm-title ~ ul a", send="#rhythm-form", kind="temperature", amount="veel")),
    "rhythm to correct": ("staff", at_group("#rhythm-title ~ ul a", "#quick-form [value='bottle:150']", "#rhythm-title ~ ul a", "#today-title ~ ul a")),
    "story": ("staff", with_story),
    "story to correct": ("staff", lambda page: (with_story(page), followed_here(page, "article a"))),
    "days": ("parent", opened("/dagboek")),
    "days of a child": ("parent", opened("/dagboek?tot=2020-01-01")),
    "photos": ("staff", at_group("a.photos-link")),
    "photos, wrong": ("staff", with_photo(b"geen foto")),
    "photo": ("staff", lambda page: (with_photo(logo())(page), followed_here(page, ".photos a"))),
    "picture": ("parent", with_picture),
    "consent": ("parent", opened("/toestemming")),
    "consent, answered": ("parent", followed("/toestemming", ".questions button")),
    "purposes": ("staff", opened("/beheer/toestemming")),
    "add a purpose, wrong": ("staff", opened("/beheer/toestemming/nieuw", name="", text="")),
    "purpose": ("staff", opened("/beheer/toestemming/photo_own")),
    "who fetches": ("parent", opened("/ophalen")),
    "who fetches, wrong": ("parent", opened("/ophalen", name="", phone="x", day="2020-01-01")),
    "fetching, of a group": ("staff", opened("/beheer/ophalen")),
    "fetching, of the office": ("staff", beneath("/beheer/kinderen", "/ophalen", name="")),
    "library": ("parent", opened("/bibliotheek")),
    "library, none found": ("parent", opened("/bibliotheek?zoek=xyz")),
    "library of a stranger": ("stranger", opened("/bibliotheek")),
    "shelves": ("staff", opened("/beheer/bibliotheek")),
    "add a document, wrong": ("staff", opened("/beheer/bibliotheek/document", title="")),
    "add a link, wrong": ("staff", opened("/beheer/bibliotheek/link", title="", url="http://a")),
    "document of the library": ("staff", followed("/beheer/bibliotheek", "table a")),
    "new version, wrong": ("staff", lambda page: (followed("/beheer/bibliotheek", "table a")(page), followed_here(page, "a[href$=nieuwe-versie]"), fill(page))),
    "add a folder, wrong": ("staff", opened("/beheer/bibliotheek/mappen/nieuw", name="")),
    "folder": ("staff", followed("/beheer/bibliotheek", "a[href*=mappen]:not([href$=nieuw])")),
    "papers": ("parent", opened("/papieren")),
    "contracts": ("parent", opened("/contracten")),
    "contract": ("parent", followed("/contracten", ".invoices a")),
    "contract, not read": ("parent", lambda page: (followed("/contracten", ".invoices a")(page), page.locator("#agree-form button").click(), page.wait_for_selector("[data-errors], .error"))),
    "end a contract, wrong": ("parent", lambda page: (followed("/contracten", ".invoices a")(page), page.goto(page.url + "/opzeggen"), fill(page, day="1926-01-01"))),
    "change a contract": ("parent", lambda page: (followed("/contracten", ".invoices a")(page), page.goto(page.url + "/wijzigen"))),
    "request": ("parent", with_request),
    "requests of the office": ("staff", opened("/beheer/contracten/verzoeken")),
    "request of the office": ("staff", followed("/beheer/contracten/verzoeken", "tbody a")),
    "last day of a contract, wrong": ("staff", lambda page: (with_contract(page), followed_here(page, "a[href$=einde]"), fill(page, day="1926-01-01"))),
    "contracts of the office": ("staff", opened("/beheer/contracten")),
    "add a contract, wrong": ("staff", beneath("/beheer/kinderen", "/contracten/nieuw", days="x")),
    "contract of the office": ("staff", with_contract),
    "new version of a contract": ("staff", lambda page: (with_contract(page), followed_here(page, "a[href$=nieuwe-versie]"))),
    "import contracts": ("staff", opened("/beheer/contracten/import")),
    "invoices of the office": ("staff", opened("/beheer/facturen")),
    "invoices of the office, none found": ("staff", opened("/beheer/facturen?zoek=xyz&toon=overdue")),
    "invoice of the office": ("staff", followed("/beheer/facturen", "tbody th a")),
    "import of invoices": ("staff", opened("/beheer/facturen/importeren")),
    "statements of the office": ("staff", opened("/beheer/jaaropgaven")),
    "statement of the office": ("staff", followed("/beheer/jaaropgaven", "table a")),
    "statements": ("parent", opened("/jaaropgaven")),
    "statement": ("parent", followed("/jaaropgaven", ".invoices a")),
    "invoice": ("parent", followed("/facturen", ".invoices a")),
    "invoices": ("parent", opened("/facturen")),
    "document": ("parent", with_document),
    "add a paper": ("staff", beneath("/beheer/kinderen", "/papieren/nieuw")),
    "add a paper, wrong": ("staff", beneath("/beheer/kinderen", "/papieren/nieuw", title="")),
    "paper": ("staff", with_paper),
    "corrections": ("staff", opened("/beheer/meldingen")),
    "who looked": ("parent", opened("/account/wie-keek-mee")),
    "mail": ("staff", opened("/beheer/e-mail/controle")),
    "mail, checked": ("staff", followed("/beheer/e-mail/controle", "#check-form button")),
    "mail that came": ("staff", opened("/beheer/e-mail/controle/testmail")),
    "mail that came, none": ("staff", followed("/beheer/e-mail/controle/testmail", "#source-form button")),
    "mail server": ("staff", opened("/beheer/e-mail/instellingen")),
    "mail server, wrong": ("staff", followed("/beheer/e-mail/instellingen", "#server-form button[type=submit]")),
    "mail keys": ("staff", opened("/beheer/e-mail/handtekening")),
    "mail keys, made": ("staff", followed("/beheer/e-mail/handtekening", "#make-form button, #look-form button")),
    "connection": ("staff", opened("/beheer/koppeling")),
    "make a token": ("staff", opened("/beheer/koppeling/nieuw")),
    "make a token, wrong": ("staff", opened("/beheer/koppeling/nieuw", name="")),
    "made a token": ("staff", made_a_token),
    "own second step": ("staff", opened("/account/tweede-stap")),
    "own second step of a parent": ("parent", opened("/account/tweede-stap")),
    "import": ("staff", opened("/beheer/import")),
    "import, empty": ("staff", sent_in()),
    "import, preview": ("staff", sent_in(f"{NEW_PARENT};ja;7", f"{NEW_PARENT};ja;7".replace("Bo;", "Mo;"))),
    "import, wrong rows": ("staff", sent_in(f"{NEW_PARENT};misschien;7", NEW_PARENT)),
    "export": ("staff", opened("/beheer/export")),
    "make a letter": ("staff", lambda page: page.goto(page.link)),
    "letter": ("staff", printed),
    "broken letter": ("stranger", opened("/brief/a.b.c")),
    "children": ("staff", opened("/beheer/kinderen")),
    "children, none found": ("staff", opened("/beheer/kinderen?zoek=xyz&toon=alone")),
    "child": ("staff", beneath("/beheer/kinderen")),
    "add a child": ("staff", opened("/beheer/kinderen/nieuw")),
    "add a child, wrong": ("staff", opened("/beheer/kinderen/nieuw", given_name="", birth_date="2999-01-01")),
    "change a child": ("staff", beneath("/beheer/kinderen", "/wijzigen")),
    "number of a child, wrong": ("staff", beneath("/beheer/kinderen", "/bsn", number="123456789")),
    "child leaves": ("staff", beneath("/beheer/kinderen", "/vertrek")),
    "add a parent": ("staff", beneath("/beheer/kinderen", "/ouders/nieuw")),
    "rights": ("staff", beneath("/beheer/kinderen", "{}", legal_basis="verzoek", valid_from="2026-01-02", valid_to="2026-01-01")),
    "ask a block, wrong": ("staff", beneath("/beheer/kinderen", "{}/blokkade", reason="", document="")),
    "end a parent": ("staff", beneath("/beheer/kinderen", "{}/einde")),
    "parents": ("staff", opened("/beheer/ouders")),
    "mails": ("staff", opened("/beheer/e-mail")),
    "mails, failed": ("staff", opened("/beheer/e-mail?toon=failed")),
    "parent": ("staff", beneath("/beheer/ouders")),
    "change a parent": ("staff", beneath("/beheer/ouders", "/wijzigen")),
    "change an address, wrong": ("staff", beneath("/beheer/ouders", "/adres", email="onzin")),
    "search": ("staff", opened("/beheer/zoeken?zoek=no")),
    "nothing to stop": ("stranger", opened("/tweede-stap-houden/a.b.c")),
}  # fmt: skip
DRAWN = [
    *(f"error {status}" for status in pages.ERROR_PAGES),
    "no organisation",
    "demo post",
    "demo mail",
    "recovery codes",
    "import, progress",
    "import, result",
    "import, gone",
    *(f"take along, {state}" for state in ("children", "waiting", "busy", "ready", "changed", "failed", "gone")),
]
NO_PAGE = {
    "static", "welcome.accent", "welcome.livez", "welcome.readyz", "welcome.security_txt",
    "welcome.well_known_change_password", "demo.mail_html",
    "second_step.qr_code", "uploads.example", "invoices_import.example", "contract_imports.example", "auth.letter", "files.logo",
    "face.sample", "face.draft", "api_description.openapi", "photos.photo", "group_photos.photo", "documents.document", "library.document", "takeout.download",
    "group_photos.stand",
    "news.attachment", "office_news.attachment",
}  # fmt: skip


# Who looks: the cookies of browsers that came to that point by the pages themselves.


@pytest.fixture(scope="module")
def states(server, inbox, chromium, password_hash):
    """states("parent") are the cookies of a browser in that state, made when it is first asked for."""
    server.import_parents(
        f"{EMAIL};Lezer;van der;Berg;0612345678;Noor;Bakker;2023-05-01;De Vlinders;ja",
        f"{EMAIL};Lezer;van der;Berg;0612345678;Sem;Bakker;2026-01-31;;ja",
    )
    first = inbox.wait_for(EMAIL)
    with server.rows():
        reader = account_with(EMAIL)
        child = child_with(children_of(reader.person_id)[0].id)
        care = {"doctor": "Dokter Smit", "doctor_phone": "030-1234567", "allergies": "Pinda", "medical_notes": ""}
        changes.ask_care(reader, child, care)
        by, folder = uuid4(), library.add_folder("Regels", uuid4())
        words = library.Words("Klachtenregeling", "Als u niet tevreden bent.", folder.id, "public")
        library.add_document(documents.receive(pdf()), words, by)
        library.add_link("https://ggd.example/", library.Words("Inspectierapport", "", None, "public"), by)
    _statement_of(server, EMAIL)
    made = {}

    def state(who):
        if who not in made:
            context = chromium.new_context(base_url=server.kok, locale="nl-NL", java_script_enabled=False)
            page = context.new_page()
            link = MAKERS[who](server, inbox, page, first, password_hash)
            made[who] = SimpleNamespace(cookies=context.cookies(), link=link)
            context.close()
        return made[who]

    return state


def log_in(page, email, password):
    page.goto("/inloggen")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="Inloggen").click()


def as_stranger(server, inbox, page, first, password_hash):
    pass


def as_temporary(server, inbox, page, first, password_hash):
    log_in(page, EMAIL, re.search(r"^\s*((?:[2-9a-z]{4}-){3}[2-9a-z]{4})\s*$", first.text, re.M)[1])


def as_parent(server, inbox, page, first, password_hash):
    email = "inlogger@voorbeeld.nl"
    _own_account(server, inbox, email, password_hash)
    with server.rows():
        account = account_with(email)
        (child,) = children_of(account.person_id)
        received = photos.receive(as_file(snapshot(640, 480), "JPEG"))
        photos.take_in(received, child_with(child.id).group, account.id, child_ids=[child.id])
        words = Words("Wij zijn dicht", "Op 12 december. Zie https://kok.example", asks_receipt=True, is_urgent=True)
        news.publish(news.write(uuid4(), Audience("group", child.group_id), words, account), account)
        paper = documents.receive(pdf())
        documents.add_paper(paper, child_with(child.id), "Observatieverslag", "daily", account.id, shows_bsn=True)
        _invoice_of(account, telt_mee="nee", **NOBODY)
        _contract_of(account, child)
    _statement_of(server, email)
    log_in(page, email, PASSWORD)


def _statement_of(server, email):
    """Of last year, published."""
    year = clock.today().year - 1
    with server.rows():
        _invoice_of(account_with(email), periode=f"{year}-03", vervaldatum=f"{year}-04-15")
    with server.rows():
        (found,) = statements_of_year(year, account_with(email).person_id)
        ready = statements.prepare(found, organisation_named("kok"))
        statements.publish(statements.draw(ready, clock.now()), None)


def _contract_of(account, child):
    people, received = contracts.People(account.person_id, account.person_id), documents.receive(pdf())
    return contracts.add_contract(child.id, terms(uuid4().hex[:8]), people, received, account.id, per_minute=60)


def _request_of(account):
    contract = _contract_of(account, children_of(account.person_id)[0])
    asked = contracts.draft_request(contract, "end", clock.today() + timedelta(days=99), "", 1, account)
    contracts.send_request(asked, 1, account)


def _invoice_of(account, **values):
    number = uuid4().hex[:8]
    line = row(factuurnummer=number, betaler=account.email, **values)
    bundle = Bundle(a_file(line), {f"{number}.pdf": pdf})
    examined = invoices.examine(bundle)
    result = invoices.compare(examined)
    invoices.write(examined, invoices.keep_pdfs(result, bundle), result.outcome(), per_minute=60)


def as_new(server, inbox, page, first, password_hash, email="nieuw@kok.example"):
    link = server.command(
        "staff", "add", email, "--organisation", "kok", "--name", "Els van den Berg", "--role", "manager"
    )
    page.goto(link.split()[-1])
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=repeat]").fill(PASSWORD)
    page.get_by_role("button", name="Wachtwoord opslaan").click()
    log_in(page, email, PASSWORD)


def as_staff(server, inbox, page, first, password_hash, email="els@kok.example"):
    as_new(server, inbox, page, first, password_hash, email)
    secret = page.locator(".phrase").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Instellen").click()
    page.locator(".codes").wait_for()
    with server.rows():
        _request_of(account_with(EMAIL))
        return f"/beheer/ouders/{account_with(EMAIL).id}/brief"


def as_half(server, inbox, page, first, password_hash):
    as_staff(server, inbox, page, first, password_hash, "half@kok.example")
    page.context.clear_cookies()
    log_in(page, "half@kok.example", PASSWORD)


def as_activation(server, inbox, page, first, password_hash):
    link = server.command(
        "staff", "add", "juf@kok.example", "--organisation", "kok", "--name", "Juf Kim", "--role", "planning"
    )
    page.goto(link.split()[-1])


def as_reset(server, inbox, page, first, password_hash):
    email = "vergeter@voorbeeld.nl"
    _own_account(server, inbox, email, password_hash)
    page.goto("/wachtwoord-vergeten")
    page.locator("[name=email]").fill(email)
    page.get_by_role("button", name="Verzenden").click()
    link = inbox.wait_for(email).links[0]
    page.goto(link)
    return link


def as_used(server, inbox, page, first, password_hash):
    link = as_reset(server, inbox, page, first, password_hash)
    page.locator("[name=password]").fill("een-heel-nieuw-wachtwoord")
    page.locator("[name=repeat]").fill("een-heel-nieuw-wachtwoord")
    page.get_by_role("button", name="Wachtwoord wijzigen").click()
    page.context.clear_cookies()
    return link


def as_device(server, inbox, page, first, password_hash):
    email = "apparaat@voorbeeld.nl"
    _own_account(server, inbox, email, password_hash)
    with server.rows():
        mails.approve_device(email, "Chrome, Linux")
    page.goto(inbox.wait_for(email).links[0])


def as_stopping(server, inbox, page, first, password_hash):
    email = "genoeg@voorbeeld.nl"
    _own_account(server, inbox, email, password_hash)
    with server.rows():
        return f"/e-mails-stoppen/{notices.token_of(keys.keys(letters.PURPOSE), account_with(email).id, 'news')}"


def _own_account(server, inbox, email, password_hash):
    with server.rows():
        is_there = account_with(email) is not None
    if not is_there:
        server.import_parents(f"{email};Anna;de;Vries;;Noor;Bakker;2023-05-01;De Vlinders;ja")
        inbox.wait_for(email)
    with server.rows():
        found = account_with(email)
        found.password_hash, found.status = password_hash, "active"


MAKERS = {
    "stranger": as_stranger, "nobody": as_stranger, "temporary": as_temporary, "parent": as_parent, "staff": as_staff,
    "new": as_new, "half": as_half,
    "activation": as_activation, "reset": as_reset, "used": as_used, "device": as_device,
    "stopping": as_stopping,
}  # fmt: skip


# Pages that a healthy server does not show are drawn here, and looked at at its address.


@pytest.fixture(scope="module")
def drawn(server, tmp_path_factory):
    """drawn("error 500", "en") is the answer with that page."""
    made = []

    def app_with(**settings):
        environ = {**settings, "PORTAL_INSTANCE": str(tmp_path_factory.mktemp("drawn"))}
        made.append(create_app(environ))
        with made[-1].app_context():
            database.migrate()
        return made[-1]

    fresh, example = app_with(), app_with(PORTAL_DEMO="true")
    with example.app_context():
        demo.fill(server.port)
        db.session.commit()
        worker.run_once()
    made.append(create_app(server.settings))

    def draw(name, language):
        headers = {"Accept-Language": language}
        if name == "no organisation":
            return fresh.test_client().get("/", base_url=server.kok, headers=headers)
        if name.startswith("demo"):
            client = example.test_client()
            listed = client.get("/demo/post", base_url=server.kok, headers=headers)
            first = re.search(r"/demo/post/[^\"]+", listed.text)[0]
            return listed if name == "demo post" else client.get(first, base_url=server.kok, headers=headers)
        with made[-1].test_request_context("/", base_url=server.kok, headers=headers):
            organisation()
            if name == "recovery codes":  # shown once, to who pressed the button
                return made[-1].make_response(render_template("factors/codes.html", codes=["ABCD-2345-EFGH-6789"] * 10))
            if name.startswith("import"):
                return made[-1].make_response(_import_page(name.split()[1]))
            if name.startswith("take along"):
                return made[-1].make_response(_take_along_page(name.split()[2]))
            return made[-1].process_response(pages.error_page(int(name.split()[1])))

    yield draw
    for app in made:
        with app.app_context():
            db.engine.dispose()


def _import_page(name):
    """Pages that are there for a moment, or only after an import."""
    counts = dict.fromkeys(("parents_new", "parents_changed", "parents_unchanged"), 3)
    counts |= dict.fromkeys(("children_new", "children_changed", "children_unchanged", "mails", "rows"), 2)
    done = PastImport(
        id=uuid4(), filename="ouders.csv", counts=counts, created_at=clock.now(), last_mail_at=clock.now(),
        doubts=[(7, "Noor Bakker heeft al een ouder Anna de Vries: is dat nog goed?")], doubt_count=1,
    )  # fmt: skip
    upload = Upload(id=uuid4(), filename="ouders.csv", state="waiting")
    waiting = {"upload": upload, "preview": counts, "seconds": 31, "is_late": True, "ahead": False}
    return {
        "progress": lambda: render_template("uploads/progress.html", **waiting),
        "result": lambda: render_template("imports/result.html", done=done),
        "gone": lambda: render_template("uploads/gone.html", again="/beheer/import"),
    }[name]()


def _take_along_page(state):
    child = SimpleNamespace(id=uuid4(), given_name="Noor", person=SimpleNamespace(given_name="Noor"))
    if state == "children":
        return render_template("export/children.html", children=[child, child])
    export = Export(state=state, done=312, total=2000, size=1_234_567_890, expires_at=clock.now())
    is_waiting = state == "waiting"
    facts = {"is_behind": is_waiting, "is_late": is_waiting, "is_away": False}
    return render_template("export/child.html", child=child, export=export, state=state, **facts)


# Looking


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The folder with the source of every page that was looked at."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def axe():
    path = CHECKERS / "axe-core/axe.min.js"
    if not path.exists():
        missing("axe-core (./run.sh test installs it)")
    return path.read_text()


SHAPES = {"nl": ((PHONE, "light"), (WIDE, "dark")), "en": ((PHONE, "dark"), (WIDE, "light"))}


def look_at(page, axe, language):
    """What axe-core finds in two of four shapes (the other language has the rest), and whether anything sticks out on
    the smallest phone."""
    page.evaluate(axe)
    found = []
    for size, scheme in SHAPES[language]:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        found += [f"{size['width']} {scheme}: {words}" for words in page.evaluate(RUN_AXE, AXE_TAGS)]
    page.set_viewport_size(SMALLEST)
    width = page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"{width} px wide on a screen of 320"] if width > 320 else [])


@pytest.fixture(scope="module")
def browsers(chromium, server, states):
    """browsers("parent", "en") is a browser in that state and language, the same one for all pages."""
    made = {}

    def browser(who, language):
        if (who, language) not in made:
            complaints = []
            context = watched(
                chromium, complaints, server.kok.replace("kok", "zus") if who == "nobody" else server.kok,
                cookies=states(who).cookies, locale={"nl": "nl-NL", "en": "en-GB"}[language], viewport=PHONE,
                reduced_motion="reduce",
            )  # fmt: skip
            page = context.new_page()
            page.link, page.complaints = states(who).link, complaints
            made[who, language] = page
        return made[who, language]

    yield browser
    for page in made.values():
        page.context.close()


def check(page, name, language, visit, axe, saved):
    def save(response):
        if response.request.resource_type == "document" and response.status not in (204, 302, 303):
            (saved / f"{re.sub(r'[^a-z0-9]+', '-', name)}.{language}.html").write_bytes(response.body())

    page.goto("about:blank")  # what the page before still asked may fail now, not later
    page.complaints.clear()
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    page.on("response", save)
    visit(page)
    page.remove_listener("response", save)
    assert page.locator("html").get_attribute("lang") == language
    assert [*look_at(page, axe, language), *page.complaints] == []


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_for_everyone(name, language, browsers, axe, saved):
    who, visit = PAGES[name]
    check(browsers(who, language), name, language, visit, axe, saved)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_page_of_bad_weather_is_for_everyone(name, language, drawn, browsers, axe, saved):
    answer = drawn(name, language)
    headers = {key: value for key, value in answer.headers.items() if key not in ("Content-Length", "Set-Cookie")}

    def show(route):
        route.fulfill(status=answer.status_code, headers=headers, body=answer.get_data())

    def visit(page):
        page.route("**/getekend", show)
        page.route("**/meenemen/*", lambda route: route.fulfill(status=204))
        page.route("**/voortgang", lambda route: route.fulfill(status=204))  # what the page of progress asks again
        page.goto("/getekend")
        page.unroute("**/getekend")

    check(browsers("stranger", language), name, language, visit, axe, saved)


def test_every_page_is_in_these_lists(server):
    seen = {
        "auth.login", "auth.logout", "auth.forgot_password", "auth.forgot_password_sent", "auth.use_code",
        "auth.open_reset_link", "auth.open_activation_link", "auth.open_device_link", "auth.approve_device",
        "auth.choose_password", "account.change_password", "account.step_up", "account.sessions", "portal.home",
        "portal.account", "welcome.help", "demo.post", "demo.mail", "second_step.enter", "second_step.set_up",
        "second_step.confirm", "second_step.use_recovery_code", "own_second_step.overview", "stop_reset.stop",
        "face.organisation", "face.logo", "face.try_logo", "places.locations", "places_change.add_location",
        "places_change.rename_location", "places_change.add_group", "places_change.change_group",
        "mail_check.report", "mail_check.source", "mail_settings.edit", "mail_keys.overview",
        "office.start", "staff_people.people", "staff_people.invite", "staff_people.person", "uploads.upload",
        "uploads.preview", "uploads.progress", "imports.result", "exports.export", "paper.print_letter",
        "auth.open_letter_link", "mails.outbox", "logbook.overview", "logbook.who_saw", "who_looked.who_looked",
        "own.details", "notices.choose", "stop_notices.stop",
        "own.change_phone", "changes.change_home", "changes.child", "changes.change_care", "changes.change_contacts",
        "changes.change_iban", "stop_iban.stop", "office_banks.iban",
        "office_changes.changes", "office_changes.change", "office_homes.change_home", "office_care.change_care",
        "office_care.change_contacts", "own.change_address", "own.confirm_address", "stop_address.stop", "corrections.corrections",
        "group_photos.photos", "group_photos.change_photo", "office_diary.groups", "office_diary.board",
        "office_diary.child", "office_diary.rhythm", "office_diary.entry", "diary.days", "diary.child_days",
        "diary.picture", "takeout.children", "takeout.child", "news.items", "news.item", "office_news.items", "office_news.write", "office_news.item",
        "office_news.change", "office_news.receipts",
        "library.library", "office_library.shelves", "office_library.add_document", "office_library.add_link",
        "office_library.item", "office_library.replace", "office_library.add_folder", "office_library.folder",
        "pickup.children", "pickup.child", "group_pickup.groups", "group_pickup.today", "office_pickup.child",
        "documents.papers", "documents.landing", "office_papers.add_paper", "office_papers.paper",
        "contracts.contracts", "contracts.contract", "office_contracts.contracts", "office_contracts.contract",
        "office_contracts.add_contract", "office_contracts.new_version", "office_contracts.end_contract",
        "office_contracts.requests", "office_contracts.request", "contracts.end_contract", "contracts.change_contract",
        "contracts.request", "contract_imports.upload",
        "office_bsn.bsn", "office_statements.overview", "office_statements.office_statement",
        "statements.statements", "statements.statement", "invoices.invoices", "invoices.invoice", "invoices_import.upload", "office_invoices.invoices", "office_invoices.invoice",
        "office_search.search", "office_children.children", "office_children.child",
        "office_children_change.add_child", "office_children_change.change_child", "office_children_change.leave", "keeping.hold",
        "office_rights.add_parent", "office_rights.change_rights", "office_rights.end_parent",
        "office_blocks.ask_block", "office_parents.parents", "office_parents.parent",
        "office_parents_change.change_parent", "office_parents_change.change_address",
        "api_tokens.tokens", "api_tokens.make", "consent.overview", "office_consent.purposes",
        "office_consent.add_purpose", "office_consent.change_purpose",
    }  # fmt: skip
    app = create_app({**server.settings, "PORTAL_DEMO": "true"})
    assert {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods} == seen | NO_PAGE


def test_source_of_every_page_is_valid(saved):
    """Runs after the tests above: it checks what they saved."""
    jar = CHECKERS / "vnu-jar/build/dist/vnu.jar"
    if not jar.exists():
        missing("vnu-jar (./run.sh test installs it)")
    if shutil.which("java") is None:
        missing("java (apt-get install default-jre-headless)")
    found = sorted(saved.glob("*.html"))
    if not found:
        missing("the pages that the other tests of this file save")
    said = subprocess.run(
        ["java", "-jar", jar, "--format", "json", "--stdout", *found],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    problems = [
        f"{message['url'].rpartition('/')[2]}:{message.get('lastLine')}: {message['message']} {message.get('extract', '')}"
        for message in json.loads(said.stdout)["messages"] if message["type"] != "info" or message.get("subType") == "warning"
    ]  # fmt: skip
    assert problems == [], "\n".join(problems)


def test_back_after_logging_out_shows_nothing_private(playwright, server, states):
    """With the memory of pages for Back that Chromium has at people's homes, and Playwright switches off (S12)."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
    )
    context = browser.new_context(base_url=server.kok, locale="nl-NL")
    context.add_cookies(states("parent").cookies)
    page = context.new_page()
    for path in ("/hulp", "/", "/account/sessies"):
        page.goto(path)
    see = _eyes_on(context, page)
    assert "Noor" in see("history.back()", until="/")
    see("history.forward()", until="/account/sessies")
    see("document.querySelector('form[action=\"/uitloggen\"] button').click()", until="/inloggen")
    for _ in range(2):
        seen = see("history.back()", until="/inloggen")
        assert "Noor" not in seen and "Anna" not in seen and "Wachtwoord vergeten?" in seen
    storage = see("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "Noor" not in storage and "inlogger" not in storage
    browser.close()


def _eyes_on(context, page):
    """Playwright loses a page that comes back out of memory, so the browser is asked directly."""
    session = context.new_cdp_session(page)

    def run(words):
        return session.send("Runtime.evaluate", {"expression": words})["result"].get("value")

    def see(words, until=None):
        said = run(words)
        if until is None:
            return said
        for _ in range(100):
            page.wait_for_timeout(50)
            place = run("document.readyState === 'complete' ? location.pathname : ''")
            if place == until:
                return run("document.documentElement.outerHTML")
        raise AssertionError(f"still at {place}, not at {until}")

    return see
