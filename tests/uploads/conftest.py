"""Somebody of the office with a file, and the worker that imports it."""

from types import SimpleNamespace

import pytest

from portal.uploads import worker
from tests.imports.conftest import a_file


@pytest.fixture
def desk(app, office):
    """desk.send(*rows) sends a file in and gives the page of it; desk.confirm(page) says yes; desk.work() imports."""
    browser = office("administratie")

    def send(*rows, content=None, name="ouders.csv", status=303, by=browser, **options):
        content = a_file(*rows, **options).encode() if content is None else content
        page = by.post("/beheer/import", status, files={"file": (name, content)})
        return by.follow(page) if status == 303 else page

    def confirm(page, by=browser, status=303):
        return by.post(page.form("confirm-form")["attributes"]["action"], status)

    def work():
        with app.app_context():
            while worker.run_next("test"):
                pass

    return SimpleNamespace(browser=browser, send=send, confirm=confirm, work=work)
