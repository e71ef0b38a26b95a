"""The office publishes statements that equal the invoices, and puts right what changed since."""

import threading
from datetime import UTC, date, datetime
from time import sleep

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.changes import actions as changes
from portal.changes.rules import ADDRESS
from portal.db import db
from portal.documents.models import Document
from portal.errors import Refused
from portal.files.models import File
from portal.files.storage import storage
from portal.imports.queries import wait_for_other_import
from portal.invoices.models import InvoiceLine
from portal.outbox.models import Mail
from portal.statements import actions, queries
from portal.statements.models import AnnualStatement, StatementRun
from tests.invoices.conftest import row
from tests.statements.conftest import CREDIT, EXTRA_HOUR, NUMBER, drawn, words_of

LIST = "/beheer/jaaropgaven"
HOME = ("Lindelaan", "14", "a", "3011 AB", "Rotterdam", "")


def one(anna, noor, year=2026):
    return f"{LIST}/{year}/{anna.person_id}/{noor.id}"


def pdf_of(app, inside, kok, version):
    with inside(kok) as session:
        found = session.scalars(sa.select(AnnualStatement).where(AnnualStatement.version == version)).one()
        return storage().get(found.document.file.key)


def test_office_looks_publishes_and_the_payer_is_told(app, year, number, kok, noor, anna, desk, inside, post):
    page = desk.get(LIST)
    assert "Jaaropgaven 2026" in page.seen and "Noor Bakker" in page.seen and "Anna de Vries" in page.seen
    assert "Nog niet klaargezet" in page.seen and "260,50 € 2.789,25" in page.seen
    page = desk.get(one(anna, noor))
    assert "Dagopvang 123456789 259,50 € 2.779,26 € 10,71" in page.seen
    assert "Naschoolse opvang 987654321 1,00 € 9,99 € 9,99" in page.seen
    assert "Het BSN van het kind is bekend." in page.seen and NUMBER not in page.text
    assert "Het adres van de betaler is niet bekend." in page.seen
    with inside(kok):
        changes.change_address(anna, dict(zip(ADDRESS, HOME, strict=True)), date(2026, 1, 1), by=desk.account)
    assert "Het adres van de betaler is bekend." in desk.get(one(anna, noor)).seen
    page = desk.follow(desk.post(f"{one(anna, noor)}/klaarzetten"))
    assert "De jaaropgave staat klaar." in page.seen and "Versie 1" in page.seen
    assert "publish-form" not in page.text, "there is nothing to do"
    mail = post.deliver()[-1]
    assert "er staat een jaaropgave klaar" in mail.subject and mail.to == ["anna@voorbeeld.nl"]
    for secret in ("2.789", "2.779", "Noor", "6782", "260"):
        assert secret not in mail.text
    words, read = words_of(pdf_of(app, inside, kok, 1))
    assert "Lindelaan 14 a, 3011 AB Rotterdam" in words
    for said in ("Jaaropgave kinderopvang 2026", "Noor Bakker", "1 mei 2023", NUMBER, "Anna de Vries", "Kok Kinderopvang",
                 "LRK-nummer 123456789", "Aantal uren 259,50 (259 uur en 30 minuten)", "Totaalbedrag € 2.779,26",
                 "Gemiddeld uurtarief € 10,71", "Soort opvang Buitenschoolse opvang", "Totaalbedrag € 2.789,25"):  # fmt: skip
        assert said in words, said
    root = read.trailer["/Root"]
    assert read.metadata.title == "Jaaropgave 2026 Noor Bakker – Kok Kinderopvang"
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == (
        "nl",
        True,
        True,
    )
    tags = [each.get_object()["/S"] for each in root["/StructTreeRoot"]["/K"][0]["/K"]]
    assert tags.count("/H1") == 1 and tags.count("/H2") == 5


