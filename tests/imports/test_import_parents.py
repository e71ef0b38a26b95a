import json
import re
import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Account, Person
from portal.auth.queries import account_with, own_words
from portal.children.models import Child, Guardianship
from portal.children.queries import children_of
from portal.db import db, within
from portal.imports import actions, rules
from portal.organisations.models import Group
from portal.outbox.models import BULK, Mail
from tests.imports.conftest import ANNA, FAMILY, HEADER, PIET, a_file, many


def test_family_gets_accounts_children_guardianships_and_one_mail_each(kok, import_rows, counted):
    said = import_rows(*FAMILY)
    assert said.code == 0
    assert said.err == ""
    assert "Parents: 2 new, 0 changed, 0 unchanged." in said.out
    assert "Children: 2 new, 0 changed, 0 unchanged." in said.out
    assert "New: groups De Vlinders, De Rupsen." in said.out
    assert "2 mails with credentials will go out" in said.out
    counts = counted()
    assert counts.pop("access_log") == 4
    assert counts == {"person": 4, "account": 2, "child": 2, "guardianship": 3, "care_group": 2, "mail": 2}


def test_what_is_written_is_what_the_file_says(kok, import_rows, inside):
    import_rows(ANNA)
    with inside(kok) as session:
        account = session.scalars(sa.select(Account)).one()
        assert (account.email, account.status, account.password_hash) == ("anna@voorbeeld.nl", "invited", None)
        assert (account.person.full_name, account.person.phone) == ("Anna de Vries", "0612345678")
        child = session.scalars(sa.select(Child)).one()
        assert (child.person.full_name, child.person.birth_date) == ("Noor Bakker", date(2023, 5, 1))
        assert child.group.name == "De Vlinders"
        link = session.scalars(sa.select(Guardianship)).one()
        assert (link.child_id, link.person_id) == (child.id, account.person_id)
        mail = session.scalars(sa.select(Mail)).one()
        assert (mail.kind, mail.account_id, mail.priority) == ("auth/credentials", account.id, BULK)
        assert "Noor" in own_words(account)


@pytest.mark.parametrize(
    ("gezag", "role", "can_decide", "can_see"),
    [
        ("ja", "custody", True, True),
        ("voogd", "guardian", True, True),
        ("pleegouder", "foster", False, True),
        ("nee", "no_custody", False, False),
    ],
)
def test_gezag_gives_rights_and_no_gezag_gives_none(kok, import_rows, inside, gezag, role, can_decide, can_see):
    import_rows(ANNA.removesuffix("ja") + gezag)
    with inside(kok) as session:
        link = session.scalars(sa.select(Guardianship)).one()
        assert (link.role, link.can_decide, link.can_see_daily) == (role, can_decide, can_see)
        assert bool(children_of(link.person_id)) is can_see


def test_same_file_twice_changes_nothing_and_mails_nobody(kok, import_rows, counted):
    import_rows(*FAMILY)
    before = counted()
    said = import_rows(*reversed(FAMILY))
    assert counted() == before
    assert "Parents: 0 new, 0 changed, 2 unchanged." in said.out
    assert "Children: 0 new, 0 changed, 2 unchanged." in said.out
    assert "No mail is sent." in said.out


def test_same_file_in_other_letters_changes_no_rows(kok, import_rows, counted):
    import_rows(*FAMILY)
    before = counted()
    import_rows(*[row.replace("@voorbeeld", "@VoorBeeld").replace("Noor", "NOOR  ") for row in FAMILY])
    assert counted() == before


def test_name_phone_and_group_follow_the_file(kok, import_rows, inside, counted):
    import_rows(ANNA, PIET)
    before = counted()
    said = import_rows(
        ANNA.replace("de;Vries;0612345678", ";Bakker;+31687654321").replace("Vlinders", "Uilen"),
        PIET.replace("Vlinders", "Uilen"),
    )
    assert "Parents: 0 new, 1 changed, 1 unchanged." in said.out
    assert "Children: 0 new, 1 changed, 0 unchanged." in said.out
    with inside(kok) as session:
        person = account_with("anna@voorbeeld.nl").person
        assert (person.full_name, person.phone) == ("Anna Bakker", "+31687654321")
        assert session.scalars(sa.select(Child)).one().group.name == "De Uilen"
    after = counted()
    assert (after["mail"], after["person"]) == (before["mail"], before["person"])


