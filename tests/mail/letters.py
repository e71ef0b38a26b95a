"""Every mail of the portal, with a made-up reader: what the subjects give their templates."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from portal.organisations.models import Organisation
from portal.outbox.actions import Letter
from portal.outbox.compose import compose
from portal.outbox.models import Mail

TEMPLATES = Path(__file__).parents[2] / "portal" / "templates" / "mail"
FOLDERS = sorted(str(path.parent.relative_to(TEMPLATES)) for path in TEMPLATES.glob("*/*/subject.txt"))
MOMENT = datetime(2026, 11, 23, 13, 3, tzinfo=UTC)
EXPIRES = datetime(2026, 11, 23, 19, 3, tzinfo=UTC)
TOKEN = "eyJqIjoiRkxYc0N0ZGJyUSIsIm8iOiJjMGZmZWUifQ.aSMDtA.x5bVyT2v0kM3h4uZ1oQ9sRr8eWq7tYp6iUl_Aj-Kd"
# What only tells of a change: nothing in it ends.
NEWS = (
    "auth/password_changed", "auth/new_device", "factors/second_step_changed", "children/child_added",
    "parents/address_changed", "parents/address_new", "postmaster/trial", "own/address_taken",
    "own/correction", "invoices/ready", "statements/ready", "contracts/waiting", "contracts/decided", "changes/decided",
    "changes/waiting", "pickup/changed", "retention/offer",
)  # fmt: skip
# What tells of something new can be stopped by a link, and then by a button of the mail program.
STOPPABLE = ("notices/first_photo", "notices/evening", "notices/news")
STOP = "/e-mails-stoppen/EREREREREREREREREREREQ.days.x5bVyT2v0kM3h4uZ1oQ9sRr8eWq7tYp6iUl_Aj-KdAA"
SECRETS = {"password": "Kx7m-Rq2p-Wd9t-Hn4v", "code": "KXRM-7PQW", "token": TOKEN}


def context_of(folder, origin):
    if folder in ("notices/news", "notices/urgent"):
        place = f"{origin}/nieuws/33333333-2222-4333-8444-555555555555"
        stop = {"stop": origin + STOP.replace(".days.", ".news.")} if folder in STOPPABLE else {}
        return {"link": place, "count": 1, "moment": MOMENT, **stop}
    if folder in STOPPABLE:
        place = "/dagboek/foto/22222222-2222-4333-8444-555555555555" if "photo" in folder else "/dagboek?tot=2026-11-23"
        counts = {"photos": 1, "stories": 0} if "photo" in folder else {"photos": 3, "stories": 2}
        return {"names": "Noor", "link": origin + place, "stop": origin + STOP, "moment": MOMENT, **counts}
    pages = {
        "auth/credentials_link": f"/activeren/{TOKEN}",
        "auth/reset_password": f"/wachtwoord/herstel/{TOKEN}",
        "auth/reset_later": "/inloggen",
        "auth/approve_device": f"/apparaat/{TOKEN}",
        "auth/password_changed": "/wachtwoord-vergeten",
        "auth/new_device": "/account/sessies",
        "factors/second_step_changed": "/account/sessies",
        "factors/second_step_goes": f"/tweede-stap-houden/{TOKEN}",
        "children/child_added": "/inloggen",
        "pickup/changed": "/kinderen/01234567-89ab-cdef-0123-456789abcdef/ophalen",
        "invoices/ready": "/facturen",
        "contracts/waiting": "/contracten",
        "statements/ready": "/jaaropgaven",
        "contracts/decided": f"/contracten/verzoeken/{UUID(int=7)}",
        "export/ready": f"/meenemen/{UUID(int=7)}",
        "retention/offer": f"/meenemen/{UUID(int=7)}",
        "own/confirm_address": f"/account/adres/bevestigen/{TOKEN}",
        "own/address_asked": f"/adres-houden/{TOKEN}",
        "own/address_moved": f"/adres-houden/{TOKEN}",
        "own/address_taken": "/hulp",
        "own/correction": "/beheer/meldingen",
        "changes/iban_asked": f"/rekeningnummer-houden/{TOKEN}",
        "changes/decided": "/account/gegevens",
        "changes/waiting": "/beheer/wijzigingen",
        "parents/address_changed": "/hulp",
        "parents/address_new": "/inloggen",
        "postmaster/trial": "/beheer/e-mail/controle",
    }
    if folder == "staff/role_changed":
        return {"role": "planning", "moment": MOMENT, "link": f"{origin}/inloggen"}
    moments = {"moment": MOMENT} if folder in NEWS else {"expires": EXPIRES}
    special = {
        "auth/credentials_password": {
            "login_url": f"{origin}/inloggen", "email": "anna@voorbeeld.nl", "password": SECRETS["password"],
        },
        "auth/credentials_link": {"email": "anna@voorbeeld.nl"},
        "auth/reset_password": {
            "code": SECRETS["code"], "hours": 6, "code_address": f"{origin}/wachtwoord/code".partition("://")[2],
        },
        "auth/reset_later": {"until": EXPIRES},
        "auth/new_device": {"device": "Chrome, Android"},
        "auth/approve_device": {"device": "Firefox, Windows"},
        "factors/second_step_changed": {"what": "set"},
        "factors/second_step_goes": {"due": EXPIRES},
        "children/child_added": {"child": "Noor"},
        "pickup/changed": {"child": "Noor", "change": "added"},
        "export/ready": {"child": "Noor"},
        "retention/offer": {"child": "Noor", "last_day": EXPIRES.date()},
        "changes/waiting": {"number": 3},
        "changes/iban_asked": {"moment": MOMENT, "effective": EXPIRES},
        "own/confirm_address": {"email": "anna.nieuw@voorbeeld.nl"},
        "own/address_asked": {"moment": MOMENT},
        "own/address_moved": {"moment": MOMENT, "email": "anna.oud@voorbeeld.nl"},
        "parents/address_changed": {"email": "anna.oud@voorbeeld.nl"},
        "parents/address_new": {"email": "anna@voorbeeld.nl", "until": EXPIRES},
    }  # fmt: skip
    link = {"link": origin + pages[folder]} if folder in pages else {}
    return link | moments | special.get(folder, {})


def kok(**values):
    return Organisation(
        **{
            "slug": "kok", "name": "Kok Kinderopvang", "origin": "https://portaal.kok.test",
            "email": "kantoor@kok.test", "phone": "010-1234567",
            "phone_hours": "maandag tot en met vrijdag, 8 tot 17 uur",
            "sender": "portaal@kok.test", "language": "nl", **values,
        }
    )  # fmt: skip


def made(folder, language, organisation, given_name="Anna", name="Anna de Vries"):
    """The message of this mail. Inside an app context."""
    context = {"given_name": given_name, **context_of(folder, organisation.origin)}
    letter = Letter("anna@voorbeeld.nl", name, language, folder, context, context.get("stop", ""))
    number = UUID("11111111-2222-4333-8444-555555555555")
    mail = Mail(id=number, message_id=f"<{number}.0123456789abcdef@{organisation.email.rpartition('@')[2]}>")
    return compose(mail, letter, organisation, MOMENT)
