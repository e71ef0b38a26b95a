"""How mail servers receive us, and what the doctor must say of it."""

from dataclasses import replace

from portal.postmaster.facts import Said
from tests.postmaster.zones import GOOD_DOOR, GOOD_SETUP

TLS = GOOD_SETUP
OPEN = {25: "silent", 465: "open", 587: "open"}


def kept_out(phase, code, text, **values):
    return replace(GOOD_DOOR, problem=Said(phase, code, text), sender=None, verp=None, tls="", days=None, **values)


CERTIFICATE = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {} (_ssl.c:1002)"
GOOGLE = replace(GOOD_SETUP, host="smtp.gmail.com")
MICROSOFT = replace(GOOD_SETUP, host="smtp.office365.com")

# name: (door, setup, codes of what is wrong or weak about the server)
BROKEN = {
    "no server at all": (None, replace(GOOD_SETUP, host=""), {"server.none"}),
    "no such name": (replace(GOOD_DOOR, addresses=(), ports={}, sender=None), GOOD_SETUP, {"server.unknown_name"}),
    "a server of our own network": (
        kept_out("set-up", None, "smtp.provider.test is on this machine or its own network (10.0.0.1), see PORTAL_MAIL_PRIVATE_SERVERS"),
        GOOD_SETUP, {"server.private"}),
    "port 465 held back by the host": (
        kept_out("connect", None, "timed out", ports={25: "silent", 465: "silent", 587: "open"}),
        replace(GOOD_SETUP, port=465, security="tls"), {"server.blocked"}),
    "every port held back": (
        kept_out("connect", None, "timed out", ports=dict.fromkeys((25, 465, 587), "silent")), GOOD_SETUP, {"server.silent"}),
    "wrong port": (
        kept_out("connect", None, "Connection refused", ports={2525: "refused", 587: "open", 465: "refused", 25: "refused"}),
        replace(GOOD_SETUP, port=2525), {"server.other_port"}),
    "nobody listens": (
        kept_out("connect", None, "Connection refused", ports=dict.fromkeys((25, 465, 587), "refused")), GOOD_SETUP, {"server.refused"}),
    "no way to it": (
        kept_out("connect", None, "No route to host", ports=dict.fromkeys((25, 465, 587), "unreachable")), GOOD_SETUP, {"server.unreachable"}),
    "too many connections": (kept_out("connect", 421, "4.7.0 Too many connections"), GOOD_SETUP, {"server.hung_up"}),
    "no starttls": (kept_out("set-up", None, "STARTTLS extension not supported by server."), GOOD_SETUP, {"tls.none"}),
    "starttls refused": (kept_out("tls", 454, "4.7.0 TLS not available"), GOOD_SETUP, {"tls.none"}),
    "tls on the port of starttls": (
        kept_out("set-up", None, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1002)"),
        replace(GOOD_SETUP, security="tls"), {"tls.wrong_way"}),
    "starttls on the port of tls": (
        kept_out("connect", None, "timed out"), replace(GOOD_SETUP, port=465), {"tls.wrong_way"}),
    "old tls only": (kept_out("set-up", None, "[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol"), GOOD_SETUP, {"tls.too_old"}),
    "tls 1.0": (replace(GOOD_DOOR, tls="TLSv1"), GOOD_SETUP, {"tls.old"}),
    "certificate for another name": (
        kept_out("set-up", None, CERTIFICATE.format("Hostname mismatch, certificate is not valid for 'smtp.provider.test'.")),
        GOOD_SETUP, {"tls.name"}),
    "certificate too old": (kept_out("set-up", None, CERTIFICATE.format("certificate has expired")), GOOD_SETUP, {"tls.expired"}),
    "certificate of nobody": (kept_out("set-up", None, CERTIFICATE.format("self-signed certificate")), GOOD_SETUP, {"tls.nobody"}),
    "certificate that ends next week": (replace(GOOD_DOOR, days=6), GOOD_SETUP, {"tls.days"}),
    "wrong password": (kept_out("auth", 535, "5.7.8 Error: authentication failed"), GOOD_SETUP, {"login.refused"}),
    "google without app password": (
        kept_out("auth", 534, "5.7.9 Application-specific password required."), GOOGLE, {"login.app_password", "spf.provider"}),
    "google with the wrong password": (
        kept_out("auth", 535, "5.7.8 Username and Password not accepted. BadCredentials"), GOOGLE, {"login.app_password", "spf.provider"}),
    "microsoft with smtp switched off": (
        kept_out("auth", 535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."),
        MICROSOFT, {"login.microsoft", "spf.provider"}),
    "microsoft with the wrong password": (
        kept_out("auth", 535, "5.7.3 Authentication unsuccessful"), MICROSOFT, {"login.microsoft_app_password", "spf.provider"}),
    "locked out for a while": (kept_out("auth", 454, "4.7.0 Temporary authentication failure"), GOOD_SETUP, {"login.later"}),
    "no login offered": (kept_out("set-up", None, "SMTP AUTH extension not supported by server."), GOOD_SETUP, {"login.not_offered"}),
    "no login given": (
        replace(GOOD_DOOR, sender=Said("", 530, "5.7.0 Authentication required"), verp=None),
        replace(GOOD_SETUP, username=""), {"login.needed"}),
    "no login given, to a server that says so in its own way": (
        replace(GOOD_DOOR, sender=Said("", 553, "5.7.1 <portaal@kok.test>: Sender address rejected: not logged in"), verp=None),
        replace(GOOD_SETUP, username=""), {"login.needed"}),
    "no login given, and no relaying": (
        replace(GOOD_DOOR, sender=Said("", 554, "5.7.1 <kantoor@elders.test>: Relay access denied"), verp=None),
        replace(GOOD_SETUP, username=""), {"login.needed"}),
    "lost secret key": (
        kept_out("set-up", None, "its password was kept with another PORTAL_SECRET_KEY"), GOOD_SETUP, {"login.unreadable"}),
    "sender of somebody else": (
        replace(GOOD_DOOR, sender=Said("", 553, "5.7.1 portaal@kok.test: Sender address rejected: not owned by user"), verp=None),
        GOOD_SETUP, {"envelope.sender"}),
    "no return address of its own": (
        replace(GOOD_DOOR, verp=Said("", 553, "5.7.1 not owned by user")), GOOD_SETUP, {"envelope.verp"}),
    "small mails only": (replace(GOOD_DOOR, size=50_000), GOOD_SETUP, {"envelope.size"}),
    "clock ahead": (replace(GOOD_DOOR, seconds_off=7300), GOOD_SETUP, {"clock.ahead"}),
    "clock behind": (replace(GOOD_DOOR, seconds_off=-600), GOOD_SETUP, {"clock.behind"}),
}  # fmt: skip

GOOD = {
    "587 with starttls": (GOOD_DOOR, GOOD_SETUP),
    "465 with tls": (GOOD_DOOR, replace(GOOD_SETUP, port=465, security="tls")),
    "a server on this machine": (
        replace(GOOD_DOOR, addresses=("127.0.0.1",), ports={25: "open"}, tls="", days=None),
        replace(GOOD_SETUP, host="localhost", port=25, security="none", username="", is_own=False)),
    "a port of its own": (replace(GOOD_DOOR, ports={2525: "open", 587: "refused"}), replace(GOOD_SETUP, port=2525)),
    "no return address needed": (replace(GOOD_DOOR, verp=Said("", 553, "no")), replace(GOOD_SETUP, uses_verp=False)),
    "the clock a minute off": (replace(GOOD_DOOR, seconds_off=70), GOOD_SETUP),
    "without limits": (replace(GOOD_DOOR, size=0), GOOD_SETUP),
}  # fmt: skip
