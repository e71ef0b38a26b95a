"""Which mails a parent wants, what was mailed, and how far the worker has looked"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0026"
down_revision = "0025"
TABLES = ("notice_choice", "notice", "notice_round")


def upgrade() -> None:
    _make_tables()
    # To find what is new without reading all there is.
    op.create_index("ix_photo_file_newest", "photo_file", ["organisation_id", "size", "created_at"])
    op.create_index("ix_photo_child_newest", "photo_child", ["organisation_id", "created_at"])
    op.create_index("ix_diary_entry_newest", "diary_entry", ["organisation_id", "published_at"])
    op.create_index("ix_diary_child_newest", "diary_child", ["organisation_id", "created_at"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _make_tables() -> None:
    op.create_table(
        "notice_choice",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        *_common("notice_choice"),
        _key("notice_choice", "account_id", "account"),
        sa.UniqueConstraint("account_id", "kind", name=op.f("uq_notice_choice_account_id_kind")),
        sa.CheckConstraint("how IN ('once', 'evening', 'none')", name=op.f("ck_notice_choice_how")),
    )
    op.create_table(
        "notice",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("after", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("until", portal.db.Moment(timezone=True), nullable=False),
        *_common("notice"),
        _key("notice", "account_id", "account"),
        _key("notice", "mail_id", "mail"),
        sa.UniqueConstraint("mail_id", name=op.f("uq_notice_mail_id")),
        sa.UniqueConstraint("account_id", "about", name=op.f("uq_notice_account_id_about")),
    )
    op.create_index("ix_notice_until", "notice", ["organisation_id", "until"])
    op.create_table(
        "notice_round",
        sa.Column("next_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("looked_until", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("evening_on", sa.Date(), nullable=False),
        *_common("notice_round"),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_notice_round_organisation_id")),
    )
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _common(table: str) -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        _key(table, "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
