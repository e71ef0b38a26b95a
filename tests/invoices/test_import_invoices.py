import io
import json
import stat
import struct
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.db import db, within
from portal.documents.models import Document
from portal.files import actions as files
from portal.files.storage import storage
from portal.invoices import actions
from portal.invoices.models import InvoiceLine
from portal.outbox.models import BULK, Mail
from tests.documents.pdf import pdf
from tests.invoices.conftest import EXTRA, a_file, a_zip, row


@pytest.fixture
def on_disk(app, kok):
    """How many files the storage has for Kok."""

    def count():
        with app.app_context():
            return len(list(storage().older(kok.id, -1)))

    return count


def test_invoice_is_there_with_its_lines_its_pdf_and_one_mail(kok, anna, import_zip, kept, inside, on_disk):
    said = import_zip(row(totaal="956,42"), row(**EXTRA, bedrag="30", totaal="956,42"), row(factuurnummer="2026-0011"))
    assert (said.code, said.err) == (0, "")
    assert "Invoices: 2 new, 0 changed, 0 unchanged." in said.out and "1 mail will go out." in said.out
    assert kept() == [("2026-0011", "open", 92642), ("2026-0012", "open", 95642)]
    with inside(kok) as session:
        lines = session.scalars(sa.select(InvoiceLine).where(InvoiceLine.amount_cents == 3000)).all()
        assert [(each.minutes, each.counts_for_statement, each.position) for each in lines] == [(0, False, 2)]
        line = session.scalars(sa.select(InvoiceLine).where(InvoiceLine.minutes > 0).limit(1)).one()
        assert (line.minutes, line.rate_cents, line.care_type, line.lrk_number) == (5190, 1071, "kdv", "123456789")
        document = session.scalars(sa.select(Document).limit(1)).one()
        assert (document.kind, document.person_id, document.retention) == ("invoice", anna.person_id, "financial")
        assert storage().get(document.file.key).startswith(b"%PDF-")
        (mail,) = session.scalars(sa.select(Mail)).all()
        assert (mail.kind, mail.account_id, mail.priority) == ("invoices/ready", anna.id, BULK)
        actions_done = session.scalars(sa.select(AccessLog.action).order_by(AccessLog.number)).all()
        assert sorted(actions_done) == ["document_added", "document_added", "invoices_imported"]
    assert on_disk() == 2


def test_same_file_twice_changes_nothing(kok, anna, import_zip, rows, on_disk):
    import_zip(row(), row(factuurnummer="2026-0013"))
    before = rows(), on_disk()
    said = import_zip(row(factuurnummer="2026-0013"), row())
    assert "Invoices: 0 new, 0 changed, 2 unchanged." in said.out and "0 mails" in said.out
    assert (rows(), on_disk()) == before


def test_state_is_updated_without_a_pdf_and_without_a_mail(kok, anna, import_zip, kept, inside):
    import_zip(row())
    said = import_zip(row(status="betaald"), pdfs={})
    assert "Invoices: 0 new, 1 changed, 0 unchanged." in said.out
    assert kept() == [("2026-0012", "paid", 92642)]
    with inside(kok) as session:
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "invoice_changed")).one()
        assert (line.account_id, line.detail) == (anna.id, "2026-0012: open -> paid")
        assert len(session.scalars(sa.select(Mail)).all()) == 1


def test_only_a_csv_is_enough_for_a_change_of_state(kok, anna, import_zip, command, tmp_path, kept):
    import_zip(row())
    path = tmp_path / "stand.csv"
    path.write_bytes(a_file(row(status="te laat")))
    assert command("invoices", "import", path, "--organisation", "kok").code == 0
    assert kept() == [("2026-0012", "overdue", 92642)]


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"uren": "80", "bedrag": "856,80", "totaal": "856,80"}, {}, "staat al in het portaal met andere regels"),
        ({"betaler": "piet@voorbeeld.nl"}, {}, "staat al in het portaal met andere regels of een andere betaler"),
        ({}, {"pdfs": {"2026-0012.pdf": pdf("Een andere")}}, "staat al in het portaal met een andere PDF"),
    ],
)
def test_invoice_that_was_sent_is_never_another_one(kok, anna, piet, import_zip, rows, change, options, words):
    import_zip(row())
    before = rows()
    said = import_zip(row(**change), **options)
    assert said.code == 1 and f"regel 2: factuur 2026-0012 {words}" in said.err
    assert rows() == before


def test_paid_invoices_of_the_past_are_told_of_by_no_mail(kok, anna, import_zip):
    assert "0 mails will go out." in import_zip(row(status="betaald")).out


