"""The database: rows, the organisation they belong to, how a transaction begins, and migrations.

Every query sees the rows of one organisation only. `within` says which; without it a query on such rows is an
error, never an answer. On PostgreSQL row level security holds the same line once more.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

import flask_sqlalchemy.session
import sqlalchemy as sa
from flask import Flask, g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.sql.visitors import iterate

from portal import clock

EVERYWHERE = "*"
MIGRATION_LOCK = 7_262_014  # any number, the same for every node
MIGRATION_WAIT = 60_000  # milliseconds for another node on SQLite; on PostgreSQL as long as it takes
WAL_WAIT = 5.0  # seconds, as busy_timeout
SQLITE_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "temp_store=MEMORY",
)


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class OneDatabase(flask_sqlalchemy.session.Session):
    """Flask-SQLAlchemy looks at every statement for the database it belongs to. We have one."""

    def __init__(self, db: SQLAlchemy, **options: Any) -> None:
        super().__init__(db, **options)
        self.engine = db.engine

    def get_bind(self, *_: Any, **__: Any) -> sa.Engine:
        return self.engine


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": OneDatabase})
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class Moment(sa.TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone, so it is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def plain_text(length: int) -> sa.String:
    """Text that compares by its bytes on both databases, so that an index finds what begins with something."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


