"""Taking over a file of parents: persons, children, guardianships, accounts and the mail with the credentials."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth import mails
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.children.rules import RIGHTS, ChildKey, folded, is_someone_else
from portal.db import Model, db, scope
from portal.errors import Refused
from portal.imports import queries
from portal.imports.models import PastImport
from portal.imports.rules import ParentRow
from portal.organisations.actions import reopen_groups
from portal.organisations.models import Group
from portal.people.actions import know_names
from portal.people.models import NameWord
from portal.people.rules import words_of
from portal.sheets import Remark
from portal.text import _
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit

CHUNK = 1000
T = TypeVar("T")

State = Literal["new", "changed", "unchanged"]
Progress = Callable[[int, int], None]  # done, of all


@dataclass
class Entry:
    """A parent or child of the file in the database. A parent changes by a name, a phone number or one more child."""

    id: UUID
    state: State
    account_id: UUID | None = None


@dataclass
class Step:
    """What one row of the file comes to."""

    row: ParentRow
    parent: Entry
    child: Entry
    is_new_link: bool


@dataclass
class ImportResult:
    """What the file changed. With bad rows nothing was changed at all."""

    steps: list[Step] = field(default_factory=list)
    bad_rows: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)  # nothing is wrong, but the office wants to know
    changed_people: dict[UUID, dict[str, str]] = field(default_factory=dict)  # the name and phone they get
    new_groups: list[str] = field(default_factory=list)
    mails: int = 0
    last_mail_at: datetime | None = None

    def parents(self, state: State) -> int:
        return len({step.parent.id for step in self.steps if step.parent.state == state})

    def children(self, state: State) -> int:
        return len({step.child.id for step in self.steps if step.child.state == state})

    @property
    def new_links(self) -> int:
        return sum(step.is_new_link for step in self.steps)

    def counts(self) -> dict[str, int]:
        states: tuple[State, ...] = ("new", "changed", "unchanged")
        return {
            "rows": len(self.steps),
            **{f"parents_{state}": self.parents(state) for state in states},
            **{f"children_{state}": self.children(state) for state in states},
            "links": self.new_links,
            "groups": len(self.new_groups),
            "mails": self.mails or self.parents("new"),
        }

    def outcome(self) -> str:
        """The same for the same outcome: what is looked at first and what is then done are compared by it."""
        steps = [
            (
                step.row.line,
                step.parent.state,
                step.child.state,
                step.is_new_link,
                self.changed_people.get(step.parent.id),
            )
            for step in self.steps
        ]
        lines = [remark.line for remark in (*self.bad_rows, *self.remarks)]  # their words come in two languages
        return hashlib.sha256(repr((steps, lines, self.new_groups)).encode()).hexdigest()


def import_parents(
    rows: Sequence[ParentRow], per_minute: int = 60, by: UUID | None = None, progress: Progress | None = None,
    expected: str = "",
) -> ImportResult:  # fmt: skip
    """Take over these rows (as `rules.read` gives them), all or none. The same rows a second time change nothing.

    Nothing is written when the result has bad rows, or is not the outcome that was `expected`. Every new account is
    mailed its credentials, `per_minute`.
    """
    queries.wait_for_other_import()
    plan = _planned(rows)
    if not plan.result.bad_rows and expected in ("", plan.result.outcome()):
        done, all_ = 0, plan.size
        for count in _write(plan, per_minute, by):
            done += count
            if progress:
                progress(done, all_)
    return plan.result


def look(rows: Sequence[ParentRow]) -> ImportResult:
    """What importing these rows would come to now. Nothing is written."""
    return _planned(rows).result


def _planned(rows: Sequence[ParentRow]) -> "_Plan":
    plan = _Plan(rows)
    for row in rows:
        plan.take(row)
    return plan


class _Plan:
    """The rows of a file against what is known: what is to be added and changed."""

    def __init__(self, rows: Sequence[ParentRow]) -> None:
        self.result = ImportResult()
        self.new: dict[type[Model], list[dict[str, Any]]] = {
            model: [] for model in (Group, Person, NameWord, Account, Child, Guardianship)
        }
        self.links: list[tuple[UUID | None, UUID, str]] = []  # account, child, role
        self.changed_people = self.result.changed_people
        self.changed_children: dict[UUID, list[UUID]] = {}  # by their new group
        self._phones = {row.email_key: row.phone for row in reversed(rows) if row.phone}
        self._groups = {row.child_key: row.group for row in reversed(rows) if row.group}
        self._parents: dict[str, Entry] = {}
        self._children: dict[ChildKey, Entry] = {}
        self.known_parents = queries.known_parents()
        self._known_children = queries.known_children()
        self._known_groups = queries.known_groups()
        self._ended_groups = queries.ended_groups()
        self.reopened: list[UUID] = []
        self._known_links = queries.known_guardianships()
        self._addresses = self._addresses_per_child()

    @property
    def size(self) -> int:
        """How many rows are to be written, a mail and a line of the access log among them."""
        added = sum(len(rows) for rows in self.new.values()) + len(self.links) + len(self.new[Account])
        return added + len(self.changed_people) + sum(len(ids) for ids in self.changed_children.values())

    def take(self, row: ParentRow) -> None:
        parent = self._parents.get(row.email_key) or self._parent(row)
        if parent is None:
            return
        child = self._children.get(row.child_key) or self._child(row)
        is_new_link = self._link(row, parent, child)
        self.result.steps.append(Step(row, parent, child, is_new_link))

    def _parent(self, row: ParentRow) -> Entry | None:
        known = self.known_parents.get(row.email_key)
        if known is None:
            parent = Entry(uuid4(), "new", account_id=uuid4())
            phone = self._phones.get(row.email_key, "")
            self._add_person(parent.id, None, phone, row.name)
            self._add(Account, id=parent.account_id, person_id=parent.id, email=row.email, email_key=row.email_key)
        elif is_someone_else(row.given_name, row.family_name, known.given_name, known.family_name):
            self.result.bad_rows.append(_shared_address(known, row))
            return None
        else:
            parent = Entry(known.person_id, self._change(known, row), known.account_id)
            if known.status in ("blocked", "closed"):
                self._remark(
                    row, _("het account van %(email)s is geblokkeerd of gesloten en blijft dat", email=row.email)
                )
        self._parents[row.email_key] = parent
        return parent

    def _change(self, known: queries.KnownParent, row: ParentRow) -> State:
        wanted = {**row.name, "phone": self._phones.get(row.email_key, known.phone)}
        different = {name: value for name, value in wanted.items() if value != getattr(known, name)}
        if not different:
            return "unchanged"
        self.changed_people[known.person_id] = different
        return "changed"

    def _child(self, row: ParentRow) -> Entry:
        known = self._known_children.get(row.child_key)
        group_id = self._group(self._groups.get(row.child_key, ""))
        if known is None:
            child = Entry(uuid4(), "new")
            person_id = uuid4()
            name = {"given_name": row.child_given_name, "infix": "", "family_name": row.child_family_name}
            self._add_person(person_id, row.birth_date, "", name)
            self._add(Child, id=child.id, person_id=person_id, group_id=group_id)
        elif group_id and group_id != known.group_id:
            child = Entry(known.id, "changed")
            self.changed_children.setdefault(group_id, []).append(known.id)
        else:
            child = Entry(known.id, "unchanged")
        self._children[row.child_key] = child
        return child

    def _group(self, name: str) -> UUID | None:
        if not name:
            return None
        key = folded(name)
        if key not in self._known_groups:
            self._known_groups[key] = uuid4()
            self._add(Group, id=self._known_groups[key], name=name, location_id=_first_location())
            self.result.new_groups.append(name)
        elif self._known_groups[key] in self._ended_groups - set(self.reopened):
            self.reopened.append(self._known_groups[key])
            self.result.new_groups.append(name)
        return self._known_groups[key]

    def _link(self, row: ParentRow, parent: Entry, child: Entry) -> bool:
        """Make this parent a guardian of this child, unless that is so. Rights that exist are never changed here."""
        known = self._known_links.get((child.id, parent.id))
        if known is None:
            self._warn_of_second_address(row, child)
            self._add(
                Guardianship, id=uuid4(), child_id=child.id, person_id=parent.id, role=row.role,
                **RIGHTS[row.role]._asdict(),
            )  # fmt: skip
            self.links.append((parent.account_id, child.id, row.role))
            if parent.state == "unchanged":
                parent.state = "changed"
            return True
        if known.role != row.role:
            reason = _(
                "%(name)s heeft bij %(child)s al een ander gezag; dat wijzigt u bij het kind, niet met een bestand",
                name=row.full_name, child=row.child_name,
            )  # fmt: skip
            self.result.bad_rows.append(Remark(row.line, reason))
        elif known.valid_to and known.valid_to < clock.today():
            reason = _("%(name)s ziet %(child)s niet meer; dat blijft zo", name=row.full_name, child=row.child_name)
            self._remark(row, reason)
        return False

    def _warn_of_second_address(self, row: ParentRow, child: Entry) -> None:
        """An address that was corrected in the file makes a second account, and the wrong address keeps its rights."""
        other = self._addresses.setdefault((child.id, folded(row.full_name)), row.email)
        if other != row.email:
            reason = _(
                "%(child)s heeft al een ouder %(name)s, met het adres %(email)s: is dat nog goed?",
                child=row.child_name, name=row.full_name, email=other,
            )  # fmt: skip
            self._remark(row, reason)

    def _addresses_per_child(self) -> dict[tuple[UUID, str], str]:
        people = {known.person_id: known for known in self.known_parents.values()}
        return {
            (child_id, folded(f"{known.given_name} {known.infix} {known.family_name}")): known.email
            for child_id, person_id in self._known_links
            if (known := people.get(person_id))
        }

    def _add_person(self, person_id: UUID, birth_date: date | None, phone: str, name: dict[str, str]) -> None:
        self._add(Person, id=person_id, birth_date=birth_date, phone=phone, **name)
        for word in words_of(*name.values()):
            self._add(NameWord, person_id=person_id, word=word)

    def _add(self, model: type[Model], **values: Any) -> None:
        self.new[model].append({"organisation_id": scope(), **values})

    def _remark(self, row: ParentRow, reason: str) -> None:
        self.result.remarks.append(Remark(row.line, reason))


def _shared_address(known: queries.KnownParent, row: ParentRow) -> Remark:
    name = " ".join(part for part in (known.given_name, known.infix, known.family_name) if part)
    reason = _(
        "%(email)s is al het adres van %(name)s; twee personen kunnen geen adres delen", email=row.email, name=name
    )
    return Remark(row.line, reason)


def _first_location() -> UUID:
    location_id = queries.first_location()
    if location_id is None:
        raise Refused(_("Deze organisatie heeft nog geen locatie voor haar groepen."))
    return location_id


# What is kept of it, and the way back

EXPORTS = Limit("exports", 20, timedelta(hours=1))
MOST_DOUBTS = 500  # that are kept; of more of them the number is


def count_export(account_id: UUID) -> bool:
    """Count one more export of this account. False when there were too many this hour."""
    return not throttle.count([(EXPORTS, f"{scope().hex} {account_id.hex}")]).refused


def remember(result: ImportResult, filename: str, by: UUID | None = None) -> PastImport:
    """Keep what this import did, so that the office can look at its doubts later. Not for one with bad rows."""
    done = PastImport(
        id=uuid4(), organisation_id=scope(), account_id=by, filename=filename[-100:], last_mail_at=result.last_mail_at,
        counts=result.counts(), doubts=[tuple(remark) for remark in result.remarks[:MOST_DOUBTS]],
        doubt_count=len(result.remarks),
    )  # fmt: skip
    db.session.add(done)
    db.session.flush()
    return done


def settle(done: PastImport, by: UUID) -> None:
    """Somebody has looked at the doubts of this import."""
    if done.is_doubtful:
        done.settled_at, done.settled_by = clock.now(), by
        record("import_settled", None, by=by, object_type="import", object_id=done.id)


def forget_doubts() -> None:
    """Doubts name people, so a month after somebody looked at them they go."""
    old = sa.update(PastImport).where(PastImport.settled_at < clock.now() - timedelta(days=30))
    db.session.execute(old.values(doubts=[]).execution_options(synchronize_session=False))


# Writing. Each step gives how many rows it wrote.


def _write(plan: _Plan, per_minute: int, by: UUID | None) -> Iterator[int]:
    for model, values in plan.new.items():
        for chunk in _chunks(values):
            db.session.execute(sa.insert(model).execution_options(render_nulls=True), chunk)
            yield len(chunk)
    yield from _change_people(plan, by)
    reopen_groups(plan.reopened)
    yield from _change_groups(plan.changed_children, by)
    for links in _chunks(plan.links):
        for account_id, child_id, role in links:
            record("guardianship_added", account_id, by=by, detail=role, child_id=child_id)
        db.session.flush()
        yield len(links)
    yield from _send_credentials(plan, per_minute)
    if plan.size:
        record("parents_imported", None, by=by, detail=f"{plan.result.mails} accounts, {len(plan.links)} guardianships")
        db.session.flush()


def _change_people(plan: _Plan, by: UUID | None) -> Iterator[int]:
    changed = plan.changed_people
    accounts = {known.person_id: known.account_id for known in plan.known_parents.values()}
    for ids in _chunks(list(changed)):
        people = db.session.scalars(sa.select(Person).where(Person.id.in_(ids))).all()
        for person in people:
            for name, value in changed[person.id].items():
                setattr(person, name, value)
            record("parent_changed", accounts[person.id], by=by, detail=", ".join(changed[person.id]))
        know_names(people)
        yield len(ids)


def _change_groups(changed: dict[UUID, list[UUID]], by: UUID | None) -> Iterator[int]:
    for group_id, children in changed.items():
        for ids in _chunks(children):
            statement = sa.update(Child).where(Child.id.in_(ids)).values(group_id=group_id)
            db.session.execute(statement.execution_options(synchronize_session=False))
            for child_id in ids:
                record("child_changed", None, by=by, detail="group_id", child_id=child_id)
            yield len(ids)


def _send_credentials(plan: _Plan, per_minute: int) -> Iterator[int]:
    """A mail for each new account, one after the other."""
    pause, due_at = timedelta(minutes=1) / per_minute, queries.next_bulk_mail(per_minute)
    for accounts in _chunks(plan.new[Account]):
        for account in accounts:
            mails.credentials(account["id"], due_at=due_at)
            plan.result.last_mail_at, due_at = due_at, due_at + pause
        db.session.flush()
        plan.result.mails += len(accounts)
        yield len(accounts)


def _chunks(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
