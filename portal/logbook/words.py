"""What more a line of the access log says. There it is short and in English; each action has a shape of its own."""

import re
from collections.abc import Callable
from datetime import date

from portal.changes.rules import CARE, KIND_NAMES
from portal.logbook.rules import role_words
from portal.outbox.actions import name_of
from portal.roles import ROLES
from portal.text import _, datum, ngettext


def detail_words(action: str, detail: str) -> str:
    """The rest of the line in words; "" when there is nothing to add, or nothing that says something to a person."""
    try:
        told = _DETAILS.get(action, _as_it_is)(detail) if detail else ""
    except (ValueError, IndexError):  # an older or newer portal may have written it in another shape
        told = detail
    return told[:1].upper() + told[1:]


def _as_it_is(detail: str) -> str:
    return "" if re.fullmatch(r"[0-9a-f]{43}", detail) else detail


def _login(detail: str) -> str:
    kind, _comma, browser = detail.partition(", ")
    how = {
        "temporary": lambda: _("met een tijdelijk wachtwoord"),
        "new": lambda: _("op een onbekend apparaat"),
        "known": lambda: _("op een bekend apparaat"),
    }.get(kind, lambda: "")()
    return ", ".join(part for part in (browser, how) if part)


def _session(detail: str) -> str:
    known = {
        "logout": lambda: _("zelf uitgelogd"),
        "ended by the parent": lambda: _("zelf uitgelogd, vanaf een ander apparaat"),
        "everywhere": lambda: _("zelf overal uitgelogd"),
        "password": lambda: _("omdat het wachtwoord is gewijzigd"),
        "address": lambda: _("omdat het e-mailadres is gewijzigd"),
        "not me": lambda: _("omdat iemand meldde: dit was ik niet"),
        "new login": lambda: _("omdat iemand op dit apparaat opnieuw inlogde"),
        "other account": lambda: _("omdat een link van een ander account is geopend"),
        "too many": lambda: _("omdat er te veel apparaten waren"),
        "wrong passwords": lambda: _("na te veel verkeerde wachtwoorden"),
        "wrong codes": lambda: _("na te veel verkeerde codes"),
        "role": lambda: _("omdat de rol is gewijzigd"),
        "blocked": lambda: _("omdat het account is geblokkeerd"),
        "no child left": lambda: _("omdat er geen kind meer te zien is"),
        "office": lambda: _("door de opvang"),
        "by the office": lambda: _("door de opvang"),
    }.get(detail)
    return known() if known else detail


def _notices(detail: str) -> str:
    kind, _space, how = detail.partition(" ")
    kinds = {"days": lambda: _("dagboek en foto's"), "news": lambda: _("nieuws")}
    hows = {"once": lambda: _("meteen"), "evening": lambda: _("om 18.00 uur"), "none": lambda: _("geen")}
    return ": ".join(words[part]() if part in words else part for words, part in ((kinds, kind), (hows, how)))


def _devices(detail: str) -> str:
    count = int(detail.partition(" ")[0])
    return ngettext("%(num)s apparaat", "%(num)s apparaten", count)


def _rows(detail: str) -> str:
    return ngettext("%(num)s regel", "%(num)s regels", int(detail.partition(" ")[0]))


def _groups(detail: str) -> str:
    return ngettext("%(num)s groep", "%(num)s groepen", int(detail.partition(" ")[0]))


def _imported(detail: str) -> str:
    accounts, links = (int(number) for number in re.findall(r"\d+", detail)[:2])
    return ", ".join(
        (
            ngettext("%(num)s nieuw account", "%(num)s nieuwe accounts", accounts),
            ngettext("%(num)s keer een ouder bij een kind", "%(num)s keer een ouder bij een kind", links),
        )
    )


def _link(detail: str) -> str:
    purpose, _comma, problem = detail.partition(", ")
    words = {
        "reset": lambda: _("voor een nieuw wachtwoord"),
        "activation": lambda: _("voor het eerste wachtwoord"),
        "letter": lambda: _("uit een brief"),
        "device": lambda: _("voor een nieuw apparaat"),
        "used": lambda: _("al gebruikt of vervangen"),
        "late": lambda: _("te oud"),
    }
    return ", ".join(words[part]() if part in words else part for part in (purpose, problem) if part)


def _guardian(role: str) -> str:
    known = {
        "custody": lambda: _("met gezag"),
        "no_custody": lambda: _("zonder gezag"),
        "foster": lambda: _("pleegouder"),
        "guardian": lambda: _("voogd"),
    }.get(role)
    return known() if known else role


