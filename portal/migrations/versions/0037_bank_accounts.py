"""Numbers of bank accounts, that hold after a while"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "bank_account",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("iban", sa.String(length=200), nullable=False),
        sa.Column("masked", sa.String(length=45), nullable=False),
        sa.Column("effective_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("stopped_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_bank_account_person_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bank_account_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
    )
    op.create_index("ix_bank_account_of", "bank_account", ["organisation_id", "person_id", "effective_at"])
    op.create_index(op.f("ix_bank_account_organisation_id"), "bank_account", ["organisation_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security("bank_account"):
            op.execute(statement)
