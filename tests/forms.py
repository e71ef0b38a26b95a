"""Every form of the portal as it is meant to be filled in, and what can be put in it instead."""

import re
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import quote_plus

NEW = "een-heel-nieuw-wachtwoord"
ID = "01234567-89ab-cdef-0123-456789abcdef"


@dataclass
class Post:
    """A form as it is meant to be filled in: who may, where, and the answer to a bad value in one of its fields."""

    who: str
    path: str
    fields: dict[str, str] = field(default_factory=dict)
    refusal: int = 422
    large: bool = False  # takes a file
    stale: int = 400  # the answer to a wrong CSRF value
    ignores: tuple[str, ...] = ()  # fields in which nonsense counts as nothing
    lines: tuple[str, ...] = ()  # fields that take more than one line
    optional: tuple[str, ...] = ()  # fields that may be left empty


def gone_from(path):
    """A page about a row of the office that is not there."""
    return Post("administratie", path, refusal=404, stale=404)


LOGIN = {"email": "anna@voorbeeld.nl", "password": "tulp-fiets-molen-appel", "remember": "y", "next": "/"}
CODE = {"code": "123456", "next": "/"}
FACE = {
    "seen": "0" * 88, "name": "Kok", "login_text": "Welkom", "colour": "#1f6f66", "email": "kantoor@kok.test",
    "phone": "010-1234567", "phone_hours": "8 tot 17 uur", "credentials_mail": "link",
    "temporary_password_hours": "72", "shortest_password": "12", "notice_months": "1", "language": "nl",
}  # fmt: skip
TWICE = {"password": NEW, "repeat": NEW}
PERSON = {"given_name": "Sem", "infix": "van", "family_name": "Meer"}
PARENT = {**PERSON, "email": "", "phone": "06", "role": "custody"}
NEW_CHILD = {
    **PERSON, "birth_date": "2025-09-30", "group": "", "external_id": "K-1", "token": ID,
    **{f"ouder1-{name}": value for name, value in {**PARENT, "email": "een@voorbeeld.nl"}.items()},
    **{f"ouder2-{name}": value for name, value in {**PARENT, "email": "twee@voorbeeld.nl"}.items()},
}  # fmt: skip
MAY_BE_EMPTY = ("infix", "group", "external_id", "token", "phone")
# A server of our own network, so that nobody is called: it is refused, whatever else is filled in.
SERVER = {
    "sender": "portaal@kok.test", "host": "127.0.0.1", "security": "starttls", "port": "587", "username": "kok",
    "password": "geheim", "to": "manager@kok.test",
}  # fmt: skip
# A folder that is not there, so that nothing is ever kept.
BOOK = {"title": "Beleid", "text": "Over spelen.", "folder": ID, "audience": "parents"}
POSTS = {
    "auth.login": Post("stranger", "/inloggen", LOGIN),
    "auth.logout": Post("parent", "/uitloggen"),
    "auth.forgot_password": Post("stranger", "/wachtwoord-vergeten", {"email": "anna@voorbeeld.nl"}),
    "auth.forgot_password_sent": Post("stranger", "/wachtwoord-vergeten/verstuurd"),
    "auth.ask_new_link": Post("stranger", "/wachtwoord/nieuwe-link"),
    "auth.use_code": Post("stranger", "/wachtwoord/code", {"email": "anna@voorbeeld.nl", "code": "ABCD-2345"}),
    "auth.approve_device": Post("device", "/apparaat"),
    "auth.choose_password": Post("link", "/wachtwoord/nieuw", TWICE),
    "auth.check_password": Post("link", "/wachtwoord/controle", TWICE, 303),
    "auth.propose_passphrase": Post("link", "/wachtwoord/voorstel", {**TWICE, "propose": "1"}, 200),
    "account.change_password": Post("parent", "/account/wachtwoord", {**TWICE, "current": LOGIN["password"]}),
    "account.step_up": Post("parent", "/account/bevestigen", {"password": LOGIN["password"], "next": "/"}),
    "account.end_session": Post("parent", f"/account/sessies/{ID}/uitloggen"),
    "account.end_all_sessions": Post("parent", "/account/sessies/overal-uitloggen"),
    "second_step.enter": Post("half", "/tweede-stap", CODE),
    "second_step.use_recovery_code": Post("half", "/tweede-stap/herstelcode", {**CODE, "code": "ABCD-2345-ABCD-2345"}),
    "second_step.set_up": Post("new", "/tweede-stap/instellen", CODE),
    "second_step.confirm": Post("manager", "/tweede-stap/bevestigen", CODE),
    "own_second_step.make_codes": Post("parent", "/account/tweede-stap/nieuwe-codes"),
    "own_second_step.turn_off": Post("parent", "/account/tweede-stap/uitzetten"),
    "stop_reset.stop": Post("stranger", "/tweede-stap-houden/a.b.c", refusal=410, stale=410),
    "staff_people.invite": Post(
        "manager", "/beheer/medewerkers/nieuw", {"name": "Fenna Bos", "email": "fenna@kok.test", "role": "planning"}
    ),
    "staff_people.person": Post("manager", f"/beheer/medewerkers/{ID}", refusal=404, stale=404),
    "staff_people.send_link": Post("manager", f"/beheer/medewerkers/{ID}/inloggegevens"),
    "staff_people.dismiss": Post("manager", f"/beheer/medewerkers/{ID}/weg"),
    "factor_resets.ask": Post("manager", f"/beheer/tweede-stap/vragen/{ID}"),
    "factor_resets.agree": Post("manager", f"/beheer/tweede-stap/{ID}/akkoord"),
    "factor_resets.stop": Post("manager", f"/beheer/tweede-stap/{ID}/stoppen"),
    "office_children_change.add_child": Post(
        "administratie",
        "/beheer/kinderen/nieuw",
        NEW_CHILD,
        optional=tuple(name for name in NEW_CHILD if name.rpartition("-")[2] in MAY_BE_EMPTY),
    ),
    "office_children_change.change_child": gone_from(f"/beheer/kinderen/{ID}/wijzigen"),
    "office_children_change.leave": gone_from(f"/beheer/kinderen/{ID}/vertrek"),
    "keeping.hold": gone_from(f"/beheer/kinderen/{ID}/bewaren"),
    "keeping.let_go": Post("administratie", f"/beheer/kinderen/{ID}/bewaren/stoppen"),
    "office_rights.add_parent": gone_from(f"/beheer/kinderen/{ID}/ouders/nieuw"),
    "office_rights.change_rights": gone_from(f"/beheer/kinderen/{ID}/ouders/{ID}"),
    "office_rights.end_parent": gone_from(f"/beheer/kinderen/{ID}/ouders/{ID}/einde"),
    "office_blocks.ask_block": gone_from(f"/beheer/kinderen/{ID}/ouders/{ID}/blokkade"),
    "office_blocks.confirm_block": Post("administratie", f"/beheer/kinderen/{ID}/blokkades/{ID}/bevestigen"),
    "office_blocks.lift_block": Post("administratie", f"/beheer/kinderen/{ID}/blokkades/{ID}/opheffen"),
    "office_parents_change.change_parent": gone_from(f"/beheer/ouders/{ID}/wijzigen"),
    "office_parents_change.change_address": gone_from(f"/beheer/ouders/{ID}/adres"),
    "office_parents_change.trust_address": Post("administratie", f"/beheer/ouders/{ID}/adres-is-goed", refusal=404),
    "mails_again.send_again": Post("administratie", f"/beheer/e-mail/{ID}/opnieuw", refusal=404),
    "office_credentials.send_credentials": Post("administratie", f"/beheer/ouders/{ID}/inloggegevens"),
    "office_access.end_sessions": Post("administratie", f"/beheer/ouders/{ID}/uitloggen"),
    "office_access.block_account": Post("administratie", f"/beheer/ouders/{ID}/blokkeren"),
    "office_access.unblock_account": Post("administratie", f"/beheer/ouders/{ID}/deblokkeren"),
    "mail_check.run": Post("administratie", "/beheer/e-mail/controle/nu"),
    "mail_check.send": Post("administratie", "/beheer/e-mail/controle/testmail/sturen"),
    "mail_check.source": Post("administratie", "/beheer/e-mail/controle/testmail", {"source": "a"}, large=True),
    "mail_settings.edit": Post("manager", "/beheer/e-mail/instellingen", SERVER),
    "mail_settings.remove": Post("manager", "/beheer/e-mail/instellingen/weghalen"),
    "mail_keys.make": Post("manager", "/beheer/e-mail/handtekening/maken"),
    "mail_keys.look": Post("manager", "/beheer/e-mail/handtekening/kijken"),
    "uploads.upload": Post("administratie", "/beheer/import", {"file": "a"}, large=True),
    "contract_imports.upload": Post("administratie", "/beheer/contracten/import", {"file": "a"}, large=True),
    "invoices_import.upload": Post("administratie", "/beheer/facturen/importeren", {"file": "a"}, large=True),
    "uploads.confirm": Post("administratie", f"/beheer/import/{ID}/bevestigen"),
    "uploads.throw_away": Post("administratie", f"/beheer/import/{ID}/weggooien"),
    "imports.settle": Post("administratie", f"/beheer/import/gedaan/{ID}/nagekeken"),
    "paper.print_letter": Post("administratie", f"/beheer/ouders/{ID}/brief", refusal=404, stale=404),
    "exports.export": Post("administratie", "/beheer/export"),
    "face.organisation": Post("manager", "/beheer/organisatie", FACE),
    "face.preview": Post("manager", "/beheer/organisatie/voorbeeld", FACE, refusal=200),
    "face.check_colour": Post("manager", "/beheer/organisatie/kleur", FACE, refusal=303),
    "face.logo": Post("manager", "/beheer/organisatie/logo", {"logo": "geen bestand"}, large=True),
    "face.try_logo": Post("manager", f"/beheer/organisatie/logo/{ID}", refusal=404, stale=404),
    "face.remove_logo": Post("manager", "/beheer/organisatie/logo/weg"),
    "places_change.add_location": Post("manager", "/beheer/locaties/nieuw", {"name": "Noord"}),
    "places_change.rename_location": Post("manager", f"/beheer/locaties/{ID}", refusal=404, stale=404),
    "places_change.end_location": Post("manager", f"/beheer/locaties/{ID}/stoppen"),
    "places_change.add_group": Post("manager", "/beheer/locaties/groepen/nieuw", {"name": "De Rupsen", "location": ID}),
    "places_change.change_group": Post("manager", f"/beheer/locaties/groepen/{ID}", refusal=404, stale=404),
    "places_change.end_group": Post("manager", f"/beheer/locaties/groepen/{ID}/stoppen"),
    "own.change_address": Post("parent", "/account/adres", {"email": "nieuw@voorbeeld.nl"}),
    "own.confirm_address": Post("parent", "/account/adres/bevestigen/a.b.c", refusal=410, stale=410),
    "stop_address.stop": Post("stranger", "/adres-houden/a.b.c", refusal=410, stale=410),
    "own.details": Post(
        "parent", "/account/gegevens", {"about": "me", "words": "Mijn naam is anders."}, lines=("words",)
    ),
    "own.change_phone": Post("parent", "/account/gegevens/telefoon", {"phone": "06-12345678"}, optional=("phone",)),
    "changes.change_home": Post(
        "parent",
        "/account/gegevens/woonadres",
        {
            "street": "Kade",
            "number": "3",
            "addition": "a",
            "postcode": "3511 AB",
            "town": "Utrecht",
            "country": "",
            "effective_on": "2026-12-01",
        },
        optional=("addition", "country"),
    ),
    "changes.change_iban": Post("parent", "/account/gegevens/rekeningnummer", {"iban": "NL91 ABNA 0417 1643 00"}),
    "changes.stop_iban": Post("parent", f"/account/gegevens/rekeningnummer/{ID}/stoppen", refusal=404),
    "stop_iban.stop": Post("stranger", "/rekeningnummer-houden/a.b.c", refusal=410, stale=410),
    "changes.change_care": Post("parent", f"/account/gegevens/kinderen/{ID}/gezondheid", refusal=404, stale=404),
    "changes.change_contacts": Post("parent", f"/account/gegevens/kinderen/{ID}/noodcontacten", refusal=404, stale=404),
    "changes.withdraw": Post("parent", f"/account/gegevens/wijzigingen/{ID}/intrekken", refusal=404),
    "office_changes.approve": Post("administratie", f"/beheer/wijzigingen/{ID}/akkoord", refusal=404),
    "office_changes.refuse": Post("administratie", f"/beheer/wijzigingen/{ID}/nee", refusal=404),
    "office_homes.change_home": gone_from(f"/beheer/ouders/{ID}/woonadres"),
    "office_care.change_care": gone_from(f"/beheer/kinderen/{ID}/gezondheid"),
    "office_care.change_contacts": gone_from(f"/beheer/kinderen/{ID}/noodcontacten/{ID}"),
    "notices.choose": Post("parent", "/account/e-mails", {"days": "once", "news": "none"}),
    "consent.answer": Post("parent", f"/toestemming/{ID}/photo_own", {"version": "1"}, refusal=404),
    "pickup.child": Post("parent", f"/kinderen/{ID}/ophalen", refusal=404, stale=404),
    "pickup.end": Post("parent", f"/kinderen/{ID}/ophalen/{ID}/stoppen", refusal=404),
    "office_pickup.child": gone_from(f"/beheer/kinderen/{ID}/ophalen"),
    "office_pickup.end": Post("administratie", f"/beheer/kinderen/{ID}/ophalen/{ID}/stoppen", refusal=404),
    "takeout.ask": Post("parent", f"/meenemen/{ID}", refusal=404),
    "office_consent.add_purpose": Post(
        "manager", "/beheer/toestemming/nieuw", {"name": "Uitstap", "text": "Wij gaan naar het bos."}, lines=("text",)
    ),
    "office_consent.change_purpose": Post(
        "manager",
        "/beheer/toestemming/photo_own",
        {"version": "0", "name": "Foto's", "text": "Anders."},
        lines=("text",),
    ),
    "office_consent.end_purpose": Post("manager", "/beheer/toestemming/photo_own/stoppen"),
    "office_news.write": Post(
        "manager",
        "/beheer/nieuws/nieuw",
        {"token": ID, "audience": f"group:{ID}", "title": "Feest", "body": "Kom ook.", "asks_receipt": "y"},
        large=True,
        lines=("body",),
        optional=("token", "asks_receipt"),
    ),
    "office_news.change": Post("manager", f"/beheer/nieuws/{ID}/wijzigen", refusal=404, stale=404, large=True),
    "office_news.item": gone_from(f"/beheer/nieuws/{ID}"),
    "office_news.publish": Post("manager", f"/beheer/nieuws/{ID}/publiceren", refusal=404),
    "office_news.unplan": Post("manager", f"/beheer/nieuws/{ID}/concept", refusal=404),
    "office_news.withdraw": Post("manager", f"/beheer/nieuws/{ID}/intrekken", refusal=404),
    "office_news.attach": Post("manager", f"/beheer/nieuws/{ID}/bijlagen", refusal=404, large=True),
    "office_news.detach": Post("manager", f"/beheer/nieuws/{ID}/bijlagen/{ID}/weg", refusal=404),
    "news.confirm": Post("parent", f"/nieuws/{ID}/gelezen", refusal=404),
    "office_diary.board": Post("manager", f"/beheer/dagboek/{ID}", refusal=404, large=True, stale=404),
    "office_diary.entry": Post("manager", f"/beheer/dagboek/verhaal/{ID}", refusal=404, stale=404),
    "office_diary.publish": Post("manager", f"/beheer/dagboek/verhaal/{ID}/publiceren", refusal=404),
    "office_diary.withdraw": Post("manager", f"/beheer/dagboek/verhaal/{ID}/intrekken", refusal=404),
    "office_diary.child": Post("manager", f"/beheer/dagboek/kind/{ID}", refusal=404, stale=404),
    "office_diary.press": Post("manager", f"/beheer/dagboek/kind/{ID}/knop", refusal=404),
    "office_diary.rhythm": Post("manager", f"/beheer/dagboek/ritme/{ID}", refusal=404, stale=404),
    "office_diary.wake": Post("manager", f"/beheer/dagboek/ritme/{ID}/wakker", refusal=404),
    "office_diary.withdraw_rhythm": Post("manager", f"/beheer/dagboek/ritme/{ID}/weg", refusal=404),
    "group_photos.photos": Post("manager", f"/beheer/groepen/{ID}/fotos", refusal=404, large=True, stale=404),
    "group_photos.change_photo": Post("manager", f"/beheer/fotos/{ID}", refusal=404, stale=404),
    "group_photos.withdraw": Post("manager", f"/beheer/fotos/{ID}/intrekken", refusal=404),
    "office_statements.publish_all": Post(
        "manager", "/beheer/jaaropgaven/2020/klaarzetten", {"without_bsn": "y"}, 303, ignores=("without_bsn",)
    ),
    "office_statements.publish": Post("administratie", f"/beheer/jaaropgaven/2020/{ID}/{ID}/klaarzetten", refusal=404),
    "office_bsn.bsn": gone_from(f"/beheer/kinderen/{ID}/bsn"),
    "office_bsn.remove_bsn": Post("administratie", f"/beheer/kinderen/{ID}/bsn/weghalen", refusal=404),
    "office_papers.add_paper": Post(
        "manager", f"/beheer/kinderen/{ID}/papieren/nieuw", refusal=404, large=True, stale=404
    ),
    "office_papers.withdraw": Post("manager", f"/beheer/kinderen/{ID}/papieren/{ID}/intrekken", refusal=404),
    "contracts.contract": Post("parent", f"/contracten/{ID}", refusal=404, stale=404),
    "contracts.end_contract": Post("parent", f"/contracten/{ID}/opzeggen", refusal=404, stale=404),
    "contracts.change_contract": Post("parent", f"/contracten/{ID}/wijzigen", refusal=404, stale=404),
    "contracts.send_request": Post("parent", f"/contracten/verzoeken/{ID}/versturen", refusal=404),
    "contracts.withdraw_request": Post("parent", f"/contracten/verzoeken/{ID}/intrekken", refusal=404),
    "office_contracts.request": gone_from(f"/beheer/contracten/verzoeken/{ID}"),
    "office_contracts.end_contract": gone_from(f"/beheer/contracten/{ID}/einde"),
    "office_contracts.add_contract": Post(
        "manager", f"/beheer/kinderen/{ID}/contracten/nieuw", refusal=404, large=True, stale=404
    ),
    "office_contracts.new_version": Post(
        "manager", f"/beheer/contracten/{ID}/nieuwe-versie", refusal=404, large=True, stale=404
    ),
    "office_library.add_document": Post(
        "manager",
        "/beheer/bibliotheek/document",
        {**BOOK, "file": "a"},
        large=True,
        lines=("text",),
        optional=("folder", "text"),
    ),
    "office_library.add_link": Post(
        "manager",
        "/beheer/bibliotheek/link",
        {**BOOK, "url": "https://kok.test/"},
        lines=("text",),
        optional=("folder", "text"),
    ),
    "office_library.item": Post("manager", f"/beheer/bibliotheek/{ID}", refusal=404, stale=404),
    "office_library.replace": Post(
        "manager", f"/beheer/bibliotheek/{ID}/nieuwe-versie", refusal=404, large=True, stale=404
    ),
    "office_library.move": Post("manager", f"/beheer/bibliotheek/{ID}/verplaatsen", refusal=404),
    "office_library.withdraw": Post("manager", f"/beheer/bibliotheek/{ID}/weg", refusal=404),
    "office_library.add_folder": Post("manager", "/beheer/bibliotheek/mappen/nieuw", {"name": "Regels"}),
    "office_library.folder": Post("manager", f"/beheer/bibliotheek/mappen/{ID}", refusal=404, stale=404),
    "office_library.move_folder": Post("manager", f"/beheer/bibliotheek/mappen/{ID}/verplaatsen", refusal=404),
    "office_library.end_folder": Post("manager", f"/beheer/bibliotheek/mappen/{ID}/weg", refusal=404),
    "corrections.settle": Post("administratie", f"/beheer/meldingen/{ID}/klaar", refusal=404),
    "logbook.download": Post("manager", "/beheer/logboek/bestand"),
    "api_tokens.make": Post("manager", "/beheer/koppeling/nieuw", {"name": "Planning", "opens": "children"}),
    "api_tokens.revoke": Post("manager", f"/beheer/koppeling/{ID}/intrekken", refusal=404),
    "welcome.set_language": Post("stranger", "/taal", {"language": "nl", "next": "/"}, ignores=("next",)),
}
EXAMPLES = {
    "token": "a.b.c",
    "colour": "1f6f66",
    "session_id": ID,
    "filename": "portal.css",
    "mail_id": ID,
    "account_id": ID,
    "reset_id": ID,
    "upload_id": ID,
    "import_id": ID,
    "correction_id": ID,
    "change_id": ID,
    "bank_id": ID,
    "statement_id": ID,
    "payer_id": ID,
    "year": "2026",
    "fingerprint": "a" * 32,
    "file_id": ID,
    "location_id": ID,
    "group_id": ID,
    "child_id": ID,
    "person_id": ID,
    "block_id": ID,
    "external_id": "K-1",
    "token_id": ID,
    "code": "photo_own",
    "entry_id": ID,
    "item_id": ID,
    "pickup_id": ID,
    "rhythm_id": ID,
    "photo_id": ID,
    "document_id": ID,
    "library_item_id": ID,
    "invoice_id": ID,
    "request_id": ID,
    "contract_id": ID,
    "folder_id": ID,
    "size": "klein",
}

