from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.files import actions as files
from portal.imports import actions as imports
from portal.imports import queries
from portal.imports.rules import MOST_BYTES
from portal.throttle.rules import Limit
from portal.uploads import worker
from portal.uploads.models import Upload
from tests.imports.conftest import ANNA, FAMILY, HEADER, PIET, a_file, many


def test_file_is_looked_at_confirmed_imported_and_told_of(desk, counted, inside, kok):
    before = counted()
    seen = desk.send(*FAMILY)
    assert "Anna de Vries" in seen.seen and "Er gaan 2 e-mails met inloggegevens uit." in seen.seen
    assert "Nieuwe groepen: De Vlinders, De Rupsen" in seen.seen
    assert counted() == before
    waiting = desk.browser.follow(desk.confirm(seen))
    assert "Het importeren begint zo." in waiting.seen and "Ververs deze pagina" in waiting.seen
    desk.work()
    done = desk.browser.follow(desk.browser.get(waiting.response.request.path, 303))
    assert "Het importeren is klaar" in done.seen and "2 e-mails met inloggegevens gaan uit." in done.seen
    after = counted()
    assert after["account"] == before["account"] + 2 and after["mail"] == 2
    with inside(kok) as session:
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "parents_imported")).one()
        assert line.actor_id == desk.browser.account.id
        assert session.scalars(sa.select(Upload.content)).all() == [None]
    assert "ouders.csv" in desk.browser.get("/beheer/import").seen


def test_preview_says_per_row_what_changes(desk):
    desk.confirm(desk.send(*FAMILY))
    desk.work()
    seen = desk.send(
        ANNA.replace("0612345678", "0687654321"),
        FAMILY[1].replace("De Rupsen", "De Uilen").replace("0612345678", "0687654321"),
        PIET,
        PIET.replace("Noor", "Bo"),
    ).seen
    assert "Ouders 0 2 0" in seen and "Kinderen 1 1 1" in seen
    assert "Noor Bakker De Vlinders telefoon" in seen
    assert "Sem Bakker De Uilen telefoon, andere groep" in seen
    assert "Bo Bakker De Vlinders kind erbij" in seen
    assert "e-mail" not in seen.partition("Klopt het?")[2].partition("Ja, importeer")[0]


def test_file_that_says_nothing_new_cannot_be_confirmed(desk):
    desk.confirm(desk.send(*FAMILY))
    desk.work()
    seen = desk.send(*FAMILY)
    assert "Alles uit dit bestand staat al zo in het portaal." in seen.seen
    assert not [form for form in seen.forms if form["attributes"].get("id") == "confirm-form"]


def test_wrong_rows_are_named_and_nothing_can_be_confirmed(desk, counted):
    before = counted()
    rows = many(300)
    rows[41] = rows[41].replace("@", "")
    rows[170:] = [row.replace(";ja", ";?") for row in rows[170:]]
    seen = desk.send(*rows)
    assert "131 regels zijn niet goed" in seen.seen
    assert "Regel 43 ouder41voorbeeld.nl is geen e-mailadres" in seen.seen
    assert "Regel 172 gezag is ja, nee, voogd of pleegouder, niet ?" in seen.seen and "En nog 31." in seen.seen
    assert not [form for form in seen.forms if form["attributes"].get("id") == "confirm-form"]
    desk.browser.post(seen.response.request.path + "/bevestigen")
    desk.work()
    assert counted() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04" + b"\0" * 200, "Dit is een Excel-bestand."),
        (b"", "Het bestand is leeg."),
        (b"\0\1\2\3" * 50, "Dit is geen tekstbestand."),
        (a_file(ANNA).encode("utf-16"), "Dit is geen tekstbestand."),
        (b"naam;adres\r\nAnna;Dorp\r\n", "De eerste regel moet de kolommen noemen"),
        (HEADER.encode(), "Onder de kolomnamen staat geen enkele rij."),
        (a_file(ANNA, header=HEADER.replace(";gezag", "")).encode(), "In het bestand ontbreekt: gezag."),
        (a_file(*many(20_001)).encode(), "Het bestand heeft meer dan 20.000 rijen."),
        (b"a" * (2 * MOST_BYTES), "Het bestand is groter dan 5 MB."),
    ],
)
def test_what_is_no_file_of_parents_is_refused_in_the_form(desk, rows, content, words):
    before = rows()
    page = desk.send(content=content, status=422)
    assert words in page.seen
    assert rows() == before


def test_larger_than_that_is_refused_before_it_is_read_and_for_strangers_much_earlier(desk, visitor, kok, anna):
    desk.send(content=b"a" * (17 * 1024 * 1024), status=413)
    stranger, parent = visitor(kok), visitor(kok)
    parent.log_in(anna)
    for browser, status in ((stranger, 303), (parent, 404)):
        browser.post("/beheer/import", status, files={"file": ("a.csv", b"a" * 17_000)})


