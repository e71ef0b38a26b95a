"""The database grows with the code: from nothing, from every earlier step, and with two nodes at once."""

import sqlite3
import subprocess
import sys
import threading
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from portal import create_app
from portal import db as database
from portal.audit import queries
from portal.audit.actions import record
from portal.audit.models import AccessLog
from portal.auth.models import Person
from portal.auth.rules import sort_name
from portal.db import EVERYWHERE, NoOrganisation, db, within
from portal.organisations.models import Group, Organisation
from portal.outbox.models import Mail
from portal.people.models import NameWord

STEPS = list(reversed(list(ScriptDirectory.from_config(database.alembic_config()).walk_revisions())))
REVISIONS = [step.revision for step in STEPS]
KOK, LOCATION = UUID(int=1), UUID(int=2)
NOW = "'2026-11-23 09:30:00'"
# What a customer of that day had: rows to be found again at head. A step that changes such a table adds its own.
ROWS = {
    "0001": [
        "INSERT INTO organisation (id, slug, name, origin, host, email, phone, phone_hours, sender, colour, language,"
        " login_text, credentials_mail, temporary_password_hours, shortest_password, created_at, updated_at) VALUES"
        " (:kok, 'kok', 'Kok', 'https://kok.test', 'kok.test', 'a@kok.test', '010', '', '', '#1f6f66', 'nl', '',"
        f" 'password', 72, 12, {NOW}, {NOW})",
        "INSERT INTO location (id, organisation_id, name, created_at, updated_at)"
        f" VALUES (:location, :kok, 'Kok', {NOW}, {NOW})",
        "INSERT INTO care_group (id, organisation_id, location_id, name, created_at, updated_at)"
        f" VALUES (:location, :kok, :location, 'De Vlinders', {NOW}, {NOW})",
        "INSERT INTO mail (id, organisation_id, kind, address, params, message_id, state, priority, tries, due_at,"
        " expires_at, owner, smtp_text, created_at, updated_at) VALUES (:kok, :kok, 'auth/credentials', '', '{}',"
        f" '<1@kok.test>', 'sent', 1, 1, {NOW}, {NOW}, '', '', {NOW}, {NOW})",
    ]
}
# Lines of the access log, as they were before they formed chains.
LINES = [
    "INSERT INTO access_log (id, organisation_id, action, result, object_type, detail, address, created_at, updated_at)"
    f" VALUES (:line, :kok, '{action}', 'ok', '', 'é', '', '{moment}', '{moment}')"
    for action, moment in (("login", "2026-11-23 09:30:00.000001"), ("logout", "2026-11-23 09:31:00"))
]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """A portal whose database has no table yet."""
    environ = {"PORTAL_INSTANCE": str(tmp_path)}
    if request.param == "postgresql":
        new_database = request.getfixturevalue("postgresql_server")
        environ["PORTAL_SQLALCHEMY_DATABASE_URI"] = new_database(f"empty_{abs(hash(tmp_path))}")
    app = create_app(environ)
    app.environ = environ
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def save_rows(revision):
    """What stood in a database at this step."""
    with db.engine.begin() as connection:
        is_postgresql = connection.dialect.name == "postgresql"
        if is_postgresql:
            connection.execute(sa.text("SELECT set_config('portal.organisation', '*', true)"))
        for statement in ROWS[max(known for known in ROWS if known <= revision)]:
            ids = {"kok": KOK, "location": LOCATION} if ":location" in statement else {"kok": KOK}
            values = {name: str(value) if is_postgresql else value.hex for name, value in ids.items()}
            connection.execute(sa.text(statement), values)


