"""What every mail keeps to, in every language and for every name (mail.md, D2; security.md, F7 and T11)."""

import itertools
import re
from email import message_from_bytes, policy
from html import unescape

import pytest
from flask_babel import force_locale

from portal import create_app
from portal.text import datumtijd
from tests.mail.letters import EXPIRES, FOLDERS, SECRETS, STOPPABLE, context_of, kok, made

LONG = "Stichting Kinderopvang Rotterdam-Noord en Bergschenhoek, Dagverblijf De Vrolijke Krekel"
NAMES = {
    "ordinary": ("Anna", "Anna de Vries", "Kok Kinderopvang"),
    "short": ("Bo", "Bo Li", "Kok"),
    "long": ("Maria-Magdalena Wilhelmina", "Maria-Magdalena Wilhelmina van den Heuvel-Oosterhuis", LONG),
    "diacritics": ("Zoë", "Zoë Łukasiewicz-Çelik", "’t Krekeltje Één"),
    "markup": ("<b>Jan</b>", 'Jan "de" <b>Bakker</b>, & Zn', "Bakker & Zoon <opvang>"),
    "line breaks": ("Jan\r\nBcc: x@y.nl", "Jan\nTo: x@y.nl", "Kok\r\nSubject: x"),
    "emoji": ("Jan 🎉", "Jan 🎉 Bakker", "De Krekel 🦗"),
}
CASES = list(itertools.product(FOLDERS, ("nl", "en"), NAMES))
BANNED = (
    "betreffende",
    "verstrekken",
    "inloggegevens",
    "authenticatie",
    "account activeren",
    "klik hier",
    "credentials",
)
CONTACT = re.compile(r"^(Telefoon|Phone|E-mail|Email)\b.*$", re.MULTILINE)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app({"PORTAL_INSTANCE": str(tmp_path_factory.mktemp("instance"))})


@pytest.fixture
def mail(app, request):
    folder, language, names = request.param
    given_name, name, organisation_name = NAMES[names]
    organisation = kok(name=organisation_name)
    with app.app_context():
        message = made(folder, language, organisation, given_name, name)
        with force_locale(language):
            message.expires = datumtijd(EXPIRES)
    message.content = message.as_bytes()
    message.opened = message_from_bytes(message.content, policy=policy.default)
    message.folder, message.language, message.names = folder, language, names
    message.organisation_name = " ".join(organisation_name.split())
    return message


every_mail = pytest.mark.parametrize("mail", CASES, indirect=True, ids="-".join)
every_dutch_mail = pytest.mark.parametrize(
    "mail", [(folder, "nl", "ordinary") for folder in FOLDERS], indirect=True, ids="-".join
)


@every_mail
def test_form(mail):
    assert [part.get_content_type() for part in mail.opened.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert max(len(line) for line in mail.content.split(b"\r\n") if not line.startswith(b"List-Unsubscribe:")) <= 76
    assert len(mail.content) < 12_000
    assert mail.content.isascii()
    assert not mail.has_bad_headers()
    assert len(mail.opened.keys()) == len(set(mail.opened.keys())) == 10 + 2 * (mail.folder in STOPPABLE)
    assert f'<html lang="{mail.language}">' in mail.html
    assert not re.search(r"<(img|link|script|style|iframe|form|input)|url\(|@import|background|http-equiv", mail.html)


@every_mail
def test_one_link_shown_as_itself(mail):
    """And, in what can be stopped, the link to stop it; account mail has none (RFC 8058)."""
    urls = re.findall(r"https?://\S+", mail.body)
    assert len(urls) == 1 + (mail.folder in STOPPABLE)
    assert mail.opened["List-Unsubscribe"] == (f"<{urls[1]}>" if len(urls) > 1 else None)
    assert mail.opened["List-Unsubscribe-Post"] == ("List-Unsubscribe=One-Click" if len(urls) > 1 else None)
    for url in urls:
        assert f"\n{url}\n" in mail.body
        assert re.match(r"https://portaal\.kok\.test/[a-z]", url)
        assert mail.html.count(f'<a href="{url}" style="word-break: break-all">{url}</a>') == 1
    assert re.findall(r"""(?:href|src|action)\s*=\s*["']?([^"'>]+)""", mail.html) == urls
    assert len(re.findall(r"https?://", mail.html)) == 2 * len(urls)


@every_mail
def test_organisation_on_top_and_contact_at_the_bottom(mail):
    lines = mail.body.splitlines()
    assert lines[0] == mail.organisation_name
    assert lines[-3] == mail.organisation_name
    assert "010-1234567 (maandag tot en met vrijdag, 8 tot 17 uur)" in lines[-2]
    assert "kantoor@kok.test" in lines[-1]
    assert mail.office == (mail.organisation_name, "kantoor@kok.test")
    assert mail.author == (mail.organisation_name, "portaal@kok.test")


@every_mail
def test_text_and_html_say_the_same(mail):
    body = re.sub(r"<[^>]+>", " ", mail.html.split("<body", 1)[1].split(">", 1)[1])
    assert unescape(body).split() == mail.body.split()


@every_mail
def test_names_are_escaped(mail):
    assert "<b>" not in mail.html
    assert "<opvang>" not in mail.html


@every_mail
def test_subject(mail):
    assert mail.subject.startswith(f"{mail.organisation_name}: ")
    assert len(mail.subject) - len(mail.organisation_name) <= 60 - len("Kok Kinderopvang")
    action = mail.subject.removeprefix(mail.organisation_name)
    assert action == action.lower()
    assert not re.search("[!?]", mail.subject)  # filters take a point for a subject that ends in a question
    head = mail.content.partition(b"\r\n\r\n")[0].decode()
    assert not any(secret in head for secret in SECRETS.values())


@every_mail
def test_secrets_stand_alone_on_their_line(mail):
    for name in ("password", "code"):
        if SECRETS[name] in mail.body:
            assert mail.body.splitlines().count(SECRETS[name]) == 1
            assert mail.body.count(SECRETS[name]) == 1
            assert f">{SECRETS[name]}<" in mail.html


@every_mail
def test_end_of_a_link_is_a_day_and_a_time(mail):
    if "moment" not in context_of(mail.folder, "https://kok.test"):  # that is news, without an end
        assert mail.expires in mail.body
        assert mail.expires in mail.html
        assert "20:03" in mail.expires


@every_dutch_mail
def test_words(mail):
    """B1: short sentences, u, and no words of an office."""
    words = mail.body.partition("\n\n")[2].rpartition("\n\n")[0]
    words = CONTACT.sub("", re.sub(r"^https://\S+$", "", words, flags=re.MULTILINE))
    sentences = [part.split() for part in re.split(r"(?<=[.?!:,])\s*\n+|(?<=[.?!])\s+|\n\n", words) if part.strip()]
    lengths = [len(sentence) for sentence in sentences]
    assert max(lengths) <= 20
    assert sum(lengths) / len(lengths) <= 12
    assert re.search(
        r"(Heeft u dit niet (gevraagd|gedaan)|Klopt dit niet|Liever geen e-mail hierover)\?|Deze e-mail krijgt u altijd",
        mail.body,
    )
    assert not re.search(r"\b(je|jij|jou|jouw)\b", words, re.IGNORECASE)
    assert not any(word in mail.body.lower() for word in BANNED)


def test_every_mail_has_its_three_files():
    from tests.mail.letters import TEMPLATES

    assert len(FOLDERS) >= 6
    for folder in {path.parent for path in TEMPLATES.glob("*/*/*")}:
        assert {path.name for path in folder.iterdir()} == {"subject.txt", "body.txt", "body.html"}
