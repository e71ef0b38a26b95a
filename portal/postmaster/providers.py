"""What is known of providers: whose domain nobody may send from, and what the mail servers of a few of them want."""

import re

# A domain that belongs to the provider and not to the organisation. Its own mail servers alone may send for it, and
# most of them say so in DMARC; an organisation cannot change that.
FREE_MAIL = {
    "Gmail": "gmail.com googlemail.com",
    "Outlook.com": "hotmail.com hotmail.nl outlook.com outlook.nl live.com live.nl msn.com hotmail.be live.be",
    "Yahoo": "yahoo.com yahoo.nl ymail.com rocketmail.com yahoo.co.uk yahoo.fr yahoo.de myyahoo.com",
    "iCloud": "icloud.com me.com mac.com",
    "Proton": "proton.me protonmail.com protonmail.ch pm.me",
    "GMX": "gmx.com gmx.net gmx.de gmx.nl web.de mail.com",
    "AOL": "aol.com aol.nl",
    "Zoho": "zoho.com zohomail.eu zohomail.com",
    "Ziggo": (
        "ziggo.nl ziggomail.com casema.nl chello.nl home.nl quicknet.nl upcmail.nl upc.nl multiweb.nl zinders.nl "
        "alltel.nl a2000.nl"
    ),
    "KPN": (
        "kpnmail.nl kpnplanet.nl planet.nl hetnet.nl kpn.nl xs4all.nl telfort.nl telfortglasvezel.nl tele2.nl "
        "versatel.nl zonnet.nl freeler.nl 12move.nl wxs.nl wish.nl surfmail.nl"
    ),
    "Odido": "t-mobilethuis.nl tmobilethuis.nl online.nl euronet.nl orange.nl wanadoo.nl odido.nl",
    "Delta": "zeelandnet.nl delta.nl caiway.nl caiway.net kabelfoon.nl solcon.nl zeelandbreedband.nl",
    "Telenet": "telenet.be pandora.be",
    "Proximus": "skynet.be proximus.be belgacom.net",
    "Freedom": "freedom.nl",
    "Het Net": "onsbrabantnet.nl onsnet.nl edpnet.be scarlet.nl scarlet.be",
}  # fmt: skip
_OWNER = {domain: name for name, domains in FREE_MAIL.items() for domain in domains.split()}

# The name of a mail server, and what a domain must include in SPF when its mail leaves by it.
INCLUDES = (
    (r"(smtp|outlook)\.office365\.com|smtp-mail\.outlook\.com", "spf.protection.outlook.com"),
    (r".*\.mail\.protection\.outlook\.com", "spf.protection.outlook.com"),
    (r"smtp(-relay)?\.gmail\.com|smtp\.google\.com", "_spf.google.com"),
    (r"smtp\.transip\.email", "_spf.transip.email"),
    (r"send\.one\.com", "_custspf.one.com"),
    (r"smtp\.sendgrid\.net", "sendgrid.net"),
    (r"in(-v3)?\.mailjet\.com", "spf.mailjet.com"),
    (r"smtp\.(eu\.)?mailgun\.org", "mailgun.org"),
    (r"smtp(-broadcasts)?\.postmarkapp\.com", "spf.mtasv.net"),
    (r"smtp-relay\.(brevo|sendinblue)\.com", "spf.brevo.com"),
    (r"email-smtp\.[a-z0-9-]+\.amazonaws\.com", "amazonses.com"),
    (r"smtp(pro)?\.zoho\.eu", "zoho.eu"),
    (r"smtp\.fastmail\.com", "spf.messagingengine.com"),
)  # fmt: skip


def free_mail(domain: str) -> str:
    """Whose domain this is, when it is one of a provider where everybody can have an address; else empty."""
    return _OWNER.get(domain.lower(), "")


def include_of(host: str) -> str:
    return next((include for names, include in INCLUDES if re.fullmatch(names, host.lower())), "")


def is_google(host: str) -> bool:
    return re.fullmatch(r"smtp(-relay)?\.(gmail|google)\.com", host.lower()) is not None


def is_microsoft(host: str) -> bool:
    return re.fullmatch(r".*\.(office365|outlook)\.com", host.lower()) is not None
