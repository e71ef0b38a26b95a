"""What the worker does about once an hour, by itself."""

from flask import current_app

from portal.retention import actions, rules


def sweep() -> None:
    """Tell families that the days of a child will go, and take away what is over."""
    months = rules.months_of(current_app.config)
    actions.take_back_offers()
    actions.offer(months["days"])
    actions.forget(months, current_app.config[rules.YEARS])
