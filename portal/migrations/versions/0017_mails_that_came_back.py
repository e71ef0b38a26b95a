"""Mails that came back, and addresses that mail no longer goes to"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0017"
down_revision = "0016"

STATES = "state IN ('new', 'busy', 'sent', 'refused', 'expired', 'cancelled', 'bounced', 'suppressed')"


def upgrade() -> None:
    _mail()
    # A column with a check in it: SQLite would have to make this table anew for one beside it, while others point at it.
    check = sa.CheckConstraint("bounce_state IN ('', 'full', 'gone')", name=op.f("ck_account_bounce_state"))
    op.add_column(
        "account", sa.Column("bounce_state", sa.String(length=4), check, nullable=False, server_default=sa.text("''"))
    )
    op.add_column("account", sa.Column("bounced_at", portal.db.Moment(timezone=True), nullable=True))

    check = sa.CheckConstraint("opens IN ('children', 'bounces')", name=op.f("ck_api_token_opens"))
    column = sa.Column("opens", sa.String(length=8), check, nullable=False, server_default=sa.text("'children'"))
    op.add_column("api_token", column)


def _mail() -> None:
    columns = [
        sa.Column("digest", sa.String(length=64), nullable=False, server_default=sa.text("''")),
        sa.Column("bounced_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("bounce_status", sa.String(length=12), nullable=False, server_default=sa.text("''")),
        sa.Column("bounce_text", sa.String(length=300), nullable=False, server_default=sa.text("''")),
    ]
    if op.get_bind().dialect.name == "postgresql":
        for column in columns:
            op.add_column("mail", column)
        op.drop_constraint(op.f("ck_mail_state"), "mail", type_="check")
        op.create_check_constraint(op.f("ck_mail_state"), "mail", STATES)
        return
    with op.batch_alter_table(
        "mail", recreate="always"
    ) as batch_op:  # nothing points at it; the old check stays behind
        for column in columns:
            batch_op.add_column(column)
        batch_op.create_check_constraint(op.f("ck_mail_state"), STATES)
