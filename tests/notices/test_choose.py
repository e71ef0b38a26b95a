"""Choosing which mails one wants."""


def chosen(page):
    return {
        each["value"] for tag, each in page.tags if tag == "input" and "checked" in each and each["type"] == "radio"
    }


def test_parent_chooses_how_often(visitor, kok, anna, inside):
    browser = visitor(kok)
    browser.log_in(anna)
    assert "/account/e-mails" in browser.get("/account").text
    page = browser.get("/account/e-mails")
    assert "evening" in chosen(page)
    page = browser.follow(browser.post("/account/e-mails", days="once"))
    assert "Uw keuze is bewaard." in page.seen
    assert "once" in chosen(browser.get("/account/e-mails"))
    page = browser.htmx_post("/account/e-mails", days="none")  # in place
    assert "Uw keuze is bewaard." in page.seen and "none" in chosen(page)
    assert not [tag for tag, _ in page.tags if tag == "h1"]
    page = browser.post("/account/e-mails", 422, days="always")
    assert "Kies een van de mogelijkheden." in page.seen
    assert "none" in chosen(browser.get("/account/e-mails"))
