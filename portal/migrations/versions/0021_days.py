"""Stories of a group and the rhythm of a child"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0021"
down_revision = "0020"
TABLES = ("diary_entry", "diary_child", "diary_version", "rhythm_entry", "diary_visit")


def upgrade() -> None:
    _make_stories()
    _make_versions()
    _make_rhythm()
    _make_visits()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _make_stories() -> None:
    op.create_table(
        "diary_entry",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("body", sa.String(length=1200), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("published_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("corrected_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_common("diary_entry"),
        _key("diary_entry", "group_id", "care_group"),
        _key("diary_entry", "author_id", "account"),
        sa.CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name=op.f("ck_diary_entry_state")),
    )
    op.create_index("ix_diary_entry_day", "diary_entry", ["organisation_id", "group_id", "day"])
    _index("diary_entry", "group_id", "author_id", "organisation_id")
    op.create_table(
        "diary_child",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        *_common("diary_child"),
        _key("diary_child", "entry_id", "diary_entry"),
        _key("diary_child", "child_id", "child"),
        sa.UniqueConstraint("entry_id", "child_id", name=op.f("uq_diary_child_entry_id_child_id")),
    )
    op.create_index("ix_diary_child_days", "diary_child", ["organisation_id", "child_id", "is_shown", "day"])
    _index("diary_child", "entry_id", "child_id", "organisation_id")


def _make_versions() -> None:
    op.create_table(
        "diary_version",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=1200), nullable=False),
        sa.Column("children", sa.JSON(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=False),
        *_common("diary_version"),
        _key("diary_version", "entry_id", "diary_entry"),
        sa.UniqueConstraint("entry_id", "version", name=op.f("uq_diary_version_entry_id_version")),
    )
    _index("diary_version", "entry_id", "organisation_id")


def _make_rhythm() -> None:
    op.create_table(
        "rhythm_entry",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.Column("at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("until", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        *_common("rhythm_entry"),
        _key("rhythm_entry", "child_id", "child"),
        _key("rhythm_entry", "group_id", "care_group"),
        _key("rhythm_entry", "author_id", "account"),
        sa.CheckConstraint(
            "kind IN ('bottle', 'sleep', 'diaper', 'food', 'drink', 'temperature', 'medicine', 'sunscreen', 'note')",
            name=op.f("ck_rhythm_entry_kind"),
        ),
    )
    op.create_index("ix_rhythm_entry_days", "rhythm_entry", ["organisation_id", "child_id", "day"])
    _index("rhythm_entry", "child_id", "group_id", "author_id", "organisation_id")


def _make_visits() -> None:
    op.create_table(
        "diary_visit",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("before_at", portal.db.Moment(timezone=True), nullable=True),
        *_common("diary_visit"),
        _key("diary_visit", "person_id", "person"),
        sa.UniqueConstraint("person_id", name=op.f("uq_diary_visit_person_id")),
    )
    _index("diary_visit", "organisation_id")


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
