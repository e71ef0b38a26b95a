"""Taking over many contracts: looked at, their PDFs kept, and then all of them written at once, or none.

A contract is known by its number. With other terms or another PDF it gets a new version, and who must agree is asked
anew; a last day that is told is only written down.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.contracts import actions, columns, mails, queries, rules
from portal.contracts.actions import People
from portal.contracts.columns import Row, Sheet
from portal.contracts.models import Contract, ContractSigner, ContractSlot, ContractVersion
from portal.contracts.queries import Known
from portal.db import db, scope
from portal.documents import actions as documents
from portal.documents.actions import Arrived, Pdf, Progress, Wanted
from portal.documents.bundle import Bundle, key_of
from portal.documents.models import Document
from portal.files.rules import clean_name
from portal.imports import queries as people
from portal.imports.models import PastImport
from portal.sheets import Remark
from portal.text import _
from portal.uploads import actions as uploads

KIND = "contracts"  # of what is sent in (uploads.actions)
CHUNK = 1000
State = Literal["new", "renewed", "ended", "unchanged"]
STATES: tuple[State, ...] = ("new", "renewed", "ended", "unchanged")


@dataclass
class Examined:
    """What came in, each row and each PDF by itself. Nothing of it is compared with what the portal knows."""

    sheet: Sheet
    pdfs: dict[str, Pdf]
    unused: list[str]  # PDFs of no contract


def examine(bundle: Bundle, progress: Progress | None = None) -> Examined:
    """Raises Refused for what is no file of contracts. It takes a while: not in an open transaction."""
    sheet = columns.read(bundle.table, clock.today())
    asked = {key_of(row.file_name) for row in sheet.contracts}
    pdfs = documents.looked_through(bundle, asked, progress)
    return Examined(sheet, pdfs, sorted(set(bundle.pdfs) - asked))


@dataclass
class Step:
    """What one row comes to."""

    row: Row
    state: State
    child_id: UUID
    people: People
    accounts: dict[UUID, UUID]  # by person
    party_name: str
    known: Known | None
    fingerprint: str
    sha256: str


@dataclass
class Result:
    """What the file changed, or would. With bad rows nothing was changed at all."""

    steps: list[Step] = field(default_factory=list)
    bad_rows: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)  # nothing is wrong, but the office wants to know
    rows: int = 0
    extra_columns: list[str] = field(default_factory=list)

    def number(self, state: State) -> int:
        return sum(step.state == state for step in self.steps)

    def of(self, *states: State) -> list[Step]:
        return [step for step in self.steps if step.state in states]

    @property
    def told(self) -> list[UUID]:
        """Who gets a mail: who has to agree with what is new, each once."""
        asked = (step.accounts[each] for step in self.of("new", "renewed") for each in step.people.signers)
        return list(dict.fromkeys(asked))

    def counts(self) -> dict[str, int]:
        states = {f"contracts_{state}": self.number(state) for state in STATES}
        return {"rows": self.rows, **states, "mails": len(self.told)}

    def outcome(self) -> str:
        """The same for the same outcome: what is looked at first and what is then done are compared by it."""
        steps = [(step.row.number, step.state, step.fingerprint, step.sha256) for step in self.steps]
        lines = [remark.line for remark in (*self.bad_rows, *self.remarks)]  # their words come in two languages
        return hashlib.sha256(repr((steps, lines)).encode()).hexdigest()


class _Facts(NamedTuple):
    """All of the organisation that a row is compared with."""

    parents: dict[str, people.KnownParent]
    children: Mapping[Any, people.KnownChild]
    links: dict[tuple[UUID, UUID], bool]  # child and person, who is a guardian now: whether it decides
    shielded: set[tuple[UUID, UUID]]
    known: dict[str, Known]


def compare(examined: Examined) -> Result:
    """What taking this over would come to now. Only reads."""
    sheet = examined.sheet
    result = Result(bad_rows=list(sheet.bad_rows), rows=sheet.rows, extra_columns=sheet.extra_columns)
    numbers = [row.number for row in sheet.contracts]
    facts = _Facts(
        people.known_parents(), people.known_children(), queries.links_today(), queries.shielded_links(),
        queries.known_contracts(numbers),
    )  # fmt: skip
    for row in sheet.contracts:
        problems = list(_people_problems(row, facts))
        if not problems:
            step = _step(row, facts, examined)
            problems = list(_pdf_problems(step, examined))
            result.steps.append(step)
            result.remarks += _end_remarks(step)
        result.bad_rows += [Remark(row.line, problem) for problem in problems]
    result.bad_rows.sort()
    for name in examined.unused:
        result.remarks.append(Remark(0, _("%(name)s hoort bij geen enkele rij", name=clean_name(name))))
    return result


def _people_problems(row: Row, facts: _Facts) -> Iterator[str]:
    child = facts.children.get(row.child_key)
    if child is None:
        day = f"{row.child_key[2]:%d-%m-%Y}"
        yield _("%(child)s, geboren op %(day)s, is niet bekend", child=row.child_name, day=day)
        return
    for address in row.addresses:
        parent = facts.parents.get(address)
        if parent is None or parent.status not in ("invited", "active"):
            yield _("er is geen ouder met het adres %(email)s", email=address)
        elif (decides := facts.links.get((child.id, parent.person_id))) is None:
            yield _("%(email)s is geen ouder of voogd van %(child)s", email=address, child=row.child_name)
        elif address in row.also and not decides:
            yield _("%(email)s heeft geen gezag, en hoeft niet akkoord te gaan", email=address)
    party = facts.parents.get(row.party)
    if party and len(row.addresses) > 1 and (child.id, party.person_id) in facts.shielded:
        yield _("het adres van %(email)s is afgeschermd: een ander kan dit contract niet zien", email=row.party)


def _step(row: Row, facts: _Facts, examined: Examined) -> Step:
    known, pdf = facts.known.get(row.number), examined.pdfs.get(key_of(row.file_name))
    party = facts.parents[row.party]
    payer = facts.parents[row.payer] if row.payer else party
    also = tuple(facts.parents[each].person_id for each in row.also)
    asked = People(party.person_id, payer.person_id, also, row.is_on_paper)
    fingerprint = row.terms.fingerprint(asked.party_id, asked.payer_id, asked.signers)
    state: State = "new"
    if known:
        state = "unchanged" if not row.terms.ends_on or row.terms.ends_on == known.ends_on else "ended"
        if fingerprint != known.fingerprint or (pdf and pdf.sha256 != known.sha256):
            state = "renewed"
    accounts = {facts.parents[each].person_id: facts.parents[each].account_id for each in row.addresses}
    name = " ".join(part for part in (party.given_name, party.infix, party.family_name) if part)
    child_id = facts.children[row.child_key].id
    return Step(row, state, child_id, asked, accounts, name, known, fingerprint, pdf.sha256 if pdf else "")


def _pdf_problems(step: Step, examined: Examined) -> Iterator[str]:
    row, pdf = step.row, examined.pdfs.get(key_of(step.row.file_name))
    name = clean_name(row.file_name)
    if pdf and pdf.problem:
        yield f"{name}: {pdf.problem}"
    elif step.known and step.known.child_id != step.child_id:
        yield _("contract %(number)s staat in het portaal bij een ander kind", number=row.number)
    elif step.state == "new" and pdf is None:
        yield _("contract %(number)s: %(name)s zit er niet bij", number=row.number, name=name)
    elif step.state == "renewed" and (pdf is None or (step.known and pdf.sha256 == step.known.sha256)):
        yield _(
            "contract %(number)s staat al in het portaal met andere afspraken; doe de nieuwe PDF erbij",
            number=row.number,
        )


def _end_remarks(step: Step) -> Iterator[Remark]:
    if step.known and step.known.ends_on and not step.row.terms.ends_on and step.state != "renewed":
        day = f"{step.known.ends_on:%d-%m-%Y}"
        reason = _(
            "contract %(number)s stopt in het portaal op %(day)s; dat blijft zo", number=step.row.number, day=day
        )
        yield Remark(step.row.line, reason)


def preview(result: Result) -> uploads.Look:
    """What this comes to, for the screen, and in short."""
    shown: dict[str, Any] = {
        **result.counts(),
        "bad": uploads.some(result.bad_rows, uploads.SHOWN_PROBLEMS),
        "bad_lines": len({remark.line for remark in result.bad_rows}),
        "remarks": uploads.some([remark.reason for remark in result.remarks], uploads.SHOWN_PROBLEMS),
        "extra_columns": uploads.some(result.extra_columns, uploads.SHOWN_ROWS),
        "new": uploads.some([_shown(step) for step in result.of("new")], uploads.SHOWN_ROWS),
        "changed": uploads.some([_shown(step) for step in result.of("renewed", "ended")], uploads.SHOWN_ROWS),
    }
    return uploads.Look(shown, result.outcome())


def _shown(step: Step) -> dict[str, Any]:
    terms = step.row.terms
    return {
        "number": step.row.number, "party": step.party_name, "child": step.row.child_name, "state": step.state,
        "cents": terms.rate_cents, "starts": f"{terms.starts_on:%d-%m-%Y}",
        "ends": f"{terms.ends_on:%d-%m-%Y}" if terms.ends_on else "",
    }  # fmt: skip


# Writing


def keep_pdfs(result: Result, bundle: Bundle, progress: Progress | None = None) -> dict[str, Arrived]:
    """Keep the PDF of each that is new or renewed; by its number. Not in an open transaction. Raises Refused."""
    wanted = [
        Wanted(step.row.number, step.row.file_name, _title(step.row.number), step.people.party_id)
        for step in result.of("new", "renewed")
    ]
    return documents.arrive_all(bundle, wanted, progress)


def _title(number: str) -> str:
    return _("Contract %(number)s", number=number)


def write(
    examined: Examined, kept: dict[str, Arrived], expected: str, per_minute: int, by: UUID | None = None
) -> Result:
    """Write what was looked at, all of it, with one mail for who has to agree.

    Nothing is written when it comes to something else by now than was `expected`.
    """
    people.wait_for_other_import()
    result = compare(examined)
    if result.bad_rows or result.outcome() != expected:
        return result
    steps = result.of("new", "renewed")
    accounts = {each: account for step in steps for each, account in step.accounts.items()}
    made = documents.add_all([kept[step.row.number] for step in steps], rules.CONTRACT, "financial", by, accounts)
    ids = {step.row.number: document_id for step, document_id in zip(steps, made, strict=True)}
    _add(result.of("new"), ids, by)
    for step in result.of("renewed", "ended"):
        _change(step, ids.get(step.row.number), by)
    db.session.flush()
    mails.waiting(result.told, per_minute)
    return result


def _add(steps: Sequence[Step], documents_: Mapping[str, UUID], by: UUID | None) -> None:
    """All of them in a few statements, for meanwhile nobody else writes."""
    rows: dict[Any, list[dict[str, Any]]] = {Contract: [], ContractSlot: [], ContractVersion: [], ContractSigner: []}
    here = {"organisation_id": scope()}
    for step in steps:
        of_it = {**here, "contract_id": uuid4()}
        document_id = documents_[step.row.number]
        rows[Contract].append({**here, "id": of_it["contract_id"], **_row(step), "document_id": document_id})
        rows[ContractSlot] += [{**of_it, **each._asdict()} for each in step.row.terms.slots]
        rows[ContractVersion].append({**of_it, "number": 1, "document_id": document_id})
        rows[ContractSigner] += [{**of_it, "person_id": each} for each in step.people.signers]
        account_id = step.accounts[step.people.party_id]
        actions.note("contract_added", of_it["contract_id"], account_id, by, step.row.number)
    for model, made in rows.items():
        for start in range(0, len(made), CHUNK):
            adding = sa.insert(model).execution_options(render_nulls=True)
            db.session.execute(adding, made[start : start + CHUNK])
    named = list({each for step in steps for each in step.accounts})
    for start in range(0, len(named), CHUNK):
        actions.show_in_menu(named[start : start + CHUNK])


def _row(step: Step) -> dict[str, Any]:
    terms = step.row.terms
    return {
        "number": terms.number, "child_id": step.child_id, "party_id": step.people.party_id,
        "payer_id": step.people.payer_id, "care_type": terms.care_type, "lrk_number": terms.lrk_number,
        "weeks": terms.weeks, "minutes_a_year": terms.minutes_a_year, "rate_cents": terms.rate_cents,
        "starts_on": terms.starts_on, "ends_on": terms.ends_on, "notice_months": terms.notice_months,
        "is_on_paper": step.people.is_on_paper, "is_waiting": bool(step.people.signers), "version": 1,
        "fingerprint": step.fingerprint,
    }  # fmt: skip


def _change(step: Step, document_id: UUID | None, by: UUID | None) -> None:
    contract = queries.contract(step.known.id, held=True) if step.known else None
    if contract is None:
        return
    if document_id is None:
        actions.end_contract(contract, step.row.terms.ends_on, by)
    else:
        actions.renew(contract, step.row.terms, step.people, db.session.get_one(Document, document_id), by)


def remember(result: Result, filename: str, by: UUID | None) -> UUID:
    """Keep what this import did, for the page that tells it."""
    told = [tuple(remark) for remark in result.remarks[: uploads.SHOWN_PROBLEMS]]
    done = PastImport(
        id=uuid4(), organisation_id=scope(), kind=KIND, account_id=by, filename=filename[-100:],
        counts=result.counts(), doubts=told, doubt_count=0,
    )  # fmt: skip
    db.session.add(done)
    db.session.flush()
    return done.id
