"""At which groups somebody of the role groepsleiding works"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "staff_group",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staff_group_account_id")),
        sa.ForeignKeyConstraint(["group_id"], ["care_group.id"], name=op.f("fk_staff_group_group_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_staff_group_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_group")),
        sa.UniqueConstraint("account_id", "group_id", name=op.f("uq_staff_group_account_id_group_id")),
    )
    with op.batch_alter_table("staff_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_group_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_group_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_group_organisation_id"), ["organisation_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security("staff_group"):
            op.execute(statement)