class Row(Model):
    """A row with an id nobody can guess, and when it was made and last changed."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: clock.now())
    updated_at: Mapped[datetime] = mapped_column(Moment, default=lambda: clock.now(), onupdate=lambda: clock.now())


class OrganisationRow(Row):
    """A row of one organisation: seen only `within` it."""

    __abstract__ = True

    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)


class NoOrganisation(RuntimeError):
    """A query on rows of an organisation, while nobody said which: a mistake in the code, never an empty answer."""


def enter(scope: UUID | str | None) -> None:
    """From here on the rows of this organisation are seen (or of all: EVERYWHERE, or of none: None)."""
    g.scope = scope


@contextmanager
def within(scope: UUID | str) -> Iterator[None]:
    before = g.get("scope")
    enter(scope)
    try:
        yield
    finally:
        enter(before)


def scope() -> UUID:
    """The organisation whose rows are seen now. Raises NoOrganisation when that is none or all of them."""
    value = g.get("scope")
    if not isinstance(value, UUID):
        raise NoOrganisation
    return value


def changed(statement: Any, **values: Any) -> int:
    """Run an UPDATE or DELETE; the number of rows it changed. With the old value in its WHERE, one of many wins."""
    result = db.session.execute(statement, values, execution_options={"synchronize_session": False})
    return int(getattr(result, "rowcount", 0))


def end_reading() -> None:
    """What was read so far stays as it is; a write, or a password to hash, does not wait inside an open transaction."""
    if db.session().in_transaction():
        db.session.commit()
    g.pop("read_only", None)


def let_go() -> None:
    """No transaction and no connection is left in this process, which from here on only watches over others."""
    db.session.remove()
    db.engine.dispose()


def read_only() -> None:
    """What follows only reads, so it need not wait for a writer (a GET). SQLite: BEGIN instead of BEGIN IMMEDIATE."""
    g.read_only = True


@contextmanager
def writing() -> Iterator[None]:
    """A write of its own inside a request that otherwise only reads. Starts and ends without an open transaction."""
    session = db.session()
    session.rollback()
    before = g.pop("read_only", False)
    try:
        yield
    finally:
        session.rollback()
        g.read_only = before


@event.listens_for(Session, "do_orm_execute")
def _only_this_organisation(state: ORMExecuteState) -> None:
    takes_parameter = state.is_select or state.execution_options.get("synchronize_session") is False
    scoped = _scoped.get(state.statement) if takes_parameter else None
    if scoped is None and not _is_about_organisations(state):
        return
    scope = g.get("scope")
    if scope is None:
        raise NoOrganisation
    _tell_postgresql(state.session)
    if scope == EVERYWHERE or state.is_insert:
        return
    if takes_parameter:
        if scoped is None:
            scoped = _scoped[state.statement] = state.statement.options(_OF_SCOPE)
        state.statement = scoped
        state.parameters = {**cast(dict[str, Any], state.parameters or {}), "scope_": scope}
    else:  # with the value in it: SQLAlchemy looks in memory too which rows are changed, and knows no parameters there
        state.statement = state.statement.options(
            with_loader_criteria(OrganisationRow, lambda cls: cls.organisation_id == scope, include_aliases=True)
        )


def _is_about_organisations(state: ORMExecuteState) -> bool:
    """Whether rows of an organisation take part, also when they are only counted or looked for.

    Of bare tables nobody knows: write selects with the classes.
    """
    if any(issubclass(mapper.class_, OrganisationRow) for mapper in state.all_mappers):
        return True
    if not state.is_select:
        return False
    parts = iterate(cast(sa.ClauseElement, state.statement))
    return any(isinstance(part, sa.Table) and "organisation_id" in part.c for part in parts)


_OF_SCOPE = with_loader_criteria(
    OrganisationRow, lambda cls: cls.organisation_id == sa.bindparam("scope_", type_=sa.Uuid()), include_aliases=True
)
# A statement that is written once is worked out once, with the organisation as a parameter: that takes longer than to
# run it. What is kept here goes away with the statement.
_scoped: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


@event.listens_for(Session, "before_flush")
def _before_writing(session: Session, *_: Any) -> None:
    if g.get("scope") is not None:
        _tell_postgresql(session)


@event.listens_for(Session, "after_begin")
def _begin(session: Session, _transaction: Any, connection: sa.Connection) -> None:
    session.info.pop("told", None)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if g.get("read_only") else "BEGIN IMMEDIATE")
    elif g.get("scope") is not None:
        _tell_postgresql(session, connection)


def _tell_postgresql(session: Session, connection: sa.Connection | None = None) -> None:
    """Say once per transaction which organisation row level security lets through."""
    name = str(g.scope)
    if session.info.get("told") == name or session.get_bind().dialect.name != "postgresql":
        return
    session.info["told"] = name
    (connection or session.connection()).execute(_SET_ORGANISATION, {"name": name})


_SET_ORGANISATION = sa.text("SELECT set_config('portal.organisation', :name, true)")


def set_up_connections(app: Flask) -> None:
    """WAL and friends on every connection of SQLite; there transactions are begun by `_begin`, not by the driver."""
    prepare = {"sqlite": _prepare_sqlite, "postgresql": _prepare_postgresql}[db.engine.dialect.name]
    event.listen(db.engine, "connect", prepare)


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """PostgreSQL thinks our conditions dear and compiles them first: 1,500 ms for what takes 25 ms to answer."""
    connection.execute("SET jit = off")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    _turn_on_wal(connection)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _turn_on_wal(connection: Any) -> None:
    """In a new database somebody else may be writing; for this one step SQLite does not wait by itself."""
    last = time.monotonic() + WAL_WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > last:
                raise
            time.sleep(0.02)


def refresh_statistics() -> None:
    """Let SQLite look how many rows its indexes tell apart (https://sqlite.org/lang_analyze.html, "analysis_limit").

    Without, it guesses, and walked through all rows of an organisation to find a few for a list of the office.
    Connections that are open learn of it when they are made anew, within the hour. PostgreSQL looks by itself.
    """
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit=1000")
            connection.exec_driver_sql("ANALYZE")


def row_level_security(table: str) -> list[str]:
    """What a migration runs so that PostgreSQL guards a table with an organisation_id, even from its owner.

    A CASE, because its planner then takes half of the rows to pass. Of an OR it expects one in a hundred, in every
    table anew, and reads whole tables to find what it believes to be one row.
    """
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY organisation ON {table} USING ({OWN_ROWS})",
    ]


OWN_ROWS = (
    "CASE WHEN current_setting('portal.organisation', true) = organisation_id::text THEN true"
    " ELSE current_setting('portal.organisation', true) = '*' END"
)


def is_above_the_law() -> bool:
    """Whether row level security does nothing for us, because our PostgreSQL role is a superuser or may bypass it."""
    if db.engine.dialect.name != "postgresql":
        return False
    mine = sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    return bool(db.session.execute(mine).scalar())


def migrate(revision: str = "head") -> None:
    """Bring the database to this revision. Two nodes that start at once wait for each other."""
    from alembic import command

    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.detach()  # not for the pool again, for no page waits this long
            connection.exec_driver_sql(f"PRAGMA busy_timeout={MIGRATION_WAIT}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            connection.execute(_SET_ORGANISATION, {"name": EVERYWHERE})
        command.upgrade(alembic_config(connection), revision)
        connection.commit()


def alembic_config(connection: sa.Connection | None = None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "portal:migrations")
    config.attributes["connection"] = connection
    return config


def is_migrated() -> bool:
    """Whether the database stands at the newest revision of this code."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
