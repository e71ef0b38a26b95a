"""Files, the logo of an organisation, and locations and groups that have ended"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=65), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("used_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_file_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("key", name=op.f("uq_file_key")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_fingerprint"), ["fingerprint"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_organisation_id"), ["organisation_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security("file"):
            op.execute(statement)
    # Columns are only added, with a default: SQLite would have to make these tables anew, while others point at them.
    for column in (
        sa.Column("logo", sa.String(length=32), nullable=False, server_default=sa.text("''")),
        sa.Column("logo_width", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("logo_height", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("logo_says_name", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("organisation", column)
    for table in ("location", "care_group"):
        op.add_column(table, sa.Column("ended_at", portal.db.Moment(timezone=True), nullable=True))
    op.create_index("ix_location_name", "location", ["organisation_id", "name"], unique=True)
