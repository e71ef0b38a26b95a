"""Changing how an organisation shows itself; every change stands in the access log, old and new."""

from uuid import UUID

from portal.audit.actions import record
from portal.auth.models import Account
from portal.errors import Refused
from portal.face import queries, rules
from portal.files import actions as files
from portal.files.models import File
from portal.organisations.actions import change_organisation
from portal.organisations.models import Organisation
from portal.text import _


class ChangedMeanwhile(Refused):
    """Somebody else was first. Nothing was changed; `merged` is what to show, `now` what stands there."""

    def __init__(self, merged: rules.Merged, now: rules.Settings) -> None:
        super().__init__(_("Iemand anders heeft intussen iets gewijzigd. Kijk het na en druk nog een keer op Bewaren."))
        self.merged, self.now = merged, now


def change_settings(organisation_id: UUID, seen: str, typed: rules.Settings, by: Account) -> int:
    """Change what was typed, and say how many settings changed. Raises ChangedMeanwhile, or WrongSetting."""
    organisation = queries.held(organisation_id)
    now = queries.settings_of(organisation)
    merged = rules.merged(seen, now, typed)
    if merged.meanwhile:
        raise ChangedMeanwhile(merged, now)
    changes = change_organisation(organisation, **typed)
    for change in changes:
        for line in rules.lines(*change):
            _record(organisation, line, by)
    return len(changes)


def use_logo(organisation_id: UUID, file: File, says_name: bool, by: Account) -> None:
    """Show this logo from now on; the one before it is not kept."""
    organisation = queries.held(organisation_id)
    before = _logo_in_words(organisation)
    files.use(file)
    organisation.logo, organisation.logo_says_name = file.fingerprint, says_name
    organisation.logo_width, organisation.logo_height = file.width, file.height
    _record(organisation, f"logo: {before} -> {file.fingerprint[:12]} ({file.name})", by)


def remove_logo(organisation_id: UUID, by: Account) -> bool:
    """Show the first letter of the name again. False when there was no logo."""
    organisation = queries.held(organisation_id)
    if not organisation.logo:
        return False
    before = _logo_in_words(organisation)
    files.stop_using("logo")
    organisation.logo, organisation.logo_says_name = "", False
    organisation.logo_width = organisation.logo_height = 0
    _record(organisation, f"logo: {before} -> none", by)
    return True


def _logo_in_words(organisation: Organisation) -> str:
    return organisation.logo[:12] or "none"


def _record(organisation: Organisation, detail: str, by: Account) -> None:
    record("organisation_changed", None, by=by.id, detail=detail, object_type="organisation", object_id=organisation.id)
