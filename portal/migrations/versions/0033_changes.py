"""Home addresses, what is to be known of a child, and what parents want changed of these"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "home_address",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        *_words(street=100, number=10, addition=10, postcode=12, town=80, country=60),
        *_of_every_row("home_address", person_id="person"),
        sa.UniqueConstraint("person_id", "valid_from", name=op.f("uq_home_address_person_id_valid_from")),
    )
    op.create_table(
        "child_care",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        *_words(doctor=100, doctor_phone=30, allergies=400, medical_notes=700),
        *_of_every_row("child_care", child_id="child"),
        sa.UniqueConstraint("child_id", name=op.f("uq_child_care_child_id")),
    )
    op.create_table(
        "emergency_contact",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *_words(name=100, phone=30, relation=60),
        *_of_every_row("emergency_contact", child_id="child", person_id="person"),
        sa.UniqueConstraint(
            "child_id", "person_id", "position", name=op.f("uq_emergency_contact_child_id_person_id_position")
        ),
    )
    op.create_table(
        "data_change",
        *_words(kind=8),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("old", sa.JSON(), nullable=False),
        sa.Column("new", sa.JSON(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        *_words(state=9, reason=300),
        sa.Column("decided_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        *_of_every_row("data_change", person_id="person", child_id="child"),
        sa.CheckConstraint("kind IN ('address', 'care', 'contacts')", name=op.f("ck_data_change_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'refused', 'withdrawn', 'replaced')", name=op.f("ck_data_change_state")
        ),
        sa.CheckConstraint("(kind = 'address') = (child_id IS NULL)", name=op.f("ck_data_change_about")),
    )
    op.create_index("ix_data_change_waiting", "data_change", ["organisation_id", "state", "created_at"])
    op.create_index("ix_data_change_of", "data_change", ["organisation_id", "person_id", "created_at"])
    indexed = {"emergency_contact": ("child_id", "person_id"), "data_change": ("child_id", "person_id")}
    for table in ("home_address", "child_care", "emergency_contact", "data_change"):
        for column in (*indexed.get(table, ()), "organisation_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
        if op.get_bind().dialect.name == "postgresql":
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _words(**lengths: int) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(length=length), nullable=False) for name, length in lengths.items()]


def _of_every_row(table: str, **keys: str) -> list[Any]:
    return [
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, other in {**keys, "organisation_id": "organisation"}.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
