"""Runs the steps on the connection that `db.migrate` gives."""

import importlib

from alembic import context

import portal
from portal.db import Base

for feature in portal.FEATURES:
    models = f"portal.{feature}.models"
    if importlib.util.find_spec(models):
        importlib.import_module(models)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
