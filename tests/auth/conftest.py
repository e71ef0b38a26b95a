"""What the tests of getting in share."""

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from portal.auth import mails
from portal.auth.models import Account
from portal.db import db


@pytest.fixture
def hash_calls(monkeypatch):
    """Every password verification, in a list."""
    calls = []
    original = PasswordHasher.verify

    def counted(self, *args):
        calls.append(args)
        return original(self, *args)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    return calls


@pytest.fixture
def change(inside):
    """change(kok, anna, status="blocked")"""

    def set_values(organisation, account, **values):
        with inside(organisation) as session:
            session.execute(sa.update(Account).where(Account.id == account.id).values(**values))

    return set_values


@pytest.fixture
def now(inside):
    """now(kok, anna) is the account as it stands in the database."""

    def look(organisation, account):
        with inside(organisation):
            return db.session.get(Account, account.id)

    return look


@pytest.fixture
def reset_mail(visitor, post):
    """reset_mail(kok, anna) asks a link through the page and gives the mail."""

    def ask(organisation, account):
        visitor(organisation).post("/wachtwoord-vergeten", email=account.email)
        (mail,) = post.deliver()
        return mail

    return ask


@pytest.fixture
def credentials_mail(inside, post):
    def send(organisation, account):
        with inside(organisation):
            mails.credentials(account.id)
        (mail,) = post.deliver()
        return mail

    return send


@pytest.fixture
def temporary_password(credentials_mail):
    """The temporary password that was mailed: it stands alone on its line."""
    import re

    def send(organisation, account):
        mail = credentials_mail(organisation, account)
        return re.search(r"^\s*((?:[2-9a-z]{4}-){3}[2-9a-z]{4})\s*$", mail.text, re.M)[1]

    return send
