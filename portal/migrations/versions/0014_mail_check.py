"""What the last check of the mail set-up found"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "mail_check",
        sa.Column("checked_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_mail_check_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_check")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_mail_check_organisation_id")),
    )
    with op.batch_alter_table("mail_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_check_organisation_id"), ["organisation_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security("mail_check"):
            op.execute(statement)
