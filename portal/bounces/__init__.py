"""Mails that come back: what that says of a mail, and of the address it went to."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.bounces import actions, cli, worker
    from portal.outbox.actions import AFTER_REFUSAL, BEFORE_SENDING, CHORES
    from portal.outbox.cli import outbox

    if actions.refused not in AFTER_REFUSAL:
        AFTER_REFUSAL.append(actions.refused)
        BEFORE_SENDING.append(actions.look_before_sending)
        CHORES.append(worker.look_in_mailbox)
    outbox.add_command(cli.bounces)
