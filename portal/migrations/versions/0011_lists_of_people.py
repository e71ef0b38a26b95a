"""Lists of people that stay quick: indexes for their filters"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index(
        "ix_guardianship_child", "guardianship", ["organisation_id", "child_id", "can_see_daily", "valid_to"]
    )
    op.create_index("ix_guardianship_person", "guardianship", ["organisation_id", "person_id"])
    op.create_index("ix_child_end_date", "child", ["organisation_id", "end_date"])
    op.create_index("ix_child_group", "child", ["organisation_id", "group_id"])
