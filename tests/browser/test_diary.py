"""The diary in a real browser: few taps on the tablet, nothing typed is lost, and older days come by scrolling."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from portal import clock
from portal.children.models import Child
from portal.photos import actions as photos
from tests.browser.conftest import NAMES, known_parent, log_in
from tests.files.pictures import saved
from tests.files.test_photo import snapshot

TAP_LIMIT, ONE_LINE = 8, "Wij bouwden een toren die hoger werd dan Mo."


class Thumb:
    """Taps, and counts them."""

    def __init__(self):
        self.taps = 0

    def tap(self, place):
        place.tap()
        self.taps += 1


def test_story_with_a_photo_of_three_children_takes_few_taps(tablet):
    """Choosing the photo itself is one tap more, in the dialog of the tablet."""
    tablet.goto("/beheer")
    thumb = Thumb()
    thumb.tap(tablet.get_by_role("link", name="Dagboek", exact=True))
    thumb.tap(tablet.get_by_label("Wat is er gebeurd?"))
    tablet.keyboard.type(ONE_LINE)
    for name in NAMES:
        thumb.tap(tablet.get_by_label(f"{name} Toren"))
    with tablet.expect_file_chooser() as chosen:
        thumb.tap(tablet.get_by_label("Foto's erbij"))
    chosen.value.set_files({"name": "toren.jpg", "mimeType": "image/jpeg", "buffer": saved(snapshot(640, 480), "JPEG")})
    thumb.taps += 1
    thumb.tap(tablet.get_by_role("button", name="Naar de ouders"))
    tablet.get_by_text("Het verhaal staat bij de ouders.").wait_for()
    assert thumb.taps <= TAP_LIMIT, thumb.taps
    expect(tablet.locator("article").first).to_contain_text(ONE_LINE)


def test_rhythm_takes_two_taps(tablet):
    tablet.goto("/beheer/dagboek")
    thumb = Thumb()
    thumb.tap(tablet.locator("#rhythm-title ~ ul a", has_text="Bo Toren"))
    thumb.tap(tablet.get_by_role("button", name="150 ml"))
    tablet.get_by_text("fles 150 ml").first.wait_for()
    assert thumb.taps == 2


def test_lost_connection_loses_nothing_and_the_same_button_tries_again(tablet):
    tablet.goto("/beheer/dagboek")
    tablet.get_by_label("Wat is er gebeurd?").fill("Dit mag niet verloren gaan.")
    tablet.get_by_label("Mo Toren").check()
    tablet.context.set_offline(True)
    send = tablet.get_by_role("button", name="Naar de ouders")
    send.tap()
    tablet.get_by_text("Geen verbinding. Wat u typte staat er nog.").wait_for()
    assert tablet.get_by_label("Wat is er gebeurd?").input_value() == "Dit mag niet verloren gaan."
    assert tablet.get_by_label("Mo Toren").is_checked()
    tablet.context.set_offline(False)
    send.tap()
    tablet.get_by_text("Het verhaal staat bij de ouders.").wait_for()
    assert tablet.locator("article", has_text="Dit mag niet verloren gaan.").count() == 1


@pytest.mark.parametrize("javascript", [True, False], ids=["by scrolling", "by link"])
def test_older_days_come_by_scrolling_or_by_link(server, group, chromium, javascript):
    context = chromium.new_context(base_url=server.kok, locale="nl-NL", java_script_enabled=javascript)
    page = context.new_page()
    log_in(page, "toren@voorbeeld.nl")
    page.get_by_role("heading", level=1, name="Tess").wait_for()
    page.goto("/dagboek")
    oldest = f"Dag van {clock.today() - timedelta(days=39)}."
    for _ in range(10):
        if page.get_by_text(oldest).count():
            break
        older = page.get_by_role("link", name="Oudere dagen")
        if javascript:
            page.mouse.wheel(0, 20_000)
            page.wait_for_timeout(300)
        else:
            older.click()
    expect(page.get_by_text(oldest)).to_have_count(1)
    if javascript:
        assert page.locator(".story").count() >= 39 and page.url.endswith("/dagboek")
    context.close()


def test_photos_are_turned_over_by_keyboard_and_by_swiping(server, group, chromium):
    with server.rows() as session:
        account = known_parent(session)
        child = session.scalars(sa.select(Child).where(Child.group_id == group.id)).first()
        for side in (300, 400):
            received = photos.receive(saved(snapshot(side, 300), "JPEG"))
            photos.take_in(received, group, account.id, caption=f"Foto {side}", child_ids=[child.id])
    context = chromium.new_context(base_url=server.kok, locale="nl-NL", has_touch=True)
    page = context.new_page()
    log_in(page, "toren@voorbeeld.nl")
    page.get_by_role("heading", level=1, name="Tess").wait_for()
    for _ in range(100):  # the worker makes their sizes
        page.goto("/dagboek")
        if page.get_by_text("Foto 300").count() and page.get_by_text("Foto 400").count():
            break
        page.wait_for_timeout(100)
    page.get_by_alt_text("Foto 400").click()
    page.get_by_role("heading", level=1, name="Foto van").wait_for()
    caption = page.locator("figcaption p").first
    for key, shown in (("ArrowRight", "Foto 300"), ("ArrowLeft", "Foto 400")):
        page.keyboard.press(key)
        expect(caption).to_have_text(shown)
    page.locator("figure").evaluate(SWIPE)
    expect(caption).to_have_text("Foto 300")
    context.close()


SWIPE = """figure => [["touchstart", 300], ["touchend", 60]].forEach(([kind, x]) => {
    const touch = new Touch({identifier: 1, target: figure, clientX: x, clientY: 200});
    const touches = kind === "touchstart" ? [touch] : [];
    figure.dispatchEvent(new TouchEvent(kind, {bubbles: true, touches: touches, changedTouches: [touch]}));
})"""
