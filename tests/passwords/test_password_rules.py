import random
import string
import unicodedata
from pathlib import Path

import pytest

from portal.passwords import rules
from portal.passwords.rules import Refusal, cannot_be_hashed, normalise, refusal

OWN_WORDS = [
    "Kok Kinderopvang",
    "anna.de-vries@voorbeeld.nl",
    "Anna",
    "de Vries",
    "Zoë",
    "Jan-Willem",
    "piet85",
    "Renée Bos",
    "B. V. Os",
]
EMOJI = "🐝🌻🚲🧀🐮🌧️🍎🎈🏠🐸🎻🚂🍓🦊"


@pytest.mark.parametrize(
    "password",
    [
        "drie kaarten met stroop",
        "fiets-lamp-boterham-wolk",
        "kaasfietslampwolk",
        "de hond van opa slaapt",
        "Onze poes heet Willem 3!",
        "ouderportaal is niet mijn wachtwoord",
        "anna houdt van havermout",
        "kip zit op 7 groene eieren",
        EMOJI,
        "🐝🌻🚲🧀🐮🌧️🍎 kaas 2026",
        "wachtwoord 🐝🌻🚲🧀🐮",
        "مرحبا بكم في المنزل",
        "日本語のパスワードはとても長い",
        "xq7#Lm2!vTz9@Wp4",
        "kqjxvwzpmtrhgbdn",
        "381946027571839",
        "[&H&_9i%)>%E",
        "f=)@^?;M)`I1",
        "bvvbvbbvbvvb",
    ],
)
def test_any_kind_of_text_may_be_a_password(password):
    assert refusal(password, 12, OWN_WORDS) is None


@pytest.mark.parametrize(
    ("password", "minimum", "why"),
    [
        ("lampfietska", 12, Refusal.TOO_SHORT),
        ("lampfietskaa", 12, None),
        ("lamp fiets kaa", 15, Refusal.TOO_SHORT),
        ("lamp fiets kaas", 15, None),
        ("", 8, Refusal.TOO_SHORT),
        (EMOJI[:11], 12, Refusal.TOO_SHORT),
        ("lampfietse\u0301", 11, Refusal.TOO_SHORT),
        ("lamp fiets " + "ab3 x" * 49, 15, None),
        ("lamp fiets " + "ab3 x" * 49 + "y", 15, Refusal.TOO_LONG),
        ("lamp fiets " + "🐝" * 245, 15, None),
        ("lamp fiets " + "e\u0301" * 245, 15, None),
    ],
)
def test_length_is_counted_in_characters_after_nfc(password, minimum, why):
    assert refusal(password, minimum) is why


@pytest.mark.parametrize("odd", ["\0", "\n", "\t", "\x7f", "\x85", chr(0xD83D), chr(0xDC1D)])
def test_control_characters_and_half_characters_are_not_text(odd):
    assert refusal(f"lamp fiets {odd} kaas", 12) is Refusal.NOT_TEXT
    assert cannot_be_hashed(f"lamp fiets {odd} kaas")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", False),
        ("kort", False),
        ("🐝" * 256, False),
        ("🐝" * 257, True),
        ("x" * 256, False),
        ("x" * 257, True),
    ],
)
def test_what_is_too_long_is_not_hashed(typed, answer):
    assert cannot_be_hashed(typed) is answer


def test_a_password_that_can_be_hashed_is_at_most_1024_bytes():
    assert len(normalise("🐝" * rules.LONGEST).encode()) == 1024


