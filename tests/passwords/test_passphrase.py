import math
import re
from pathlib import Path

import pytest

from portal.passwords import rules
from portal.passwords.rules import Refusal, new_passphrase, refusal

WORDS = Path(rules.__file__).with_name("words.txt").read_text("ascii").splitlines()


def test_a_passphrase_is_four_different_words_of_the_list():
    for _ in range(500):
        words = new_passphrase().split("-")
        assert len(set(words)) == rules.PASSPHRASE_WORDS
        assert set(words) <= set(WORDS)


def test_a_passphrase_is_always_accepted():
    assert {refusal(new_passphrase(), 15) for _ in range(500)} == {None}


def test_a_passphrase_holds_at_least_44_bits():
    assert math.log2(math.perm(len(WORDS), rules.PASSPHRASE_WORDS)) > 44.1


def test_passphrases_do_not_come_back():
    assert len({new_passphrase() for _ in range(2_000)}) == 2_000


@pytest.mark.parametrize("glue", ["", " ", "-"])
def test_four_words_of_the_list_are_hardly_ever_refused_whatever_is_between_them(glue):
    dice = rules.secrets.SystemRandom()
    refused = [refusal(glue.join(dice.sample(WORDS, 4)), 15) for _ in range(3_000)]
    assert Refusal.COMMON not in refused
    assert Refusal.PERSONAL not in refused
    assert refused.count(Refusal.TEMPORARY) < 30


def test_a_refused_phrase_is_drawn_again(monkeypatch):
    drawn = iter(
        [
            ["deze", "kans", "gaat", "raar"],
            ["kers", "beer", "zeep", "dans"],
            ["kers", "lamp", "wolk", "fiets"],
        ]
    )
    monkeypatch.setattr(rules.secrets.SystemRandom, "sample", lambda self, words, count: next(drawn))
    assert new_passphrase() == "kers-lamp-wolk-fiets"


def test_the_word_list_has_enough_different_words_in_order():
    assert len(WORDS) >= 2_048
    assert sorted(set(WORDS)) == WORDS


def test_every_word_is_short_and_easy_to_type():
    assert [word for word in WORDS if not re.fullmatch("[a-z]{3,8}", word)] == []


def test_no_word_stands_next_to_its_own_plural_or_diminutive():
    unrelated = {"brie", "bron", "dam", "hal", "kan", "kou", "kwart", "paar", "som", "strak", "wind", "vla"}
    words = set(WORDS) - unrelated
    assert [word for word in words if words & {f"{word}s", f"{word}je", f"{word}tje", f"{word}pje"}] == []


def test_no_word_is_one_a_parent_would_rather_not_see():
    unwanted = "dood oorlog wapen bom mes pis poep kut lul hoer neuk seks bloot ziek bier wijn god duivel moord"
    assert set(WORDS) & set(unwanted.split()) == set()
