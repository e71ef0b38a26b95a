"""Requests to end or change a contract"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    table = "contract_request"
    op.create_table(
        table,
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("sent_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('end', 'change')", name=op.f("ck_contract_request_kind")),
        sa.CheckConstraint(
            "state IN ('draft', 'asked', 'approved', 'refused', 'withdrawn')", name=op.f("ck_contract_request_state")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_request_contract_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contract_request_person_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_request_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_request")),
    )
    op.create_index("ix_contract_request_state", table, ["organisation_id", "state", "sent_at"])
    for column in ("contract_id", "person_id", "organisation_id"):
        op.create_index(op.f(f"ix_contract_request_{column}"), table, [column])
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security(table):
            op.execute(statement)
