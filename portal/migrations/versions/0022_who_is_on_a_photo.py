"""Who is on a photo, by an index of the organisation: without it SQLite reads all tags of the organisation"""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_index("ix_photo_child_photo", "photo_child", ["organisation_id", "photo_id", "child_id"])