# As they travel, so that what is no text at all can be sent too.
BAD_VALUES = {
    "NUL": "a%00b",
    "bell": "a%07b",
    "escape": "%1B%5B31m",
    "delete": "a%7F",
    "C1 control": "a%C2%85b",
    "a new header": "a%0D%0ABcc%3A+b%40voorbeeld.nl",
    "a new line": "anna%40voorbeeld.nl%0A",
    "no UTF-8": "%FF%FE",
    "half a character": "a%C3",
    "overlong": "%C0%80",
    "lone surrogate": "%ED%A0%80",
    "10 kB": "a" * 10_000,
}


def body(fields, csrf, **instead):
    """The fields as a browser sends them, except those that are given as they travel."""
    parts = {name: quote_plus(value) for name, value in fields.items()} | {"csrf_token": quote_plus(csrf)} | instead
    return "&".join(f"{name}={value}" for name, value in parts.items())


def addresses_of(app, method=None):
    """Every address of the portal, with examples for what differs."""
    for rule in app.url_map.iter_rules():
        if method is None or method in rule.methods:
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda match: EXAMPLES[match[1]], rule.rule)


def refused(page, status):
    """What is wrong with this refusal; nothing when it is a whole page in Dutch with the status we want.

    For a program it is a problem in JSON.
    """
    if page.status != status:
        return f"{page.status}, not {status}"
    if page.response.mimetype == "application/problem+json":
        is_whole = page.response.json["status"] == status and page.response.json["detail"]
        return "" if is_whole and page.response.headers["Content-Language"] == "nl" else page.text
    if 300 <= page.status < 400 or not page.response.get_data():
        return ""
    if page.response.mimetype != "text/html" or 'lang="nl"' not in page.text[:200] or "Traceback" in page.text:
        return f"no page in Dutch: {page.text[:200]}"
    page.check()
    return ""


addresses = (f"198.51.{number // 250 % 250}.{number % 250}" for number in count())