def test_credit_has_a_number_of_its_own(kok, anna, import_zip, kept):
    import_zip(row())
    credit = row(factuurnummer="2026-0020", soort="credit", uren="-86,50", bedrag="-926,42", totaal="-926,42")
    assert import_zip(credit).code == 0
    assert kept()[1] == ("2026-0020", "open", -92642)


def test_unknown_payer_and_child_are_named_and_nothing_is_done(kok, anna, import_zip, rows, on_disk):
    before = rows()
    said = import_zip(
        row(), row(factuurnummer="2", betaler="wie@voorbeeld.nl"), row(factuurnummer="3", kind_voornaam="Tim")
    )
    assert said.code == 1
    assert "regel 3: er is geen ouder met het adres wie@voorbeeld.nl" in said.err
    assert "regel 4: Tim Bakker, geboren op 01-05-2023, is niet bekend" in said.err
    assert "Nothing was imported: 2 rows are not right." in said.err
    assert (rows(), on_disk()) == (before, 0)


def test_payer_of_another_organisation_is_unknown(kok, anna, bram, import_zip):
    assert "geen ouder met het adres bram@voorbeeld.nl" in import_zip(row(betaler=bram.email)).err


def test_dry_run_says_and_does_nothing(kok, anna, import_zip, rows, on_disk):
    before = rows()
    said = import_zip(options=["--dry-run", "--json"])
    assert json.loads(said.out)["invoices"] == {"new": 1, "changed": 0, "unchanged": 0}
    assert (rows(), on_disk()) == (before, 0)


def test_folder_is_as_good_as_a_zip(kok, anna, command, tmp_path, kept):
    folder = tmp_path / "facturen"
    (folder / "pdf").mkdir(parents=True)
    (folder / "regels.csv").write_bytes(a_file())
    (folder / "pdf" / "2026-0012.PDF").write_bytes(pdf())
    (folder / ".DS_Store").write_bytes(b"x")
    assert command("invoices", "import", folder, "--organisation", "kok").code == 0
    assert len(kept()) == 1
    (folder / "pdf" / "weg.pdf").symlink_to("/etc/passwd")
    assert "weg.pdf is een verwijzing" in command("invoices", "import", folder, "--organisation", "kok").err


# What an unlucky or an unfriendly zip does


