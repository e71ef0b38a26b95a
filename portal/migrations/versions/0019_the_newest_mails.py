"""The newest mails of an organisation, for the screen that shows them"""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_index("ix_mail_newest", "mail", ["organisation_id", "created_at", "id"])
