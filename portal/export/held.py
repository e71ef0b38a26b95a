"""All that is held about one parent, for who asks for it (AVG, article 15). A child has a zip of its own."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Account, OneTimeLink, Person, Session, TemporaryPassword
from portal.changes.models import BankAccount, DataChange, EmergencyContact, HomeAddress
from portal.children.models import Child, Guardianship
from portal.consent.models import Consent, ConsentPurpose
from portal.contracts.models import Agreement, Contract, ContractRequest
from portal.db import db
from portal.diary.models import DiaryVisit
from portal.documents.models import Document
from portal.export.models import Export
from portal.factors.models import FactorReset, RecoveryCode, SecondFactor
from portal.invoices.models import Invoice
from portal.messages.models import NewsItem, NewsRead
from portal.notices.models import Notice, NoticeChoice
from portal.outbox.models import Mail
from portal.own.models import AddressChange, Correction
from portal.pickup.models import PickupPerson
from portal.statements.models import AnnualStatement
from portal.text import lazy_gettext

FORMAT = "ouderportaal-ouder-1"


class Held(NamedTuple):
    """The rows of one table that are about somebody, and what of them is told: never a secret, or a hash of one."""

    name: str
    title: Any
    model: Any
    owner: str  # the column that says of whom a row is
    fields: tuple[str, ...]


HELD = [
    Held("person", lazy_gettext("Persoon"), Person, "id",
         ("given_name", "infix", "family_name", "birth_date", "phone", "language", "created_at", "updated_at")),
    Held("account", lazy_gettext("Account"), Account, "person_id",
         ("email", "status", "role", "created_at", "last_login_at", "second_step_at", "bounce_state", "bounced_at",
          "email_changed_at")),
    Held("children", lazy_gettext("Kinderen en rechten"), Guardianship, "person_id",
         ("child_id", "role", "can_decide", "can_see_daily", "address_shielded", "identified_at", "valid_from",
          "valid_to", "created_at")),
    Held("home_addresses", lazy_gettext("Woonadressen"), HomeAddress, "person_id",
         ("valid_from", "street", "number", "addition", "postcode", "town", "country")),
    Held("bank_accounts", lazy_gettext("Rekeningnummers"), BankAccount, "person_id",
         ("created_at", "masked", "effective_at", "stopped_at")),
    Held("emergency_contacts", lazy_gettext("Noodcontacten"), EmergencyContact, "person_id",
         ("child_id", "name", "phone", "relation")),
    Held("data_changes", lazy_gettext("Gevraagde wijzigingen"), DataChange, "person_id",
         ("created_at", "child_id", "kind", "old", "new", "effective_on", "state", "reason", "decided_at")),
    Held("consents", lazy_gettext("Toestemmingen"), Consent, "person_id",
         ("created_at", "child_id", "purpose_id", "value")),
    Held("pickup_persons", lazy_gettext("Wie mag ophalen"), PickupPerson, "granted_by",
         ("created_at", "child_id", "name", "relation", "phone", "valid_to", "one_time_date", "ended_at")),
    Held("corrections", lazy_gettext("Meldingen"), Correction, "account_id",
         ("created_at", "child_id", "words", "settled_at")),
    Held("address_changes", lazy_gettext("Wijzigingen van het e-mailadres"), AddressChange, "account_id",
         ("created_at", "old_email", "email", "confirmed_at", "ended_at")),
    Held("notice_choices", lazy_gettext("Keuzes voor meldingen"), NoticeChoice, "account_id",
         ("kind", "how", "updated_at")),
    Held("notices", lazy_gettext("Meldingen over iets nieuws"), Notice, "account_id", ("created_at", "about")),
    Held("mails", lazy_gettext("E-mails"), Mail, "account_id",
         ("created_at", "kind", "state", "sent_at", "smtp_code", "smtp_text", "bounced_at", "bounce_status",
          "bounce_text")),
    Held("news_read", lazy_gettext("Gelezen nieuws"), NewsRead, "person_id", ("item_id", "seen_at", "read_at")),
    Held("diary_visits", lazy_gettext("Bezoek aan het dagboek"), DiaryVisit, "person_id", ("seen_at", "before_at")),
    Held("exports", lazy_gettext("Meegenomen bestanden"), Export, "account_id",
         ("asked_at", "child_id", "state", "expires_at")),
    Held("documents", lazy_gettext("Documenten"), Document, "person_id",
         ("created_at", "title", "kind", "withdrawn_at")),
    Held("contracts", lazy_gettext("Contracten"), Contract, "party_id",
         ("created_at", "number", "child_id", "care_type", "weeks", "rate_cents", "starts_on", "ends_on")),
    Held("agreements", lazy_gettext("Akkoord met contracten"), Agreement, "person_id",
         ("created_at", "method", "sha256")),
    Held("contract_requests", lazy_gettext("Verzoeken over contracten"), ContractRequest, "person_id",
         ("sent_at", "kind", "day", "words", "state", "reason", "decided_at")),
    Held("invoices", lazy_gettext("Facturen"), Invoice, "payer_id",
         ("created_at", "number", "sort", "period", "total_cents", "due_on", "state")),
    Held("statements", lazy_gettext("Jaaropgaven"), AnnualStatement, "payer_id",
         ("created_at", "year", "version", "child_name", "replaced_at")),
    Held("sessions", lazy_gettext("Apparaten"), Session, "account_id",
         ("created_at", "seen_at", "kind", "remembered", "browser", "address", "ended_at", "ended_because")),
    Held("links", lazy_gettext("Links uit e-mails en brieven"), OneTimeLink, "account_id",
         ("sent_at", "purpose", "used_at", "replaced_at")),
    Held("temporary_passwords", lazy_gettext("Tijdelijke wachtwoorden"), TemporaryPassword, "account_id",
         ("created_at", "expires_at", "ended_at")),
    Held("second_factors", lazy_gettext("Tweede stap"), SecondFactor, "account_id", ("created_at", "updated_at")),
    Held("recovery_codes", lazy_gettext("Herstelcodes"), RecoveryCode, "account_id", ("created_at", "used_at")),
    Held("second_step_resets", lazy_gettext("Tweede stap weggehaald"), FactorReset, "account_id",
         ("created_at", "due_at", "ended_at", "ended_because")),
]  # fmt: skip
# Other tables that name an account or a person, and why nothing of them is told.
NOT_HELD = {
    "access_log": "told apart, without the names of others",
    "block": "a court is not ours to announce",
    "child": "the child itself is in its own zip",
    "contract_signer": "what somebody has to say is no fact about that person; what was said is told",
    "name_word": "the name once more, to find it by",
    "statement_run": "of who works here", "keeping": "of who works here",
    "staff_group": "of who works here", "api_token": "of who works here", "past_import": "of who works here",
    "upload": "of who works here", "photo": "of who works here", "diary_entry": "of who works here",
    "diary_version": "of who works here", "rhythm_entry": "of who works here", "news_item": "of who works here",
    "news_version": "of who works here",
}  # fmt: skip
# What people call a column; another shows its own name.
LABELS = {
    "given_name": lazy_gettext("Voornaam"), "infix": lazy_gettext("Tussenvoegsel"),
    "family_name": lazy_gettext("Achternaam"), "birth_date": lazy_gettext("Geboortedatum"),
    "phone": lazy_gettext("Telefoon"), "language": lazy_gettext("Taal"), "created_at": lazy_gettext("Sinds"),
    "updated_at": lazy_gettext("Laatst gewijzigd"), "email": lazy_gettext("E-mailadres"),
    "old_email": lazy_gettext("Oude e-mailadres"), "status": lazy_gettext("Stand"), "state": lazy_gettext("Stand"),
    "role": lazy_gettext("Rol"), "last_login_at": lazy_gettext("Laatst ingelogd"), "child": lazy_gettext("Kind"),
    "street": lazy_gettext("Straat"), "number": lazy_gettext("Nummer"), "addition": lazy_gettext("Toevoeging"),
    "postcode": lazy_gettext("Postcode"), "town": lazy_gettext("Woonplaats"), "country": lazy_gettext("Land"),
    "name": lazy_gettext("Naam"), "relation": lazy_gettext("Wie is dat van het kind?"), "old": lazy_gettext("Het was"),
    "new": lazy_gettext("Het wordt"), "reason": lazy_gettext("Waarom"), "effective_on": lazy_gettext("Vanaf"),
    "masked": lazy_gettext("IBAN"), "effective_at": lazy_gettext("Geldt vanaf"),
    "stopped_at": lazy_gettext("Tegengehouden of vervangen"),
    "purpose": lazy_gettext("Waarvoor"), "value": lazy_gettext("Antwoord"), "words": lazy_gettext("Tekst"),
    "one_time_date": lazy_gettext("Alleen op"),
    "kind": lazy_gettext("Soort"), "sent_at": lazy_gettext("Verstuurd"), "seen_at": lazy_gettext("Gezien"),
    "read_at": lazy_gettext("Gelezen"), "item": lazy_gettext("Bericht"), "title": lazy_gettext("Titel"),
    "browser": lazy_gettext("Apparaat"), "address": lazy_gettext("Netwerkadres (een deel)"),
    "ended_at": lazy_gettext("Geëindigd"), "expires_at": lazy_gettext("Geldig tot"),
    "used_at": lazy_gettext("Gebruikt"), "valid_from": lazy_gettext("Vanaf"), "valid_to": lazy_gettext("Tot en met"),
    "can_decide": lazy_gettext("Beslist mee"), "can_see_daily": lazy_gettext("Ziet de dagen"),
    "address_shielded": lazy_gettext("Adres afgeschermd"), "how": lazy_gettext("Hoe"), "at": lazy_gettext("Wanneer"),
    "by": lazy_gettext("Door"), "action": lazy_gettext("Wat"), "result": lazy_gettext("Uitkomst"),
    "detail": lazy_gettext("Toelichting"),
}  # fmt: skip
NOT_TOLD = ("denied", "block_asked", "block_confirmed", "block_lifted")


def held_about(account: Account) -> dict[str, list[dict[str, Any]]]:
    """By name of a part, its rows in the order in which they came."""
    names = _names(account.person_id)
    found = {held.name: [_told(row._mapping, names) for row in _rows(held, account)] for held in HELD}
    return {**found, "access_log": list(_log(account))}


def _rows(held: Held, account: Account) -> Any:
    owner = account.id if held.owner == "account_id" else account.person_id
    wanted = sa.select(*(getattr(held.model, name) for name in held.fields))
    wanted = wanted.where(getattr(held.model, held.owner) == owner)
    return db.session.execute(wanted.order_by(held.model.created_at, held.model.id))


def _names(person_id: UUID) -> dict[str, dict[UUID, str]]:
    """What stands where an id would say nothing."""
    children = sa.select(Child.id, Person.given_name).join(Person, Person.id == Child.person_id)
    own = sa.select(Guardianship.child_id).where(Guardianship.person_id == person_id)
    wanted = {
        "child_id": children.where(Child.id.in_(own)),
        "purpose_id": sa.select(ConsentPurpose.id, ConsentPurpose.name),
        "item_id": sa.select(NewsItem.id, NewsItem.title),
    }
    return {column: {row[0]: row[1] for row in db.session.execute(each)} for column, each in wanted.items()}


def _told(row: Any, names: dict[str, dict[UUID, str]]) -> dict[str, Any]:
    return {
        name.removesuffix("_id"): names[name].get(value) if name in names else _plain(value)
        for name, value in row.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.local(value).isoformat(timespec="seconds")
    if isinstance(value, dict):
        return ", ".join(_leaves(value))
    return value.isoformat() if isinstance(value, date) else value


def _leaves(value: Any) -> Iterator[str]:
    """The words in what is kept as JSON, in their order."""
    if isinstance(value, str):
        yield from [value] if value else []
    else:
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)


def _log(account: Account) -> Iterator[dict[str, Any]]:
    """What was done to the account, and by a parent with it. Of others only on which side they stand."""
    mine = AccessLog.account_id == account.id
    if not account.role:
        mine = sa.or_(mine, AccessLog.actor_id == account.id)
    lines = sa.select(AccessLog).where(mine, AccessLog.action.not_in(NOT_TOLD))
    for line in db.session.scalars(lines.order_by(AccessLog.created_at, AccessLog.id)):
        by = "self" if line.actor_id == account.id else "office" if line.actor_id else "portal"
        yield {
            "at": _plain(line.created_at), "by": by, "action": line.action, "result": line.result,
            "detail": line.detail, "address": line.address,
        }  # fmt: skip


def files_of(account: Account) -> list[tuple[str, str]]:
    """The documents of this person: as what, and where each is kept."""
    own = sa.select(Document).where(Document.person_id == account.person_id, Document.file_id.is_not(None))
    return [
        (each.file.name, each.file.key)
        for each in db.session.scalars(own.order_by(Document.created_at, Document.id))
        if each.file
    ]
