"""Whatever is typed after `portal`: one sentence, exit code 1 or 2, and nothing changed."""

import pytest

from portal import cli
from tests.conftest import emptied
from tests.forms import ID
from tests.test_house import commands

GOOD = {
    "organisation add": ["De Beer", "--slug", "beer", "--origin", "https://beer.test", "--email", "a@beer.test",
                         "--phone", "010-1234567", "--sender", "b@beer.test", "--colour", "#112233"],
    "organisation change": ["kok", "--name", "Kok", "--email", "a@kok.test", "--phone", "010-7654321", "--phone-hours", "8-17",
                            "--sender", "b@kok.test", "--colour", "#112233", "--login-text", "Welkom", "--language", "en",
                            "--credentials-mail", "link", "--temporary-password-hours", "48", "--shortest-password", "14"],
    "staff add": ["els@kok.test", "--organisation", "kok", "--name", "Els van den Berg", "--role", "manager"],
    "staff reset-second-step": ["els@kok.test", "--organisation", "kok"],
    "parents import": ["nergens.csv", "--organisation", "kok"],
    "contracts import": ["nergens.zip", "--organisation", "kok"],
    "invoices import": ["nergens.zip", "--organisation", "kok"],
    "parents send-credentials": ["niemand@voorbeeld.nl", "--organisation", "kok"],
    "sessions end": ["niemand@voorbeeld.nl", "--organisation", "kok"],
    "outbox retry": [ID],
    "export child": ["niemand", "--organisation", "kok", "--to", "nergens.zip", "--for", "niemand@voorbeeld.nl"],
    "export family": ["niemand@voorbeeld.nl", "--organisation", "kok", "--to", "nergens"],
    "retention run": ["--organisation", "kok"],
    "audit verify": ["--organisation", "kok"],
    "audit who": ["niemand", "--organisation", "kok", "--from", "2026-11-01", "--to", "2026-11-30"],
    "mail doctor": ["--organisation", "kok", "--language", "nl"],
    "mail dkim show": ["--organisation", "kok"],
    "mail dkim rotate": ["--organisation", "kok"],
    "mail dkim activate": ["--organisation", "kok"],
    "serve": ["--bind", "onzin"],
    "demo": ["--bind", "onzin"],
}  # fmt: skip
BAD_WORDS = {
    "bell": "a\x07b", "escape": "\x1b[31m", "two lines": "a\r\nBcc: b@voorbeeld.nl", "no UTF-8": "\udcff\udcfe",
    "lone surrogate": "\ud800", "10 kB": "a" * 10_000, "right to left": "a\u202eb",
}  # fmt: skip
QUIET = {
    "organisation list",
    "db upgrade",
    "outbox status",
    "outbox run",
    "outbox bounces",
}  # nothing can be typed wrong in them


@pytest.fixture
def app(portals):
    """On PostgreSQL only, the stricter of the two: it takes no NUL, and no word that is too long."""
    return emptied(portals("postgresql"))


def test_every_command_is_in_this_list(app):
    assert {name.removeprefix("portal ") for name, _ in commands(cli._commands(app))} == {*GOOD, *QUIET}


@pytest.mark.parametrize("name", ["organisation add", "organisation change", "staff add"])
def test_good_words_are_good(name, command, kok):
    """Or the words below would be refused for another reason."""
    said = command(*name.split(), *GOOD[name])
    assert said.code == 0, said.err


@pytest.mark.parametrize("name", GOOD)
def test_bad_word_in_a_command_is_refused_in_one_sentence(name, command, kok, anna, rows):
    before, problems = rows(), []
    for place in [place for place, word in enumerate(GOOD[name]) if not word.startswith("--")]:
        for kind, word in BAD_WORDS.items():
            words = [*GOOD[name][:place], word, *GOOD[name][place + 1 :]]
            what = (GOOD[name][place - 1] if place else "first word", kind)
            try:
                said = command(*name.split(), *words)
            except Exception as error:
                problems.append((*what, repr(error)[:120]))
                continue
            if said.code not in (1, 2) or not 1 <= len(said.err.strip().splitlines()) <= 4 or rows() != before:
                problems.append((*what, said.code, said.err[:200]))
    assert problems == [], "\n".join(str(problem) for problem in problems)


@pytest.mark.parametrize(
    "words",
    [
        ["onzin"], ["parents"], ["parents", "onzin"], ["serve", "--onzin"], ["serve", "--workers", "veel"],
        ["serve", "--workers", "0"], ["outbox", "retry", "onzin"], ["organisation", "add"], ["staff", "add", "a@b.nl"],
        ["sessions", "end", "--organisation", "kok"], ["staff", "add", "a@b.nl", "--organisation", "kok", "--role", "baas"],
    ],
)  # fmt: skip
def test_wrong_usage_is_told(words, command, kok):
    said = command(*words)
    assert said.code == 2 and said.err.strip()
