"""Lists of the office that stay quick with ten thousand families"""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    # Without these SQLite looks for the mails of one person among all those of the organisation.
    op.create_index("ix_mail_state", "mail", ["organisation_id", "state", "updated_at"])
    op.create_index("ix_mail_account", "mail", ["organisation_id", "account_id", "sent_at"])
    op.create_index("ix_account_bounce_state", "account", ["organisation_id", "bounce_state"])
    op.create_index("ix_account_moved", "account", ["organisation_id", "email_changed_at"])
