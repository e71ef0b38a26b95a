"""A file is sent in, looked at, confirmed and imported, or thrown away."""

import hashlib
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.db import changed, db, scope
from portal.files.models import File
from portal.imports import actions as imports
from portal.imports import rules
from portal.imports.actions import ImportResult, Step
from portal.imports.rules import Sheet
from portal.uploads import queries
from portal.uploads.models import Upload

KEPT = timedelta(hours=1)  # a file that nobody confirms
REMEMBERED = timedelta(days=7)  # that there was one
LEASE = timedelta(minutes=5)
MOST_TRIES = 3
SHOWN_PROBLEMS, SHOWN_ROWS, SHOWN_NAMES = 100, 25, 20  # lines of a preview; of more of them the number is said


class Kind(NamedTuple):
    """What a subject says of its files: where one is chosen, and which page shows what a file comes to."""

    endpoint: str
    preview: str


KINDS = {"parents": Kind("uploads.upload", "uploads/preview.html")}


class Look(NamedTuple):
    """What a file comes to now, for a screen, and in short."""

    preview: dict[str, Any]
    outcome: str


def look(content: bytes) -> Look:
    """Raises Refused for what is no file of parents. Only reads."""
    sheet = rules.read(content, clock.today())
    result = imports.look(sheet.rows)
    return Look(_preview(sheet, result), result.outcome())


def keep(
    content: bytes, filename: str, seen: Look, account_id: UUID, kind: str = "parents", key: str = ""
) -> Upload:  # fmt: skip
    """Keep this file until it is confirmed; with a key it is in the storage already. An earlier file of this account
    that was looked at goes."""
    earlier = sa.update(Upload).where(Upload.account_id == account_id, Upload.state == "ready")
    changed(earlier, **_EMPTY)
    upload = Upload(
        id=uuid4(), organisation_id=scope(), account_id=account_id, kind=kind, filename=shown_name(filename), key=key,
        content=None if key else content, digest=_digest(content), preview=seen.preview, outcome=seen.outcome,
    )  # fmt: skip
    db.session.add(upload)
    return upload


def confirm(upload: Upload, by: UUID) -> bool:
    """The worker may import it. Of two at once one is first; False for a file that is not ready (any more)."""
    now = clock.now()
    ready = sa.update(Upload).where(Upload.id == upload.id, Upload.state == "ready")
    return changed(ready, state="waiting", note="", tries=0, confirmed_by=by, confirmed_at=now) == 1


def throw_away(upload: Upload) -> None:
    changed(sa.update(Upload).where(Upload.id == upload.id, Upload.state == "ready"), **_EMPTY)


