"""An organisation's own mail server, and the keys that sign its mail"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "mail_server",
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("security", sa.String(length=8), nullable=False),
        sa.Column("username", sa.String(length=254), nullable=False),
        sa.Column("kept_password", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("security IN ('starttls', 'tls')", name=op.f("ck_mail_server_security")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_mail_server_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_server")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_mail_server_organisation_id")),
    )
    with op.batch_alter_table("mail_server", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_server_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "signing_key",
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("selector", sa.String(length=63), nullable=False),
        sa.Column("algorithm", sa.String(length=7), nullable=False),
        sa.Column("kept_private", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("signs_from", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("signs_until", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("algorithm IN ('rsa', 'ed25519')", name=op.f("ck_signing_key_algorithm")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_signing_key_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint(
            "organisation_id", "domain", "selector", name=op.f("uq_signing_key_organisation_id_domain_selector")
        ),
    )
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signing_key_organisation_id"), ["organisation_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        for table in ("mail_server", "signing_key"):
            for statement in portal.db.row_level_security(table):
                op.execute(statement)
