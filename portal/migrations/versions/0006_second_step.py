"""The second step of logging in"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("second_step_at", portal.db.Moment(timezone=True), nullable=True))
    _table(
        "second_factor",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.String(length=255), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("account_id", name=op.f("uq_second_factor_account_id")),
        people=["account_id"],
    )
    _table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", portal.db.Moment(timezone=True), nullable=True),
        sa.UniqueConstraint("account_id", "code_hash", name=op.f("uq_recovery_code_account_id_code_hash")),
        people=["account_id"],
        indexes=["account_id"],
    )
    _table(
        "factor_reset",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("due_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("ended_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=20), nullable=False),
        people=["account_id", "asked_by", "approved_by"],
        indexes=["account_id"],
    )


def _table(name, *columns, people, indexes=()) -> None:
    op.create_table(
        name,
        *columns,
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        *(sa.ForeignKeyConstraint([each], ["account.id"], name=op.f(f"fk_{name}_{each}")) for each in people),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{name}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        for column in (*indexes, "organisation_id"):
            batch_op.create_index(batch_op.f(f"ix_{name}_{column}"), [column], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security(name):
            op.execute(statement)
