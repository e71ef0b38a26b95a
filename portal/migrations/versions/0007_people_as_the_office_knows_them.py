"""People as the office knows them: how they are sorted and found, what a parent may, and what a court says"""

import unicodedata

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0007"
down_revision = "0006"

Moment = portal.db.Moment(timezone=True)
CHUNK = 1000


def upgrade() -> None:
    # Columns with a default, and indexes instead of constraints: SQLite adds those without making the table anew.
    op.add_column(
        "person", sa.Column("sort_name", portal.db.plain_text(240), nullable=False, server_default=sa.text("''"))
    )
    op.add_column("account", sa.Column("email_changed_at", Moment, nullable=True))
    op.add_column("account", sa.Column("email_changed_by", sa.Uuid(), nullable=True))
    op.add_column("child", sa.Column("external_id", sa.String(64), nullable=True))
    op.add_column("child", sa.Column("end_date", sa.Date(), nullable=True))
    op.add_column("child", sa.Column("access_until", sa.Date(), nullable=True))
    op.add_column(
        "guardianship", sa.Column("address_shielded", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "guardianship", sa.Column("legal_basis", sa.String(300), nullable=False, server_default=sa.text("''"))
    )
    op.add_column("guardianship", sa.Column("identified_at", Moment, nullable=True))
    op.add_column("guardianship", sa.Column("recorded_by", sa.Uuid(), nullable=True))
    _block()
    _name_word()
    op.create_index("ix_account_status", "account", ["organisation_id", "status"])
    op.create_index("ix_child_external_id", "child", ["organisation_id", "external_id"], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        # An index finds what begins with something only when text compares by its bytes.
        op.execute('ALTER TABLE account ALTER COLUMN email_key TYPE VARCHAR(254) COLLATE "C"')
        for table in ("block", "name_word"):
            for statement in portal.db.row_level_security(table):
                op.execute(statement)
    _know_names()
    op.create_index("ix_person_sort_name", "person", ["organisation_id", "sort_name", "id"])


def _block() -> None:
    op.create_table(
        "block",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", Moment, nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", Moment, nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_block_child_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_block_person_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_block_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
    )
    for column in ("child_id", "organisation_id", "person_id"):
        op.create_index(op.f(f"ix_block_{column}"), "block", [column])


def _name_word() -> None:
    op.create_table(
        "name_word",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("word", portal.db.plain_text(40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_name_word_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_name_word_person_id")),
        sa.PrimaryKeyConstraint("organisation_id", "word", "person_id", name=op.f("pk_name_word")),
    )
    op.create_index(op.f("ix_name_word_person_id"), "name_word", ["person_id"])


def _know_names() -> None:
    """Everyone who is here already is sorted and found too."""
    connection = op.get_bind()
    person = sa.table(
        "person", sa.column("id", sa.Uuid()), sa.column("organisation_id", sa.Uuid()), sa.column("sort_name"),
        *(sa.column(name) for name in ("given_name", "infix", "family_name")),
    )  # fmt: skip
    word = sa.table(
        "name_word", sa.column("organisation_id", sa.Uuid()), sa.column("word"), sa.column("person_id", sa.Uuid())
    )
    people = connection.execute(sa.select(person)).all()
    sorting = sa.update(person).where(person.c.id == sa.bindparam("who")).values(sort_name=sa.bindparam("key"))
    for start in range(0, len(people), CHUNK):
        chunk = people[start : start + CHUNK]
        keys = [_sort_name(p.given_name, p.infix, p.family_name) for p in chunk]
        connection.execute(sorting, [{"who": p.id, "key": key} for p, key in zip(chunk, keys, strict=True)])
        words = [
            {"organisation_id": p.organisation_id, "word": each, "person_id": p.id}
            for p in chunk
            for each in {w[:40] for w in _plain(f"{p.given_name} {p.infix} {p.family_name}").split()}
        ]
        if words:
            connection.execute(sa.insert(word), words)


def _sort_name(given: str, infix: str, family: str) -> str:
    """As auth.rules.sort_name was on the day of this step."""
    words = family.split()
    while len(words) > 1 and words[0].lower() in _INFIXES:
        infix = f"{infix} {words.pop(0)}"
    return f"{_plain(' '.join(words))}, {_plain(f'{given} {infix}')}"[:240]


def _plain(words: str) -> str:
    """As auth.rules.plain was on the day of this step."""
    bare = unicodedata.normalize("NFKD", words.casefold().translate(_LETTERS))
    letters = [letter for letter in bare if unicodedata.combining(letter) == 0 and letter not in "'\u2019`\u00b4"]
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())


_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ĳ": "ij"})
_INFIXES = {"de", "den", "der", "het", "'t", "in", "op", "te", "ten", "ter", "van", "von", "el", "la", "le", "du"}
