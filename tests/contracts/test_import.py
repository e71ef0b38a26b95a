"""Many contracts at once, by command and in the browser: all of them or none, and each under one number."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.children.models import Guardianship
from portal.contracts.models import Contract
from portal.files import actions as files
from portal.files.storage import storage
from portal.outbox.models import BULK, Mail
from portal.uploads import worker
from tests.contracts.conftest import a_file, a_zip, row
from tests.documents.pdf import pdf


@pytest.fixture
def on_disk(app, kok):
    def count():
        with app.app_context():
            return len(list(storage().older(kok.id, -1)))

    return count


def test_contract_is_there_with_its_days_its_pdf_and_a_mail_for_who_must_agree(
    kok, noor, anna, piet, import_zip, kept, inside, parent
):
    other = row(
        contractnummer="K-2", weken="flexibel", dagen="", uren_per_jaar="450", akkoord="op papier", eind="31-12-2027"
    )
    said = import_zip(row(mee_akkoord=piet.email, opzegtermijn="2"), other)
    assert (said.code, said.err) == (0, "")
    assert "Contracts: 2 new, 0 renewed, 0 ended, 0 unchanged." in said.out and "2 mails will go out." in said.out
    assert kept() == [("K-2", 1, date(2027, 12, 31), False), ("K-2026-17", 1, None, True)]
    with inside(kok) as session:
        found = session.scalars(sa.select(Contract).where(Contract.number == "K-2026-17")).one()
        assert [(each.weekday, each.parity, each.minutes) for each in found.slots] == [
            (1, "every", 540),
            (4, "even", 540),
        ]
        assert (found.party_id, found.child_id, found.notice_months, found.month.hours) == (
            anna.person_id, noor.id, 2, 5625,
        )  # fmt: skip
        assert storage().get(found.document.file.key) == pdf("K-2026-17.pdf")
        mails = session.scalars(sa.select(Mail)).all()
        assert {(mail.kind, mail.account_id, mail.priority) for mail in mails} == {
            ("contracts/waiting", anna.id, BULK), ("contracts/waiting", piet.id, BULK),
        }  # fmt: skip
        done = session.scalars(sa.select(AccessLog.action)).all()
        assert sorted(done) == ["contract_added", "contract_added", "document_added", "document_added"]
    assert "37,50 uur" in parent(anna).get("/contracten").seen and "Noor" in parent(piet).get("/contracten").seen


def test_same_file_twice_changes_nothing(kok, anna, import_zip, rows, on_disk):
    import_zip(row(), row(contractnummer="K-3"))
    before = rows(), on_disk()
    said = import_zip(row(contractnummer="K-3"), row())
    assert "Contracts: 0 new, 0 renewed, 0 ended, 2 unchanged." in said.out and "0 mails" in said.out
    assert (rows(), on_disk()) == before


def test_other_terms_come_with_another_pdf_and_are_a_new_version(kok, anna, import_zip, kept, rows):
    import_zip(row())
    before = rows()
    for parts in ({}, {"pdfs": {}}):
        said = import_zip(row(tarief="11,20"), **parts)
        assert said.code == 1 and "regel 2: contract K-2026-17 staat al in het portaal met andere afspraken" in said.err
    assert rows() == before
    said = import_zip(row(tarief="11,20"), pdfs={"K-2026-17.pdf": pdf("Nieuw")})
    assert "0 new, 1 renewed" in said.out and "1 mail will" in said.out and kept() == [("K-2026-17", 2, None, True)]
    assert "1 unchanged" in import_zip(row(tarief="11,20"), pdfs={}).out


def test_last_day_is_told_by_a_csv_alone_and_stays(kok, anna, import_zip, command, tmp_path, kept):
    import_zip(row())
    path = tmp_path / "eind.csv"
    path.write_bytes(a_file(row(eind="30-6-2027")))
    said = command("contracts", "import", path, "--organisation", "kok")
    assert "1 ended" in said.out and "0 mails" in said.out and kept() == [("K-2026-17", 1, date(2027, 6, 30), True)]
    said = import_zip(row(), pdfs={})
    assert "contract K-2026-17 stopt in het portaal op 30-06-2027; dat blijft zo" in said.out
    assert kept()[0][2] == date(2027, 6, 30)


BAD = [
    ({"contractouder": "wie@voorbeeld.nl"}, "er is geen ouder met het adres wie@voorbeeld.nl"),
    ({"contractouder": "bram@voorbeeld.nl"}, "er is geen ouder met het adres bram@voorbeeld.nl"),
    ({"contractouder": "els@kok.test"}, "els@kok.test is geen ouder of voogd van Noor Bakker"),
    ({"kind_voornaam": "Tim"}, "Tim Bakker, geboren op 01-05-2023, is niet bekend"),
    ({"dagen": "ma -9 uur"}, "ma -9 uur lezen wij niet"), ({"uren_per_jaar": "-9"}, "-9 is geen aantal uren"),
    ({"begin": "4-1-1926"}, "04-01-1926 ligt te ver van vandaag"), ({"begin": "31-2-2027"}, "31-2-2027 is geen datum"),
    ({"tarief": "-10,71"}, "de prijs van een uur ligt tussen"), ({"tarief": "10,715"}, "10,715 is geen prijs"),
    ({"weken": "53"}, "weken is 40, 41"), ({"opvangsoort": "creche"}, "opvangsoort is dagopvang"),
    ({"akkoord": "misschien"}, "akkoord is vragen, op papier"), ({"opzegtermijn": "9"}, "opzegtermijn is 0, 1, 2, 3"),
    ({"contractnummer": ""}, "contractnummer is leeg"), ({"lrk_nummer": "x"}, "x is geen LRK-nummer"),
    ({"eind": "1-1-2027"}, "de laatste dag ligt voor de eerste dag"), ({"dagen": "a\x07"}, "in dagen staat een teken dat wij niet kennen"),
]  # fmt: skip


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_bad_rows_are_named_with_line_and_reason_and_nothing_is_done(kok, anna, bram, els, import_zip, rows, on_disk):
    before = rows()
    bad = [row(**{"contractnummer": f"B{number}", **values}) for number, (values, _) in enumerate(BAD)]
    said = import_zip(
        row(), *bad, row(), pdfs={"K-2026-17.pdf": pdf(), **{f"B{n}.pdf": pdf() for n in range(len(BAD))}}
    )
    for line, (_, words) in enumerate(BAD, start=3):
        assert f"regel {line}: {words}" in said.err, (line, words, said.err)
    assert "contract K-2026-17 staat al op regel 2" in said.err and said.code == 1
    assert (rows(), on_disk()) == (before, 0)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"\xff\xfe\x00x", "Dit is geen tekstbestand."), (b"a;b\r\n1;2", "De eerste regel moet de kolommen noemen"),
        (a_file(row(kind_achternaam="B\N{LATIN SMALL LETTER A WITH DIAERESIS}kker")).decode().encode("utf-16"), "geen tekst"),
    ],
)  # fmt: skip
def test_file_in_another_encoding_is_refused(kok, anna, import_zip, kept, table, words):
    said = import_zip(table=table)
    assert said.code == 1 and words in said.err and kept() == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pdf(extra=b" /Encrypt 9 0 R"), "Dit PDF-bestand is beveiligd."), (b"MZ", "Dit is geen PDF-bestand."),
        (pdf()[:-60], "Dit bestand is beschadigd"), (b"%PDF-" + b"\0" * (16 << 20), "Dit bestand is te groot."),
    ],
)  # fmt: skip
def test_pdf_that_cannot_be_kept_is_named(kok, anna, import_zip, kept, on_disk, content, words):
    said = import_zip(pdfs={"K-2026-17.pdf": content})
    assert f"regel 2: K-2026-17.pdf: {words}" in said.err and (kept(), on_disk()) == ([], 0)
    assert "K-2026-17.pdf zit er niet bij" in import_zip(pdfs={}).err


def test_guardian_of_before_has_no_custody_or_shielded_is_told(kok, noor, anna, piet, import_zip, inside):
    def links(session):
        return {each.person_id: each for each in session.query(Guardianship).all()}

    with inside(kok) as session:
        links(session)[piet.person_id].can_decide = False
    assert f"{piet.email} heeft geen gezag" in import_zip(row(mee_akkoord=piet.email)).err
    with inside(kok) as session:
        links(session)[piet.person_id].can_decide = True
        links(session)[anna.person_id].address_shielded = True
    for values in ({"mee_akkoord": piet.email}, {"betaler": piet.email}):
        assert "het adres van anna@voorbeeld.nl is afgeschermd" in import_zip(row(**values)).err
    with inside(kok) as session:
        links(session)[anna.person_id].valid_to = clock.today() - timedelta(days=1)
    assert "anna@voorbeeld.nl is geen ouder of voogd van Noor Bakker" in import_zip(row()).err


def test_dry_run_says_and_does_nothing(kok, anna, import_zip, rows, on_disk):
    before = rows()
    said = import_zip(options=["--dry-run", "--json"])
    assert json.loads(said.out)["contracts"] == {"new": 1, "renewed": 0, "ended": 0, "unchanged": 0}
    assert (rows(), on_disk()) == (before, 0)


class Killed(BaseException):
    pass


def test_import_that_is_killed_or_finds_a_full_disk_leaves_nothing(
    kok, anna, import_zip, rows, on_disk, kept, monkeypatch
):
    before, put, done = rows(), files.put, []

    def fills_up(content):
        if done:
            raise files.Refused("Het bestand kon niet worden bewaard. Misschien is de schijf vol.")
        done.append(put(content))
        return done[0]

    with monkeypatch.context() as broken:
        broken.setattr(files, "put", fills_up)
        assert "Misschien is de schijf vol" in import_zip(row(), row(contractnummer="K-3")).err
    assert (rows(), on_disk()) == (before, 0)
    with monkeypatch.context() as broken:
        broken.setattr("portal.contracts.mails.waiting", lambda *_: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            import_zip()
    assert rows() == before and on_disk() == 0
    assert import_zip().code == 0 and len(kept()) == 1


def test_two_at_once_import_once(kok, anna, processes, tmp_path, kept):
    path = tmp_path / "contracten.zip"
    path.write_bytes(a_zip())
    said = processes(2, "contracts", "import", path, "--organisation", "kok")
    assert sorted(each.code for each in said) in ([0, 0], [0, 1])
    assert len(kept()) == 1


# In the browser


def work(app):
    with app.app_context():
        while worker.run_next("test"):
            pass


def test_zip_is_looked_at_confirmed_and_imported(app, office, kok, anna, kept, on_disk):
    desk = office("administratie")
    content = a_zip(row(), row(contractnummer="K-3"), more={"los.pdf": pdf()})
    page = desk.follow(desk.post("/beheer/contracten/import", files={"file": ("c.zip", content)}))
    assert "2 nieuwe contracten" in page.seen and "los.pdf hoort bij geen enkele rij" in page.seen
    assert "K-2026-17 Noor Bakker Anna de Vries 04-01-2027" in page.seen and "1 ouder krijgt een e-mail" in page.seen
    waiting = desk.follow(desk.post(page.form("confirm-form")["attributes"]["action"]))
    assert kept() == []
    work(app)
    done = desk.follow(desk.get(waiting.response.request.path, status=303))
    assert "2 nieuwe contracten" in done.seen and len(kept()) == 2
    assert "c.zip" in desk.get("/beheer/contracten/import").seen and "K-3" in desk.get("/beheer/contracten").seen
    page = desk.follow(desk.post("/beheer/contracten/import", files={"file": ("c.zip", a_zip(row(eind="1-7-2027")))}))
    assert "1 contract krijgt een andere laatste dag" in page.seen


def test_wrong_row_and_what_is_no_zip_are_shown_and_not_confirmed(office, kok, anna, monkeypatch):
    desk = office("administratie")
    page = desk.follow(desk.post("/beheer/contracten/import", files={"file": ("c.zip", a_zip(row(tarief="x")))}))
    assert "Regel 2 x is geen prijs, zoals 10,71" in page.seen and "confirm-form" not in page.text
    page = desk.post("/beheer/contracten/import", 422, files={"file": ("c.zip", a_zip()[:-30])})
    assert "Dit zip-bestand is beschadigd" in page.seen
    monkeypatch.setattr("portal.documents.bundle.MOST_UNPACKED", 500)
    page = desk.post("/beheer/contracten/import", 422, files={"file": ("c.zip", a_zip())})
    assert "Uitgepakt is dit meer dan 1 GB" in page.seen
