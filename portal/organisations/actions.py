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
    if not 0 < len(phone) <= 30 or not phone.isprintable():
        raise Refused("A phone number has 1 to 30 characters.")
    if not rules.COLOUR.fullmatch(colour.lower()):
        raise Refused("A colour looks like #1f6f66.")
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


def _address(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Refused(f"{value!r} is not an e-mail address: {error}") from None
