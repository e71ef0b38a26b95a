"""Every mail as a reader gets it, kept beside this file. After a change: delete the file, run, look, commit."""

from pathlib import Path

import pytest

from portal import create_app
from tests.conftest import missing
from tests.mail.letters import FOLDERS, kok, made


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app({"PORTAL_INSTANCE": str(tmp_path_factory.mktemp("instance"))})


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_mail_reads_as_agreed(app, folder, language):
    with app.app_context():
        message = made(folder, language, kok())
        if language != "nl" and made(folder, "nl", kok()).subject == message.subject:
            missing(f"a translation of {folder}")
        words = _readable(message)
    path = Path(__file__).parent / f"{folder.replace('/', '.')}.{language}.txt"
    if not path.exists():
        path.write_text(words, encoding="utf-8")
    assert words == path.read_text(encoding="utf-8")


def _readable(message):
    head = message.as_bytes().partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
    return f"{head}\n\n{message.body}\n{message.html}"
