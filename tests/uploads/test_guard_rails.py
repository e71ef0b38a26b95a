"""What an unlucky or an unfriendly file does: it costs little, it is told in words, and nothing happens twice."""

import gzip
import threading
from uuid import UUID

import pytest

from portal.db import db, within, writing
from portal.imports.rules import MOST_BYTES
from portal.sheets import MOST_COLUMNS
from portal.uploads import actions
from portal.uploads.models import Upload
from tests.imports.conftest import ANNA, FAMILY, HEADER, PIET, a_file, many

TOO_MANY_ROWS, TOO_MANY_COLUMNS = "Het bestand heeft meer dan 20.000 rijen.", "Het bestand heeft meer dan 250 kolommen."


def full(start, unit):
    """As large as a file may be, with this over and over."""
    return start + unit * ((MOST_BYTES - len(start)) // len(unit))


BOMBS = {
    "columns without end": (full(HEADER.encode(), b";x"), TOO_MANY_COLUMNS),
    "columns without end, commas": (full(HEADER.replace(";", ",").encode(), b",x"), TOO_MANY_COLUMNS),
    "rows of one quote": (full(HEADER.encode() + b"\n", b'"\n'), TOO_MANY_ROWS),
    "rows of one letter": (full(HEADER.encode() + b"\n", b"=\r"), TOO_MANY_ROWS),
    "empty rows between": (full(HEADER.encode() + b"\n", b";\n")[:-100] + ANNA.encode(), TOO_MANY_ROWS),
    "quote that never closes": (full(a_file(ANNA).encode() + b'"', b"\n")[:-1] + b"x", TOO_MANY_ROWS),
    "nothing but separators": (full(b"", b";\n"), "Het bestand is leeg."),
}
NO_FILES_OF_PARENTS = {
    "packed": (gzip.compress(b"\0" * 50_000_000), "Dit is geen tekstbestand."),
    "UTF-16 without a mark": (a_file(ANNA).encode("utf-16-le"), "Dit is geen tekstbestand."),
    "UTF-32": (a_file(ANNA).encode("utf-32"), "Dit is geen tekstbestand."),
    "old Excel": (b"\xd0\xcf\x11\xe0" + b"\0" * 500, "Dit is een Excel-bestand."),
    "page of a website": (b"<html><table><tr><td>email</td></tr></table>", "De eerste regel moet de kolommen noemen"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "De eerste regel moet de kolommen noemen"),
}


@pytest.mark.parametrize("kind", [*BOMBS, *NO_FILES_OF_PARENTS])
def test_file_that_only_costs_something_is_refused_in_words(kind, desk, rows):
    content, words = (BOMBS | NO_FILES_OF_PARENTS)[kind]
    before = rows()
    page = desk.send(content=content, status=422)
    assert words in page.seen
    assert rows() == before


def test_one_cell_of_megabytes_is_a_wrong_row(desk):
    long = full((HEADER + "\r\n").encode(), b"a")[:-1] + b";"
    assert "Regel 2" in desk.send(content=long).seen
    wide = a_file(ANNA).encode() + b"a;" * 100_000 + b"a"
    assert "Regel 3 er staan meer cellen dan kolomnamen" in desk.send(content=wide).seen


def test_rows_of_nothing_below_the_list_are_no_rows(desk):
    below = b";;;;;;;;;\r\n" * 200_000
    assert "Ouders 2 0 0" in desk.send(content=a_file(*FAMILY).encode() + below).seen


def test_as_many_columns_as_may_be_are_taken(desk):
    header = HEADER + "".join(f";extra {number}" for number in range(MOST_COLUMNS - 10))
    page = desk.send(content=f"{header}\r\n{ANNA}\r\n".encode())
    assert "Ouders 1 0 0" in page.seen and "En nog 220." in page.seen


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # it is the reading that takes long
def test_file_with_as_many_rows_as_may_be_is_looked_at(desk):
    page = desk.send(*many(20_000))
    assert "Ouders 20000 0 0" in page.seen and "Kinderen 10000 0 0" in page.seen


def test_markup_in_a_file_is_only_words(desk):
    evil = "<img src=x onerror=alert(1)>"
    page = desk.send(ANNA.replace("Anna", evil).replace("De Vlinders", "{{ 7*7 }}"), PIET.replace("piet@", evil))
    assert evil in page.seen
    page = desk.send(ANNA.replace("Anna", evil).replace("De Vlinders", "{{ 7*7 }}"))
    assert evil in page.seen and "Nieuwe groepen: {{ 7*7 }}" in page.seen
    assert not [tag for tag, attributes in page.tags if attributes.get("src") == "x"]


def test_two_who_press_yes_at_once_import_once(desk, app, kok, counted):
    seen, heard = desk.send(*FAMILY), []
    upload_id = UUID(seen.response.request.path.rpartition("/")[2])

    def press():
        with app.app_context(), within(kok.id), writing():
            upload = db.session.get_one(Upload, upload_id)
            heard.append(actions.confirm(upload, desk.browser.account.id))
            db.session.commit()

    both = [threading.Thread(target=press) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(heard) == [False, True]
    desk.work()
    assert counted()["mail"] == 2