def test_cells_of_another_encoding_and_strange_cells_are_told_by_their_line(desk):
    ok = desk.send(content=a_file(ANNA.replace("Anna", "Zoë")).encode("cp1252"))
    assert "Zoë de Vries" in ok.seen
    seen = desk.send(ANNA, PIET.replace("Piet", "=HYPERLINK(1)"), FAMILY[1].replace("Anna", "An\0na")).seen
    assert "Regel 3 voornaam begint met =, als een formule" in seen
    assert "Regel 4 in voornaam staat een teken dat wij niet kennen" in seen


def test_name_of_a_file_is_only_words(desk):
    page = desk.send(ANNA, name="C:/fakepath/../<img src=x>.csv")
    assert "<img src=x>.csv" in page.seen and "fakepath" not in page.seen and "<img src=x" not in page.text


def test_no_file_two_files_and_words_for_a_file_are_refused(desk):
    assert "Kies een bestand." in desk.browser.post("/beheer/import", 422, files={}).seen
    assert "Kies een bestand." in desk.browser.post("/beheer/import", 422, file=a_file(ANNA)).seen


def test_confirming_asks_for_the_password_first_when_that_is_long_ago(time, desk, counted):
    seen = desk.send(*FAMILY)
    time.move(minutes=11)
    page = desk.confirm(seen)
    assert "/bevestigen" in page.response.location and "/beheer/import/" in page.response.location
    before = counted()
    desk.work()
    assert counted() == before


def test_confirming_twice_imports_once(desk, counted):
    seen = desk.send(*FAMILY)
    for _ in range(2):
        desk.confirm(seen)
    desk.work()
    after = counted()
    desk.confirm(seen)
    desk.work()
    assert counted() == after and after["mail"] == 2


def test_what_changed_meanwhile_is_to_be_looked_at_again(desk, command, tmp_path, counted):
    seen = desk.send(*FAMILY)
    desk.confirm(seen)
    path = tmp_path / "ouders.csv"
    path.write_bytes(a_file(ANNA.replace("0612345678", "")).encode())
    command("parents", "import", path, "--organisation", "kok")
    desk.work()
    again = desk.browser.follow(desk.browser.get(seen.response.request.path + "/voortgang", 303))
    assert "Er is intussen iets veranderd in het portaal." in again.seen
    assert "Ouders 1 1 0" in again.seen and counted()["mail"] == 1
    desk.confirm(again)
    desk.work()
    assert counted()["mail"] == 2


def test_next_file_takes_the_place_of_the_one_before(desk):
    first, second = desk.send(*FAMILY), desk.send(*FAMILY)
    assert "Dit bestand is er niet meer" in desk.browser.get(first.response.request.path, 410).seen
    desk.browser.get(second.response.request.path)


def test_two_people_import_the_same_file_at_once_and_it_happens_once(desk, office, counted):
    colleague = office("manager")
    mine, theirs = desk.send(*FAMILY), desk.send(*FAMILY, by=colleague)
    desk.confirm(mine)
    desk.confirm(theirs, by=colleague)
    assert "een ander bestand aan de beurt" in colleague.get(theirs.response.request.path + "/voortgang").seen
    desk.work()
    assert counted()["mail"] == 2
    page = colleague.follow(colleague.get(theirs.response.request.path + "/voortgang", 303))
    assert "Er is intussen iets veranderd" in page.seen and "Alles uit dit bestand staat al zo" in page.seen