def a_strange_zip(*entries, compression=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        archive.writestr("facturen.csv", a_file())
        for name, inside, *mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = compression
            if mode:
                entry.external_attr = mode[0] << 16
            archive.writestr(entry, inside)
    return content.getvalue()


def with_password(content):
    """The bit that says a password is needed, in every entry."""
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content = content[: start + place] + b"\x01" + content[start + place + 1 :]
            start = content.find(mark, start + 4)
    return content


GOOD = ("2026-0012.pdf", pdf())
STRANGE = {
    "path out": (lambda: a_strange_zip(("../../wsgi.pdf", pdf())), "wsgi.pdf naar een andere plek"),
    "whole path": (lambda: a_strange_zip(("/etc/x.pdf", pdf())), "naar een andere plek"),
    "path of Windows": (lambda: a_strange_zip(("C:\\x\\x.pdf", pdf())), "naar een andere plek"),
    "link": (lambda: a_strange_zip(("x.pdf", b"/etc/passwd", stat.S_IFLNK | 0o777)), "naar een andere plek"),
    "bomb": (lambda: a_strange_zip(("2026-0012.pdf", b"%PDF-" + b"\0" * (17 << 20))), "Dit bestand is te groot."),
    "twice": (lambda: a_strange_zip(("a/x.pdf", pdf()), ("b/X.pdf", pdf())), "staat er twee keer in"),
    "two tables": (lambda: a_strange_zip(GOOD, ("meer.csv", a_file())), "meer dan één CSV-bestand"),
    "password": (lambda: with_password(a_strange_zip(GOOD)), "Op het zip-bestand zit een wachtwoord."),
    "packed oddly": (lambda: a_strange_zip(GOOD, compression=zipfile.ZIP_LZMA), "kunnen wij niet uitpakken"),
    "cut off": (lambda: a_strange_zip(GOOD)[:-40], "beschadigd of niet helemaal aangekomen"),
    "no table": (lambda: _only_pdf(), "Er zit geen CSV-bestand bij"),
    "no PDF": (lambda: a_strange_zip(("2026-0012.pdf", b"MZ")), "2026-0012.pdf: Dit is geen PDF-bestand."),
    "PDF with password": (
        lambda: a_strange_zip(("2026-0012.pdf", pdf(extra=b" /Encrypt 9 0 R"))),
        "2026-0012.pdf: Dit PDF-bestand is beveiligd.",
    ),
    "half a PDF": (lambda: a_strange_zip(("2026-0012.pdf", pdf()[:-60])), "2026-0012.pdf: Dit bestand is beschadigd"),
    "PDF missing": (lambda: a_strange_zip(), "factuur 2026-0012: 2026-0012.pdf zit er niet bij"),
}  # fmt: skip


def _only_pdf():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(*GOOD)
    return content.getvalue()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # it is the reading that is tested
@pytest.mark.parametrize("kind", STRANGE)
def test_strange_zip_is_refused_in_a_sentence(kok, anna, import_zip, kept, on_disk, kind):
    make, words = STRANGE[kind]
    said = import_zip(content=make())
    assert said.code == 1 and words in said.err, said.err
    assert (kept(), on_disk()) == ([], 0)


def test_zip_that_says_it_is_larger_than_a_gigabyte_is_not_unpacked(kok, anna, import_zip, monkeypatch):
    monkeypatch.setattr("portal.documents.bundle.MOST_UNPACKED", 500)
    assert "meer dan 1 GB" in import_zip().err
    monkeypatch.setattr("portal.documents.bundle.MOST_FILES", 1)
    assert "meer dan 10.000 bestanden" in import_zip().err


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # it is the reading that is tested
@pytest.mark.parametrize("says", ["the truth", "less", "more", "as zip64"])
def test_zip_with_very_many_names_is_refused_before_they_are_read(kok, anna, import_zip, kept, monkeypatch, says):
    names = [(f"{number}.txt.gz", b"") for number in range(5)]
    monkeypatch.setattr("portal.documents.bundle.MOST_LISTED", 9)
    assert import_zip(content=a_strange_zip(GOOD, *names), options=["--dry-run"]).code == 0
    monkeypatch.setattr("portal.documents.bundle.MOST_LISTED", 6)
    content = a_strange_zip(GOOD, *names)
    if says == "as zip64":
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
        content = a_strange_zip(GOOD, *names)
        assert b"PK\x06\x06" in content
    if says in ("less", "more"):
        listed = struct.pack("<HH", *[1 if says == "less" else 60_000] * 2)
        content = content[:-14] + listed + content[-10:]
    monkeypatch.setattr(zipfile, "ZipFile", None)
    said = import_zip(content=content)
    assert said.code == 1 and "meer dan 10.000 bestanden" in said.err and kept() == []


def test_pdf_of_no_row_is_told(kok, anna, import_zip):
    said = import_zip(more={"2026-0099.pdf": pdf()})
    assert said.code == 0 and "2026-0099.pdf hoort bij geen enkele rij" in said.out


# When it goes wrong halfway


def test_full_disk_leaves_nothing(kok, anna, import_zip, rows, on_disk, monkeypatch):
    put, done, before = files.put, [], rows()

    def fills_up(content):
        if done:
            raise actions.documents.Refused("Het bestand kon niet worden bewaard. Misschien is de schijf vol.")
        done.append(put(content))
        return done[0]

    monkeypatch.setattr(files, "put", fills_up)
    said = import_zip(row(), row(factuurnummer="2026-0013"))
    assert said.code == 1 and "Misschien is de schijf vol" in said.err
    assert (rows(), on_disk()) == (before, 0)


class Killed(BaseException):
    pass


def test_import_that_is_killed_leaves_nothing_and_goes_well_the_next_time(
    app, kok, anna, import_zip, rows, kept, on_disk, monkeypatch, time
):
    """As after a power cut: what was done is not undone, only what was not written is not there."""
    before = rows()
    with monkeypatch.context() as broken:
        broken.setattr("portal.invoices.mails.ready", lambda *_: (_ for _ in ()).throw(Killed()))
        broken.setattr("portal.documents.actions.take_back", lambda _kept: None)
        with pytest.raises(Killed):
            import_zip()
    assert rows() == before and kept() == [] and on_disk() == 1
    assert import_zip().code == 0
    assert on_disk() == 2
    with app.app_context(), within(kok.id):
        monkeypatch.setattr(files, "SAFE_AGE", -1.0)
        files.sweep()
        db.session.commit()
    assert on_disk() == 1 and len(kept()) == 1
    assert clock.now() - time.now == timedelta(0)


def test_two_at_once_import_once(kok, anna, processes, tmp_path, kept):
    path = tmp_path / "facturen.zip"
    path.write_bytes(a_zip())
    said = processes(2, "invoices", "import", path, "--organisation", "kok")
    assert sorted(each.code for each in said) in ([0, 0], [0, 1])
    assert len(kept()) == 1
