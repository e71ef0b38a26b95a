"""Photos, who is on them, and the files they are kept in"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    _make_photos()
    _make_photo_children()
    _make_photo_files()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("photo", "photo_child", "photo_file"):
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _make_photos() -> None:
    op.create_table(
        "photo",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("taken_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("caption", sa.String(length=500), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("problem", sa.String(length=8), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("lease_until", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        *_common("photo"),
        sa.CheckConstraint("status IN ('new', 'ready', 'refused', 'withdrawn')", name=op.f("ck_photo_status")),
        sa.ForeignKeyConstraint(["group_id"], ["care_group.id"], name=op.f("fk_photo_group_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name=op.f("fk_photo_uploaded_by")),
    )
    op.create_index("ix_photo_status", "photo", ["status", "created_at"])
    op.create_index("ix_photo_same", "photo", ["organisation_id", "group_id", "sha256"])
    op.create_index("ix_photo_newest", "photo", ["organisation_id", "group_id", "created_at", "id"])
    for column in ("group_id", "organisation_id"):
        op.create_index(op.f(f"ix_photo_{column}"), "photo", [column])


def _make_photo_children() -> None:
    op.create_table(
        "photo_child",
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        *_common("photo_child"),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_child_photo_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_photo_child_child_id")),
        sa.UniqueConstraint(
            "organisation_id", "photo_id", "child_id", name=op.f("uq_photo_child_organisation_id_photo_id_child_id")
        ),
    )
    op.create_index("ix_photo_child_child", "photo_child", ["organisation_id", "child_id", "photo_id"])
    for column in ("child_id", "organisation_id"):
        op.create_index(op.f(f"ix_photo_child_{column}"), "photo_child", [column])


def _make_photo_files() -> None:
    op.create_table(
        "photo_file",
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.String(length=6), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        *_common("photo_file"),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_file_photo_id")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_photo_file_file_id")),
        sa.UniqueConstraint("file_id", name=op.f("uq_photo_file_file_id")),
    )
    op.create_index("ix_photo_file_size", "photo_file", ["organisation_id", "photo_id", "size"])
    for column in ("photo_id", "organisation_id"):
        op.create_index(op.f(f"ix_photo_file_{column}"), "photo_file", [column])


def _common(table: str) -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