def test_empty_cell_takes_no_phone_and_no_group_away(kok, import_rows, inside):
    import_rows(ANNA)
    said = import_rows(ANNA.replace("0612345678", "").replace("De Vlinders", ""))
    assert "Parents: 0 new, 0 changed, 1 unchanged." in said.out
    with inside(kok) as session:
        assert account_with("anna@voorbeeld.nl").person.phone == "0612345678"
        assert session.scalars(sa.select(Child)).one().group.name == "De Vlinders"


def test_phone_and_group_may_stand_in_one_row_of_the_family(kok, import_rows, inside):
    anna, again, piet = FAMILY
    import_rows(anna.replace("0612345678", "").replace("De Vlinders", ""), again, piet)
    with inside(kok):
        person = account_with("anna@voorbeeld.nl").person
        assert person.phone == "0612345678"
        assert [(child.given_name, child.group_name) for child in children_of(person.id)] == [
            ("Noor", "De Vlinders"),
            ("Sem", "De Rupsen"),
        ]


def test_new_child_is_linked_to_the_account_that_is_there(kok, anna, import_rows, inside, counted):
    said = import_rows(FAMILY[1])
    assert "Parents: 0 new, 1 changed, 0 unchanged." in said.out
    assert "Children: 1 new, 0 changed, 0 unchanged." in said.out
    assert counted()["mail"] == 0
    with inside(kok):
        assert [child.given_name for child in children_of(anna.person_id)] == ["Noor", "Sem"]


def test_second_parent_comes_to_a_known_child_and_a_known_group(kok, anna, import_rows, counted):
    said = import_rows(PIET.replace("De Vlinders", "de vlinders"))
    assert "Parents: 1 new, 0 changed, 0 unchanged." in said.out
    assert "Children: 0 new, 0 changed, 1 unchanged." in said.out
    counts = counted()
    assert (counts["child"], counts["care_group"], counts["guardianship"]) == (1, 1, 2)


def test_same_address_at_two_organisations_is_two_accounts(kok, bram, zon, import_rows, inside, counted):
    import_rows("bram@voorbeeld.nl;Abraham;;Jansen;;Daan;Jansen;2024-02-29;De Madeliefjes;ja")
    assert counted()["account"] == 2
    assert counted()["child"] == 2
    with inside(zon):
        assert account_with("bram@voorbeeld.nl").person.given_name == "Bram"
    with inside(kok):
        assert account_with("bram@voorbeeld.nl").status == "invited"


def test_dry_run_says_what_would_happen_and_writes_nothing(kok, import_rows, counted):
    before = counted()
    said = import_rows(*FAMILY, options=["--dry-run"])
    assert said.code == 0
    assert "regel 2: Anna de Vries <anna@voorbeeld.nl> new; Noor Bakker new (custody)" in said.out
    assert "2 mails with credentials would be sent." in said.out
    assert "nothing was changed" in said.out
    assert counted() == before


def test_one_bad_row_of_a_hundred_writes_nothing(kok, import_rows, counted):
    before = counted()
    rows = many(100)
    rows[41] = rows[41].replace("@", "")
    said = import_rows(*rows)
    assert said.code == 1
    assert said.out == ""
    assert said.err.splitlines() == [
        "regel 43: ouder41voorbeeld.nl is geen e-mailadres",
        "Nothing was imported: 1 row is not right.",
    ]
    assert counted() == before


def test_every_bad_row_is_named(kok, import_rows):
    rows = [row.replace(";ja", ";?") for row in many(120)]
    said = import_rows(*rows)
    assert len(said.err.splitlines()) == 121
    assert said.err.endswith("Nothing was imported: 120 rows are not right.\n")


@pytest.mark.parametrize(("before", "after"), [("nee", "ja"), ("ja", "nee"), ("pleegouder", "voogd")])
def test_file_never_changes_the_gezag_that_is_recorded(kok, import_rows, inside, counted, before, after):
    import_rows(ANNA.removesuffix("ja") + before)
    counts = counted()
    said = import_rows(ANNA.removesuffix("ja") + after, PIET)
    assert said.code == 1
    assert "regel 2: Anna de Vries heeft bij Noor Bakker al een ander gezag" in said.err
    assert counted() == counts
    with inside(kok) as session:
        assert session.scalars(sa.select(Guardianship.role)).all() == [rules.GEZAG[before]]


def test_rights_the_office_took_or_gave_stay_as_they_are(kok, import_rows, inside):
    import_rows(ANNA)
    with inside(kok) as session:
        session.scalars(sa.select(Guardianship)).one().can_see_daily = False
    assert import_rows(ANNA).code == 0
    with inside(kok) as session:
        assert not session.scalars(sa.select(Guardianship)).one().can_see_daily


