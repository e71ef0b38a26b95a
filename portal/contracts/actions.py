"""A contract comes in, gets a new version, is agreed with, and ends or changes when somebody asks that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import mark_of, record
from portal.auth.models import Account, Person
from portal.children.actions import leave_to_colleague
from portal.children.queries import account_of, held_child, shielded_from, who_decide
from portal.contracts import mails, queries, rules
from portal.contracts.models import (
    Agreement,
    Contract,
    ContractRequest,
    ContractSigner,
    ContractSlot,
    ContractVersion,
)
from portal.contracts.rules import Terms
from portal.db import changed, db, scope
from portal.documents import actions as documents
from portal.documents.actions import Received
from portal.documents.models import Document
from portal.errors import Refused
from portal.retention.rules import NOTICE
from portal.text import _, datumtijd


@dataclass(frozen=True, slots=True)
class People:
    """With whom a contract is, who pays, and who beside the party has to agree. On paper: all agreed there already."""

    party_id: UUID
    payer_id: UUID
    also: tuple[UUID, ...] = ()
    is_on_paper: bool = False

    @property
    def signers(self) -> list[UUID]:
        """Who has to agree in the portal."""
        return [] if self.is_on_paper else list(dict.fromkeys((self.party_id, *self.also)))


def leave_to_others(person_id: UUID, by: Account) -> None:
    """A colleague who has a child with whom a contract is, changes nothing of it. Raises Refused."""
    if account := account_of(person_id):
        leave_to_colleague(account, by)


def add_contract(
    child_id: UUID, terms: Terms, people: People, received: Received, by: UUID, per_minute: int
) -> Contract:  # fmt: skip
    """Who has to agree gets a mail. Raises Refused."""
    if held_child(child_id) is None:
        raise Refused(_("Dit kind is er niet meer."))
    if queries.contract_numbered(terms.number):
        raise Refused(_("Er is al een contract met nummer %(number)s.", number=terms.number))
    _check(terms, people, child_id)
    document = _document(terms, people, received, by)
    contract = Contract(
        id=uuid4(), organisation_id=scope(), child_id=child_id, document_id=document.id, document=document, version=0,
        is_on_paper=people.is_on_paper, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(contract)
    _become(contract, terms, people, document)
    _note("contract_added", contract, by)
    mails.waiting(queries.accounts_that_wait(contract.id), per_minute)
    return contract


def new_version(
    contract: Contract, seen: int, terms: Terms, people: People, received: Received, by: UUID, per_minute: int
) -> None:
    """From here on these terms and this PDF count, and all have to agree anew. The contract is held. Raises Refused.

    `seen` is the version that was on the screen.
    """
    if contract.version != seen:
        raise Refused(_("Een collega heeft net een nieuwe versie toegevoegd. Kijk die eerst na."))
    other = queries.contract_numbered(terms.number)
    if other is not None and other.id != contract.id:
        raise Refused(_("Er is al een contract met nummer %(number)s.", number=terms.number))
    _check(terms, people, contract.child_id)
    renew(contract, terms, people, _document(terms, people, received, by), by)
    mails.waiting(queries.accounts_that_wait(contract.id), per_minute)


def renew(contract: Contract, terms: Terms, people: People, document: Document, by: UUID | None) -> None:
    """From here on this is what counts. The contract is held; the terms and the people were looked at."""
    documents.replace(contract.document, document, by)
    _become(contract, terms, people, document)
    _note("contract_changed", contract, by)


def _check(terms: Terms, people: People, child_id: UUID) -> None:
    for _field, problem in rules.problems(terms, clock.today()):
        raise Refused(problem[:1].upper() + problem[1:] + ".")
    if problem := people_problem(people, child_id):
        raise Refused(problem)


def people_problem(people: People, child_id: UUID) -> str:
    """Why a contract for this child cannot be with these people, or ""."""
    known = {each.person_id: each.name for each in queries.guardians_of(child_id)}
    if not {people.party_id, people.payer_id, *people.also} <= set(known):
        return _("Een contract is met een ouder of voogd van dit kind die een account heeft.")
    deciding = who_decide(child_id, clock.today())
    for person_id in dict.fromkeys((*people.also, people.payer_id)):
        if person_id == people.party_id:
            continue
        if person_id in people.also and person_id not in deciding:
            return _("%(name)s heeft geen gezag, en hoeft niet akkoord te gaan.", name=known[person_id])
        if people.party_id in shielded_from(person_id):
            return _(
                "In het contract staat een adres dat %(name)s niet mag weten. %(name)s kan dit contract niet zien.",
                name=known[person_id],
            )
    return ""


def _document(terms: Terms, people: People, received: Received, by: UUID | None) -> Document:
    title = _("Contract %(number)s", number=terms.number)
    return documents.add(received, rules.CONTRACT, title, "financial", by, person_id=people.party_id)


def _become(contract: Contract, terms: Terms, people: People, document: Document) -> None:
    """The next version."""
    contract.number, contract.care_type, contract.lrk_number = terms.number, terms.care_type, terms.lrk_number
    contract.weeks, contract.minutes_a_year, contract.rate_cents = terms.weeks, terms.minutes_a_year, terms.rate_cents
    contract.starts_on, contract.ends_on, contract.notice_months = terms.starts_on, terms.ends_on, terms.notice_months
    contract.party_id, contract.payer_id, contract.is_on_paper = people.party_id, people.payer_id, people.is_on_paper
    contract.fingerprint = terms.fingerprint(people.party_id, people.payer_id, people.signers)
    contract.version += 1
    contract.document_id, contract.document, contract.is_waiting = document.id, document, bool(people.signers)
    contract.slots = [
        ContractSlot(organisation_id=scope(), weekday=each.weekday, parity=each.parity, starts=each.starts,
                     ends=each.ends, minutes=each.minutes) for each in terms.slots
    ]  # fmt: skip
    db.session.flush()
    changed(sa.delete(ContractSigner).where(ContractSigner.contract_id == contract.id))
    here = {"organisation_id": scope(), "contract_id": contract.id}
    db.session.add(ContractVersion(**here, number=contract.version, document_id=document.id))
    db.session.add_all([ContractSigner(**here, person_id=person_id) for person_id in people.signers])
    show_in_menu([people.party_id, people.payer_id, *people.signers])
    db.session.flush()


def show_in_menu(person_ids: Sequence[UUID]) -> None:
    """From here on the menu of these persons shows contracts."""
    theirs = sa.update(Person).where(Person.id.in_(person_ids), Person.has_contracts.is_(False))
    changed(theirs.values(has_contracts=True))


def terms_of(contract: Contract) -> Terms:
    """What counts now."""
    return Terms(
        contract.number, contract.care_type, contract.lrk_number, tuple(each.slot for each in contract.slots),
        contract.weeks, contract.minutes_a_year, contract.rate_cents, contract.starts_on, contract.ends_on,
        contract.notice_months,
    )  # fmt: skip


# Agreeing


def agree(contract: Contract, sha256: str, by: Account, method: str, address: str) -> None:
    """This person agrees with the PDF that was shown. The contract is held. Raises Refused; then nothing is kept."""
    if said := queries.agreement(contract.document_id, by.person_id):
        raise Refused(_("U gaf al akkoord, op %(when)s. U hoeft niets meer te doen.", when=datumtijd(said.created_at)))
    if contract.document.sha256 != sha256:
        raise Refused(_("Er is net een nieuwe versie van dit contract. Lees die eerst, en geef dan akkoord."))
    if not may_agree(contract, by.person_id):
        raise Refused(_("Uw akkoord is voor dit contract niet nodig."))
    db.session.add(
        Agreement(
            organisation_id=scope(), contract_id=contract.id, document_id=contract.document_id, person_id=by.person_id,
            account_id=by.id, sha256=sha256, method=method, ip_hash=mark_of(address), created_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    contract.is_waiting = bool(queries.accounts_that_wait(contract.id))
    _note("contract_agreed", contract, by.id)
    db.session.flush()


def may_agree(contract: Contract, person_id: UUID) -> bool:
    """Whether this person is asked: with whom the contract is, or a signer who still decides about the child."""
    if person_id not in queries.signer_ids(contract.id):
        return False
    return person_id == contract.party_id or person_id in who_decide(contract.child_id, clock.today())


# Ending and changing


def draft_request(contract: Contract, kind: str, day: date, words: str, usual: int, by: Account) -> ContractRequest:
    """What is looked at before it is sent; an earlier draft goes. The contract is held. Raises Refused.

    `usual` is the notice of the organisation, in months.
    """
    _check_request(contract, day, usual)
    mine = ContractRequest.contract_id == contract.id, ContractRequest.person_id == by.person_id
    changed(sa.delete(ContractRequest).where(*mine, ContractRequest.state == "draft"))
    request = ContractRequest(
        id=uuid4(), organisation_id=scope(), contract_id=contract.id, person_id=by.person_id, kind=kind, day=day,
        words=words, state="draft",
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    return request


def send_request(request: ContractRequest, usual: int, by: Account) -> None:
    """To the office. Held. Raises Refused when meanwhile it cannot be any more."""
    if request.state != "draft":
        raise Refused(_("U heeft dit verzoek al verstuurd."))
    _check_request(request.contract, request.day, usual)
    request.state, request.sent_at = "asked", clock.now()
    _note_request("asked", request, by.id)


def _check_request(contract: Contract, day: date, usual: int) -> None:
    if queries.has_open_request(contract.id):
        raise Refused(_("Er loopt al een verzoek over dit contract. Trek dat eerst in, of wacht op ons antwoord."))
    months = rules.notice_of(contract.notice_months, usual)
    if problem := rules.day_problem(day, clock.today(), months, contract.starts_on, contract.ends_on):
        raise Refused(problem)


def withdraw_request(request: ContractRequest, by: Account) -> None:
    """A draft is thrown away; what was sent is withdrawn while nobody decided. Held. Raises Refused."""
    if request.state == "draft":
        db.session.delete(request)
        db.session.flush()
        return
    if request.state != "asked":
        raise Refused(_("Wij hebben al een besluit genomen over dit verzoek."))
    request.state = "withdrawn"
    _note_request("withdrawn", request, by.id)


def decide(request: ContractRequest, is_approved: bool, reason: str, by: Account) -> None:
    """Who asked gets a mail; an ending that is approved ends the contract. Held. Raises Refused."""
    contract = request.contract
    leave_to_others(contract.party_id, by)
    if request.state == "withdrawn":
        raise Refused(_("Dit verzoek is net ingetrokken."))
    if request.state != "asked":
        raise Refused(_("Een collega heeft net over dit verzoek besloten."))
    if not is_approved and not reason:
        raise Refused(_("Schrijf op waarom het niet kan."))
    if is_approved and request.kind == "end":
        if contract.ends_on and contract.ends_on < request.day:
            raise Refused(_("Dit contract stopt al op %(day)s.", day=f"{contract.ends_on:%d-%m-%Y}"))
        contract.ends_on = request.day
    request.state, request.reason = "approved" if is_approved else "refused", reason
    request.decided_by, request.decided_at = by.id, clock.now()
    _note_request(request.state, request, by.id)
    if asker := account_of(request.person_id):
        mails.decided(asker.id, request.id)


def end_contract(contract: Contract, day: date | None, by: UUID | None) -> None:
    """This is the last day, as the office knows it; None: not known yet. Held. Raises Refused."""
    if day and day < contract.starts_on:
        raise Refused(_("De laatste dag ligt voor de eerste dag."))
    if day and day.year > clock.today().year + rules.OLDEST:
        raise Refused(_("Deze dag ligt te ver weg."))
    if day != contract.ends_on:
        contract.ends_on = day
        _note("contract_ended", contract, by, f"{contract.number}, {day}" if day else "")
        db.session.flush()


def _note_request(what: str, request: ContractRequest, by: UUID) -> None:
    kind = "ending" if request.kind == "end" else "change"
    _note(f"contract_{kind}_{what}", request.contract, by, f"{request.contract.number}, {request.day}")
    db.session.flush()


def _note(action: str, contract: Contract, by: UUID | None, detail: str = "") -> None:
    party = account_of(contract.party_id)
    note(action, contract.id, party.id if party else None, by, detail or contract.number)


def note(action: str, contract_id: UUID, account_id: UUID | None, by: UUID | None, detail: str) -> None:
    """With the account of the party, not with the child: the other parents of it read nothing of this."""
    record(action, account_id, by=by, object_type="contract", object_id=contract_id, detail=detail)


# What is over (portal.retention)


def forget_before(first_day: date, most: int, held: Any) -> int:
    """Contracts that ended before this day, but not of children that are held, with all versions; how many.

    None that somebody changed this month: a last day that was typed wrong can be put right.
    """
    old = sa.select(Contract.id).where(
        Contract.ends_on < first_day, Contract.child_id.not_in(held), Contract.updated_at <= clock.now() - NOTICE
    )
    ids = list(db.session.scalars(old.order_by(Contract.ends_on, Contract.id).limit(most)))
    pdfs = sa.select(ContractVersion.document_id).where(ContractVersion.contract_id.in_(ids))
    of_now = sa.select(Contract.document_id).where(Contract.id.in_(ids))
    document_ids = {*db.session.scalars(pdfs), *db.session.scalars(of_now)}
    for model in (Agreement, ContractRequest, ContractSigner, ContractVersion, ContractSlot):
        changed(sa.delete(model).where(model.contract_id.in_(ids)))
    changed(sa.delete(Contract).where(Contract.id.in_(ids)))
    documents.forget(document_ids)
    return len(ids)
