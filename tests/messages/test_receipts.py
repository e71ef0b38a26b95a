"""Who said to have read it, and who did not."""

import sqlalchemy as sa

from portal.db import db


def test_the_office_sees_who_read_it_and_who_did_not(write, desk, phone, anna, piet, kim, far):
    item_id = write("Nieuwe deurcode", "location", asks_receipt="y")
    page = f"/beheer/nieuws/{item_id}/gelezen"
    assert "Op Gelezen gedrukt: 0 van 3." in desk.get(page).seen
    phone(piet).get(f"/nieuws/{item_id}")
    phone(anna).post(f"/nieuws/{item_id}/gelezen")
    seen = desk.get(page).seen
    assert "Op Gelezen gedrukt: 1 van 3." in seen and "Geopend op maandag" in seen and "Femke" not in seen
    not_yet, read = desk.get(f"{page}?toon=not").seen, desk.get(f"{page}?toon=read").seen
    assert "Piet Bakker Noor" in not_yet and "Kim van Meer Sem" in not_yet and "Anna de Vries" not in not_yet
    assert "Anna de Vries Noor" in read and "Piet Bakker" not in read
    assert "2 ouders openden het." in desk.get(f"/beheer/nieuws/{item_id}").seen


def test_where_nothing_is_asked_nobody_is_counted(write, desk, tablet):
    plain, asked = write("Leuk"), write("Nieuwe deurcode", asks_receipt="y")
    desk.get(f"/beheer/nieuws/{plain}/gelezen", 404)
    tablet.get(f"/beheer/nieuws/{asked}/gelezen", 404)


def test_the_list_of_readers_asks_little_of_the_database(write, desk, tablet, app, kim, far, anna, piet):
    item_id, own = write("Deur", asks_receipt="y"), write("Bos", "group", by=tablet, asks_receipt="y")
    statements = []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for browser, found in ((desk, item_id), (tablet, own)):
        for query in ("", "?toon=not", f"?toon=not&na={kim.person_id}"):
            statements.clear()
            browser.get(f"/beheer/nieuws/{found}/gelezen{query}")
            asked = [each for each in statements if each.startswith("SELECT") and "set_config" not in each]
            assert len(asked) <= 8, asked
