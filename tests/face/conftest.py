"""What tests of the organisation's face share."""

from datetime import timedelta

import pytest

from portal import clock


@pytest.fixture
def time_passes(monkeypatch):
    """time_passes(minutes=11): from here on it is that much later."""
    real = clock.now

    def move(**delta):
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(**delta))

    return move
