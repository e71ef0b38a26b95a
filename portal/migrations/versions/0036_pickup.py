"""Who may fetch a child"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    table = "pickup_person"
    op.create_table(
        table,
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("relation", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("one_time_date", sa.Date(), nullable=True),
        sa.Column("ended_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f(f"fk_{table}_child_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f(f"fk_{table}_granted_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.CheckConstraint("valid_to IS NULL OR one_time_date IS NULL", name=op.f(f"ck_{table}_days")),
    )
    for column in ("child_id", "granted_by", "organisation_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index(op.f(f"ix_{table}_child"), table, ["organisation_id", "child_id", "ended_at"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security(table):
            op.execute(statement)