@pytest.mark.parametrize("minimum", [8, 12, 15])
@pytest.mark.parametrize("password", ["welkom123welkom123", "Wachtwoord-2026!!!", "goedemorgen 123456"])
def test_a_common_password_is_refused_at_any_minimum(password, minimum):
    assert refusal(password, minimum) is Refusal.COMMON


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Welkom01Welkom01",
        "welkom2026!!",
        "W3lk0m2026!!",
        "P@ssw0rd1234",
        "w a c h t w o o r d",
        "WÁCHTWOORD2026",
        "ｗａｃｈｔｗｏｏｒｄ",
        "zomer2026zomer2026",
        "12-zomer-2026",
        "feyenoord1908",
        "Amsterdam2026",
        "$interkla@s2026",
        "geheim123456",
        "1khouvanjou1",
        "correct horse battery staple",
        "trustno1trustno1",
        "verantwoordelijkheid",
        "aaaaaaaaaaaa",
        "            ",
        "!!!!!!!!!!!!",
        "🐝🐝🐝🐝🐝🐝🐝🐝🐝🐝🐝🐝",
        "abcabcabcabca",
        "123456789012",
        "210987654321",
        "qwertyuiop12",
        "qwertyuiopasdfghjkl",
        "azertyuiop123",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "!@#$%^&*()_+",
        "abcd1234abcd1234",
        "aaaabbbbcccc",
        "welkomwelkomwel",
        "2026w3lkom!!",
        "x7qx7qx7qx7q",
        "🐝🌻🐝🌻🐝🌻🐝🌻🐝🌻🐝🌻",
        "567890123456",
    ],
)
def test_what_many_people_choose_is_refused(password):
    assert refusal(password, 8) is Refusal.COMMON


@pytest.mark.parametrize(
    "password",
    [
        "kokkinderopvang",
        "KokKinderopvang2026!",
        "kok-kinderopvang",
        "k0k k1nder0pvang",
        "kinderopvang",
        "0uderport@a1",
        "ouderportaal2026",
        "anna.de-vries",
        "Anna.De-Vries@voorbeeld.nl",
        "annadevries1985",
        "AnnaZoë2019!",
        "annazoe2019!",
        "Zoe\u0308Zoe\u0308Zoe\u0308Zoe\u0308",
        "janwillem123456",
        "kinderopvang van Anna",
        "annaannaanna",
        "annakok 2026",
        "pietpietpiet",
        "renee2026renee2026",
        "bvosbvosbvos",
    ],
)
def test_what_others_know_of_a_person_is_refused(password):
    assert refusal(password, 8, OWN_WORDS) is Refusal.PERSONAL


def test_own_words_of_one_are_free_for_another():
    assert refusal("zonnehof-bram-wiek", 12, ["Zonnehof", "Bram", "Wiek"]) is Refusal.PERSONAL
    assert refusal("zonnehof-bram-wiek", 12, OWN_WORDS) is None


@pytest.mark.parametrize("own_word", ["", " ", "-", "a", "1"])
def test_an_empty_own_word_refuses_nothing(own_word):
    assert refusal("lamp fiets kaas", 12, [own_word]) is None


def test_the_same_text_in_nfc_and_nfd_is_the_same_password():
    composed = unicodedata.normalize("NFC", "één café-terras op Curaçao")
    assert normalise(unicodedata.normalize("NFD", composed)) == composed


@pytest.mark.parametrize("typed", [" spatie ervoor", "spatie erna ", "HOOFDletters", "ﬁets ½ ²", "x" * 300])
def test_nothing_but_nfc_changes_what_was_typed(typed):
    assert normalise(typed) == typed


def test_random_passwords_of_a_password_manager_pass():
    dice = random.Random(7)
    for alphabet in (
        string.ascii_letters + string.digits,
        string.ascii_letters + string.digits + "!@#$%^&*-_",
    ):
        made = ["".join(dice.choices(alphabet, k=16)) for _ in range(3_000)]
        assert [password for password in made if refusal(password, 15, OWN_WORDS)] == []


def test_the_blocklist_has_sorted_rows_and_is_large_enough():
    rows = Path(rules.__file__).with_name("blocklist.bin").read_bytes()
    hashes = [rows[at : at + rules.HASH_BYTES] for at in range(0, len(rows), rules.HASH_BYTES)]
    assert len(rows) % rules.HASH_BYTES == 0
    assert len(hashes) >= 100_000
    assert hashes == sorted(set(hashes))


def test_the_first_and_the_last_row_of_the_blocklist_are_found(monkeypatch):
    words = ["eersteregel", "tweederegel", "derderegel"]
    rows = sorted(rules.blocklist_hash(word) for word in words)
    monkeypatch.setattr(rules, "_blocklist", lambda: b"".join(rows))
    assert [word for word in [*words, "vierderegel", "vijfderegel"] if rules._is_listed(word)] == words


def test_the_blocklist_is_read_once():
    assert rules._blocklist() is rules._blocklist()