def shown_name(filename: str) -> str:
    """The name of a file as it may stand on a page: without folders, and the last hundred letters of it."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(letter if letter.isprintable() else "?" for letter in name)[-100:]


# The worker


class Claim(NamedTuple):
    """What one worker holds for a while."""

    upload_id: UUID
    organisation_id: UUID
    kind: str
    key: str
    owner: str
    digest: str
    outcome: str
    filename: str
    by: UUID | None


def claim(owner: str) -> Claim | None:
    """Take the file that waits longest. One that was taken too often gets a note instead."""
    now = clock.now()
    upload = queries.first_to_import(now)
    if upload is None:
        return None
    if upload.tries >= MOST_TRIES:
        upload.state, upload.note = "ready", "failed"
        return None
    upload.state, upload.owner, upload.lease_until, upload.tries = "busy", owner, now + LEASE, upload.tries + 1
    return Claim(
        upload.id,
        upload.organisation_id,
        upload.kind,
        upload.key,
        owner,
        upload.digest,
        upload.outcome,
        upload.filename,
        upload.confirmed_by,
    )


def take_over(claimed: Claim, content: bytes, per_minute: int) -> bool:
    """Import the file as it was looked at. False when this worker no longer holds it: then nothing may be kept.

    When it comes to something else by now nothing is imported, and the new outcome is to be looked at again.
    """
    if _digest(content) != claimed.digest:
        raise ValueError("The file is not the one that was sent in.")
    sheet = rules.read(content, clock.today())
    result = imports.import_parents(sheet.rows, per_minute, claimed.by, expected=claimed.outcome)
    if sheet.bad_rows or result.outcome() != claimed.outcome:
        return look_again(claimed, Look(_preview(sheet, result), result.outcome()))
    return end(claimed, imports.remember(result, claimed.filename, claimed.by).id)


def look_again(claimed: Claim, seen: Look) -> bool:
    """Nothing was imported, for it comes to something else by now: somebody says yes to that, or not."""
    return _let_go(claimed, state="ready", note="changed", preview=seen.preview, outcome=seen.outcome)


def end(claimed: Claim, past_import_id: UUID) -> bool:
    """It was imported. False when this worker no longer holds it: then nothing may be kept."""
    return _let_go(claimed, **{**_EMPTY, "state": "done"}, past_import_id=past_import_id)


def advance(claimed: Claim, done: int, total: int) -> None:
    """So far it is now; and who holds it is alive."""
    mine = sa.update(Upload).where(Upload.id == claimed.upload_id, Upload.owner == claimed.owner)
    changed(mine, done=done, total=total, lease_until=clock.now() + LEASE)


def give_back(claimed: Claim, what: str) -> None:
    """Nothing was changed. It is tried once more ("waiting"), or somebody has to look at it ("failed")."""
    if what == "waiting":
        _let_go(claimed, state="waiting")
    else:
        _let_go(claimed, state="ready", note=what)


def sweep() -> None:
    """What nobody confirmed goes after an hour, as do files in the storage that are needed no longer (the bytes follow
    with files.actions.sweep); later also that they were there."""
    now = clock.now()
    idle = sa.update(Upload).where(Upload.state.in_(("ready", "waiting")), Upload.updated_at < now - KEPT)
    changed(idle, **_EMPTY)
    over = Upload.state.in_(("gone", "done"))
    changed(sa.delete(File).where(File.key.in_(sa.select(Upload.key).where(over, Upload.key != ""))))
    changed(sa.delete(Upload).where(over, Upload.updated_at < now - REMEMBERED))
    imports.forget_doubts()


_EMPTY: dict[str, Any] = {"state": "gone", "content": None, "preview": {}}


def _let_go(claimed: Claim, **values: Any) -> bool:
    mine = sa.update(Upload).where(
        Upload.id == claimed.upload_id, Upload.owner == claimed.owner, Upload.state == "busy"
    )
    return changed(mine, owner="", lease_until=None, **values) == 1


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# What the screen shows


def _preview(sheet: Sheet, result: ImportResult) -> dict[str, Any]:
    bad_rows = sorted({*sheet.bad_rows, *result.bad_rows})
    rows = [(step, _changes(step, result)) for step in result.steps]
    return {
        **result.counts(),
        "bad": some(bad_rows, SHOWN_PROBLEMS),
        "bad_lines": len({remark.line for remark in bad_rows}),
        "remarks": some(result.remarks, SHOWN_PROBLEMS),
        "new": some([_shown(step, []) for step, _changed in rows if step.parent.state == "new"], SHOWN_ROWS),
        "changed": some(
            [_shown(step, changed) for step, changed in rows if step.parent.state != "new" and changed], SHOWN_ROWS
        ),
        "new_groups": some(result.new_groups, SHOWN_NAMES),
        "extra_columns": some(sheet.extra_columns, SHOWN_NAMES),
    }


def some(values: list[Any], most: int) -> dict[str, Any]:
    """The first of these, and how many there are, as a preview keeps and shows them."""
    return {"count": len(values), "first": values[:most]}


def _changes(step: Step, result: ImportResult) -> list[str]:
    """What this row of somebody who is known changes."""
    person = result.changed_people.get(step.parent.id, {})
    return [
        *(["name"] if person.keys() - {"phone"} else []),
        *(["phone"] if "phone" in person else []),
        *(["child"] if step.is_new_link else []),
        *(["group"] if step.child.state == "changed" else []),
    ]


def _shown(step: Step, changes: list[str]) -> dict[str, Any]:
    row = step.row
    return {
        "line": row.line, "name": row.full_name, "email": row.email, "child": row.child_name, "group": row.group,
        "changes": changes,
    }  # fmt: skip
