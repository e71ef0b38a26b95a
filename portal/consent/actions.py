"""Giving and withdrawing consent, and the texts an organisation asks it with."""

from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth.models import Account
from portal.children.models import Child
from portal.consent import queries, rules
from portal.consent.models import Consent, ConsentPurpose
from portal.db import changed, db, scope
from portal.errors import Refused
from portal.text import _


def answer(child: Child, code: str, version: int, value: bool, by: Account) -> None:
    """Yes or no to the text that was read. Raises Refused for who does not decide, and for a text of before."""
    if child.id not in queries.deciding_for(by.person_id):
        raise Refused(_("Alleen een ouder met gezag beslist hierover."))
    purpose = _held(code)
    if purpose.version != version:
        raise Refused(_("De tekst is net gewijzigd. Lees hem nog een keer en kies dan."))
    if queries.last_value(child.id, purpose.id, by.person_id) == value:
        return
    db.session.add(
        Consent(organisation_id=scope(), child_id=child.id, purpose_id=purpose.id, person_id=by.person_id, value=value)
    )
    record("consent_given" if value else "consent_refused", None, by=by.id, detail=purpose.name, child_id=child.id)
    db.session.flush()


def add_purpose(name: str, text: str, by: Account) -> ConsentPurpose:
    """Something else the organisation asks about. Raises Refused for a name that is in use."""
    queries.hold_purposes(scope())
    _check_name(name, "")
    purpose = _keep(uuid4().hex[:12], 1, name.strip(), text.strip())
    record("purpose_added", None, by=by.id, detail=purpose.name)
    return purpose


def change_purpose(code: str, version: int, name: str, text: str, by: Account) -> None:
    """Ask with other words from now on: every parent is asked anew. Raises Refused.

    `version` is the one that was on the screen.
    """
    before, name, text = _held(code), name.strip(), text.strip()
    if before.version != version:
        raise Refused(_("Een collega heeft deze tekst net gewijzigd. Kijk hem na en probeer het opnieuw."))
    _check_name(name, code)
    before.ended_at = clock.now()
    _keep(code, before.version + 1, name, text)
    record("purpose_changed", None, by=by.id, detail=name)


def end_purpose(code: str, by: Account) -> None:
    """Nobody is asked any more, and no answer counts. Raises Refused for what the portal itself needs."""
    purpose = _held(code)
    if code in [each.code for each in rules.SHIPPED]:
        raise Refused(_("Deze vraag hoort bij het portaal. U kunt de tekst wijzigen, maar niet stoppen."))
    purpose.ended_at = clock.now()
    record("purpose_ended", None, by=by.id, detail=purpose.name)
    db.session.flush()


def _held(code: str) -> ConsentPurpose:
    """The text that is asked now, and nobody else changes it until the commit."""
    queries.hold_purposes(scope())
    shipped = next((each for each in rules.SHIPPED if each.code == code), None)
    known = queries.row_of(code)
    if known is None and shipped is None:
        raise Refused(_("Deze vraag wordt niet meer gesteld."))
    return known or _keep(code, 1, shipped.name, shipped.text)  # type: ignore[union-attr]


def _keep(code: str, version: int, name: str, text: str) -> ConsentPurpose:
    purpose = ConsentPurpose(id=uuid4(), organisation_id=scope(), code=code, version=version, name=name, text=text)
    db.session.add(purpose)
    db.session.flush()
    return purpose


def _check_name(name: str, code: str) -> None:
    taken = {each.name.casefold() for each in queries.purposes() if each.code != code}
    if " ".join(name.split()).casefold() in taken:
        raise Refused(_("Er is al een vraag met deze naam."))


def forget(child_id: UUID) -> int:
    """All answers about this child are over; how many."""
    return changed(sa.delete(Consent).where(Consent.child_id == child_id))
