"""What happened to each mail, for the office: on one screen, and on the page of the parent."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import FEATURES, clock
from portal.audit.models import AccessLog
from portal.auth.models import Account, Person
from portal.children import actions as children
from portal.children.models import Guardianship
from portal.children.queries import guardianship
from portal.db import db
from portal.delivery import words
from portal.outbox import actions
from portal.outbox.models import Mail
from portal.people.actions import know_names

OUTBOX = "/beheer/e-mail"


@pytest.fixture
def desk(time, office):
    return office("administratie")


@pytest.fixture
def save_mail(kok, inside):
    """save_mail(anna, state="bounced", …) gives the id of a mail to Anna that was asked a while ago."""

    def save(account, kind="auth/credentials", organisation=kok, ago=timedelta(hours=1), **values):
        with inside(organisation) as session:
            now = clock.now()
            mail = Mail(
                organisation_id=organisation.id, kind=kind, account_id=account and account.id, created_at=now - ago,
                due_at=now - ago, expires_at=now + timedelta(days=1), **values,
            )  # fmt: skip
            session.add(mail)
            session.commit()
            return mail.id

    return save


def flag(inside, kok, account, state):
    with inside(kok) as session:
        now = clock.now()
        session.execute(sa.update(Account).where(Account.id == account.id).values(bounce_state=state, bounced_at=now))


def page_of(parent):
    return f"/beheer/ouders/{parent.id}"


FATES = [
    ({"state": "new", "ago": timedelta()}, "Wacht. De e-mail gaat zo weg."),
    ({"state": "new", "tries": 4}, "Wacht al sinds 09:30. De mailserver neemt hem nog niet aan."),
    ({"state": "sent", "smtp_code": 250, "smtp_text": "2.0.0 Ok: queued"}, "Aangenomen door uw mailprovider om 10:03."),
    ({"state": "refused", "smtp_code": 550, "smtp_text": "5.1.1 User unknown"}, "Geweigerd: dit adres bestaat niet."),
    ({"state": "refused", "smtp_code": 552, "smtp_text": "5.2.2 Mailbox full"}, "Geweigerd: het postvak is vol."),
    ({"state": "refused", "smtp_code": 550, "smtp_text": "5.7.26 unauthenticated"}, "vertrouwt deze e-mail niet."),
    ({"state": "bounced", "bounce_status": "5.1.1"}, "Teruggekomen: dit adres bestaat niet."),
    ({"state": "bounced", "bounce_status": "5.2.2"}, "Teruggekomen: het postvak is vol."),
    ({"state": "bounced", "bounce_status": "5.4.7"}, "Teruggekomen: de mailserver van de ontvanger gaf hem niet door."),
    ({"state": "expired"}, "Niet verstuurd: het lukte niet op tijd."),
    ({"state": "suppressed"}, "Niet verstuurd: e-mail naar dit adres kwam eerder terug."),
    ({"state": "cancelled"}, "Niet verstuurd: hij was niet meer nodig."),
]


def test_each_mail_says_in_words_what_happened(desk, kok, anna, save_mail, inside):
    for values, sentence in FATES:
        with inside(kok) as session:
            session.execute(sa.delete(Mail))
        at = clock.now() - timedelta(minutes=27)
        sent = {"sent_at": at} if values["state"] == "sent" else {}
        mail_id = save_mail(anna, **values, **sent)
        for page in (desk.get(OUTBOX), desk.get(page_of(anna))):
            seen = page.seen[page.seen.index("Inloggegevens ·") :]
            assert sentence in seen, (values, seen[:300])
            assert mail_id.hex in page.text.replace("-", "")


def test_every_state_has_a_sentence():
    fates = {"waiting", "planned", "stuck", "sent", "expired", "suppressed", "cancelled"}
    why = {f"{state}, {cause}" for state in ("refused", "bounced") for cause in ("gone", "full", "distrusted", "other")}
    assert set(words.SENTENCES) == fates | why


def test_every_kind_of_mail_of_ours_has_a_name(app):
    ours = [kind for kind in actions._kinds if kind.partition("/")[0] in FEATURES]
    assert ours and [kind for kind in ours if not actions._kinds[kind].name] == []


def test_answer_of_the_server_stands_behind_it_without_addresses(desk, anna, save_mail):
    save_mail(anna, state="refused", smtp_code=550, smtp_text="5.1.1 <anna.prive@elders.nl>: user unknown")
    page = desk.get(OUTBOX)
    assert "Wat de mailserver zei" in page.seen and "550 5.1.1" in page.seen
    assert "anna.prive" not in page.text


def test_office_finds_what_failed_what_waits_and_of_whom(desk, kok, anna, piet, els, save_mail, inside):
    with inside(kok) as session:
        know_names(session.scalars(sa.select(Person)).all())
    save_mail(anna, state="bounced", bounce_status="5.1.1")
    save_mail(piet, state="new")
    save_mail(els, "auth/new_device", state="sent", sent_at=clock.now())
    seen = {show: desk.get(f"{OUTBOX}?toon={show}").seen for show in ("", "failed", "waiting", "onzin")}
    everyone = ("Anna de Vries", "Piet Bakker", "Els van der Berg")
    names = {show: [name for name in everyone if name in words_] for show, words_ in seen.items()}
    assert names == {
        "": ["Anna de Vries", "Piet Bakker", "Els van der Berg"], "failed": ["Anna de Vries"],
        "waiting": ["Piet Bakker"], "onzin": ["Anna de Vries", "Piet Bakker", "Els van der Berg"],
    }  # fmt: skip
    for words_, found in (("bakk", "Piet"), ("anna%40voor", "Anna"), ("vries", "Anna")):
        page = desk.get(f"{OUTBOX}?zoek={words_}")
        assert found in page.seen and ("Piet" in page.seen) != ("Anna" in page.seen)
    assert "Er is geen e-mail aan iemand" in desk.get(f"{OUTBOX}?zoek=kees").seen


def test_who_forgot_a_password_is_seen_while_it_waits_and_a_stranger_never(desk, kok, anna, save_mail):
    save_mail(None, "auth/forgot_password", state="new", address=anna.email)
    save_mail(None, "auth/forgot_password", state="new", address="vreemde@voorbeeld.nl")
    page = desk.get(f"{OUTBOX}?toon=waiting")
    assert page.seen.count("Wachtwoord vergeten ·") == 1 and "Anna de Vries" in page.seen
    assert "vreemde" not in page.text
    assert "Wachtwoord vergeten ·" in desk.get(page_of(anna)).seen


def test_pages_follow_each_other_and_ask_little(app, desk, kok, anna, inside, save_mail):
    with inside(kok) as session:
        now = clock.now()
        session.add_all(
            Mail(
                organisation_id=kok.id, kind="auth/new_device", account_id=anna.id, due_at=now, expires_at=now,
                created_at=now - timedelta(hours=n // 2), state="refused", smtp_code=550, smtp_text=f"nummer {n:03}",
            )
            for n in range(120)
        )  # fmt: skip
    path, seen = f"{OUTBOX}?toon=failed", []
    asked = []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    while path:
        asked.clear()
        page = desk.get(path)
        selects = [each for each in asked if each.startswith("SELECT")]
        assert len([each for each in selects if "set_config" not in each]) <= 6, selects
        seen += [word for word in page.seen.split() if word.isdigit() and len(word) == 3 and word != "550"]
        path = next((attributes["href"] for tag, attributes in page.tags if attributes.get("rel") == "next"), None)
    assert sorted(seen) == [f"{n:03}" for n in range(120)]


def test_mail_goes_again_to_the_address_of_today_with_a_new_link(desk, visitor, kok, anna, post, inside):
    visitor(kok).post("/wachtwoord-vergeten", email=anna.email)
    (first,) = post.deliver()
    with inside(kok) as session:
        mail_id = session.scalars(sa.select(Mail.id)).one()
    answer = desk.post(f"{OUTBOX}/{mail_id}/opnieuw")
    assert answer.response.location == page_of(anna)
    assert f"De e-mail gaat opnieuw naar {anna.email}." in desk.follow(answer).seen
    (again,) = post.deliver()
    assert again.to == [anna.email] and again.links[0] != first.links[0]
    visitor(kok).get(again.links[0], status=303)
    with inside(kok) as session:
        lines = session.scalars(sa.select(AccessLog).where(AccessLog.action == "mail_sent_again")).all()
        assert [(line.account_id, line.actor_id) for line in lines] == [(anna.id, desk.account.id)]


@pytest.mark.parametrize(
    ("kind", "values", "words_"),
    [
        ("auth/new_device", {}, "Opnieuw sturen kan niet: deze e-mail ging over iets van dat moment."),
        ("auth/forgot_password", {"status": "blocked"}, "dit account is geblokkeerd of gesloten."),
        ("auth/forgot_password", {"bounce_state": "gone"}, "Opnieuw sturen kan pas als het adres weer goed is."),
    ],
)
def test_mail_that_cannot_go_again_says_why(kind, values, words_, desk, kok, anna, save_mail, inside, post):
    mail_id = save_mail(anna, kind, state="refused", smtp_code=550)
    with inside(kok) as session:
        session.execute(sa.update(Account).where(Account.id == anna.id).values(**values))
    assert words_ in desk.get(OUTBOX).seen and f"{mail_id}/opnieuw" not in desk.get(OUTBOX).text
    assert words_ in desk.follow(desk.post(f"{OUTBOX}/{mail_id}/opnieuw")).seen
    assert post.deliver() == []


def test_sending_again_has_an_end(desk, anna, save_mail, post):
    mail_id = save_mail(anna, "auth/forgot_password", state="refused", smtp_code=550)
    for _press in range(6):
        page = desk.follow(desk.post(f"{OUTBOX}/{mail_id}/opnieuw"))
    assert "Bel de ouder." in page.seen
    assert len(post.deliver()) == 5


def test_address_that_takes_no_mail_says_what_to_do_on_top(desk, kok, anna, inside, save_mail):
    assert "E-mail komt niet aan" not in desk.get(page_of(anna)).seen
    for state, sentence in (("gone", "Dit adres bestaat niet: anna@voorbeeld.nl"), ("full", "Dit postvak is vol")):
        flag(inside, kok, anna, state)
        page = desk.get(page_of(anna))
        assert "E-mail komt niet aan bij deze ouder" in page.seen and sentence in page.seen
        assert {f"{page_of(anna)}/adres", f"{page_of(anna)}/brief"} <= {
            attributes.get("href") for _tag, attributes in page.tags
        }
        assert "Stuur inloggegevens opnieuw" not in page.seen
        assert (
            "E-mail naar anna@voorbeeld.nl komt terug." in desk.follow(desk.post(f"{page_of(anna)}/inloggegevens")).seen
        )
        assert "Anna de Vries" in desk.get("/beheer/ouders?toon=unreached").seen
        assert "Ouders die een e-mail niet kregen Anna de Vries" in desk.get("/beheer").seen
    page = desk.follow(desk.post(f"{page_of(anna)}/adres-is-goed"))
    assert f"Er gaat weer e-mail naar {anna.email}." in page.seen and "E-mail komt niet aan" not in page.seen
    assert "Anna de Vries" not in desk.get("/beheer/ouders?toon=unreached").seen


def test_shielded_parent_is_nowhere_for_the_other_parent_who_works_here(desk, kok, noor, anna, piet, inside, save_mail):
    mail_id = save_mail(anna, "auth/forgot_password", state="refused", smtp_code=550)
    save_mail(None, "auth/forgot_password", state="new", address=anna.email)
    assert "Anna de Vries" in desk.get(OUTBOX).seen
    with inside(kok) as session:
        children.shield_address(guardianship(noor.id, anna.person_id), True)
        his = sa.update(Guardianship).where(Guardianship.person_id == piet.person_id)
        session.execute(his.values(person_id=desk.account.person_id))
    for path in (OUTBOX, f"{OUTBOX}?toon=failed", f"{OUTBOX}?toon=waiting", f"{OUTBOX}?zoek=anna%40voor"):
        page = desk.get(path)
        assert "Anna" not in page.seen and anna.email not in page.text.replace("zoek=anna", "")
    desk.post(f"{OUTBOX}/{mail_id}/opnieuw", 404)
    desk.post(f"{page_of(anna)}/adres-is-goed", 404)


def test_other_parent_who_works_here_leaves_it_to_a_colleague(desk, kok, anna, piet, inside, save_mail, post):
    mail_id = save_mail(anna, "auth/forgot_password", state="refused", smtp_code=550)
    with inside(kok) as session:
        his = sa.update(Guardianship).where(Guardianship.person_id == piet.person_id)
        session.execute(his.values(person_id=desk.account.person_id))
    assert "Laat een collega dit doen." in desk.follow(desk.post(f"{OUTBOX}/{mail_id}/opnieuw")).seen
    assert post.deliver() == []


def test_mail_of_another_organisation_does_not_exist(desk, zon, bram, save_mail):
    mail_id = save_mail(bram, "auth/forgot_password", zon, state="refused", smtp_code=550)
    assert "Bram" not in desk.get(OUTBOX).seen
    desk.post(f"{OUTBOX}/{mail_id}/opnieuw", 404)


@pytest.mark.parametrize(("role", "status"), [("planning", 404), ("groepsleiding", 404), ("manager", 200)])
def test_only_the_office_opens_it(role, status, office, anna, save_mail):
    mail_id = save_mail(anna, "auth/forgot_password", state="refused", smtp_code=550)
    browser = office(role)
    page = browser.get(OUTBOX, status)
    assert ("Anna de Vries" in page.seen) == (status == 200)
    browser.post(f"{OUTBOX}/{mail_id}/opnieuw", 303 if status == 200 else 404)
