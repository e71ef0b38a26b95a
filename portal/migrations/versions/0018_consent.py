"""What parents allow, and the texts they are asked it with"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    _make_purposes()
    _make_consents()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("consent_purpose", "consent"):
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _make_purposes() -> None:
    op.create_table(
        "consent_purpose",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("ended_at", portal.db.Moment(timezone=True), nullable=True),
        *_common("consent_purpose"),
        sa.UniqueConstraint(
            "organisation_id", "code", "version", name=op.f("uq_consent_purpose_organisation_id_code_version")
        ),
    )
    op.create_index(op.f("ix_consent_purpose_organisation_id"), "consent_purpose", ["organisation_id"])


def _make_consents() -> None:
    op.create_table(
        "consent",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("purpose_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Boolean(), nullable=False),
        *_common("consent"),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_consent_child_id")),
        sa.ForeignKeyConstraint(["purpose_id"], ["consent_purpose.id"], name=op.f("fk_consent_purpose_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
    )
    op.create_index("ix_consent_child", "consent", ["organisation_id", "child_id", "purpose_id"])
    for column in ("child_id", "purpose_id", "person_id", "organisation_id"):
        op.create_index(op.f(f"ix_consent_{column}"), "consent", [column])


def _common(table: str) -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
