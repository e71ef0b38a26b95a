"""What the worker asks at the moment a mail about getting in goes out: to whom, and with which secret."""

from datetime import datetime, timedelta

from flask import current_app

from portal import clock, keys
from portal.auth import actions, queries
from portal.auth.models import Account
from portal.auth.rules import held_until
from portal.db import db
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext


def credentials(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    if account is None:
        return None
    if organisation.credentials_mail == "link" or account.role:
        return _activation(mail, organisation, account, moment)
    lives = timedelta(hours=organisation.temporary_password_hours)
    password = actions.make_temporary_password(account, mail.id, moment, lives)
    context = {"login_url": link(organisation, "auth.login"), "password": password, "expires": moment + lives}
    return letter_to("auth/credentials_password", account, organisation, context)


def forgot_password(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    if account is None:
        return None
    if held := held_until(account.email_changed_by, account.email_changed_at, clock.now()):
        context: dict[str, object] = {"until": held, "link": link(organisation, "auth.login")}
        return letter_to("auth/reset_later", account, organisation, context)
    if account.password_hash is None:
        return _activation(mail, organisation, account, moment)
    max_age = timedelta(seconds=current_app.config["RESET_LINK_MAX_AGE"])
    asked_from = mail.params.get("asked_from", "")
    made = actions.make_link(account, "reset", keys.seed("link", mail.id.hex), moment, asked_from=asked_from)
    context = {
        "link": link(organisation, "auth.open_reset_link", token=made.token),
        "code": made.code,
        "code_address": link(organisation, "auth.use_code").partition("://")[2],
        "expires": moment + max_age,
        "hours": max_age // timedelta(hours=1),
    }
    return letter_to("auth/reset_password", account, organisation, context)


def approve_device(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    if account is None or account.password_hash is None:
        return None
    made = actions.make_link(account, "device", keys.seed("link", mail.id.hex), moment)
    context = {
        "link": link(organisation, "auth.open_device_link", token=made.token),
        "device": mail.params["browser"] or "?",
        "expires": moment + timedelta(seconds=current_app.config["RESET_LINK_MAX_AGE"]),
    }
    return letter_to("auth/approve_device", account, organisation, context)


def password_changed(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    context = {"moment": mail.created_at, "link": link(organisation, "auth.forgot_password")}
    return letter_to("auth/password_changed", account, organisation, context) if account else None


def new_device(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    context = {
        "moment": mail.created_at,
        "device": mail.params["browser"] or "?",
        "link": link(organisation, "account.sessions"),
    }
    return letter_to("auth/new_device", account, organisation, context) if account else None


def register() -> None:
    prepare_with("auth/credentials", credentials, lazy_gettext("Inloggegevens"), again=True)
    prepare_with("auth/forgot_password", forgot_password, lazy_gettext("Wachtwoord vergeten"), again=True)
    prepare_with("auth/approve_device", approve_device, lazy_gettext("Nieuw apparaat goedkeuren"))
    prepare_with("auth/password_changed", password_changed, lazy_gettext("Wachtwoord gewijzigd"))
    prepare_with("auth/new_device", new_device, lazy_gettext("Ingelogd op een nieuw apparaat"))


def account_of(mail: Mail) -> Account | None:
    """The open account this mail is for: named in the row, or found by the address a visitor typed."""
    found = queries.account(mail.account_id) if mail.account_id else queries.account_with(mail.address)
    if found is None or not found.is_open:
        return None
    if mail.account_id is None:
        mail.account_id = found.id
        db.session.flush()
    return found


def _activation(mail: Mail, organisation: Organisation, account: Account, moment: datetime) -> Letter:
    asked_from = mail.params.get("asked_from", "")
    made = actions.make_link(account, "activation", keys.seed("link", mail.id.hex), moment, asked_from=asked_from)
    context = {
        "link": link(organisation, "auth.open_activation_link", token=made.token),
        "expires": moment + timedelta(seconds=current_app.config["ACTIVATION_LINK_MAX_AGE"]),
    }
    return letter_to("auth/credentials_link", account, organisation, context)


def letter_to(template: str, account: Account, organisation: Organisation, context: dict[str, object]) -> Letter:
    person = account.person
    return Letter(
        address=account.email,
        name=person.full_name,
        language=person.language or organisation.language,
        template=template,
        context={"given_name": person.given_name, "email": account.email, **context},
    )
