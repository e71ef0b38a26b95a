"""Choosing which mails one wants."""


def chosen(page):
    radios = [each for tag, each in page.tags if tag == "input" and each["type"] == "radio"]
    return {each["name"]: each["value"] for each in radios if "checked" in each}


def test_parent_chooses_how_often(visitor, kok, anna, inside):
    browser = visitor(kok)
    browser.log_in(anna)
    assert "/account/e-mails" in browser.get("/account").text
    page = browser.get("/account/e-mails")
    assert chosen(page) == {"days": "evening", "news": "once"}
    page = browser.follow(browser.post("/account/e-mails", days="once", news="evening"))
    assert "Uw keuze is bewaard." in page.seen
    assert chosen(browser.get("/account/e-mails")) == {"days": "once", "news": "evening"}
    page = browser.htmx_post("/account/e-mails", days="none", news="once")  # in place
    assert "Uw keuze is bewaard." in page.seen and chosen(page) == {"days": "none", "news": "once"}
    assert not [tag for tag, _ in page.tags if tag == "h1"]
    page = browser.post("/account/e-mails", 422, days="always", news="once")
    assert "Kies een van de mogelijkheden." in page.seen
    assert chosen(browser.get("/account/e-mails")) == {"days": "none", "news": "once"}
