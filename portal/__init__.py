"""The parent portal: `create_app` puts the subjects together."""

import importlib
import os
from collections.abc import Mapping

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import config, doors, errors, pages
from portal import db as database

# An order: each subject imports only what stands before it. (db is the row of the core, not a subject.)
FEATURES = [
    "throttle",
    "organisations",
    "audit",
    "files",
    "passwords",
    "outbox",
    "auth",
    "bounces",
    "factors",
    "people",
    "children",
    "delivery",
    "parents",
    "imports",
    "uploads",
    "paper",
    "own",
    "api",
    "places",
    "face",
    "postmaster",
    "retention",
    "consent",
    "photos",
    "pickup",
    "documents",
    "contracts",
    "messages",
    "diary",
    "library",
    "invoices",
    "changes",
    "statements",
    "notices",
    "export",
    "home",
    "logbook",
    "staff",
]


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """The WSGI application, with settings from the environment and the instance folder. Raises ConfigError."""
    instance = config.instance_folder(environ)
    app = Flask(__name__, instance_path=str(instance))
    app.config.from_mapping(config.load(instance, environ))
    app.config.from_mapping(FIXED)
    app.config["WTF_CSRF_SECRET_KEY"] = _csrf_key(app)
    if app.config["TRUSTED_PROXIES"]:
        proxies = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)  # type: ignore[method-assign]
    database.db.init_app(app)
    with app.app_context():
        database.set_up_connections(app)
    pages.init_app(app)
    doors.guard(app)
    features = FEATURES + (["demo"] if app.config["DEMO"] else [])
    for package in [f"portal.{feature}" for feature in features] + app.config["EXTENSIONS"]:
        _add(app, package)
    return app


FIXED = {
    "SQLALCHEMY_ENGINE_OPTIONS": {
        "hide_parameters": True,  # no address or hash in a log
        "pool_size": 16,
        "pool_recycle": 3600,  # seconds; a new connection knows the newest statistics (db.refresh_statistics)
    },
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_REFRESH_EACH_REQUEST": False,
    "WTF_I18N_ENABLED": False,  # every sentence is our own; loading WTForms' costs more than the whole form
    "WTF_CSRF_TIME_LIMIT": None,
    "WTF_CSRF_SSL_STRICT": False,  # the doors check Origin and Sec-Fetch-Site instead of the Referer
    "WTF_CSRF_CHECK_DEFAULT": False,  # the doors call it, in their own order
    "MAX_CONTENT_LENGTH": 16 * 1024,
    "MAX_FORM_PARTS": 100,
    "TRAP_BAD_REQUEST_ERRORS": False,
    "BABEL_DEFAULT_LOCALE": "nl",
    "BABEL_DEFAULT_TIMEZONE": "Europe/Amsterdam",
    "SEND_FILE_MAX_AGE_DEFAULT": 31_536_000,
}


def _csrf_key(app: Flask) -> bytes:
    from portal.keys import derive

    return derive(app.config["SECRET_KEY"], "csrf")


def _add(app: Flask, package: str) -> None:
    """A subject takes part by having `init_app(app)`: it hangs its blueprints, menu items, mails and commands."""
    try:
        module = importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise errors.ConfigError(f"PORTAL_EXTENSIONS names {package}, which is not installed.") from None
    if hasattr(module, "init_app"):
        module.init_app(app)
