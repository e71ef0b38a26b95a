"""Adding an organisation, and changing its settings."""

from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from portal.db import db, within
from portal.errors import Refused
from portal.organisations import queries, rules
from portal.organisations.models import Group, Location, Organisation
from portal.text import _


def add_organisation(
    name: str, slug: str, origin: str, email: str, phone: str, sender: str = "", colour: str = rules.DEFAULT_COLOUR
) -> Organisation:
    """Make an organisation with one location that carries its name. Raises Refused with a sentence."""
    origin = origin.strip().rstrip("/").lower()
    if not rules.SLUG.fullmatch(slug):
        raise Refused("A slug has 2 to 31 small letters, digits or hyphens, such as kok.")
    if problem := rules.origin_problem(origin):
        raise Refused(problem)
    given = {"name": name, "phone": phone, "colour": colour, "email": email, "sender": sender}
    values = {setting: checked(setting, value) for setting, value in given.items()}
    host = urlsplit(origin).hostname or ""
    if queries.organisation_named(slug):
        raise Refused(f"There is already an organisation with the slug {slug}.")
    if queries.organisation_at(host):
        raise Refused(f"There is already an organisation at {host}.")
    organisation = Organisation(slug=slug, origin=origin, host=host, **values)
    db.session.add(organisation)
    db.session.flush()
    with within(organisation.id):
        db.session.add(Location(organisation_id=organisation.id, name=organisation.name))
        db.session.flush()
    return organisation


def reopen_groups(group_ids: list[UUID]) -> None:
    """A group that ended and is named again is needed again, and with it the location where it was."""
    if group_ids:
        theirs = sa.select(Group.location_id).where(Group.id.in_(group_ids))
        db.session.execute(sa.update(Location).where(Location.id.in_(theirs)).values(ended_at=None))
        db.session.execute(sa.update(Group).where(Group.id.in_(group_ids)).values(ended_at=None))


class Change(NamedTuple):
    setting: str
    old: str | int
    new: str | int


class WrongSetting(Refused):
    """One setting cannot have this value: a sentence for people, and which setting it is."""

    def __init__(self, setting: str, sentence: str) -> None:
        super().__init__(sentence)
        self.setting = setting


def change_organisation(organisation: Organisation, **values: str | int) -> list[Change]:
    """Give these settings another value, and say what changed. Raises WrongSetting; then nothing was changed."""
    wanted = {name: checked(name, value) for name, value in values.items()}
    changes = [Change(name, getattr(organisation, name), value) for name, value in wanted.items()]
    for name, value in wanted.items():
        setattr(organisation, name, value)
    db.session.flush()
    return [change for change in changes if change.old != change.new]


def checked(name: str, value: str | int) -> str | int:
    """This value of a setting as it is kept. Raises WrongSetting."""
    kept = value.strip() if isinstance(value, str) else value
    if name in ("email", "sender"):
        return _address(name, str(kept)) if kept or name == "email" else ""
    if problem := rules.setting_problem(name, kept):
        raise WrongSetting(name, problem)
    return kept.lower() if name == "colour" and isinstance(kept, str) else kept


def _address(name: str, value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise WrongSetting(name, _("%(email)s is geen e-mailadres.", email=value)) from None
