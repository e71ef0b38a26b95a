"""portal export child, portal export family"""

import json
import os
import re
import shutil
import sys
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from uuid import UUID

import click
from flask_babel import force_locale

from portal.audit.actions import record
from portal.auth.queries import account_with
from portal.auth.rules import email_key
from portal.children.queries import child as child_with_id
from portal.children.queries import child_with_number, children_of
from portal.db import db
from portal.errors import Refused
from portal.export import book, held, queries, worker
from portal.export.rules import folder_name
from portal.files.storage import storage
from portal.organisations.cli import ORGANISATION, entered

JSON = click.option("--json", "as_json", is_flag=True, help="answer a program")


@click.group()
def export():
    """Everything about a child or a parent, to take along."""


@export.command()
@click.argument("child")
@ORGANISATION
@click.option("--to", "target", required=True, metavar="FILE.zip", help="the file to make")
@click.option("--for", "email", metavar="EMAIL", help="as this parent sees it; needed when more than one may")
@JSON
def child(child, organisation, target, email, as_json):
    """The zip of CHILD, as its parent makes it in the portal: by ID, by number, or by name (and date of birth)."""
    path = _new(target)
    with entered(organisation) as house:
        found = _the_child(child)
        account = _guardian(found, email)
        taken = queries.taken(account, found.id)
        if taken is None:
            raise Refused(f"{account.email} may not see {found.person.full_name}.")
        language = account.person.language or house.language
        _record(account, found.id)
        db.session.commit()
        made = _written(path, taken, language, has_bar=not as_json)
    if as_json:
        click.echo(_as_json({"file": target, "for": account.email, **made}))
    else:
        click.echo(f"{target}: {_count(made)}, as {account.email} sees it.")


@export.command()
@click.argument("email")
@ORGANISATION
@click.option("--to", "target", required=True, metavar="FOLDER", help="the folder to make")
@JSON
def family(email, organisation, target, as_json):
    """All that is held about the parent with this EMAIL (AVG, article 15), and the zip of each child it may see.

    Nothing of the other parent is in it, and no password or code.
    """
    folder = _new(target)
    with entered(organisation) as house:
        account = _account(email)
        facts, files = held.held_about(account), held.files_of(account)
        everything = [queries.taken(account, line.id) for line in children_of(account.person_id)]
        language = account.person.language or house.language
        with force_locale(language):
            page = book.held_page(account, house, facts)
        record("held_downloaded", account.id, object_type="account", object_id=account.id)
        for taken in everything:
            record(
                "export_downloaded", account.id, child_id=taken.child.id, object_type="child", object_id=taken.child.id
            )
        name = house.name
        db.session.commit()
        with _unfinished(folder) as place:
            (place / "gegevens.json").write_text(_as_json({"format": held.FORMAT, "organisation": name, **facts}))
            (place / "gegevens.html").write_bytes(page)
            for number, (name, key) in enumerate(files, start=1):
                (place / f"document-{number}{Path(name).suffix}").write_bytes(storage().get(key))
            made = {_zip_name(taken, everything): taken for taken in everything}
            told = {name: _written(place / name, taken, language, has_bar=not as_json) for name, taken in made.items()}
    if as_json:
        click.echo(_as_json({"folder": target, "documents": len(files), "children": told}))
        return
    click.echo(f"{target}: gegevens.html, gegevens.json, {len(files)} documents")
    for name, each in told.items():
        click.echo(f"  {name}: {_count(each)}")


def _record(account, child_id):
    record("export_downloaded", account.id, child_id=child_id, object_type="child", object_id=child_id)


@contextmanager
def _unfinished(folder):
    """A folder that gets its name when all of it is there."""
    place = folder.with_name(folder.name + ".part")
    try:
        place.mkdir(mode=0o700)
        yield place
        place.rename(folder)
    except FileExistsError:
        raise Refused(f"{place} is there already: is somebody making it? Else remove it.") from None
    except BaseException as error:
        shutil.rmtree(place, ignore_errors=True)
        if isinstance(error, OSError | ValueError):
            raise _unwritable(folder, error) from None
        raise


def _zip_name(taken, everything):
    """By first name; of children with one name by the date of birth too."""
    name = folder_name(taken.child.given_name, taken.organisation.name)
    same = [each for each in everything if each.child.given_name == taken.child.given_name]
    return f"{name}.zip" if len(same) == 1 else f"{name} {taken.child.birth_date} {taken.child.id.hex[:4]}.zip"


def _as_json(facts):
    return json.dumps(facts, ensure_ascii=False, indent=2)


def _new(target):
    path = Path(target)
    try:
        if path.exists():
            raise Refused(f"There is already a {target}. Choose another name.")
        if not path.absolute().parent.is_dir():
            raise Refused(f"There is no folder {path.absolute().parent}.")
    except (OSError, ValueError) as error:
        raise _unwritable(target, error) from None
    return path


def _unwritable(target, error):
    return Refused(f"{target} cannot be written: {getattr(error, 'strerror', None) or error}.")


def _the_child(words):
    found = []
    if words.isprintable():
        found = [each for each in (_by_id(words), child_with_number(words)) if each] or _by_name(words)
    if not found:
        raise Refused(f"No child here is {words}.")
    if len(found) > 1:
        some = ", ".join(f"{each.person.full_name} {each.person.birth_date} {each.id}" for each in found[:10])
        raise Refused(f"There are several: {some}. Give the ID.")
    return found[0]


def _by_id(words):
    with suppress(ValueError):
        return child_with_id(UUID(words.strip()))


def _by_name(words):
    born = re.search(r"\b\d{4}-\d{2}-\d{2}\b", words)
    try:
        day = date.fromisoformat(born[0]) if born else None
    except ValueError:
        raise Refused(f"{born[0]} is not a date.") from None
    return queries.children_named(words.replace(born[0], "") if born else words, day)


def _account(email):
    account = account_with(email_key(email))
    if account is None:
        raise Refused(f"There is no account with the address {email} at this organisation.")
    return account


def _guardian(found, email):
    """The account as which it is looked at."""
    if email:
        return _account(email)
    may = queries.accounts_that_see(found.id)
    if not may:
        raise Refused(f"No parent may see {found.person.full_name} now, so there is nobody to make it for.")
    if len(may) > 1:
        raise Refused(f"More than one parent may see it. Give one with --for: {', '.join(each.email for each in may)}.")
    return may[0]


def _written(path, taken, language, has_bar):
    """Made beside it, and there as a whole or not at all."""
    unfinished, missing, total = path.with_name(path.name + ".part"), set(), len(taken.everything.pictures)
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            archive = worker.new_archive(taken, file)
            photos = worker.add_photos(archive, taken, missing)
            with click.progressbar(photos, total, file=sys.stderr, hidden=not (has_bar and sys.stderr.isatty())) as bar:
                for _photo in bar:
                    pass
            worker.add_files(archive, taken, missing)
            worker.add_pages(archive, taken, missing, language)
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except FileExistsError:
        raise Refused(f"{unfinished} is there already: is somebody making it? Else remove it.") from None
    except BaseException as error:
        unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError | ValueError):
            raise _unwritable(path, error) from None
        raise
    return {"bytes": path.stat().st_size, "photos": total - len(missing), "missing": len(missing)}


def _count(made):
    lost = f" ({made['missing']} could not be read)" if made["missing"] else ""
    return f"{made['photos']} photos{lost}, {made['bytes'] / 1e6:.1f} MB"
