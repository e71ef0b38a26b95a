"""Annual statements, and the work of publishing many"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_index("ix_invoice_period", "invoice", ["organisation_id", "period"])
    op.create_table(
        "annual_statement",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payer_name", sa.String(length=240), nullable=False),
        sa.Column("child_name", sa.String(length=240), nullable=False),
        sa.Column("child_born", sa.Date(), nullable=False),
        sa.Column("bsn_version", sa.Integer(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("replaced_at", portal.db.Moment(timezone=True), nullable=True),
        *_of_every_row(),
        *_known("annual_statement", payer_id="person", child_id="child", document_id="document"),
        sa.UniqueConstraint("document_id", name=op.f("uq_annual_statement_document_id")),
    )
    key = ["organisation_id", "year", "payer_id", "child_id", "version"]
    op.create_index("ix_annual_statement_version", "annual_statement", key, unique=True)
    op.create_index("ix_annual_statement_payer", "annual_statement", ["organisation_id", "payer_id", "year"])
    op.create_table(
        "statement_run",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("without_bsn", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("last_payer", sa.String(length=32), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("lease_until", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        *_of_every_row(),
        *_known("statement_run", account_id="account"),
        sa.CheckConstraint("state IN ('waiting', 'busy', 'done', 'failed')", name=op.f("ck_statement_run_state")),
    )
    for table, columns in {"annual_statement": ["payer_id", "child_id"], "statement_run": ["state"]}.items():
        for column in (*columns, "organisation_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
        if op.get_bind().dialect.name == "postgresql":
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _known(table: str, **others: str) -> list[Any]:
    """The key of this table, and the tables that its columns name."""
    keys = {**others, "organisation_id": "organisation"}
    names = {column: op.f(f"fk_{table}_{column}") for column in keys}
    return [
        *(sa.ForeignKeyConstraint([column], [f"{other}.id"], name=names[column]) for column, other in keys.items()),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _of_every_row() -> list[sa.Column[Any]]:
    return [
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
    ]
