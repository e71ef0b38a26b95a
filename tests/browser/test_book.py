"""The book that parents take along, as it lies on their own disk: read without a network, by everyone."""

import json
import shutil
import subprocess
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from flask_babel import force_locale

from portal import create_app
from portal.children.queries import ChildLine
from portal.diary.queries import Everything, Picture, Story, Told
from portal.diary.rules import Rhythm
from portal.export import book
from portal.export.queries import Attachment, Contact, Fetcher, House, News, Paper, Taken
from tests.browser.conftest import CHECKERS
from tests.browser.test_pages import axe, look_at  # noqa: F401
from tests.conftest import missing
from tests.files.pictures import saved
from tests.files.test_photo import snapshot

ID = UUID("01234567-89ab-cdef-0123-456789abcdef")
DAYS = (date(2025, 12, 31), date(2026, 11, 23), date(2026, 11, 24))


def taken():
    moments = [datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC) for day in DAYS]
    pictures = [
        Picture(UUID(int=number << 96), day, moment, caption, 640, 480, [ID])
        for number, (day, moment, caption) in enumerate(
            (*zip(DAYS, moments, ("", "Op de glijbaan", ""), strict=True), (DAYS[2], moments[2], "Een toren"))
        )
    ]
    stories = [
        Story(UUID(int=7), DAYS[0], "Wij bakten.\nEn wij aten.", "Els", moments[0], moments[1], False, [ID], ["Sem"])
    ]
    rhythm = [Told(ID, DAYS[1], Rhythm("bottle", moments[1], amount=150))]
    news = [
        News(UUID(int=9), "Feest", "Kom ook.", "Els Berg", moments[1], None, [Attachment(ID, "", "Brief & zo.pdf")])
    ]
    papers = [Paper(UUID(int=11), "Verslag", moments[2], "")]
    child = ChildLine(ID, "Noor", "Noor Bakker", DAYS[0], "De Vlinders", None, None, None)
    house = House("Kok Kinderopvang", "kantoor@kok.test", "010-1234567", "#1f6f66", "nl")
    care = {"doctor": "Dokter Smit", "doctor_phone": "010-1234567", "allergies": "Pinda", "medical_notes": ""}
    contacts, fetchers = [Contact("Oma Riet", "06-12345678", "oma")], [Fetcher("Jan", "buurman", "", None, None)]
    return Taken(child, house, Everything(rhythm, stories, pictures), news, papers, fetchers, care, contacts, {})


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The folders on the disks of parents, by language."""
    app = create_app({"PORTAL_INSTANCE": str(tmp_path_factory.mktemp("instance"))})
    with app.app_context():
        return {language: unpacked(tmp_path_factory.mktemp("book"), language) for language in ("nl", "en")}


def unpacked(folder, language):
    told, jpeg = taken(), saved(snapshot(640, 480), "JPEG")
    with force_locale(language):
        files = {page.name: page.content for page in book.pages(told, set())}
    for picture in told.everything.pictures:
        files[f"fotos/{book.file_of(picture)}"] = files[f"boek/klein/{book.file_of(picture)}"] = jpeg
    (news,), (paper,) = told.news, told.papers
    files |= dict.fromkeys((book.news_file(news, news.attachments[0]), book.paper_file(paper)), b"%PDF")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("language", ["nl", "en"])
def test_book_is_for_everyone(language, folders, chromium, axe):  # noqa: F811
    folder = folders[language]
    page = chromium.new_context(offline=True, reduced_motion="reduce").new_page()
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    pages = [folder / "index.html", *sorted((folder / "boek").glob("*.html"))]
    assert [path.name for path in pages] == ["index.html", "2025-12.html", "2026-11.html", "nieuws.html"]
    for path in pages:
        page.goto(path.as_uri())
        assert page.locator("html").get_attribute("lang") == language
        assert look_at(page, axe, language) == [], path.name
        is_there = (
            "images => images.every(image => image.scrollIntoView() || image.loading == 'lazy' || image.naturalWidth)"
        )
        assert page.locator("img").evaluate_all(is_there)
        linked = page.locator("a").evaluate_all(
            "links => links.map(link => decodeURIComponent(new URL(link.href).pathname))"
        )
        assert [link for link in linked if not (path.parent / link).exists()] == []
    assert failed == []
    page.context.close()


def test_source_of_the_book_is_valid(folders):
    jar = CHECKERS / "vnu-jar/build/dist/vnu.jar"
    if not jar.exists() or shutil.which("java") is None:
        missing("vnu-jar and java (./run.sh test installs the first)")
    said = subprocess.run(
        ["java", "-jar", jar, "--format", "json", "--stdout", *(path for folder in folders.values() for path in folder.rglob("*.html"))],
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert [each["message"] for each in json.loads(said.stdout)["messages"] if each["type"] != "info"] == []