def _rights(detail: str) -> str:
    before, _to, rest = detail.partition(" to ")
    after, _colon, names = rest.partition(": ")
    change = _guardian(after)
    if before != after:
        change = _("van %(before)s naar %(after)s", before=_guardian(before), after=_guardian(after))
    return ": ".join(part for part in (change, _fields(names)) if part)


def _fields(names: str) -> str:
    words = {
        "given_name": lambda: _("voornaam"),
        "infix": lambda: _("tussenvoegsel"),
        "family_name": lambda: _("achternaam"),
        "phone": lambda: _("telefoon"),
        "birth_date": lambda: _("geboortedatum"),
        "group_id": lambda: _("groep"),
        "external_id": lambda: _("nummer in eigen software"),
        "role": lambda: _("gezag"),
        "legal_basis": lambda: _("verzoek of uitspraak"),
        "is_identified": lambda: _("identiteit gezien"),
        "valid_from": lambda: _("begindatum"),
        "valid_to": lambda: _("einddatum"),
    }
    return ", ".join(words[name]() if name in words else name for name in names.split(", ") if name)


def _day(prefix: str, say: Callable[[str], str]) -> Callable[[str], str]:
    return lambda detail: say(_date_words(detail.removeprefix(prefix)))


def _leaves(detail: str) -> str:
    days = [_date_words(found) for found in re.findall(r"\d{4}-\d{2}-\d{2}", detail)]
    if not days:
        return _("het kind blijft")
    return _("%(day)s; ouders kunnen terugkijken tot en met %(until)s", day=days[0], until=days[-1])


def _date_words(iso: str) -> str:
    try:
        return datum(date.fromisoformat(iso))
    except ValueError:
        return iso


def _role(detail: str) -> str:
    words = [role_words(role) if role in ROLES else role for role in detail.split(" to ")]
    return words[0] if len(words) == 1 else _("van %(before)s naar %(after)s", before=words[0], after=words[-1])


def _limit(detail: str) -> str:
    return _("van alle bezoekers samen") if detail == "organisation" else _("vanaf een netwerk")


def _flagged(state: str) -> str:
    known = {"gone": lambda: _("dit adres bestaat niet"), "full": lambda: _("de mailbox is vol")}.get(state)
    return known() if known else state


def _nothing(_detail: str) -> str:
    return ""


_DETAILS: dict[str, Callable[[str], str]] = {
    "mail_sent_again": name_of,
    "notices_chosen": _notices,
    "notices_stopped": _notices,
    "login": _login,
    "login_failed": _login,
    "unknown_login_failed": _nothing,
    "code_refused": _nothing,
    "reset_asked": _nothing,
    "tries_limited": _limit,
    "session_ended": _session,
    "sessions_ended": _devices,
    "link_sent": _link,
    "letter_printed": _nothing,
    "link_refused": _link,
    "second_step_wrong": lambda _detail: _("een herstelcode"),
    "second_step_reset": _nothing,
    "second_step_reset_stopped": _nothing,
    "address_changed": lambda _detail: _("het oude adres was van iemand anders"),
    "address_flagged": _flagged,
    "address_trusted": _nothing,
    "parent_changed": _fields,
    "child_changed": _fields,
    "care_changed": lambda names: ", ".join(str(CARE[name]).lower() for name in names.split(", ") if name in CARE),
    **dict.fromkeys(
        ("change_asked", "change_withdrawn", "change_approved", "change_refused"),
        lambda kind: str(KIND_NAMES.get(kind, kind)),
    ),
    "child_leaves": _leaves,
    "guardianship_added": _guardian,
    "guardianship_ended": _day("after ", lambda day: _("laatste dag: %(day)s", day=day)),
    "rights_changed": _rights,
    "block_asked": _day("until ", lambda day: _("tot en met %(day)s", day=day)),
    "block_confirmed": _day("until ", lambda day: _("tot en met %(day)s", day=day)),
    **dict.fromkeys(
        ("entry_published", "entry_corrected", "entry_withdrawn", "rhythm_corrected", "rhythm_withdrawn"),
        _day("", lambda day: _("over %(day)s", day=day)),
    ),
    "parents_imported": _imported,
    "parents_downloaded": _rows,
    "log_downloaded": _rows,
    "role_given": _role,
    "role_changed": _role,
    "role_taken": _role,
    "groups_given": _groups,
}
