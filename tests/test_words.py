"""Every word a person reads: in plain Dutch (B1, said with u), and in every other language of the portal."""

import re
import subprocess
import sys
from collections import defaultdict
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import mofile, pofile

from portal.text import LANGUAGES

ROOT = Path(__file__).parents[1]
OFFICE = "authentic(?!ator-app)|betreff|conform|credential|dient|gelieve|indien|inzake|middels|reeds|sessie|tevens|token|verstrek"
every_translation = pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"nl"}))


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    """What the code says, gathered as `./run.sh translate` does."""
    path = tmp_path_factory.mktemp("words") / "messages.pot"
    keywords = re.search(r'--keywords "([^"]+)"', (ROOT / "run.sh").read_text())[1]
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", "--mapping", "pyproject.toml"]
    subprocess.run([*command, "--keywords", keywords, "--output", path, "."], cwd=ROOT, check=True)
    return [message for message in pofile.read_po(BytesIO(path.read_bytes())) if message.id]


def catalogue(language):
    return pofile.read_po(BytesIO(compiled(language).with_suffix(".po").read_bytes()))


def compiled(language):
    return ROOT / "portal" / "translations" / language / "LC_MESSAGES" / "messages.mo"


def forms(words):
    return [words] if isinstance(words, str) else list(words)


def placeholders(words):
    return sorted(re.findall(r"%\(\w+\)\w", words))


@every_translation
def test_every_message_is_translated_and_no_other(messages, language):
    known = catalogue(language)
    done = {message.id for message in known if message.id and all(forms(message.string)) and not message.fuzzy}
    assert (done, known.obsolete) == ({message.id for message in messages}, {}), "./run.sh translate"


@every_translation
def test_translation_keeps_the_placeholders(language):
    for message in catalogue(language):
        allowed = [placeholders(words) for words in forms(message.id)]
        assert not message.id or all(placeholders(words) in allowed for words in forms(message.string)), message.id


@every_translation
def test_compiled_translation_is_that_of_the_catalogue(language):
    mofile.write_mo(written := BytesIO(), catalogue(language))
    assert compiled(language).read_bytes() == written.getvalue(), "./run.sh translate"


def test_sentences_have_at_most_twenty_words_and_those_of_a_page_twelve_on_average(messages):
    of_file = defaultdict(list)
    for message in messages:
        for words in forms(message.id):
            lengths = [len(sentence.split()) for sentence in re.split(r"(?<=[.?!;])\s+", words)]
            assert max(lengths) <= 20, words
            for file, _ in message.locations:
                of_file[file] += lengths
    assert [file for file, lengths in of_file.items() if sum(lengths) / len(lengths) > 12] == []


def test_parents_are_addressed_with_u_and_without_words_of_an_office(messages):
    unwanted = re.compile(rf"\b(?:{OFFICE})|\b(?:je|jij|jou|jouw|jullie)\b", re.IGNORECASE)
    assert [words for message in messages for words in forms(message.id) if unwanted.search(words)] == []