def test_same_facts_are_drawn_the_same(year, number, kok, noor, anna, inside):
    with inside(kok):
        found = queries.rows_of(year)[0]
        assert drawn(kok, found).received.content == drawn(kok, found).received.content


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["Zoë 👶🏽", "日本", "‮neerB", "Ș" * 100, "A\n\tB", "ﷺ", "(a) \\ <b> & %s"])
def test_any_name_can_be_drawn(year, kok, noor, anna, inside, name, caplog):
    with inside(kok) as session:
        noor = session.merge(noor)
        noor.person.given_name = name
    with inside(kok):
        made = drawn(kok, queries.rows_of(year)[0])
    assert "Bakker" in words_of(made.received.content)[0] and not caplog.records


def test_credit_makes_it_wrong_and_a_new_version_right(
    published, kok, noor, anna, desk, inside, import_zip, visitor, app
):
    assert import_zip(CREDIT).code == 0
    assert "Klopt niet meer (1)" in desk.get(LIST).seen
    page = desk.get(one(anna, noor))
    assert "Anders dan in versie 1: de uren of het bedrag." in page.seen and "Maak versie 2" in page.seen
    page = desk.follow(desk.post(f"{one(anna, noor)}/klaarzetten"))
    assert "Versie 2" in page.seen and "vervangen" in page.seen and "Klaargezet" in page.seen
    assert "Dit is versie 2." in words_of(pdf_of(app, inside, kok, 2))[0]
    with inside(kok) as session:
        old, new = session.scalars(sa.select(AnnualStatement).order_by(AnnualStatement.version)).all()
        assert (old.document.replaced_by, new.document.replaced_by) == (new.document_id, None)
        assert (old.facts.cents, new.facts.cents) == (278_925, 186_283)
        lines = session.scalars(sa.select(AccessLog.action).where(AccessLog.object_id == old.document_id)).all()
        assert "document_replaced" in lines
    browser = visitor(kok)
    browser.log_in(anna)
    page = browser.get("/jaaropgaven")
    assert "Versie 2, verbeterd op 20 januari 2027" in page.seen
    assert "Versie 1, vervangen op 20 januari 2027" in page.seen
    page = browser.get(f"/jaaropgaven/{published}")
    assert "Deze jaaropgave is vervangen op 20 januari 2027." in page.seen and "Bekijk versie 2" in page.seen


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_other_number_name_or_birthday_makes_it_wrong(published, kok, noor, anna, desk, inside):
    desk.post(f"/beheer/kinderen/{noor.id}/bsn", number="111222333")
    with inside(kok) as session:
        session.merge(noor).person.family_name = "Visser"
    page = desk.get(one(anna, noor))
    assert "Anders dan in versie 1: het BSN, een naam of de geboortedatum." in page.seen


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_number_that_is_forgotten_leaves_the_statement_as_it_is(published, kok, noor, anna, desk, inside):
    with inside(kok):
        actions.forget_number(noor.id)
    assert "Klaargezet (1)" in desk.get(LIST).seen and "Zonder BSN (1)" in desk.get(LIST).seen
    assert "publish-form" not in desk.get(one(anna, noor)).text


def test_all_that_was_billed_is_credited(published, year, kok, noor, anna, desk, import_zip):
    credits = [
        {**CREDIT, "factuurnummer": f"C-{month}", "periode": f"2026-{month}"} for month in ("01", "02", "12")
    ] + [{**EXTRA_HOUR, "factuurnummer": "C-13", "uren": "-1", "bedrag": "-9,99", "totaal": "-9,99", "soort": "credit"}]  # fmt: skip
    assert import_zip(*credits).code == 0
    page = desk.follow(desk.post(f"{one(anna, noor)}/klaarzetten"))
    assert "Versie 2" in page.seen and "Geen uren en geen kosten" in page.seen


