import base64
import re
import threading
import unicodedata

import pytest
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from portal.passwords import actions
from portal.passwords.actions import Busy, hash_password, is_outdated, matches, set_slots, slots_for

PASSWORD = "lamp fiets kaas"
GOOD = hash_password(PASSWORD)
WEAKER = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
OTHER_KIND = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.I).hash(PASSWORD)

NO_HASH = {
    "missing": None,
    "empty": "",
    "plain text": PASSWORD,
    "another scheme": "pbkdf2:sha256:600000$salt$" + 64 * "0",
    "bcrypt": "$2b$12$" + 53 * "a",
    "argon2i": OTHER_KIND,
    "cut short": GOOD[:-1],
    "too long": GOOD + "A",
    "with a line end": GOOD + "\n",
    "not base 64": GOOD[:-1] + "!",
    "impossible last letter": GOOD[:-1] + "B",
    "only a header": "$argon2id$",
    "not ASCII": GOOD[:-1] + "é",
    "all memory": GOOD.replace("m=19456", "m=4194304"),
    "no rounds": GOOD.replace("t=2", "t=0"),
}


@pytest.fixture
def verifications(monkeypatch):
    """The hashes that were really verified, while verification works as always."""
    real, seen = actions._hasher, []

    class Spy:
        def verify(self, stored, secret):
            seen.append(stored)
            return real.verify(stored, secret)

    monkeypatch.setattr(actions, "_hasher", Spy())
    return seen


@pytest.fixture(autouse=True)
def _slots_as_before(monkeypatch):
    monkeypatch.setattr(actions, "_slots", actions._slots)


def test_a_stored_hash_is_argon2id_with_owasp_parameters_and_a_salt_of_16_bytes():
    found = re.fullmatch(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$([^$]{22})\$([^$]{43})", GOOD)
    assert len(base64.b64decode(found[1] + "==")) == 16


def test_every_hash_has_its_own_salt():
    assert hash_password(PASSWORD) != GOOD


def test_every_fresh_hash_is_recognised_as_ours():
    weak = PasswordHasher(time_cost=1, memory_cost=100, parallelism=1)
    assert all(actions._hash_in(weak.hash("x")) for _ in range(500))


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (PASSWORD, True),
        ("lamp fiets kaat", False),
        ("Lamp fiets kaas", False),
        (PASSWORD + " ", False),
        (" " + PASSWORD, False),
        (PASSWORD + "\0", False),
        ("", False),
    ],
)
def test_a_password_is_compared_as_it_was_typed(typed, answer, verifications):
    assert matches(GOOD, typed) is answer
    assert verifications == [GOOD]


@pytest.mark.parametrize("length", [65, 200, 256])
def test_the_last_of_many_characters_counts(length):
    stored = hash_password("é" * (length - 1) + "a")
    assert matches(stored, "é" * (length - 1) + "a")
    assert not matches(stored, "é" * (length - 1) + "b")


@pytest.mark.parametrize(("first", "second"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_telephone_that_sends_nfd_and_a_laptop_that_sends_nfc_both_get_in(first, second):
    password = "één café-terras"
    assert unicodedata.normalize(first, password) != unicodedata.normalize(second, password)
    assert matches(hash_password(unicodedata.normalize(first, password)), unicodedata.normalize(second, password))


@pytest.mark.parametrize("stored", NO_HASH.values(), ids=NO_HASH.keys())
@pytest.mark.parametrize("typed", [PASSWORD, ""])
def test_without_a_good_hash_the_answer_is_no_after_exactly_one_verification(stored, typed, verifications):
    assert matches(stored, typed) is False
    assert verifications == [actions._NOBODY]


@pytest.mark.parametrize("error", [VerificationError, VerifyMismatchError, InvalidHashError])
def test_whatever_argon2_finds_wrong_is_a_no(error, monkeypatch):
    class Broken:
        def verify(self, stored, secret):
            raise error

    monkeypatch.setattr(actions, "_hasher", Broken())
    assert matches(GOOD, PASSWORD) is False


@pytest.mark.parametrize("stored", [GOOD, None], ids=["stored", "none"])
def test_half_a_character_is_a_wrong_password_like_any_other(stored, verifications):
    assert matches(stored, "lamp fiets \ud83d kaas") is False
    assert len(verifications) == 1


def test_half_a_character_cannot_be_hashed():
    with pytest.raises(UnicodeEncodeError):
        hash_password("lamp fiets \ud83d kaas")


def test_even_the_password_of_nobody_lets_nobody_in(monkeypatch):
    monkeypatch.setattr(actions, "_NOBODY", hash_password(PASSWORD))
    assert matches(None, PASSWORD) is False


def test_nobody_costs_as_much_as_anybody():
    assert not is_outdated(actions._NOBODY)


def test_an_old_hash_still_works_and_is_outdated():
    assert actions._hash_in(WEAKER)
    assert matches(WEAKER, PASSWORD)
    assert is_outdated(WEAKER)
    assert not is_outdated(GOOD)


@pytest.mark.parametrize("stored", NO_HASH.values(), ids=NO_HASH.keys())
def test_what_is_no_hash_of_ours_is_outdated(stored):
    assert is_outdated(stored)


@pytest.mark.parametrize("work", [lambda: matches(GOOD, PASSWORD), lambda: hash_password(PASSWORD)])
def test_when_all_slots_are_taken_it_is_busy_and_nothing_is_computed(work, monkeypatch, verifications):
    monkeypatch.setattr(actions, "LONGEST_WAIT", 0.01)
    set_slots(1)
    with actions._slot(), pytest.raises(Busy):
        work()
    assert verifications == []


def test_a_slot_comes_free_again_after_a_wrong_password_and_after_a_failure(monkeypatch):
    monkeypatch.setattr(actions, "LONGEST_WAIT", 0.01)
    set_slots(1)
    for _ in range(3):
        assert matches(GOOD, "verkeerd") is False
    with monkeypatch.context() as broken:
        broken.setattr(actions, "_hasher", None)
        with pytest.raises(AttributeError):
            matches(GOOD, PASSWORD)
    assert matches(GOOD, PASSWORD)


def test_no_more_run_at_once_than_there_are_slots(monkeypatch):
    running, most, lock = 0, 0, threading.Lock()

    class Slow:
        def verify(self, stored, secret):
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            threading.Event().wait(0.02)
            with lock:
                running -= 1

    monkeypatch.setattr(actions, "_hasher", Slow())
    set_slots(2)
    threads = [threading.Thread(target=matches, args=(GOOD, PASSWORD)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_changing_the_slots_does_not_upset_who_is_inside():
    set_slots(1)
    with actions._slot():
        set_slots(1)
        assert matches(GOOD, PASSWORD)
    assert matches(GOOD, PASSWORD)


@pytest.mark.parametrize(("processors", "workers", "slots"), [(8, 2, 4), (2, 2, 1), (2, 4, 1), (None, 1, 1), (4, 1, 4)])
def test_all_workers_together_use_the_processors_once(processors, workers, slots, monkeypatch):
    monkeypatch.setattr(actions.os, "cpu_count", lambda: processors)
    assert slots_for(workers) == slots
