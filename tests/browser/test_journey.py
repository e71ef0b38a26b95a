"""The manual from its first page to its last, in a real browser, from the office's file to the new password."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import kept_cookies

CHOSEN = "een-heel-nieuw-wachtwoord"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def javascript(request):
    return request.param


def parent_of_noor(server, javascript):
    """The office imports its file; this parent is new in it."""
    email = f"anna{'' if javascript else '.zonder'}@voorbeeld.nl"
    said = server.import_parents(f"{email};Anna;de;Vries;0612345678;Noor;Bakker;2023-05-01;De Vlinders;ja")
    assert "1" in said
    return email


def log_in(page, email, password, remember=False):
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Wachtwoord", exact=True).fill(password)
    if remember:
        page.get_by_label("Onthoud mij").check()
    page.get_by_role("button", name="Inloggen").click()


def see_home(page):
    page.get_by_role("heading", level=1, name="Anna").wait_for()
    assert page.get_by_role("heading", name="Noor", exact=True).is_visible()
    assert "De Vlinders" in page.locator("main").inner_text()


def temporary_password_in(mail):
    return re.search(r"^\s*((?:[2-9a-z]{4}-){3}[2-9a-z]{4})\s*$", mail.text, re.M)[1]


def feedback(page):
    return [item.get_attribute("class") for item in page.locator("#password-feedback li").all()]


def choose_in_place(page):
    """What htmx adds: feedback while filling in, and a proposal that fills both fields."""
    page.get_by_label("Nieuw wachtwoord", exact=True).fill("kort")
    page.keyboard.press("Tab")
    page.locator("#password-feedback .bad").wait_for()
    assert feedback(page)[0] == "bad"
    page.get_by_role("button", name="Bedenk een wachtwoord").click()
    phrase = page.locator("#phrase").inner_text()
    page.get_by_role("button", name="Gebruik deze").click()
    expect(page.locator("#password-feedback .good")).to_have_count(3)
    assert page.get_by_label("Nieuw wachtwoord herhalen").input_value() == phrase
    page.get_by_role("button", name="Wachtwoord opslaan").click()
    return phrase


def choose_by_pages(page):
    """The same with plain pages: an error next to the field, and a proposal to type over."""
    page.get_by_label("Nieuw wachtwoord", exact=True).fill("kort")
    page.get_by_label("Nieuw wachtwoord herhalen").fill("kort")
    page.get_by_role("button", name="Wachtwoord opslaan").click()
    assert "te kort" in page.locator("#password-error").inner_text()
    page.get_by_role("button", name="Bedenk een wachtwoord").click()
    page.get_by_role("heading", name="Kies uw wachtwoord").wait_for()
    phrase = page.locator("#phrase").inner_text()
    page.get_by_label("Nieuw wachtwoord", exact=True).fill(phrase)
    page.get_by_label("Nieuw wachtwoord herhalen").fill(phrase)
    page.get_by_role("button", name="Wachtwoord opslaan").click()
    return phrase


def test_journey_of_the_manual(javascript, server, inbox, open_browser):
    email = parent_of_noor(server, javascript)

    # 1. The credentials come by mail; a temporary password opens one page only.
    mail = inbox.wait_for(email)
    assert server.kok in mail.links[0] and "Kok Kinderopvang" in mail.subject
    page = open_browser(javascript)
    page.goto(mail.links[0])
    log_in(page, email, temporary_password_in(mail))
    page.get_by_role("heading", name="Kies uw wachtwoord").wait_for()
    page.goto("/account")
    page.get_by_role("heading", name="Kies uw wachtwoord").wait_for()
    phrase = choose_in_place(page) if javascript else choose_by_pages(page)
    see_home(page)
    assert "wachtwoord" in inbox.wait_for(email).subject.lower()

    # Out, in again and remembered, also after the browser was closed.
    page.get_by_role("button", name="Uitloggen").click()
    page.get_by_text("U bent uitgelogd.").wait_for()
    log_in(page, email, phrase, remember=True)
    see_home(page)
    remembered = open_browser(javascript, cookies=kept_cookies(page))
    remembered.goto("/")
    see_home(remembered)

    # 2. Forgotten: a mail with a link, a new password, and every other device is out.
    page = open_browser(javascript)
    page.goto("/")
    page.get_by_role("link", name="Wachtwoord vergeten?").click()
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_role("button", name="Verzenden").click()
    page.get_by_role("heading", name="Kijk in uw e-mail").wait_for()
    mail = inbox.wait_for(email)
    page.goto(mail.links[0])
    page.get_by_role("heading", name="Wachtwoord wijzigen").wait_for()
    assert page.url == f"{server.kok}/wachtwoord/nieuw"
    page.get_by_label("Nieuw wachtwoord", exact=True).fill(CHOSEN)
    page.get_by_label("Nieuw wachtwoord herhalen").fill(CHOSEN)
    page.get_by_role("button", name="Wachtwoord wijzigen").click()
    page.get_by_text("Uw nieuwe wachtwoord is ingesteld").wait_for()
    log_in(page, email, phrase)
    page.get_by_text("horen niet bij elkaar").wait_for()
    log_in(page, email, CHOSEN)
    see_home(page)
    remembered.goto("/")
    remembered.get_by_role("heading", name="Inloggen").wait_for()
    inbox.wait_for(email)

    # The used link explains itself; its button sends another one, and the code in it works as well.
    page = open_browser(javascript)
    page.goto(mail.links[0])
    page.get_by_role("heading", name="Deze link is al gebruikt").wait_for()
    page.get_by_role("button", name="Nieuwe link aanvragen").click()
    page.get_by_role("heading", name="Kijk in uw e-mail").wait_for()
    code = re.search(r"\b([0-9A-Z]{4}-[0-9A-Z]{4})\b", inbox.wait_for(email).text)[1]
    page.get_by_role("link", name="Werkt de link niet?").click()
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Code uit de e-mail").fill(code.lower())
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("heading", name="Wachtwoord wijzigen").wait_for()

    # 3. Still nothing: the office sends a new password, and the old one is over.
    server.command("parents", "send-credentials", email, "--organisation", "kok")
    mail = inbox.wait_for(email)
    page = open_browser(javascript)
    page.goto(mail.links[0])
    log_in(page, email, temporary_password_in(mail))
    page.get_by_role("heading", name="Kies uw wachtwoord").wait_for()


def tab_to(page, words):
    """Press Tab until this field, link or button has the focus; on the way the focus is always to be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        name, is_visible = page.evaluate(FOCUSED)
        assert is_visible, f"no sign of the focus on {name!r}"
        if words == name:
            return
    raise AssertionError(f"Tab never reaches {words!r}")


