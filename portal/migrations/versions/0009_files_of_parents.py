"""Files of parents in the browser: what was sent in, and what imports did"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    _table(
        "past_import",
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("filename", sa.String(length=100), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("last_mail_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("doubt_count", sa.Integer(), nullable=False),
        sa.Column("settled_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        points_to={"account_id": "account", "settled_by": "account"},
        indexes=["organisation_id"],
    )
    with op.batch_alter_table("past_import", schema=None) as batch_op:
        batch_op.create_index("ix_past_import_newest", ["organisation_id", "created_at"], unique=False)
    _table(
        "upload",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=8), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("lease_until", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("past_import_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("state IN ('ready', 'waiting', 'busy', 'done', 'gone')", name=op.f("ck_upload_state")),
        points_to={"account_id": "account", "confirmed_by": "account", "past_import_id": "past_import"},
        indexes=["organisation_id", "account_id", "state"],
    )


def _table(name, *columns, points_to, indexes) -> None:
    op.create_table(
        name,
        *columns,
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}"))
            for column, table in {**points_to, "organisation_id": "organisation"}.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        for column in indexes:
            batch_op.create_index(batch_op.f(f"ix_{name}_{column}"), [column], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security(name):
            op.execute(statement)
