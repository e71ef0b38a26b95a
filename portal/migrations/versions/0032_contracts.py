"""Contracts, their versions, and who agreed"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    notice = sa.Column("notice_months", sa.Integer(), nullable=False, server_default=sa.text("1"))
    op.add_column("organisation", notice)
    op.add_column("person", sa.Column("has_contracts", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "contract",
        sa.Column("number", sa.String(length=40), nullable=False),
        *_to("contract", child_id="child", party_id="person", payer_id="person", document_id="document"),
        sa.Column("care_type", sa.String(length=8), nullable=False),
        sa.Column("lrk_number", sa.String(length=12), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=True),
        sa.Column("minutes_a_year", sa.Integer(), nullable=True),
        sa.Column("rate_cents", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("notice_months", sa.Integer(), nullable=True),
        sa.Column("is_on_paper", sa.Boolean(), nullable=False),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        *_of_every_row("contract"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_contract_days")),
        sa.UniqueConstraint("document_id", name=op.f("uq_contract_document_id")),
    )
    op.create_table(
        "contract_slot",
        *_to("contract_slot", contract_id="contract"),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("parity", sa.String(length=5), nullable=False),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        *_of_every_row("contract_slot"),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_contract_slot_weekday")),
        sa.CheckConstraint("parity IN ('every', 'even', 'odd')", name=op.f("ck_contract_slot_parity")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_contract_slot_minutes")),
    )
    op.create_table(
        "contract_version",
        *_to("contract_version", contract_id="contract", document_id="document"),
        sa.Column("number", sa.Integer(), nullable=False),
        *_of_every_row("contract_version"),
        sa.UniqueConstraint("document_id", name=op.f("uq_contract_version_document_id")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_contract_version_contract_id_number")),
    )
    op.create_table(
        "contract_signer",
        *_to("contract_signer", contract_id="contract", person_id="person"),
        *_of_every_row("contract_signer"),
        sa.UniqueConstraint("contract_id", "person_id", name=op.f("uq_contract_signer_contract_id_person_id")),
    )
    op.create_table(
        "agreement",
        *_to("agreement", contract_id="contract", document_id="document", person_id="person"),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("ip_hash", sa.String(length=43), nullable=False),
        *_of_every_row("agreement"),
        sa.UniqueConstraint("document_id", "person_id", name=op.f("uq_agreement_document_id_person_id")),
    )
    _indexes()


def _indexes() -> None:
    op.create_index("ix_contract_number", "contract", ["organisation_id", "number"], unique=True)
    op.create_index("ix_contract_child", "contract", ["organisation_id", "child_id"])
    op.create_index("ix_contract_party", "contract", ["organisation_id", "party_id"])
    op.create_index("ix_contract_newest", "contract", ["organisation_id", "created_at", "id"])
    op.create_index("ix_contract_waiting", "contract", ["organisation_id", "is_waiting", "created_at"])
    indexed = {
        "contract": ["child_id", "party_id", "payer_id"],
        "contract_slot": ["contract_id"],
        "contract_version": ["contract_id"],
        "contract_signer": ["contract_id", "person_id"],
        "agreement": ["contract_id", "person_id"],
    }
    for table, columns in indexed.items():
        for column in (*columns, "organisation_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
        if op.get_bind().dialect.name == "postgresql":
            for statement in portal.db.row_level_security(table):
                op.execute(statement)


def _to(table: str, **targets: str) -> list[Any]:
    """Columns that name a row of another table."""
    columns = [sa.Column(name, sa.Uuid(), nullable=False) for name in targets]
    keys = [
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=op.f(f"fk_{table}_{name}"))
        for name, target in targets.items()
    ]
    return [*columns, *keys]


def _of_every_row(table: str) -> list[Any]:
    return [
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