def shape():
    """All there is to see of the schema: columns, keys, indexes and checks, by name."""
    found = sa.inspect(db.engine)
    return {
        table: {
            "columns": {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(table)},
            "primary key": found.get_pk_constraint(table),
            "foreign keys": _by_name(found.get_foreign_keys(table)),
            "unique": _by_name(found.get_unique_constraints(table)),
            "indexes": _by_name(found.get_indexes(table)),
            "checks": _by_name(found.get_check_constraints(table)),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def _by_name(constraints):
    return {constraint["name"]: constraint for constraint in constraints}


def test_steps_form_one_line():
    assert [step.down_revision for step in STEPS] == [None, *REVISIONS[:-1]]
    assert [f"{number:04}" for number in range(1, len(STEPS) + 1)] == REVISIONS


def test_steps_only_go_forward():
    assert [step.revision for step in STEPS if hasattr(step.module, "downgrade")] == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_earlier_database_comes_along_with_its_rows(empty, revision):
    database.migrate(revision)
    assert database.is_migrated() is (revision == REVISIONS[-1])
    save_rows(revision)
    database.migrate()
    assert database.is_migrated()
    assert db.session.get(Organisation, KOK).shortest_password == 12
    with within(KOK):
        assert [group.name for group in db.session.scalars(sa.select(Group))] == ["De Vlinders"]
        assert [mail.state for mail in db.session.scalars(sa.select(Mail))] == ["sent"]


def test_people_who_were_here_are_sorted_and_found(empty):
    database.migrate("0006")
    save_rows("0006")
    with db.engine.begin() as connection:
        is_postgresql = connection.dialect.name == "postgresql"
        if is_postgresql:
            connection.execute(sa.text("SELECT set_config('portal.organisation', '*', true)"))
        connection.execute(
            sa.text(
                "INSERT INTO person (id, organisation_id, given_name, infix, family_name, phone, language, created_at,"
                f" updated_at) VALUES (:zoe, :kok, 'Zoë', '', 'van der Łukasz-O''Brien', '', '', {NOW}, {NOW})"
            ),
            {name: str(i) if is_postgresql else i.hex for name, i in (("zoe", UUID(int=3)), ("kok", KOK))},
        )
    database.migrate()
    with within(KOK):
        zoe = db.session.scalars(sa.select(Person)).one()
        assert zoe.sort_name == sort_name("Zoë", "", "van der Łukasz-O'Brien") == "lukasz obrien, zoe van der"
        assert sorted(db.session.scalars(sa.select(NameWord.word))) == ["der", "lukasz", "obrien", "van", "zoe"]


def test_lines_of_before_the_chains_are_chained_as_they_were_found(empty):
    database.migrate("0007")
    save_rows("0007")
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT set_config('portal.organisation', '*', true)"))
        for statement in reversed(LINES):
            connection.execute(sa.text(statement), {"kok": KOK.hex, "line": uuid4().hex})
    database.migrate()
    with within(KOK):
        record("session_ended", None)
        db.session.commit()
        found = db.session.scalars(sa.select(AccessLog).order_by(AccessLog.number))
        assert [(line.number, line.action) for line in found] == [(1, "login"), (2, "logout"), (3, "session_ended")]
        assert queries.first_break_of("changes") is None


def test_models_and_migrations_tell_the_same(empty):
    database.migrate()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, db.metadata) == []
    migrated = shape()
    with db.engine.begin() as connection:
        for table in reversed(db.metadata.sorted_tables):
            connection.execute(sa.schema.DropTable(table))
        db.metadata.create_all(connection)
    assert migrated == shape()


def test_migrating_twice_changes_nothing(empty):
    database.migrate()
    before = shape()
    database.migrate()
    assert shape() == before


def test_two_nodes_that_start_at_once_wait_for_each_other(empty):
    command = [sys.executable, "-m", "portal", "db", "upgrade"]
    started = [
        subprocess.Popen(
            command, env={**empty.environ, "PATH": ""}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [node.communicate(timeout=60) for node in started]
    assert [node.returncode for node in started] == [0, 0], said
    assert database.is_migrated()


def test_a_new_database_in_which_somebody_writes_is_waited_for(tmp_path):
    other = sqlite3.connect(tmp_path / "portal.sqlite", check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    later = threading.Timer(0.3, other.execute, ["ROLLBACK"])
    later.start()
    with create_app({"PORTAL_INSTANCE": str(tmp_path)}).app_context():
        assert db.session.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
        db.session.remove()
        db.engine.dispose()
    later.join()
    other.close()


def test_half_an_upgrade_is_no_upgrade(empty):
    def power_cut(connection, cursor, statement, *rest):
        if "CREATE TABLE session" in statement:
            raise RuntimeError("the power went")

    sa.event.listen(db.engine, "before_cursor_execute", power_cut)
    with pytest.raises(RuntimeError):
        database.migrate()
    sa.event.remove(db.engine, "before_cursor_execute", power_cut)
    assert sa.inspect(db.engine).get_table_names() == []
    database.migrate()
    assert database.is_migrated()


# PostgreSQL guards the border between organisations once more


on_postgresql = pytest.mark.parametrize("empty", ["postgresql"], indirect=True)


@pytest.fixture
def guarded(empty):
    """Kok with one group, where the portal owns the tables but is no superuser."""
    database.migrate()
    save_rows(REVISIONS[-1])
    return empty


@on_postgresql
def test_postgresql_guards_every_table_of_an_organisation(guarded):
    with db.engine.connect() as connection:
        guarded_tables = connection.scalars(sa.text(
            "SELECT relname FROM pg_class c WHERE relkind = 'r' AND relrowsecurity AND relforcerowsecurity"
            " AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)"
        )).all()  # fmt: skip
        powers = sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert connection.scalar(powers) is False
    owned = {table.name for table in db.metadata.sorted_tables if "organisation_id" in table.columns}
    assert owned and set(guarded_tables) == owned


@on_postgresql
@pytest.mark.parametrize(("scope", "seen"), [(None, 0), ("", 0), (str(UUID(int=9)), 0), (str(KOK), 1), (EVERYWHERE, 1)])
def test_postgresql_shows_rows_to_their_own_organisation_only(guarded, scope, seen):
    with db.engine.connect() as connection:
        if scope is not None:
            connection.execute(sa.text("SELECT set_config('portal.organisation', :scope, true)"), {"scope": scope})
        assert connection.scalar(sa.text("SELECT count(*) FROM care_group")) == seen
        assert connection.execute(sa.text("UPDATE care_group SET name = 'x'")).rowcount == seen
        assert connection.execute(sa.text("DELETE FROM care_group")).rowcount == seen


@on_postgresql
def test_postgresql_takes_no_row_for_another_organisation(guarded):
    db.session.add(Group(organisation_id=KOK, location_id=LOCATION, name="De Rupsen"))
    with within(UUID(int=9)), pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        db.session.flush()


def test_query_without_an_organisation_is_an_error(empty):
    database.migrate()
    with pytest.raises(NoOrganisation):
        db.session.scalars(sa.select(Group)).all()
