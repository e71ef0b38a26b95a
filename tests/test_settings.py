"""Settings: where they come from, and nonsense that is refused before the portal starts."""

import pytest

from portal import create_app
from portal.config import load
from portal.errors import ConfigError

KEY = "0123456789abcdef" * 2


MAILBOX = {
    "PORTAL_BOUNCE_IMAP_SERVER": "imap.x.nl", "PORTAL_BOUNCE_ADDRESS": "terug@x.nl", "PORTAL_BOUNCE_IMAP_USERNAME": "terug",
    "PORTAL_BOUNCE_IMAP_PASSWORD": "geheim",
}  # fmt: skip


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"PORTAL_SECRET_KEY": "kort"}, "32 random bytes"),
        ({"PORTAL_SECRET_KEY": "a" * 64}, "32 random bytes"),
        ({"PORTAL_SECRET_KEY_FALLBACKS": "oud"}, "32 random bytes"),
        ({"PORTAL_MAIL_SERVR": "x"}, "Did you mean PORTAL_MAIL_SERVER"),
        ({"PORTAL_DEBUG": "1"}, "not a setting"),
        ({"PORTAL_MAIL_PORT": "mail"}, "whole number from 1 to 65535"),
        ({"PORTAL_MAIL_USE_TLS": "misschien"}, "true or false"),
        ({"PORTAL_MAIL_SERVER": "smtp.x.nl", "PORTAL_MAIL_USE_TLS": "false"}, "without TLS"),
        ({"PORTAL_MAIL_USE_SSL": "true"}, "exclude each other"),
        ({"PORTAL_BOUNCE_ADDRESS": "terug+x@portaal.nl"}, "an address like"),
        ({"PORTAL_BOUNCE_ADDRESS": "een-heel-lange-naam-voor-dit@portaal.nl"}, "at most 20 letters"),
        ({"PORTAL_BOUNCE_IMAP_SERVER": "imap.x.nl"}, "also needs PORTAL_BOUNCE_ADDRESS"),
        ({**MAILBOX, "PORTAL_BOUNCE_IMAP_PASSWORD": ""}, "also needs PORTAL_BOUNCE_IMAP_PASSWORD"),
        ({**MAILBOX, "PORTAL_BOUNCE_IMAP_USE_SSL": "false"}, "without TLS"),
        ({"PORTAL_RESET_LINK_MAX_AGE": "10"}, "600"),
        ({"PORTAL_SQLALCHEMY_DATABASE_URI": "mysql://x"}, "sqlite:/// or postgresql://"),
        ({"PORTAL_SECRET_KEY_FILE": "/nergens"}, "cannot be read"),
        ({"PORTAL_TRUSTED_PROXIES": "-1"}, "whole number"),
        ({"PORTAL_FILES_BUCKET": "portal"}, "must look like https://"),
        ({"PORTAL_FILES_BUCKET": "http://s3.voorbeeld.nl/portal"}, "must look like https://"),
        ({"PORTAL_FILES_BUCKET": "https://s3.voorbeeld.nl"}, "must look like https://"),
        ({"PORTAL_FILES_BUCKET": "https://s3.voorbeeld.nl/portal"}, "also needs PORTAL_FILES_BUCKET_KEY"),
        ({"PORTAL_MAIL_DEFAULT_SENDER": "a@b.nl\r\nBcc: c@d.nl"}, "MAIL_DEFAULT_SENDER"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(environ, says, tmp_path):
    with pytest.raises(ConfigError, match=says) as refusal:
        load(tmp_path, environ)
    assert "\n" not in str(refusal.value)


def test_environment_goes_before_file_and_file_before_default(tmp_path):
    (tmp_path / "portal.cfg").write_text(
        "# post\nMAIL_SERVER = localhost\nMAIL_PORT = 2525\n\nPORTAL_MAIL_USERNAME='u'\n"
    )
    values = load(tmp_path, {"PORTAL_MAIL_PORT": "26"})
    assert (values["MAIL_SERVER"], values["MAIL_PORT"], values["MAIL_USERNAME"], values["MAIL_TIMEOUT"]) == (
        "localhost", 26, "u", 20,
    )  # fmt: skip


def test_secret_may_stand_in_a_file_of_its_own(tmp_path):
    (tmp_path / "wachtwoord").write_text("geheim met spatie \n")
    assert (
        load(tmp_path, {"PORTAL_MAIL_PASSWORD_FILE": str(tmp_path / "wachtwoord")})["MAIL_PASSWORD"]
        == "geheim met spatie "
    )


def test_broken_file_names_the_line(tmp_path):
    (tmp_path / "portal.cfg").write_text("MAIL_SERVER = localhost\nonzin\n")
    with pytest.raises(ConfigError, match="line 2"):
        load(tmp_path, {})


def test_secret_key_is_made_once_and_for_the_owner_only(tmp_path):
    first = load(tmp_path, {})["SECRET_KEY"]
    assert len(first) == 64 and load(tmp_path, {})["SECRET_KEY"] == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_unknown_extension_is_named(tmp_path):
    with pytest.raises(ConfigError, match="niet_daar"):
        create_app({"PORTAL_INSTANCE": str(tmp_path), "PORTAL_EXTENSIONS": "niet_daar"})


def test_extension_joins_like_a_subject_of_our_own(tmp_path, monkeypatch):
    (tmp_path / "liedjes.py").write_text(
        "from flask import Blueprint\nfrom portal import doors\n"
        "bp = doors.parents(Blueprint('liedjes', __name__))\n"
        "@bp.get('/liedjes')\ndef songs():\n    return 'slaap kindje slaap'\n"
        "def init_app(app):\n    app.register_blueprint(bp)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    app = create_app({"PORTAL_INSTANCE": str(tmp_path / "instance"), "PORTAL_EXTENSIONS": "liedjes"})
    assert "/liedjes" in [rule.rule for rule in app.url_map.iter_rules()]