def test_guardianship_that_ended_does_not_come_back_with_a_file(kok, import_rows, inside):
    import_rows(ANNA)
    with inside(kok) as session:
        link = session.scalars(sa.select(Guardianship)).one()
        link.valid_to = yesterday = clock.today() - timedelta(days=1)
    said = import_rows(ANNA)
    assert "regel 2: Anna de Vries ziet Noor Bakker niet meer; dat blijft zo" in said.out
    with inside(kok) as session:
        assert session.scalars(sa.select(Guardianship)).one().valid_to == yesterday


def test_address_of_one_parent_cannot_go_to_another(kok, anna, import_rows, inside, counted):
    before = counted()
    said = import_rows(PIET.replace("piet@", "ANNA@"))
    assert said.code == 1
    assert "ANNA@voorbeeld.nl is al het adres van Anna de Vries; twee personen kunnen geen adres delen" in said.err
    assert counted() == before


def test_corrected_address_is_pointed_out_since_the_old_one_keeps_its_rights(kok, anna, import_rows):
    said = import_rows(ANNA.replace("anna@", "anna.devries@"))
    assert said.code == 0
    assert "Noor Bakker heeft al een ouder Anna de Vries, met het adres anna@voorbeeld.nl: is dat nog goed?" in said.out


@pytest.mark.parametrize("status", ["blocked", "closed"])
def test_blocked_account_stays_blocked_and_gets_no_mail(kok, anna, import_rows, inside, counted, status):
    with inside(kok) as session:
        session.get(Account, anna.id).status = status
    said = import_rows(ANNA, FAMILY[1])
    assert "het account van anna@voorbeeld.nl is geblokkeerd of gesloten en blijft dat" in said.out
    assert counted()["mail"] == 0
    with inside(kok) as session:
        assert session.get(Account, anna.id).status == status


def test_who_works_here_and_has_a_child_here_keeps_the_role(kok, els, import_rows, inside, counted):
    import_rows("els@kok.test;Els;van der;Berg;;Tim;Berg;1-5-2023;De Vlinders;ja")
    assert counted()["mail"] == 0
    with inside(kok):
        account = account_with("els@kok.test")
        assert account.role == "groepsleiding"
        assert [child.given_name for child in children_of(account.person_id)] == ["Tim"]


def test_mails_of_a_large_import_go_out_one_by_one(app, kok, inside, time):
    def due():
        moments = db.session.scalars(sa.select(Mail.due_at).order_by(Mail.due_at))
        return [(moment - time.now).total_seconds() for moment in moments]

    with inside(kok):
        first = rules.read(a_file(*many(3)).encode(), clock.today())
        result = actions.import_parents(first.rows, per_minute=30)
        assert due() == [0, 2, 4]
        assert result.last_mail_at == time.now + timedelta(seconds=4)
        actions.import_parents(rules.read(a_file(*many(5)).encode(), clock.today()).rows, per_minute=30)
        assert due() == [0, 2, 4, 6, 8]


def test_every_new_guardianship_and_the_import_itself_are_logged(kok, import_rows, inside):
    import_rows(*FAMILY)
    with inside(kok) as session:
        lines = session.scalars(sa.select(AccessLog)).all()
        anna = account_with("anna@voorbeeld.nl")
        assert sorted(line.action for line in lines) == ["guardianship_added"] * 3 + ["parents_imported"]
        assert len([line for line in lines if line.account_id == anna.id]) == 2
        children = {child.id for child in session.scalars(sa.select(Child))}
        assert {line.child_id for line in lines} == {*children, None}
        assert all("@" not in line.detail for line in lines)


def test_what_a_file_changes_of_somebody_is_logged_as_when_it_is_typed(kok, import_rows, inside):
    import_rows(*FAMILY)
    import_rows(
        ANNA.replace("0612345678", "0687654321").replace("Vlinders", "Bijen"), PIET.replace("Vlinders", "Bijen")
    )
    with inside(kok) as session:
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "parent_changed")).one()
        assert (line.account_id, line.detail) == (account_with("anna@voorbeeld.nl").id, "phone")
        noor = session.scalars(sa.select(Child).join(Person).where(Person.given_name == "Noor")).one()
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "child_changed")).one()
        assert (line.child_id, line.detail) == (noor.id, "group_id")


