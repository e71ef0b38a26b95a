""" "Wie keek mee": what a parent may know of the log, and what never."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from portal.children.models import Block, Guardianship
from portal.logbook.queries import PAGE
from tests.forms import ID

WHO_LOOKED = "/account/wie-keek-mee"


@pytest.fixture
def browser(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    return browser


@pytest.fixture
def guardian(inside, kok, noor):
    """guardian(piet, address_shielded=True) changes what somebody is to Noor."""

    def change(account, **values):
        with inside(kok) as session:
            link = session.scalars(sa.select(Guardianship).where(Guardianship.person_id == account.person_id)).one()
            for name, value in values.items():
                setattr(link, name, value)

    return change


def test_parent_sees_own_logins_changes_and_who_opened_what_of_the_child(
    browser, note, anna, noor, els, save_parent, kok
):
    wil = save_parent(kok, "Wil", "", "Vos", "wil@kok.test", role="administratie")
    note("child_seen", by=els, child=noor)
    note("child_changed", by=wil, child=noor, detail="family_name, group_id")
    note("parent_seen", anna, by=wil)
    note("parent_changed", anna, by=wil, detail="phone")
    note("login_failed", anna, result="refused", detail="new, Firefox, Windows", address="198.51.100.x")
    assert WHO_LOOKED in browser.get("/account").text
    seen = browser.get(WHO_LOOKED).seen
    for words in (
        "Ingelogd U · Chrome, Android · netwerk 203.0.113.x",
        "Gegevens bekeken: Noor Els van der Berg (groepsleiding)",
        "Gegevens gewijzigd: Noor Wil Vos (administratie) · Achternaam, groep",
        "Uw gegevens bekeken Wil Vos (administratie)", "Uw gegevens gewijzigd Wil Vos (administratie) · Telefoon",
        "Inloggen mislukt Iemand die niet was ingelogd", "netwerk 198.51.100.x",
    ):  # fmt: skip
        assert words in seen


def test_lines_of_other_families_and_of_elsewhere_are_not_there(
    browser, note, visitor, kok, zon, bram, els, save_parent
):
    other = save_parent(kok, "Otto", "", "Ander", "otto@voorbeeld.nl")
    note("parent_changed", other, by=els, detail="phone")
    note("parents_downloaded", by=els, detail="12 rows")
    note("parent_changed", bram, detail="phone", organisation=zon)
    seen = browser.get(WHO_LOOKED).seen
    assert "Ingelogd" in seen and "gewijzigd" not in seen and "gedownload" not in seen
    stranger = visitor(zon)
    stranger.log_in(bram)
    assert "Noor" not in stranger.get(WHO_LOOKED).seen
    assert visitor(kok).get(WHO_LOOKED, status=303).response.location.startswith("/inloggen")


def test_what_is_about_the_other_parent_is_never_told(browser, note, anna, piet, els, noor):
    """Also of the same child: rights, addresses, blocks and credentials of Piet are his."""
    for action in ("rights_changed", "address_shielded", "guardianship_added", "letter_printed", "block_confirmed"):
        note(action, piet, by=els, child=noor, detail="custody")
        note(action, by=els, child=noor)  # as for a guardian who has no account
    note("parent_seen", piet, by=els)
    note("address_changed", piet, by=piet)
    note("login", piet, by=piet, detail="full, Safari, iPhone", address="192.0.2.x")
    seen = browser.get(WHO_LOOKED).seen
    for words in ("Piet", "Els", "192.0.2", "iPhone", "echten", "afgeschermd", "lokkade", "Brief"):
        assert words not in seen


def test_of_the_other_parent_only_what_was_seen_and_never_from_where(browser, note, guardian, piet, noor):
    note("child_seen", by=piet, child=noor, detail="Safari, iPhone", address="192.0.2.x")
    seen = browser.get(WHO_LOOKED).seen
    assert "Gegevens bekeken: Noor Piet Bakker (ouder)" in seen
    assert "192.0.2" not in seen and "iPhone" not in seen
    guardian(piet, address_shielded=True)
    seen = browser.get(WHO_LOOKED).seen
    assert "Piet" not in seen and "bekeken" not in seen.partition("Was u iets")[2]
    guardian(piet, valid_to=date(2026, 1, 1))  # who was a guardian stays shielded
    assert "Piet" not in browser.get(WHO_LOOKED).seen


def test_court_order_is_not_ours_to_announce_and_closes_the_lines_of_the_child(
    browser, note, inside, kok, anna, noor, els
):
    note("child_seen", by=els, child=noor)
    note("block_asked", anna, by=els, child=noor, detail="until 2027-01-01")
    seen = browser.get(WHO_LOOKED).seen
    assert "Noor" in seen and "lokkade" not in seen
    with inside(kok) as session:
        session.add(
            Block(
                organisation_id=kok.id, child_id=noor.id, person_id=anna.person_id, reason="", document="",
                ends_on=date(2099, 1, 1), asked_by=els.id, confirmed_by=els.id,
                confirmed_at=datetime(2026, 11, 1, tzinfo=UTC),
            )
        )  # fmt: skip
    seen = browser.get(WHO_LOOKED).seen
    assert "Noor" not in seen and "Els" not in seen and "Ingelogd" in seen


def test_every_line_is_shown_once_also_over_pages(browser, note, anna, noor, els):
    for number in range(PAGE):
        note("child_seen", by=els, child=noor)
        note("parent_changed", anna, by=els, detail=f"phone {number}")
    pages, page = [], browser.get(WHO_LOOKED)
    while page:
        pages.append(page)
        older = [link["href"] for tag, link in page.tags if tag == "a" and link.get("rel") == "next"]
        page = browser.get(older[0]) if older else None
    ids = [id_ for page in pages for id_ in page.ids if id_.startswith("look-")]
    assert len(pages) == 3 and len(ids) == len(set(ids)) == 2 * PAGE + 1
    assert "Naar het begin" in pages[1].seen and "Naar het begin" not in pages[0].seen


def test_nonsense_as_a_place_is_the_first_page(browser):
    for place in ("onzin", "_", f"2026-13-45_{ID}", f"0001-01-01T00:00:00+23:59_{ID}", "%00", "9" * 999):
        assert "Ingelogd" in browser.get(f"{WHO_LOOKED}?na={place}").seen


def test_who_has_no_child_here_sees_only_the_own_account(office, note, els, noor):
    note("child_seen", by=els, child=noor)
    seen = office("planning").get(WHO_LOOKED).seen
    assert "Ingelogd" in seen and "kinderen" not in seen.partition("Was u iets")[0].partition("Hier ziet")[2]
    assert "Noor" not in seen and "Els" not in seen
