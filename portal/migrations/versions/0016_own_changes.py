"""Another address that a parent asks for, and what a parent says is wrong"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    _make_address_changes()
    _make_corrections()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("address_change", "correction"):
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _make_address_changes() -> None:
    op.create_table(
        "address_change",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("old_email", sa.String(length=254), nullable=False),
        sa.Column("old_key", sa.String(length=254), nullable=False),
        sa.Column("email_version", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("ended_at", portal.db.Moment(timezone=True), nullable=True),
        *_common("address_change"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_address_change_account_id")),
    )
    op.create_index(op.f("ix_address_change_account_id"), "address_change", ["account_id"])
    op.create_index(op.f("ix_address_change_organisation_id"), "address_change", ["organisation_id"])


def _make_corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("settled_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        *_common("correction"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_correction_account_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_correction_child_id")),
    )
    op.create_index("ix_correction_open", "correction", ["organisation_id", "settled_at", "created_at"])
    for column in ("account_id", "child_id", "organisation_id"):
        op.create_index(op.f(f"ix_correction_{column}"), "correction", [column])


def _common(table: str) -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