@pytest.mark.parametrize(
    ("bills", "reason"),
    [
        ([row(factuurnummer="1", periode="2025-12"), {**CREDIT, "periode": "2026-01"}], "Er is meer gecrediteerd dan gefactureerd."),
        ([row(factuurnummer="1", periode="2026-02"), CREDIT], "Alles van dit jaar is gecrediteerd."),
        ([row(factuurnummer="1", periode="2026-02", tarief="10,72", bedrag="927,28", totaal="927,28"), CREDIT], "Er is een bedrag zonder uren."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_what_cannot_be_is_said_and_not_published(time, kok, noor, anna, import_zip, office, bills, reason):
    assert import_zip(*bills).code == 0
    time.set(datetime(2027, 1, 20, 9, 30, tzinfo=UTC))
    desk = office("manager")
    assert "Kan nog niet (1)" in desk.get(f"{LIST}?jaar=2026").seen
    page = desk.get(one(anna, noor))
    assert reason in page.seen and "publish-form" not in page.text


def test_year_that_is_not_over_has_no_statement(kok, noor, anna, import_zip, office, time, counted):
    time.set(datetime(2026, 12, 31, 22, 59, tzinfo=UTC))  # a minute before midnight in Amsterdam
    assert import_zip(row()).code == 0
    desk = office("manager")
    assert "Het jaar 2026 is nog niet voorbij." in desk.get(f"{LIST}?jaar=2026").seen
    assert "nog niet voorbij" in desk.follow(desk.post(f"{one(anna, noor)}/klaarzetten")).seen
    assert "niets klaar te zetten" in desk.follow(desk.post(f"{LIST}/2026/klaarzetten")).seen


def test_import_between_drawing_and_publishing_is_noticed(year, kok, noor, anna, inside, import_zip):
    with inside(kok):
        made = drawn(kok, queries.rows_of(year)[0])
    assert import_zip(CREDIT).code == 0
    with inside(kok) as session:
        with pytest.raises(Refused, match="Er is intussen iets veranderd"):
            actions.publish(made, None)
        assert session.scalars(sa.select(AnnualStatement)).all() == []


def test_publishing_waits_for_an_import_and_then_sees_it(app, year, kok, noor, anna, inside):
    with inside(kok):
        made = drawn(kok, queries.rows_of(year)[0])
    begun = threading.Event()

    def import_slowly():
        with inside(kok) as session:
            wait_for_other_import()
            begun.set()
            sleep(0.5)
            session.execute(sa.update(InvoiceLine).values(minutes=InvoiceLine.minutes + 1))

    other = threading.Thread(target=import_slowly)
    other.start()
    begun.wait(10)
    with inside(kok), pytest.raises(Refused, match="Er is intussen iets veranderd"):
        actions.publish(made, None)
    other.join()


def test_same_statement_is_not_published_twice(published, year, kok, noor, anna, inside, desk):
    with inside(kok):
        made = drawn(kok, queries.rows_of(year)[0]._replace(version=0))
        with pytest.raises(Refused):
            actions.publish(made, None)
    assert "staat al klaar" in desk.follow(desk.post(f"{one(anna, noor)}/klaarzetten")).seen
    with inside(kok) as session:
        assert len(session.scalars(sa.select(AnnualStatement)).all()) == 1


def test_only_lines_that_count_in_the_year_of_their_period(time, kok, noor, anna, import_zip, inside):
    bills = [
        row(factuurnummer="1", periode="2025-12"), row(factuurnummer="2", periode="2026-01"),
        row(factuurnummer="3", periode="2026-12", vervaldatum="15-1-2027"), row(factuurnummer="4", periode="2027-01"),
        row(factuurnummer="5", periode="2026-06", telt_mee="nee"),
    ]  # fmt: skip
    assert import_zip(*bills).code == 0
    with inside(kok):
        assert [queries.facts_of(year)[0].cents for year in (2025, 2026, 2027)] == [92642, 185284, 92642]


# Many at once


@pytest.fixture
def families(time, kok, save_child, save_parent, import_zip, inside):
    """Three payers; of the last one two children, of whom one has a number."""
    bills = []
    for place, names in enumerate((["Aya"], ["Bo"], ["Cas", "Dex"])):
        children = [save_child(kok, name, "Bos", date(2023, 5, 1), f"Groep {name}") for name in names]
        save_parent(kok, f"Ouder{place}", "", "Bos", f"ouder{place}@voorbeeld.nl", *children)
        bills += [
            row(factuurnummer=f"{place}{name}", betaler=f"ouder{place}@voorbeeld.nl", kind_voornaam=name,
                kind_achternaam="Bos", periode="2026-05")
            for name in names
        ]  # fmt: skip
    assert import_zip(*bills).code == 0
    time.set(datetime(2027, 1, 20, 9, 30, tzinfo=UTC))
    return bills


def test_worker_publishes_all_with_one_mail_for_each_payer(app, families, kok, desk, inside, work):
    page = desk.get(LIST)
    assert "Er zijn 4 jaaropgaven klaar te zetten." in page.seen and "Zonder BSN (4)" in page.seen
    assert "Van deze kinderen weten wij het BSN niet." in desk.follow(desk.post(f"{LIST}/2026/klaarzetten")).seen
    page = desk.follow(desk.post(f"{LIST}/2026/klaarzetten", without_bsn="y"))
    assert "0 van 4 klaar" in page.seen
    desk.post(f"{LIST}/2026/klaarzetten", without_bsn="y")
    work()
    assert "Alles wat kan, staat klaar." in desk.get(LIST).seen
    with inside(kok) as session:
        assert session.scalars(sa.select(AnnualStatement.version)).all() == [1] * 4
        run = session.scalars(sa.select(StatementRun)).one()
        assert (run.state, run.done, run.total) == ("done", 4, 4)
        mails = session.scalars(sa.select(Mail.account_id).where(Mail.kind == "statements/ready")).all()
        assert len(mails) == len(set(mails)) == 3


def test_worker_goes_on_where_another_one_died(app, families, kok, desk, inside, work, monkeypatch, time):
    desk.post(f"{LIST}/2026/klaarzetten", without_bsn="y")
    real, seen = actions.publish, []

    def breaks(drawn, by):
        seen.append(drawn)
        if len(seen) == 2:
            raise OSError("the disk is away")
        return real(drawn, by)

    monkeypatch.setattr(actions, "publish", breaks)
    work()
    half = desk.get(LIST).seen
    assert "van 4 klaar" in half and "4 van 4" not in half
    monkeypatch.setattr(actions, "publish", real)
    work()
    assert desk.get(LIST).seen == half, "the lease still holds"
    time.move(minutes=4)
    work()
    with inside(kok) as session:
        assert len(session.scalars(sa.select(AnnualStatement)).all()) == 4
        kept = session.scalars(sa.select(File).join(Document, Document.file_id == File.id)).all()
        assert len([each for each in kept if each.name.startswith("Jaaropgave")]) == 4


def test_run_that_keeps_failing_stops(families, kok, desk, work, monkeypatch, time):
    monkeypatch.setattr(actions, "publish", lambda drawn, by: 1 / 0)
    desk.post(f"{LIST}/2026/klaarzetten", without_bsn="y")
    for _try in range(4):
        work()
        time.move(minutes=4)
    assert "Het klaarzetten is halverwege gestopt." in desk.get(LIST).seen


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_list_asks_few_statements_and_turns_its_pages(families, kok, desk, app, monkeypatch):
    from portal.statements import staff

    said = []
    with app.app_context():
        engine = db.engine
    listen = lambda _c, _cursor, statement, *_: said.append(statement)  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        desk.get(LIST)
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)
    asked = [each for each in said if each.startswith("SELECT")]
    assert len(asked) <= 6, asked
    monkeypatch.setattr(staff, "PAGE", 3)
    page = desk.get(LIST)
    assert "Aya" in page.seen and "Dex" not in page.seen
    older = next(values["href"] for tag, values in page.tags if tag == "a" and values.get("rel") == "next")
    assert "Dex" in desk.get(older).seen
    assert "Aya" not in desk.get(f"{LIST}?zoek=cas").seen and "Cas" in desk.get(f"{LIST}?zoek=cas bos").seen
    assert desk.get(f"{LIST}?jaar=99999999999999&na=x&toon=y").status == 200
    desk.get(f"{LIST}/99999999/{kok.id}/{kok.id}", status=404)
