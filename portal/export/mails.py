"""The mail that what a parent asked for can be fetched."""

from uuid import UUID

from portal.export.rules import LIVES
from portal.outbox.actions import enqueue


def ready(account_id: UUID, export_id: UUID) -> None:
    enqueue("export/ready", LIVES, account_id, params={"export": export_id.hex})
