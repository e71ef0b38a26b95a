"""Adding an organisation."""

from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from portal.db import db, within
from portal.errors import Refused
from portal.organisations import queries, rules
from portal.organisations.models import Location, Organisation


def add_organisation(
    name: str, slug: str, origin: str, email: str, phone: str, sender: str = "", colour: str = rules.DEFAULT_COLOUR
) -> Organisation:
    """Make an organisation with one location that carries its name. Raises Refused with a sentence."""
    name, phone, origin = name.strip(), phone.strip(), origin.strip().rstrip("/").lower()
    if not 0 < len(name) <= 100 or not name.isprintable():
        raise Refused("A name has 1 to 100 characters on one line.")
    if not rules.SLUG.fullmatch(slug):
        raise Refused("A slug has 2 to 31 small letters, digits or hyphens, such as kok.")
    if problem := rules.origin_problem(origin):
        raise Refused(problem)
    _checked("phone", phone)
    _checked("colour", colour)
    host = urlsplit(origin).hostname or ""
    if queries.organisation_named(slug):
        raise Refused(f"There is already an organisation with the slug {slug}.")
    if queries.organisation_at(host):
        raise Refused(f"There is already an organisation at {host}.")
    organisation = Organisation(
        name=name, slug=slug, origin=origin, host=host, phone=phone, colour=colour.lower(),
        email=_address(email), sender=_address(sender) if sender else "",
    )  # fmt: skip
    db.session.add(organisation)
    db.session.flush()
    with within(organisation.id):
        db.session.add(Location(organisation_id=organisation.id, name=name))
        db.session.flush()
    return organisation


def change_organisation(organisation: Organisation, **values: str | int) -> None:
    """Give these settings another value. Raises Refused with a sentence; then nothing was changed."""
    for name, value in values.items():
        setattr(organisation, name, _checked(name, value))
    db.session.flush()


def _checked(name: str, value: str | int) -> str | int:
    if name in ("email", "sender"):
        return _address(str(value)) if value or name == "email" else ""
    if name == "colour" and not rules.COLOUR.fullmatch(str(value).lower()):
        raise Refused("A colour looks like #1f6f66.")
    if name == "phone" and not rules.PHONE.fullmatch(str(value)):
        raise Refused(
            "A phone number has 6 to 30 digits, spaces, hyphens, brackets or a plus, such as 010 - 123 45 67."
        )
    if isinstance(value, str) and not value.isprintable():
        raise Refused(f"{name} is one line of text.")
    longest = {"name": 100, "phone_hours": 200, "login_text": 300}.get(name)
    if (longest and len(str(value)) > longest) or (name == "name" and not str(value).strip()):
        raise Refused(f"{name} has 1 to {longest} characters.")
    return value.lower() if name == "colour" and isinstance(value, str) else value


def _address(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Refused(f"{value!r} is not an e-mail address: {error}") from None
