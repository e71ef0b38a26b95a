"""News, its files, and who read it"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0023"
down_revision = "0022"
TABLES = ("news_item", "news_version", "news_file", "news_read")


def upgrade() -> None:
    op.create_table(
        "news_item",
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        *_words(),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("publish_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("changed_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("withdrawn_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("asks_receipt", sa.Boolean(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_common("news_item"),
        _key("news_item", "author_id", "account"),
        sa.CheckConstraint("scope IN ('organisation', 'location', 'group')", name=op.f("ck_news_item_scope")),
    )
    op.create_index("ix_news_item_audience", "news_item", ["organisation_id", "audience_id", "publish_at"])
    _index("news_item", "author_id", "organisation_id")
    _make_what_belongs_to_it()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _make_what_belongs_to_it() -> None:
    op.create_table(
        "news_version",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_words(),
        sa.Column("replaced_by", sa.Uuid(), nullable=False),
        *_common("news_version"),
        _key("news_version", "item_id", "news_item"),
        sa.UniqueConstraint("item_id", "version", name=op.f("uq_news_version_item_id_version")),
    )
    op.create_table(
        "news_file",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        *_common("news_file"),
        _key("news_file", "item_id", "news_item"),
        _key("news_file", "file_id", "file"),
        sa.UniqueConstraint("file_id", name=op.f("uq_news_file_file_id")),
    )
    op.create_table(
        "news_read",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("read_at", portal.db.Moment(timezone=True), nullable=True),
        *_common("news_read"),
        _key("news_read", "item_id", "news_item"),
        _key("news_read", "person_id", "person"),
        sa.UniqueConstraint("person_id", "item_id", name=op.f("uq_news_read_person_id_item_id")),
    )
    for table in TABLES[1:]:
        _index(table, "item_id", "organisation_id")


def _words() -> list[sa.Column[object]]:
    return [
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.String(length=4000), nullable=False),
    ]


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


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