def test_worker_that_dies_leaves_nothing_half_done_and_the_next_one_finishes(time, desk, app, monkeypatch, counted):
    before = counted()
    seen = desk.send(*FAMILY)
    desk.confirm(seen)

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(imports, "_send_credentials", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.work()
    assert counted() == before
    assert "Wij importeren 3 rijen." in desk.browser.get(seen.response.request.path + "/voortgang").seen
    desk.work()
    assert counted() == before
    time.move(minutes=6)
    desk.work()
    assert counted()["mail"] == 2


def test_import_that_breaks_says_so_and_changes_nothing(desk, monkeypatch, counted, caplog):
    before = counted()
    seen = desk.send(*FAMILY)
    desk.confirm(seen)
    with monkeypatch.context() as patched:
        patched.setattr(imports, "_send_credentials", lambda *args: 1 / 0)
        desk.work()
    assert counted() == before
    page = desk.browser.follow(desk.browser.get(seen.response.request.path + "/voortgang", 303))
    assert "Het importeren is niet gelukt. Er is niets veranderd." in page.seen
    assert "ZeroDivisionError" in caplog.text and "anna@voorbeeld.nl" not in caplog.text
    desk.confirm(page)
    desk.work()
    assert counted()["mail"] == 2


def test_file_that_nobody_confirms_goes_after_an_hour(time, desk, app, inside, kok):
    seen = desk.send(*FAMILY)
    time.move(minutes=61)
    with app.app_context():
        worker.sweep()
    with inside(kok) as session:
        row = session.scalars(sa.select(Upload)).one()
        assert (row.state, row.content, row.preview) == ("gone", None, {})
    time.move(days=8)
    with app.app_context():
        worker.sweep()
    with inside(kok) as session:
        assert session.scalars(sa.select(Upload)).all() == []
    assert seen


def test_file_can_be_thrown_away(desk, inside, kok):
    seen = desk.send(*FAMILY)
    page = desk.browser.follow(desk.browser.post(seen.form("throw-away-form")["attributes"]["action"]))
    assert "Het bestand is weggegooid." in page.seen
    assert "Er is niets veranderd." in desk.browser.get(seen.response.request.path, 410).seen
    with inside(kok) as session:
        assert session.scalars(sa.select(Upload.content)).all() == [None]


def test_doubts_stay_until_somebody_looked_at_them(desk, inside, kok):
    desk.confirm(desk.send(*FAMILY))
    desk.work()
    seen = desk.send(ANNA.replace("anna@", "anna.de.vries@"))
    assert "1 twijfel" in seen.seen and "met het adres anna@voorbeeld.nl: is dat nog goed?" in seen.seen
    desk.confirm(seen)
    desk.work()
    with inside(kok):
        (doubtful,) = queries.doubtful_imports()
    assert "1 Twijfels na het importeren ouders.csv" in desk.browser.get("/beheer").seen
    page = desk.browser.get(f"/beheer/import/gedaan/{doubtful.id}")
    assert "is dat nog goed?" in page.seen and "1 twijfel" in desk.browser.get("/beheer/import").seen
    page = desk.browser.follow(desk.browser.post(page.form("settle-form")["attributes"]["action"]))
    assert "Nagekeken op" in page.seen
    with inside(kok):
        assert not queries.doubtful_imports()
    assert "Twijfels" not in desk.browser.get("/beheer").seen


def test_command_leaves_its_doubts_for_the_office_too(kok, office, command, tmp_path, inside):
    path = tmp_path / "ouders.csv"
    for address in ("anna@", "anna.de.vries@"):
        path.write_bytes(a_file(ANNA.replace("anna@", address)).encode())
        command("parents", "import", path, "--organisation", "kok")
    with inside(kok):
        (doubtful,) = queries.doubtful_imports()
        assert doubtful.doubt_count == 1 and "is dat nog goed?" in doubtful.doubts[0][1]
    assert "ouders.csv" in office("manager").get("/beheer/import").seen


def test_page_without_htmx_opens_itself_again_and_with_htmx_keeps_nobody_logged_in(time, desk):
    waiting = desk.browser.follow(desk.confirm(desk.send(*FAMILY)))
    assert '<noscript><meta http-equiv="refresh"' in waiting.text
    (polled,) = [attributes for _tag, attributes in waiting.tags if attributes.get("id") == "progress"]
    assert polled["data-hx-trigger"] == "every 2s" and polled["data-hx-headers"] == '{"X-Achtergrond": "1"}'
    desk.work()
    answer = desk.browser.get(polled["data-hx-get"], 204, headers={"HX-Request": "true", "X-Achtergrond": "1"})
    assert "/beheer/import/gedaan/" in answer.response.headers["HX-Redirect"]


def test_late_worker_is_told_of(time, desk):
    waiting = desk.browser.follow(desk.confirm(desk.send(*FAMILY)))
    time.move(seconds=31)
    assert "langer dan normaal" in desk.browser.get(waiting.response.request.path).seen


def test_somebody_of_another_organisation_finds_nothing(desk, zon, office, inside, kok, visitor, bram):
    seen = desk.send(*FAMILY)
    path = seen.response.request.path
    stranger, parent = office("manager", zon), visitor(zon)
    parent.log_in(bram)
    for browser in (stranger, parent):
        browser.get(path, 404)
        browser.get(path + "/voortgang", 404)
        browser.post(path + "/bevestigen", 404)
        browser.post(path + "/weggooien", 404)
    parent.get("/beheer/import", 404)
    with inside(kok) as session:
        assert session.scalars(sa.select(Upload.state)).all() == ["ready"]


@pytest.mark.parametrize(("role", "status"), [("groepsleiding", 404), ("planning", 404), ("manager", 200)])
def test_only_who_may_import_opens_the_page(office, role, status):
    office(role).get("/beheer/import", status)


def test_example_can_be_imported(desk):
    content = desk.browser.get("/beheer/import/voorbeeld.csv").response.get_data()
    assert "Ouders 2 0 0" in desk.send(content=content).seen


def test_too_many_files_in_an_hour_are_refused(desk, monkeypatch):
    monkeypatch.setattr(files, "UPLOADS", Limit("uploads", 1, timedelta(hours=1)))
    desk.send(ANNA)
    assert "Probeer het over een uur opnieuw." in desk.send(ANNA, status=422).seen