def test_more_rows_than_one_chunk_come_out_whole(kok, import_rows, counted):
    import_rows(*many(1001))
    counts = counted()
    assert (counts["account"], counts["child"], counts["mail"]) == (1001, 501, 1001)
    said = import_rows(*[row.replace("Anna;de", "Anneke;van").replace("Groep", "Klas") for row in many(1001)])
    assert "Parents: 0 new, 1001 changed, 0 unchanged." in said.out
    assert "Children: 0 new, 501 changed, 0 unchanged." in said.out


def test_program_gets_its_answer_as_json(kok, import_rows):
    said = import_rows(*[row + ";x" for row in FAMILY], options=["--json"], header=HEADER + ";klas")
    assert json.loads(said.out) == {
        "dry_run": False, "bad_rows": [], "remarks": [], "extra_columns": ["klas"],
        "new_groups": ["De Vlinders", "De Rupsen"], "parents": {"new": 2, "changed": 0, "unchanged": 0},
        "children": {"new": 2, "changed": 0, "unchanged": 0}, "new_guardianships": 3, "mails": 2,
    }  # fmt: skip


def test_program_gets_bad_rows_as_json_and_exit_code_1(kok, import_rows):
    said = import_rows(ANNA, PIET.replace("2023-05-01", "gisteren"), options=["--json"])
    assert said.code == 1
    assert json.loads(said.out)["bad_rows"] == [{"line": 3, "reason": "gisteren is geen datum, zoals 1-5-2023"}]


def test_extra_columns_are_said_and_do_no_harm(kok, import_rows):
    said = import_rows(ANNA + ";x;y", header=HEADER + ";klas;IBAN")
    assert "Not used: columns klas, iban." in said.out


def test_without_mail_server_the_command_says_that_mails_wait(kok, app, import_rows, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_SERVER", "")
    assert (
        "1 mail with credentials will wait in the outbox, because PORTAL_MAIL_SERVER is not set."
        in import_rows(ANNA).out
    )


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("nergens.csv", None, "There is no file .*nergens.csv."),
        (".", None, ".* is a folder, not a file."),
        ("leeg.csv", b"", "Het bestand is leeg."),
        ("kop.csv", HEADER.encode(), "Onder de kolomnamen staat geen enkele rij."),
        ("foto.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "Dit is geen tekstbestand.*"),
        ("lijst.xlsx", b"PK\x03\x04\x14\0", "Dit is een Excel-bestand.*"),
        ("groot.csv", b"x" * (rules.MOST_BYTES + 1), "Het bestand is groter dan 5 MB.*"),
    ],
)
def test_file_problem_is_one_sentence(kok, command, tmp_path, name, content, sentence):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    said = command("parents", "import", tmp_path / name, "--organisation", "kok")
    assert said.code == 1
    assert said.out == ""
    assert re.fullmatch(sentence + "\n", said.err)


def test_unknown_organisation_is_refused_with_the_known_ones(kok, zon, import_rows):
    said = import_rows(ANNA, at="kik")
    assert (said.code, said.err) == (1, "There is no organisation kik. Known: zon, kok.\n")


def test_wrong_usage_is_exit_code_2(kok, command):
    assert command("parents", "import").code == 2
    assert command("parents", "import", "x.csv").code == 2


def test_imports_at_the_same_moment_never_double_anything(app, kok, save_file, processes, counted):
    path = save_file(*many(60))
    said = processes(3, "parents", "import", path, "--organisation", "kok")
    assert [each.err for each in said] == ["", "", ""]
    assert [each.code for each in said] == [0, 0, 0]
    counts = counted()
    assert (counts["account"], counts["child"], counts["guardianship"], counts["mail"]) == (60, 30, 60, 60)


def test_imports_that_start_together_wait_for_each_other(app, kok, counted):
    rows = rules.read(a_file(*many(60)).encode(), clock.today()).rows
    together, new = threading.Barrier(4, timeout=30), []

    def work():
        with app.app_context(), within(kok.id):
            together.wait()
            new.append(actions.import_parents(rows).parents("new"))
            db.session.commit()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [0, 0, 0, 60]
    assert counted()["account"] == 60


def test_group_of_another_organisation_is_not_used(kok, bram, import_rows, inside):
    import_rows(ANNA.replace("De Vlinders", "De Madeliefjes"))
    with inside(kok) as session:
        group = session.scalars(sa.select(Group)).one()
        assert (group.name, group.organisation_id) == ("De Madeliefjes", kok.id)
        assert session.scalar(sa.select(Person.organisation_id).where(Person.given_name == "Noor")) == kok.id
