"""The library: folders, and documents and links in them"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "library_folder",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *_common("library_folder"),
    )
    op.create_table(
        "library_item",
        sa.Column("folder_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("audience", sa.String(length=7), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        *_common("library_item"),
        sa.CheckConstraint("audience IN ('parents', 'public')", name=op.f("ck_library_item_audience")),
        sa.CheckConstraint("(document_id IS NULL) = (url <> '')", name=op.f("ck_library_item_target")),
        sa.ForeignKeyConstraint(["folder_id"], ["library_folder.id"], name=op.f("fk_library_item_folder_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_library_item_document_id")),
        sa.UniqueConstraint("document_id", name=op.f("uq_library_item_document_id")),
    )
    op.create_index(op.f("ix_library_folder_organisation_id"), "library_folder", ["organisation_id"])
    for column in ("folder_id", "organisation_id"):
        op.create_index(op.f(f"ix_library_item_{column}"), "library_item", [column])
    if op.get_bind().dialect.name == "postgresql":
        for table in ("library_folder", "library_item"):
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _common(table: str) -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
