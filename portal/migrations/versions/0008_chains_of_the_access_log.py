"""The lines of the access log form chains, and the database refuses to change or remove one"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0008"
down_revision = "0007"

IS_OLD = (
    "EXISTS (SELECT 1 FROM access_log_chain c"
    " WHERE c.organisation_id = OLD.organisation_id AND c.chain = OLD.chain AND OLD.number <= c.purged)"
)
REFUSE = {
    "sqlite": [
        "CREATE TRIGGER access_log_is_never_changed BEFORE UPDATE ON access_log"
        " BEGIN SELECT RAISE(ABORT, 'a line of the access log is never changed'); END",
        "CREATE TRIGGER access_log_is_never_removed BEFORE DELETE ON access_log"
        f" WHEN NOT {IS_OLD}"
        " BEGIN SELECT RAISE(ABORT, 'a line of the access log is only removed when it is old'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION access_log_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'a line of the access log is never changed'; END $$",
        "CREATE FUNCTION access_log_is_never_removed() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF {IS_OLD} THEN RETURN OLD; END IF;"
        " RAISE EXCEPTION 'a line of the access log is only removed when it is old'; END $$",
        "CREATE TRIGGER access_log_is_never_changed BEFORE UPDATE ON access_log"
        " FOR EACH ROW EXECUTE FUNCTION access_log_is_never_changed()",
        "CREATE TRIGGER access_log_is_never_removed BEFORE DELETE ON access_log"
        " FOR EACH ROW EXECUTE FUNCTION access_log_is_never_removed()",
        "CREATE TRIGGER access_log_is_never_emptied BEFORE TRUNCATE ON access_log"
        " FOR EACH STATEMENT EXECUTE FUNCTION access_log_is_never_changed()",
    ],
}  # A later step that remakes the table on SQLite (batch_alter_table) makes its triggers again.


def upgrade() -> None:
    _make_chains()
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chain", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("session_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("reference", sa.String(length=8), nullable=False, server_default=""))
    _chain_what_is_there()
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        for name, kind in (("chain", sa.String(10)), ("number", sa.Integer()), ("hash", sa.String(64))):
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.alter_column("reference", existing_type=sa.String(8), server_default=None)
        batch_op.create_unique_constraint(
            batch_op.f("uq_access_log_organisation_id_chain_number"), ["organisation_id", "chain", "number"]
        )
        batch_op.create_index("ix_access_log_newest", ["organisation_id", "created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_log_actor_id"), ["actor_id"], unique=False)
    for statement in REFUSE[op.get_bind().dialect.name]:
        op.execute(statement)


def _make_chains() -> None:
    op.create_table(
        "access_log_chain",
        sa.Column("chain", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("purged", sa.Integer(), nullable=False),
        sa.Column("purged_hash", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_access_log_chain_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log_chain")),
        sa.UniqueConstraint("organisation_id", "chain", name=op.f("uq_access_log_chain_organisation_id_chain")),
    )
    with op.batch_alter_table("access_log_chain", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_log_chain_organisation_id"), ["organisation_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security("access_log_chain"):
            op.execute(statement)


# What was written before this step is chained as it was found on that day. All of it were changes.

UID = sa.Uuid()
FIELDS: dict[str, Any] = {
    "id": UID, "organisation_id": UID, "chain": sa.String(), "number": sa.Integer(),
    "created_at": portal.db.Moment(timezone=True), "actor_id": UID, "account_id": UID, "child_id": UID,
    "action": sa.String(), "result": sa.String(), "object_type": sa.String(), "object_id": UID,
    "detail": sa.String(), "address": sa.String(), "session_id": UID, "reference": sa.String(),
}  # fmt: skip
LOG = sa.table("access_log", *(sa.column(name, kind) for name, kind in FIELDS.items()), sa.column("hash", sa.String()))
CHAIN = sa.table(
    "access_log_chain",
    *(sa.column(name, UID) for name in ("id", "organisation_id")),
    *(sa.column(name, sa.String()) for name in ("chain", "hash", "purged_hash")),
    *(sa.column(name, sa.Integer()) for name in ("number", "purged")),
    *(sa.column(name, portal.db.Moment(timezone=True)) for name in ("created_at", "updated_at")),
)


def _chain_what_is_there() -> None:
    bind = op.get_bind()
    order = (LOG.c.organisation_id, LOG.c.created_at, LOG.c.id)
    rows = bind.execute(sa.select(*(LOG.c[name] for name in FIELDS)).order_by(*order)).mappings().all()
    for organisation_id, lines in groupby(rows, lambda row: row["organisation_id"]):
        hash_ = ""
        for number, row in enumerate(lines, start=1):
            hash_ = _sealed({**row, "chain": "changes", "number": number}, hash_)
            bind.execute(sa.update(LOG).where(LOG.c.id == row["id"]).values(chain="changes", number=number, hash=hash_))
        bind.execute(
            sa.insert(CHAIN).values(
                id=row["id"], organisation_id=organisation_id, chain="changes", number=number, hash=hash_, purged=0,
                purged_hash="", created_at=row["created_at"], updated_at=row["created_at"],
            )
        )  # fmt: skip


def _sealed(line: Mapping[str, Any], before: str) -> str:
    """As portal.audit.rules.sealed was on the day of this step."""
    values = [line[name] for name in FIELDS]
    words = [value.isoformat() if isinstance(value, datetime) else value and str(value) for value in values]
    text = json.dumps([before, *words], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
