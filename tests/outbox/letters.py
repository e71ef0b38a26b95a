"""A subject of our own, for the tests and (as PORTAL_EXTENSIONS=tests.outbox.letters) for a worker that gets killed."""

from datetime import timedelta

from portal import keys
from portal.audit.actions import record
from portal.outbox.actions import Letter, prepare_with


def init_app(app):
    prepare_with("test/letter", letter)


def letter(mail, organisation, moment):
    """As the subjects make them: with a secret that is made now, and a row that is written with it."""
    if mail.params.get("to") == "nobody":
        return None
    record("link.sent", None, detail=mail.id.hex)
    secret = keys.seed("letter", mail.id.hex, moment.isoformat()).hex()
    context = {
        "given_name": "Anna", "link": f"{organisation.origin}/herstel/{secret}", "code": "ABCD-EFGH", "hours": 6, "code_address": "kok.test/wachtwoord/code",
        "expires": moment + timedelta(hours=6),
    }  # fmt: skip
    to = mail.params.get("to", "anna@voorbeeld.nl")
    return Letter(to, mail.params.get("name", "Anna de Vries"), "nl", "auth/reset_password", context)
