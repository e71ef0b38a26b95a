"""Contracts for who may see them, who still has to agree, and the list of the office."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from portal import clock
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.children.queries import decides_today, is_linked_today, linked_today
from portal.contracts.models import Agreement, Contract, ContractRequest, ContractSigner, ContractVersion
from portal.db import db
from portal.documents.models import Document
from portal.people.rules import full_name

PAGE = 50
CHUNK = 500  # numbers in one question

_ME = sa.bindparam("person_id", type_=sa.Uuid())
_link, _other, _signer = aliased(Guardianship), aliased(Guardianship), aliased(ContractSigner)
_IS_GUARDIAN = sa.exists().where(_link.child_id == Contract.child_id, _link.person_id == _ME, is_linked_today(_link))
_SIGNS = sa.exists().where(_signer.contract_id == Contract.id, _signer.person_id == _ME)
# On the PDF stands the address of the party.
_IS_SHIELDED = sa.exists().where(
    _other.child_id == Contract.child_id, _other.person_id == Contract.party_id, _other.address_shielded.is_(True)
)
# Whether this contract is for `person_id` on the day `today`: a guardian of the child now, with whom it is, who pays or
# who has to agree. Nobody else sees what is agreed, whatever the custody (domain.md, B2).
IS_FOR = sa.and_(
    _IS_GUARDIAN,
    sa.or_(
        Contract.party_id == _ME,
        sa.and_(sa.or_(Contract.payer_id == _ME, _SIGNS), sa.not_(_IS_SHIELDED)),
    ),
)
# Of its documents, all versions of it (documents.queries.Kind).
DOCUMENT_IS_FOR = sa.exists().where(
    ContractVersion.document_id == Document.id, Contract.id == ContractVersion.contract_id,
    Contract.party_id == Document.person_id, IS_FOR,
)  # fmt: skip


def contract_of(person_id: UUID, contract_id: UUID, held: bool = False) -> Contract | None:
    """This contract, when it is for this person now. Held: nobody else changes it until the commit."""
    found = sa.select(Contract).where(Contract.id == contract_id, IS_FOR)
    return _one(found, held, {"person_id": person_id, "today": clock.today()})


def contracts_of(person_id: UUID) -> Sequence[Contract]:
    """All that are for this person now, those that last longest first."""
    found = sa.select(Contract).where(IS_FOR).order_by(Contract.starts_on.desc(), Contract.number)
    return db.session.scalars(found, {"person_id": person_id, "today": clock.today()}).all()


def number_waiting(person_id: UUID) -> int:
    """Contracts with which this person still has to agree, and may."""
    mine = aliased(Guardianship)
    may = sa.or_(
        Contract.party_id == _ME,
        sa.exists().where(mine.child_id == Contract.child_id, mine.person_id == _ME, decides_today(mine)),
    )
    said = sa.exists().where(Agreement.document_id == Contract.document_id, Agreement.person_id == _ME)
    waiting = sa.select(sa.func.count(Contract.id)).where(Contract.is_waiting.is_(True), _SIGNS, may, sa.not_(said))
    facts = {"person_id": person_id, "today": clock.today()}
    return db.session.scalar(waiting.where(IS_FOR), facts) or 0


def _one(found: Any, held: bool, facts: dict[str, Any]) -> Contract | None:
    if held:
        found = found.with_for_update(of=Contract).execution_options(populate_existing=True)
    contract: Contract | None = db.session.scalars(found, facts).one_or_none()
    return contract


# Who has to agree


class Signed(NamedTuple):
    """Somebody who has to agree with a version, or did."""

    person_id: UUID
    name: str
    given_name: str
    at: datetime | None
    method: str = ""
    sha256: str = ""


def signers_of(contracts: Sequence[Contract]) -> dict[UUID, list[Signed]]:
    """By contract: who has to agree with its last version, and when each did."""
    found = (
        sa.select(
            ContractSigner.contract_id, Person.id, Person.given_name, Person.infix, Person.family_name,
            Agreement.created_at, Agreement.method, Agreement.sha256,
        )
        .join(Contract, Contract.id == ContractSigner.contract_id)
        .join(Person, Person.id == ContractSigner.person_id)
        .outerjoin(
            Agreement,
            sa.and_(Agreement.document_id == Contract.document_id, Agreement.person_id == ContractSigner.person_id),
        )
        .where(ContractSigner.contract_id.in_([each.id for each in contracts]))
        .order_by(Person.sort_name, Person.id)
    )  # fmt: skip
    signers: dict[UUID, list[Signed]] = {}
    for contract_id, person_id, given, infix, family, at, method, sha256 in db.session.execute(found):
        signed = Signed(person_id, full_name(given, infix, family), given, at, method or "", sha256 or "")
        signers.setdefault(contract_id, []).append(signed)
    return signers


def signer_ids(contract_id: UUID) -> list[UUID]:
    return list(
        db.session.scalars(sa.select(ContractSigner.person_id).where(ContractSigner.contract_id == contract_id))
    )


def agreement(document_id: UUID, person_id: UUID) -> Agreement | None:
    """What this person said to this version."""
    found = sa.select(Agreement).where(Agreement.document_id == document_id, Agreement.person_id == person_id)
    return db.session.scalars(found).one_or_none()


class Version(NamedTuple):
    number: int
    document: Document
    agreements: list[Agreement]


def versions_of(contract_id: UUID) -> list[Version]:
    """The PDFs there were, the newest first, and who agreed with each."""
    said = sa.select(Agreement).where(Agreement.contract_id == contract_id).options(joinedload(Agreement.person))
    agreements = db.session.scalars(said.order_by(Agreement.created_at)).all()
    found = sa.select(ContractVersion).where(ContractVersion.contract_id == contract_id)
    return [
        Version(each.number, each.document, [one for one in agreements if one.document_id == each.document_id])
        for each in db.session.scalars(found.order_by(ContractVersion.number.desc()))
    ]


def accounts_that_wait(contract_id: UUID) -> list[UUID]:
    """The accounts of who still has to agree with the last version."""
    said = sa.exists().where(
        Agreement.document_id == Contract.document_id, Agreement.person_id == ContractSigner.person_id
    )
    found = (
        sa.select(Account.id)
        .join(ContractSigner, ContractSigner.person_id == Account.person_id)
        .join(Contract, Contract.id == ContractSigner.contract_id)
        .where(ContractSigner.contract_id == contract_id, sa.not_(said))
    )
    return list(db.session.scalars(found))


# Ending and changing


def request_of(person_id: UUID, request_id: UUID, held: bool = False) -> ContractRequest | None:
    """What this person asked about a contract that is still with this person. Held: with the contract."""
    found = (
        sa.select(ContractRequest)
        .join(Contract, Contract.id == ContractRequest.contract_id)
        .where(ContractRequest.id == request_id, ContractRequest.person_id == _ME, Contract.party_id == _ME, IS_FOR)
    )
    return _request(found, held, {"person_id": person_id, "today": clock.today()})


def request_here(request_id: UUID, held: bool = False) -> ContractRequest | None:
    """What was sent to the office. Held: with the contract."""
    found = sa.select(ContractRequest).where(ContractRequest.id == request_id, ContractRequest.state != "draft")
    return _request(found, held, {})


def _request(found: Any, held: bool, facts: dict[str, Any]) -> ContractRequest | None:
    if held:
        found = found.with_for_update(of=ContractRequest).execution_options(populate_existing=True)
    request: ContractRequest | None = db.session.scalars(found, facts).one_or_none()
    if request is not None and held:
        contract(request.contract_id, held=True)
    return request


def requests_of(contract_id: UUID) -> Sequence[ContractRequest]:
    """What was asked about this contract, the newest first; no drafts."""
    found = sa.select(ContractRequest).where(
        ContractRequest.contract_id == contract_id, ContractRequest.state != "draft"
    )
    found = found.options(joinedload(ContractRequest.person))
    return db.session.scalars(found.order_by(ContractRequest.sent_at.desc(), ContractRequest.id)).all()


def has_open_request(contract_id: UUID) -> bool:
    asked = sa.exists().where(ContractRequest.contract_id == contract_id, ContractRequest.state == "asked")
    return db.session.scalar(sa.select(asked)) is True


def open_requests(most: int, hidden: Collection[UUID] = ()) -> Sequence[ContractRequest]:
    """What waits for a decision, the oldest first; nothing of hidden persons (domain.md, B5)."""
    found = sa.select(ContractRequest).join(Contract, Contract.id == ContractRequest.contract_id)
    found = found.where(*_asked(hidden))
    found = found.options(joinedload(ContractRequest.person))
    return db.session.scalars(found.order_by(ContractRequest.sent_at, ContractRequest.id).limit(most)).all()


def number_of_requests(hidden: Collection[UUID] = ()) -> int:
    found = sa.select(sa.func.count(ContractRequest.id))
    found = found.join(Contract, Contract.id == ContractRequest.contract_id).where(*_asked(hidden))
    return db.session.scalar(found) or 0


def _asked(hidden: Collection[UUID]) -> list[sa.ColumnElement[bool]]:
    others = [Contract.party_id.not_in(hidden)] if hidden else []
    return [ContractRequest.state == "asked", *others]


# For the office


def contract(contract_id: UUID, held: bool = False) -> Contract | None:
    return _one(sa.select(Contract).where(Contract.id == contract_id), held, {})


def contract_numbered(number: str) -> Contract | None:
    return db.session.scalars(sa.select(Contract).where(Contract.number == number)).one_or_none()


def contracts_of_child(child_id: UUID) -> Sequence[Contract]:
    """All there are of this child, the newest first."""
    found = sa.select(Contract).where(Contract.child_id == child_id)
    return db.session.scalars(found.order_by(Contract.starts_on.desc(), Contract.number)).all()


# What an import compares a file with


class Known(NamedTuple):
    """What is kept under a number already."""

    id: UUID
    child_id: UUID
    ends_on: date | None
    fingerprint: str
    sha256: str  # of its PDF


def known_contracts(numbers: Sequence[str]) -> dict[str, Known]:
    """Of these numbers those that are there."""
    columns = Contract.number, Contract.id, Contract.child_id, Contract.ends_on, Contract.fingerprint
    found = sa.select(*columns, Document.sha256).join(Document, Document.id == Contract.document_id)
    return {
        row[0]: Known(*row[1:])
        for start in range(0, len(numbers), CHUNK)
        for row in db.session.execute(found.where(Contract.number.in_(numbers[start : start + CHUNK])))
    }


def links_today() -> dict[tuple[UUID, UUID], bool]:
    """Who is a guardian of whom now, by child and person: whether it decides."""
    found = sa.select(Guardianship.child_id, Guardianship.person_id, Guardianship.can_decide).where(is_linked_today())
    return {(child, person): decides for child, person, decides in db.session.execute(found, {"today": clock.today()})}


def shielded_links() -> set[tuple[UUID, UUID]]:
    """By child and person: whose address the other guardians may not learn."""
    found = sa.select(Guardianship.child_id, Guardianship.person_id).where(Guardianship.address_shielded.is_(True))
    return {(child, person) for child, person in db.session.execute(found)}


class Guardian(NamedTuple):
    """Somebody with whom a contract can be: a guardian of now, with an account."""

    person_id: UUID
    account_id: UUID
    name: str


def guardians_of(child_id: UUID) -> list[Guardian]:
    """By name."""
    found = (
        sa.select(Person.id, Account.id, Person.given_name, Person.infix, Person.family_name)
        .join(Account, Account.person_id == Person.id)
        .where(Person.id.in_(linked_today(child_id)), Account.status.in_(("invited", "active")))
        .order_by(Person.sort_name, Person.id)
    )
    return [Guardian(person, account, full_name(*names)) for person, account, *names in db.session.execute(found)]


class Row(NamedTuple):
    """A contract as the list of the office shows it."""

    contract: Contract
    child: str
    party: str


def page_of(is_waiting: bool, last: UUID | None) -> tuple[list[Row], UUID | None]:
    """One page of the contracts, the newest first, after this one; and the last of it when there is more."""
    child, party = aliased(Person), aliased(Person)
    found = (
        sa.select(Contract, child, party)
        .join(Child, Child.id == Contract.child_id)
        .join(child, child.id == Child.person_id)
        .join(party, party.id == Contract.party_id)
        .order_by(Contract.created_at.desc(), Contract.id.desc())
    )
    if is_waiting:
        found = found.where(Contract.is_waiting.is_(True))
    if last and (before := db.session.scalar(sa.select(Contract.created_at).where(Contract.id == last))):
        older = sa.and_(Contract.created_at == before, Contract.id < last)
        found = found.where(sa.or_(Contract.created_at < before, older))
    rows = [Row(each, of.full_name, by.full_name) for each, of, by in db.session.execute(found.limit(PAGE + 1))]
    return rows[:PAGE], rows[PAGE - 1].contract.id if len(rows) > PAGE else None


def number_that_wait() -> int:
    """Contracts with which somebody still has to agree."""
    waiting = sa.select(sa.func.count(Contract.id)).where(Contract.is_waiting.is_(True))
    return db.session.scalar(waiting) or 0


def panel_of(child: Child) -> tuple[str, dict[str, Any]]:
    """What the office sees of contracts on the page of a child."""
    return "contracts/_contracts.html", {"contracts": contracts_of_child(child.id)}
