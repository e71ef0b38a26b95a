"""The forms about the mail set-up."""

import re

from flask_babel import lazy_gettext
from flask_mail import BadHeaderError
from wtforms.validators import ValidationError

from portal.auth.rules import email_key
from portal.fields import Choice, File, Form, Line, Password
from portal.outbox.transport import one_address
from portal.postmaster import providers
from portal.postmaster.facts import domain_of
from portal.text import _

HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?", re.I)


def _is_address(form, field):
    if not email_key(field.data or ""):
        raise ValidationError(_("Dit is geen e-mailadres. Er hoort een @ in."))
    try:
        one_address(field.data.strip())
    except BadHeaderError:
        raise ValidationError(
            _("Veel mailservers kennen dit adres niet. Gebruik gewone letters, zonder tekens.")
        ) from None


def _is_own_domain(form, field):
    """With the reason, or people take the next free address (mail.md, D1)."""
    domain = domain_of(field.data or "")
    if provider := providers.free_mail(domain):
        raise ValidationError(
            _(
                "Kies een adres op een eigen domein. %(domain)s is van %(provider)s, en alleen %(provider)s mag daar "
                "e-mail voor versturen. Uw e-mail zou worden geweigerd.",
                domain=domain, provider=provider,
            )
        )  # fmt: skip


def _is_host(form, field):
    if not HOST.fullmatch((field.data or "").strip()):
        raise ValidationError(_("Dit is geen naam van een mailserver. Zo'n naam lijkt op smtp.provider.nl."))


def _is_port(form, field):
    if not (field.data or "").strip().isdecimal() or not 0 < int(field.data) < 65536:
        raise ValidationError(_("Een poort is een getal, meestal 587 of 465."))


class ServerForm(Form):
    sender = Line(
        lazy_gettext("Afzender"), lazy_gettext("Vul het adres in waarvan u verstuurt."), 254, _is_address,
        _is_own_domain, autocapitalize="none", spellcheck="false", autocomplete="off",
    )  # fmt: skip
    host = Line(
        lazy_gettext("Mailserver"), lazy_gettext("Vul de naam van de mailserver in."), 253, _is_host,
        autocapitalize="none", spellcheck="false", autocomplete="off",
    )  # fmt: skip
    security = Choice(
        lazy_gettext("Beveiliging"),
        [("starttls", lazy_gettext("STARTTLS, meestal poort 587")), ("tls", lazy_gettext("TLS, meestal poort 465"))],
    )
    port = Line(lazy_gettext("Poort"), lazy_gettext("Vul de poort in."), 5, _is_port, inputmode="numeric")
    username = Line(
        lazy_gettext("Gebruikersnaam"), None, 254, autocapitalize="none", spellcheck="false", autocomplete="off"
    )
    password = Password(lazy_gettext("Wachtwoord van de mailserver"), "new-password", None)
    to = Line(
        lazy_gettext("Stuur de testmail naar"), lazy_gettext("Vul een adres in dat u zelf kunt lezen."), 254,
        _is_address, autocapitalize="none", spellcheck="false", autocomplete="off",
    )  # fmt: skip


class SourceForm(Form):
    source = File(
        lazy_gettext("De testmail als bestand"), lazy_gettext("Kies het bestand."), ".eml,.txt,message/rfc822"
    )
