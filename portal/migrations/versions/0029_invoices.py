"""Invoices and their lines"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "invoice",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("sort", sa.String(length=8), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        *_of_every_row(),
        sa.CheckConstraint("sort IN ('invoice', 'credit')", name=op.f("ck_invoice_sort")),
        sa.CheckConstraint("state IN ('open', 'paid', 'overdue')", name=op.f("ck_invoice_state")),
        sa.ForeignKeyConstraint(["payer_id"], ["person.id"], name=op.f("fk_invoice_payer_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_invoice_document_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_invoice_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("document_id", name=op.f("uq_invoice_document_id")),
    )
    op.create_index("ix_invoice_number", "invoice", ["organisation_id", "number"], unique=True)
    op.create_index("ix_invoice_payer", "invoice", ["organisation_id", "payer_id", "period"])
    op.create_index("ix_invoice_newest", "invoice", ["organisation_id", "created_at"])
    op.create_table(
        "invoice_line",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("lrk_number", sa.String(length=12), nullable=False),
        sa.Column("care_type", sa.String(length=8), nullable=False),
        sa.Column("description", sa.String(length=100), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("rate_cents", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("counts_for_statement", sa.Boolean(), nullable=False),
        *_of_every_row(),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_invoice_line_child_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_invoice_line_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
    )
    op.create_index("ix_invoice_line_invoice", "invoice_line", ["organisation_id", "invoice_id", "position"])
    for table, columns in {"invoice": ["payer_id"], "invoice_line": ["invoice_id", "child_id"]}.items():
        for column in (*columns, "organisation_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
        if op.get_bind().dialect.name == "postgresql":
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _of_every_row() -> list[sa.Column[Any]]:
    return [
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
    ]
