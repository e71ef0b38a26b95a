"""Documents, and of whom they are"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("shows_bsn", sa.Boolean(), nullable=False),
        sa.Column("retention", sa.String(length=12), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL OR child_id IS NULL)"
            " AND (audience IN ('parents', 'public')) = (person_id IS NULL AND child_id IS NULL)",
            name=op.f("ck_document_owner"),
        ),
        sa.CheckConstraint("(file_id IS NULL) = (withdrawn_at IS NOT NULL)", name=op.f("ck_document_file")),
        sa.CheckConstraint("retention IN ('child', 'financial', 'organisation')", name=op.f("ck_document_retention")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_document_person_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_document_child_id")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_document_file_id")),
        sa.ForeignKeyConstraint(["replaced_by"], ["document.id"], name=op.f("fk_document_replaced_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_document_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("file_id", name=op.f("uq_document_file_id")),
    )
    op.create_index("ix_document_child", "document", ["organisation_id", "child_id", "created_at"])
    op.create_index("ix_document_person", "document", ["organisation_id", "person_id", "kind", "created_at"])
    op.create_index("ix_document_kind", "document", ["organisation_id", "kind", "audience", "created_at"])
    for column in ("person_id", "child_id", "organisation_id"):
        op.create_index(op.f(f"ix_document_{column}"), "document", [column])
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security("document"):
            op.execute(statement)