FOCUSED = """() => {
    const element = document.activeElement, style = getComputedStyle(element)
    const name = (element.labels && element.labels[0] || element).innerText.trim()
    return [name, element === document.body || style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2]
}"""


def test_parent_needs_no_mouse(javascript, server, inbox, open_browser, save_password, password_hash):
    email = f"toetsen{'' if javascript else '.zonder'}@voorbeeld.nl"
    server.import_parents(f"{email};Anna;de;Vries;;Noor;Bakker;2023-05-01;De Vlinders;ja")
    inbox.wait_for(email)
    save_password(email, password_hash)
    page = open_browser(javascript)
    keys = page.keyboard
    page.goto("/inloggen")
    tab_to(page, "Naar de inhoud")
    tab_to(page, "Wachtwoord vergeten?")
    keys.press("Enter")
    page.get_by_role("heading", name="Wachtwoord vergeten?").wait_for()
    tab_to(page, "E-mail")
    keys.type(email)
    keys.press("Enter")
    page.get_by_role("heading", name="Kijk in uw e-mail").wait_for()
    page.goto(inbox.wait_for(email).links[0])
    tab_to(page, "Nieuw wachtwoord")
    keys.type("kort")
    tab_to(page, "Nieuw wachtwoord herhalen")
    keys.type("kort")
    keys.press("Enter")
    page.locator("#password-error").wait_for()
    page.get_by_label("Nieuw wachtwoord", exact=True).and_(page.locator(":focus")).wait_for() if javascript else None
    for label in ("Nieuw wachtwoord", "Nieuw wachtwoord herhalen"):
        if page.evaluate(FOCUSED)[0] != label:
            tab_to(page, label)
        keys.press("Control+a")
        keys.type(CHOSEN)
    tab_to(page, "Wachtwoord wijzigen")
    keys.press("Space")
    page.get_by_text("Uw nieuwe wachtwoord is ingesteld").wait_for()
    tab_to(page, "E-mail")
    keys.type(email)
    tab_to(page, "Wachtwoord")
    keys.type(CHOSEN)
    tab_to(page, "Onthoud mij")
    keys.press("Space")
    keys.press("Enter")
    see_home(page)
    assert [cookie["name"] for cookie in kept_cookies(page) if "onthoud" in cookie["name"]]
    page.set_viewport_size({"width": 360, "height": 740})
    tab_to(page, "Menu")
    keys.press("Enter")
    tab_to(page, "Uitloggen")
    keys.press("Enter")
    page.get_by_text("U bent uitgelogd.").wait_for()
