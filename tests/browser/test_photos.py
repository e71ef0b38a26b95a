"""Photos by the dozen from the tablet: a bar for each, one that is refused keeps back no other, nothing gets lost."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from portal.photos.models import Photo
from tests.browser.conftest import NAMES
from tests.files.pictures import PDF, saved
from tests.files.test_photo import snapshot


@pytest.fixture(scope="module")
def jpegs():
    """jpegs(3) are three photos, each another."""

    def make(many, start=0):
        whole = [saved(snapshot(200 + start + number, 150), "JPEG") for number in range(many)]
        return [
            {"name": f"foto{start + number}.jpg", "mimeType": "image/jpeg", "buffer": content}
            for number, content in enumerate(whole)
        ]

    return make


def row_of(page, name):
    return page.locator(".sending li", has_text=name)


def kept(server, prefix):
    with server.rows() as session:
        return sorted(session.scalars(sa.select(Photo.name).where(Photo.name.startswith(prefix))))


def test_each_photo_has_its_own_bar_and_its_own_reason(server, tablet, group, jpegs):
    page = tablet
    page.goto(f"/beheer/groepen/{group.id}/fotos")
    good = jpegs(3)
    broken = {"name": "half.jpg", "mimeType": "image/jpeg", "buffer": good[0]["buffer"][:1500]}
    brief = {"name": "brief.pdf", "mimeType": "application/pdf", "buffer": PDF}
    heavy = {"name": "groot.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + bytes(12 << 20)}
    page.get_by_label("Foto's", exact=True).set_input_files([*good, broken, brief, heavy])
    expect(row_of(page, "foto0.jpg")).to_contain_text("Staat klaar")
    expect(row_of(page, "groot.jpg")).to_contain_text("groter dan 12 MB")
    page.get_by_label(f"{NAMES[0]} Toren").check()
    page.get_by_role("button", name="Foto's versturen").click()
    expect(row_of(page, "brief.pdf")).to_contain_text("Dit is geen foto die wij kennen.")
    expect(row_of(page, "half.jpg")).to_contain_text("Deze foto is beschadigd", timeout=20_000)
    for number in range(3):
        expect(row_of(page, f"foto{number}.jpg")).to_contain_text("Klaar", timeout=20_000)
    assert page.locator("#sent-photos img").count() >= 3
    page.get_by_label(f"{NAMES[0]} Toren").uncheck()
    page.get_by_label("Foto's", exact=True).set_input_files([{**good[0], "name": "nog-een.jpg"}])
    page.get_by_role("button", name="Foto's versturen").click()
    expect(row_of(page, "nog-een.jpg")).to_contain_text("ouders zien deze foto niet", timeout=20_000)
    status = page.locator("[data-status]")
    expect(status).to_have_attribute("role", "status")
    expect(status).to_contain_text("brief.pdf: Dit is geen foto")
    assert kept(server, "foto") == ["foto0.jpg", "foto1.jpg", "foto2.jpg"]
    row_of(page, "brief.pdf").get_by_role("button", name="Weghalen").click()
    expect(row_of(page, "brief.pdf")).to_have_count(0)


def test_photos_wait_for_a_lost_connection_and_go_on(server, tablet, group, jpegs):
    page = tablet
    page.goto(f"/beheer/groepen/{group.id}/fotos")
    page.get_by_label("Foto's", exact=True).set_input_files(jpegs(6, start=20))
    arrived = []

    def let_two_through(route):
        arrived.append(route.request)
        if len(arrived) > 4:  # two are sent twice, for the form was stale
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/fotos", let_two_through)
    page.locator("#photos-form [name=csrf_token]").evaluate("field => field.value = 'of before another login'")
    page.get_by_role("button", name="Foto's versturen").click()
    words = "Verbinding weg. Uw foto's staan klaar en gaan verder zodra er weer verbinding is."
    expect(page.locator("[data-status]")).to_have_text(words)
    assert page.locator(".sending li[data-state=waiting]").count() == 4
    page.unroute("**/fotos")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-status]")).to_have_text("Foto's aangekomen: 6 van 6.", timeout=20_000)
    assert kept(server, "foto2") == ["foto2.jpg", *(f"foto2{number}.jpg" for number in range(6))]


def test_photos_of_a_story_go_after_it_and_of_a_draft_not(server, tablet, group, jpegs):
    page = tablet
    page.goto("/beheer/dagboek")
    page.get_by_label("Wat is er gebeurd?").fill("Met veel foto's.")
    page.get_by_label(f"{NAMES[1]} Toren").check()
    assert page.locator("#sending").get_attribute("data-most") == "30"
    page.locator("#sending").evaluate("place => place.setAttribute('data-most', '3')")
    page.get_by_label("Foto's erbij").set_input_files(jpegs(4, start=100))
    expect(row_of(page, "foto103.jpg")).to_contain_text("Hoogstens 30 foto's tegelijk.")
    page.get_by_role("button", name="Bewaren als concept").click()
    page.get_by_text("Stuur foto's mee als het verhaal naar de ouders gaat").wait_for()
    assert page.locator(".sending li").count() == 4
    page.get_by_role("button", name="Naar de ouders").click()
    expect(page.locator("[data-status]")).to_contain_text(
        "Het verhaal staat bij de ouders. Foto's aangekomen: 3 van 3.", timeout=30_000
    )
    row_of(page, "foto103.jpg").get_by_role("button", name="Opnieuw proberen").click()
    page.locator("article", has_text="Met veel foto's.").wait_for(timeout=30_000)
    assert len(kept(server, "foto10")) == 4
