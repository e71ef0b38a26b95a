import re
from collections import Counter

import pytest

from portal.passwords import rules
from portal.passwords.rules import (
    Refusal,
    canonical_code,
    canonical_temporary,
    code_from,
    looks_temporary,
    new_temporary_password,
    refusal,
    temporary_password_from,
)

SEED = bytes(range(32))


def test_it_has_the_shape_of_rule_t1():
    shape = re.compile(r"([2-9a-hjkmnp-z]{4}-){3}[2-9a-hjkmnp-z]{4}")
    assert all(shape.fullmatch(new_temporary_password()) for _ in range(1_000))


def test_a_hundred_thousand_are_all_different_and_use_every_letter_evenly():
    made = [new_temporary_password() for _ in range(100_000)]
    assert len(set(made)) == len(made)
    seen = Counter("".join(made).replace("-", ""))
    assert sorted(seen) == sorted("23456789abcdefghjkmnpqrstuvwxyz")
    expected = 1_600_000 / 31
    chi_squared = sum((count - expected) ** 2 / expected for count in seen.values())
    assert chi_squared < 80  # 30 degrees of freedom: chance of more is 2 in a million


def test_the_first_letter_is_as_even_as_the_rest():
    seen = Counter(new_temporary_password()[0] for _ in range(31_000))
    assert len(seen) == 31
    assert sum((count - 1000) ** 2 / 1000 for count in seen.values()) < 80


def test_one_seed_always_gives_one_password():
    assert temporary_password_from(SEED) == temporary_password_from(SEED) == "g38a-hxwt-vdhw-abwb"
    assert temporary_password_from(SEED + b"\1") != temporary_password_from(SEED)


def test_many_seeds_need_more_than_one_block(monkeypatch):
    monkeypatch.setattr(rules.hmac, "digest", lambda key, message, name: bytes([255, 254, 248, message[-1]]))
    assert temporary_password_from(SEED) == "2345-6789-abcd-efgh"


@pytest.mark.parametrize("make", [temporary_password_from, code_from])
def test_a_short_seed_is_an_error(make):
    with pytest.raises(ValueError, match="32 secret bytes"):
        make(bytes(31))


def test_the_code_tells_nothing_of_the_password_of_the_same_seed():
    drawn = [rules._letters_from(SEED, purpose, "01", 200) for purpose in (b"code", b"temporary password")]
    assert drawn[0] != drawn[1]
    assert code_from(SEED).replace("-", "") == rules._letters_from(SEED, b"code", rules.CODE_LETTERS, 8)


@pytest.mark.parametrize(
    "typed",
    [
        "g38a-hxwt-vdhw-abwb",
        "G38A-HXWT-VDHW-ABWB",
        "g38a hxwt vdhw abwb",
        "  G38a hxwt-vdhw abwb ",
        "g38a - hxwt - vdhw - abwb",
        "g38a\u2011hxwt\u2013vdhw\u00a0abwb",
    ],
)
def test_it_is_read_however_it_was_typed(typed):
    assert looks_temporary(typed)
    assert canonical_temporary(typed) == "g38a-hxwt-vdhw-abwb"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "g38ahxwtvdhwabwb",
        "g38a-hxwt-vdhw",
        "g38a-hxwt-vdhw-abwb-4444",
        "g38a-hxwt-vdhw-abw",
        "g38a-hxwt-vdhw-abwbx",
        "g38a-hxwt-vdhw-abo8",
        "g38a-hxwt-vdhw-ab18",
        "g38a-hxwt-vdhw-abi8",
        "g38a-hxwt-vdhw-abl8",
        "g38a-hxwt-vdhw-ab\u212ab",
        "g38a-hxwt-vdhw-ab\u017fb",
        "g38a.hxwt.vdhw.abwb",
        "mijn eigen wachtwoord",
    ],
)
def test_other_text_is_not_a_temporary_password(typed):
    assert not looks_temporary(typed)
    assert canonical_temporary(typed) == ""


@pytest.mark.parametrize("typed", ["g38a-hxwt-vdhw-abwb", "G38A HXWT VDHW ABWB", " g38a-hxwt-vdhw-abwb"])
def test_it_cannot_become_the_password_for_good(typed):
    assert refusal(typed, 12) is Refusal.TEMPORARY


def test_codes_have_their_shape_and_use_every_letter():
    made = [code_from(number.to_bytes(32, "big")) for number in range(32_000)]
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code) for code in made)
    seen = Counter("".join(made).replace("-", ""))
    assert len(seen) == 32
    assert sum((count - 8000) ** 2 / 8000 for count in seen.values()) < 80
    assert code_from(SEED) == code_from(SEED)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7K0M-1ZQ4", "7K0M-1ZQ4"),
        ("7k0m1zq4", "7K0M-1ZQ4"),
        (" 7kOm - Izq4 ", "7K0M-1ZQ4"),
        ("7Kom lZQ4", "7K0M-1ZQ4"),
        ("7K 0M\u20131Z\u00a0Q4", "7K0M-1ZQ4"),
        ("7K0M-1ZQ", ""),
        ("7K0M-1ZQ44", ""),
        ("7K0M-1ZQU", ""),
        ("7K0M-1ZQ!", ""),
        ("7K0M-1ZQ\u0661", ""),
        ("7K0M-1ZQ\u0131", ""),
        ("7K0M-1Z\u00df", ""),
        ("", ""),
    ],
)
def test_a_code_is_read_however_it_was_typed(typed, code):
    assert canonical_code(typed) == code


def test_every_code_made_is_read_back():
    assert all(canonical_code(code) == code for code in (code_from(bytes([n]) * 32) for n in range(256)))
