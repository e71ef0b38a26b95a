from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Account, Person, StaffGroup
from portal.auth.queries import account_with
from portal.children import queries
from portal.children.models import Block, Child, Guardianship
from portal.db import db
from portal.outbox.models import Mail
from portal.people.actions import know_names

LIST, SEARCH = "/beheer/kinderen", "/beheer/zoeken"
SEM = {
    "given_name": "Sem", "infix": "van der", "family_name": "Meer", "birth_date": "30-09-2025", "group": "",
    "external_id": "K-17",
}  # fmt: skip
JOOST = {"email": "joost@voorbeeld.nl", "given_name": "Joost", "infix": "van der", "family_name": "Meer", "phone": ""}
ANNA = {"email": "Anna@Voorbeeld.nl", "given_name": "Anna", "infix": "de", "family_name": "Vries", "phone": ""}
REQUEST = "verzoek per brief van 20 november"


@pytest.fixture
def town(kok, noor, anna, piet, inside, save_child):
    """Noor of Anna and Piet, and Finn in another group, of nobody. Found by name."""
    finn = save_child(kok, "Finn", "Smit", date(2024, 1, 1), "De Rupsen")
    with inside(kok) as session:
        know_names(session.scalars(sa.select(Person)).all())
    return finn


@pytest.fixture
def desk(office):
    return office("administratie")


def lines(inside, kok, action):
    with inside(kok) as session:
        found = sa.select(AccessLog.account_id, AccessLog.actor_id, AccessLog.child_id).where(
            AccessLog.action == action
        )
        return [tuple(row) for row in session.execute(found.order_by(AccessLog.number))]


def page_of(child):
    return f"{LIST}/{child.id}"


def rights_of(child, parent):
    return f"{page_of(child)}/ouders/{parent.person_id}"


def token(page):
    return page.form("child-form")["fields"]["token"]


def family(**parents):
    """A form to add Sem with these parents."""
    fields = {f"{prefix}-{name}": value for prefix, parent in parents.items() for name, value in parent.items()}
    return {**SEM, **fields, **{f"{prefix}-role": "custody" for prefix in ("ouder1", "ouder2")}}


# Lists and search


def test_office_finds_a_child_by_list_group_filter_and_search(desk, town, noor, anna, kok, inside):
    page = desk.get(LIST)
    assert "Noor Bakker 01-05-2023 De Vlinders Piet Bakker Anna de Vries" in page.seen and "Finn Smit" in page.seen
    assert "Finn" not in desk.get(f"{LIST}?zoek=bak").seen and "Noor Bakker" in desk.get(f"{LIST}?zoek=bak").seen
    assert "Noor" not in desk.get(f"{LIST}?groep={town.group_id}").seen
    assert "Er is geen kind met deze naam." in desk.get(f"{LIST}?zoek=xyz").seen
    alone = desk.get(f"{LIST}?toon=alone").seen
    assert "Finn Smit" in alone and "Noor" not in alone
    with inside(kok):
        db.session.get(Child, noor.id).end_date = clock.today() - timedelta(days=1)
    assert "Noor" not in desk.get(LIST).seen and "Noor Bakker" in desk.get(f"{LIST}?toon=left").seen
    found = desk.get(f"{SEARCH}?zoek=ANNA%40voor")
    assert "Anna de Vries ouder · anna@voorbeeld.nl" in found.seen
    assert "Niets gevonden" in desk.get(f"{SEARCH}?zoek=piet%40z").seen
    desk.get(f"{SEARCH}?zoek=%25_%27%22&na=x"), desk.get(f"{LIST}?na={uuid4()}&groep=x&toon=x")


def test_pages_of_a_long_list_keep_their_filter(desk, kok, noor, inside):
    with inside(kok) as session:
        people = [Person(organisation_id=kok.id, given_name=f"Kind{n}", family_name="Berg") for n in range(60)]
        session.add_all(Child(organisation_id=kok.id, person=person, group_id=noor.group_id) for person in people)
        session.flush()
        know_names(people)
    first = desk.get(f"{LIST}?zoek=ber&groep={noor.group_id}")
    (following,) = [attributes["href"] for tag, attributes in first.tags if attributes.get("rel") == "next"]
    asked = parse_qs(urlsplit(following).query)
    assert (asked["zoek"], asked["groep"]) == (["ber"], [str(noor.group_id)])
    second = desk.get(following)
    names = [word for page in (first, second) for word in page.words if word.startswith("Kind")]
    assert len([name for name in names if name.endswith("Berg")]) == 60
    assert "Naar het begin" in second.seen and "Volgende" not in second.seen


def test_groepsleiding_sees_children_of_its_own_groups_and_no_addresses(office, town, noor, anna, kok, inside):
    els = office("groepsleiding")
    assert "Er staan hier geen kinderen." in els.get(LIST).seen
    els.get(page_of(noor), 404)
    with inside(kok):
        db.session.add(StaffGroup(organisation_id=kok.id, account_id=els.account.id, group_id=noor.group_id))
        db.session.add(_block(kok, noor, anna, confirmed_at=clock.now()))
    assert "Noor Bakker" in els.get(LIST).seen and "Finn" not in els.get(f"{LIST}?groep={town.group_id}").seen
    page = els.get(page_of(noor))
    assert "Anna de Vries" in page.seen and "Geblokkeerd tot en met" in page.seen
    assert "straatverbod" not in page.text and anna.email not in page.text and "Rechten" not in page.seen
    els.get(page_of(town), 404)
    for path in (page_of(noor) + "/wijzigen", rights_of(noor, anna), "/beheer/ouders", f"/beheer/ouders/{anna.id}"):
        els.get(path, 404)
    assert "Noor Bakker" in els.get(f"{SEARCH}?zoek=noor").seen
    for words in ("finn", "anna", "anna%40v"):
        assert "Niets gevonden" in els.get(f"{SEARCH}?zoek={words}").seen


def test_who_looked_at_a_child_is_written_down(desk, kok, noor, inside):
    assert "Noor Bakker" in desk.get(page_of(noor)).seen
    assert lines(inside, kok, "child_seen") == [(None, desk.account.id, noor.id)]


def test_child_of_another_organisation_does_not_exist(office, zon, noor, anna):
    elsewhere = office("manager", zon)
    for path in (page_of(noor), page_of(noor) + "/wijzigen", rights_of(noor, anna), rights_of(noor, anna) + "/einde"):
        elsewhere.get(path, 404)
        elsewhere.post(path, 404 if path != page_of(noor) else 405)
    assert "Noor" not in elsewhere.get(LIST).seen + elsewhere.get(f"{SEARCH}?zoek=noor").seen


# Adding


def test_child_comes_in_one_form_with_a_new_parent_and_one_who_is_here(desk, kok, anna, inside, post, counted):
    page = desk.get(f"{LIST}/nieuw")
    fields = {**family(ouder1=JOOST, ouder2=ANNA), "token": token(page)}
    before = counted()
    asked = desk.post(f"{LIST}/nieuw", 422, **fields)
    assert "anna@voorbeeld.nl is het adres van Anna de Vries. Is dat deze ouder?" in asked.seen
    assert asked.form("child-form")["fields"]["ouder1-email"] == JOOST["email"] and counted() == before
    fields["ouder2-is_known"] = "y"
    child = desk.post(f"{LIST}/nieuw", **fields).response.location
    seen = desk.get(child).seen
    assert "Sem van der Meer" in seen and "Joost van der Meer nog nooit ingelogd" in seen and "Anna de Vries" in seen
    desk.post(f"{LIST}/nieuw", **fields)  # a double click
    with inside(kok) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Child)) == 2
        assert account_with("joost@voorbeeld.nl").status == "invited"
        assert len(queries.children_of(anna.person_id)) == 2
    assert sorted((mail.to[0], mail.subject.partition(": ")[2]) for mail in post.deliver()) == [
        ("anna@voorbeeld.nl", "er staat een kind bij in uw portaal"),
        ("joost@voorbeeld.nl", "uw account staat klaar"),
    ]


def test_wrong_family_comes_back_whole_with_what_to_do(desk, noor, anna, piet, counted):
    page = desk.get(f"{LIST}/nieuw")
    fields = {**family(ouder1=JOOST, ouder2={**ANNA, "given_name": "Kees", "family_name": "Bos"}), "token": token(page)}
    before = counted()
    answer = desk.post(f"{LIST}/nieuw", 422, **fields)
    assert "Elke ouder heeft een eigen adres." in answer.seen
    answer = desk.post(f"{LIST}/nieuw", 422, **{**fields, "ouder2-email": JOOST["email"]})
    assert "Twee ouders kunnen niet hetzelfde e-mailadres hebben." in answer.seen
    answer = desk.post(f"{LIST}/nieuw", 422, **{**fields, "ouder1-email": "onzin", "birth_date": "31-02-2025"})
    for words in ("Er hoort een @ in.", "Schrijf de datum zo: 23-11-2026."):
        assert words in answer.seen
    assert answer.form("child-form")["fields"]["birth_date"] == "31-02-2025"
    again = {**fields, "given_name": "noor", "infix": "", "family_name": "BAKKER", "birth_date": "2023-05-01"}
    answer = desk.post(f"{LIST}/nieuw", 422, **{**again, "ouder2-email": ""})
    answer = desk.post(f"{LIST}/nieuw", 422, **{key: value for key, value in again.items() if "ouder2" not in key})
    assert "Noor Bakker staat al in het portaal." in answer.seen and "Ja, dit is een ander kind" in answer.seen
    assert counted() == before


# Changing


def test_second_of_two_colleagues_is_told_and_loses_nothing(desk, office, kok, noor, inside):
    other, path = office("manager"), page_of(noor) + "/wijzigen"
    old = {"given_name": "Noor", "infix": "", "family_name": "Bakker", "birth_date": "2023-05-01"}
    old["group"] = str(noor.group_id)
    first, second = desk.get(path), other.get(path)
    version = first.form("child-form")["fields"]["version"]
    assert second.form("child-form")["fields"]["version"] == version
    desk.post(path, **{**old, "family_name": "Bakker-Bos", "external_id": "", "version": version})
    typed = {**old, "given_name": "Noortje", "external_id": "K-3"}
    told = other.post(path, 422, **{**typed, "version": version})
    assert "Een collega heeft dit net ook gewijzigd." in told.seen
    assert "In het portaal staat nu: Bakker-Bos." in told.seen
    fields = told.form("child-form")["fields"]
    assert (fields["given_name"], fields["family_name"], fields["external_id"]) == ("Noortje", "Bakker", "K-3")
    other.post(path, **{**typed, "family_name": "Bakker-Bos", "version": fields["version"]})
    with inside(kok):
        assert queries.child(noor.id).person.full_name == "Noortje Bakker-Bos"
    assert lines(inside, kok, "child_changed") == [(None, who.account.id, noor.id) for who in (desk, other)]
    assert "Noortje Bakker-Bos" in desk.get(f"{LIST}?zoek=noortje").seen


def test_child_that_leaves_is_seen_until_months_later(desk, visitor, kok, noor, anna, inside):
    path = page_of(noor) + "/vertrek"
    for day, problem in (("9999-12-31", "te ver weg"), ("2001-01-01", "voor de geboorte"), ("x", "geen datum")):
        assert problem in desk.post(path, 422, end_date=day).seen
    desk.post(path, end_date=str(clock.today()))
    assert "De ouders kijken terug tot en met" in desk.get(page_of(noor)).seen
    parent = visitor(kok)
    parent.log_in(anna)
    assert "Noor" in parent.get("/").seen
    with inside(kok):
        queries.child(noor.id).access_until = clock.today() - timedelta(days=1)
    assert "Noor" not in parent.get("/").seen
    desk.post(path, end_date="")
    assert "Noor" in parent.get("/").seen and "De laatste dag is" not in desk.get(page_of(noor)).seen
    assert len(lines(inside, kok, "child_leaves")) == 2


# Rights


def test_parent_without_custody_sees_a_child_after_a_recorded_request(
    desk, visitor, kok, noor, anna, save_parent, inside
):
    wim = save_parent(kok, "Wim", "", "Post", "wim@voorbeeld.nl", noor, custody=False)
    browser, path = visitor(kok), rights_of(noor, wim)
    browser.log_in(wim)
    assert "Noor" not in browser.get("/").seen
    now = desk.get(path).form("rights-form")["fields"]["version"]
    fields = {"role": "no_custody", "legal_basis": REQUEST, "version": now}
    assert "Bekijk eerst het identiteitsbewijs" in desk.post(path, 422, **fields).seen
    desk.post(path, **fields, is_identified="y")
    assert "Noor" in browser.get("/").seen
    assert "Ziet alles van de dag. Beslist niet mee." in desk.get(page_of(noor)).seen
    assert lines(inside, kok, "rights_changed") == [(wim.id, desk.account.id, noor.id)]
    desk.post(path + "/einde")
    assert browser.get("/", 303).response.location == "/inloggen"
    assert "Dit was tot en met" in desk.get(page_of(noor)).seen


def test_nobody_is_left_without_a_parent_by_accident(desk, kok, noor, anna, inside):
    path = rights_of(noor, anna)
    asked = desk.post(path + "/einde", 422)
    assert (
        "Dan heeft Noor geen ouder of voogd meer die mag beslissen." in asked.seen and "Ja, dat weet ik" in asked.seen
    )
    ends_on = str(clock.today() + timedelta(days=9))
    said = {"reason": "straatverbod", "document": "vonnis", "ends_on": ends_on}
    assert "Ja, dat weet ik" in desk.post(path + "/blokkade", 422, **said).seen
    desk.post(path + "/einde", even_if_last="y")
    assert "Noor Bakker" in desk.get(f"{LIST}?toon=alone").seen


def test_block_needs_a_reason_a_ruling_an_end_and_a_colleague(desk, office, visitor, kok, noor, anna, piet, inside):
    parent, colleague, path = visitor(kok), office("manager"), rights_of(noor, piet) + "/blokkade"
    parent.log_in(piet)
    said = {"reason": "straatverbod\r\nvan de rechter", "document": "rechtbank Rotterdam, C/10/12345"}
    for missing in ({}, {"ends_on": "2020-01-01"}, {"ends_on": "2999-01-01"}, {"ends_on": "2026-12-31", "reason": " "}):
        desk.post(path, 422, **{**said, **missing})
    desk.post(path, **said, ends_on=str(clock.today() + timedelta(days=30)))
    assert "Noor" in parent.get("/").seen
    with inside(kok) as session:
        block_id = session.scalars(sa.select(Block.id)).one()
    block = f"{page_of(noor)}/blokkades/{block_id}"
    assert f"{block}/bevestigen" not in desk.get(page_of(noor)).text
    desk.post(f"{block}/bevestigen")
    assert "Een collega moet haar bevestigen." in desk.get(page_of(noor)).seen
    assert "Noor" in parent.get("/").seen
    assert "Blokkade voor Piet Bakker bij Noor Bakker Een collega vraagt dit." in colleague.get("/beheer").seen
    assert f"{block}/bevestigen" in colleague.get(page_of(noor)).text
    colleague.post(f"{block}/bevestigen")
    assert "Noor" not in parent.get("/").seen and "Noor" in as_parent(visitor(kok), anna).get("/").seen
    assert "Ziet niets zolang de blokkade geldt." in desk.get(page_of(noor)).seen
    desk.post(f"{block}/opheffen")
    assert "Noor" in parent.get("/").seen
    said_by = [(action, lines(inside, kok, action)) for action in ("block_asked", "block_confirmed", "block_lifted")]
    assert said_by == [
        ("block_asked", [(piet.id, desk.account.id, noor.id)]),
        ("block_confirmed", [(piet.id, colleague.account.id, noor.id)]),
        ("block_lifted", [(piet.id, desk.account.id, noor.id)]),
    ]


def test_parent_who_works_here_decides_nothing_about_himself(desk, kok, noor, anna, els, inside):
    me = desk.account
    with inside(kok) as session:
        session.add(
            Guardianship(
                organisation_id=kok.id, child_id=noor.id, person_id=me.person_id, role="no_custody", can_decide=False,
                can_see_daily=False,
            )
        )  # fmt: skip
        block = Block(
            organisation_id=kok.id, child_id=noor.id, person_id=me.person_id, reason="straatverbod", document="C/10/1",
            ends_on=clock.today() + timedelta(days=9), asked_by=els.id, confirmed_by=els.id, confirmed_at=clock.now(),
        )  # fmt: skip
        session.add(block)
        session.flush()
        block_id = block.id
    desk.post(f"{page_of(noor)}/blokkades/{block_id}/opheffen")
    assert "Dit is een kind van uzelf. Laat een collega dit doen." in desk.get(page_of(noor)).seen
    mine = rights_of(noor, me)
    version = desk.get(mine).form("rights-form")["fields"]["version"]
    page = desk.post(mine, 422, role="custody", version=version)
    assert "Dit is een kind van uzelf. Laat een collega dit doen." in page.seen
    with inside(kok) as session:
        assert session.scalars(sa.select(Block.lifted_at)).all() == [None]
        assert queries.guardianship(noor.id, me.person_id).role == "no_custody"


def test_rights_ask_for_the_password_first_when_that_is_long_ago(time, desk, noor, anna, inside, kok):
    time.move(minutes=11)
    for path in (rights_of(noor, anna), rights_of(noor, anna) + "/einde", rights_of(noor, anna) + "/blokkade"):
        page = desk.post(path, 422, reason="Uitspraak van de rechter")
        assert "/tweede-stap/bevestigen?next=/beheer/kinderen/" in page.text and "Laat eerst zien" in page.seen
    assert "Uitspraak van de rechter" in page.text
    assert desk.get(page_of(noor) + "/ouders/nieuw", 303).response.location.startswith("/tweede-stap/bevestigen")
    with inside(kok) as session:
        assert session.scalars(sa.select(Guardianship.valid_to)).all() == [None]


def test_second_parent_is_added_on_the_page_of_the_child(desk, kok, noor, anna, inside):
    path = page_of(noor) + "/ouders/nieuw"
    assert "Is dat deze ouder?" in desk.post(path, 422, **ANNA, role="custody").seen
    desk.post(path, **JOOST, role="foster")
    desk.post(path, **JOOST, role="foster", is_known="y")
    assert "Joost van der Meer" in desk.get(page_of(noor)).seen
    with inside(kok) as session:
        assert session.scalars(sa.select(Mail.kind)).all() == ["auth/credentials"]
        assert session.scalars(sa.select(Account.email).where(Account.status == "invited")).all() == [JOOST["email"]]


def as_parent(browser, account):
    browser.log_in(account)
    return browser


def _block(kok, child, parent, confirmed_at=None):
    return Block(
        organisation_id=kok.id, child_id=child.id, person_id=parent.person_id, reason="straatverbod", document="vonnis",
        ends_on=clock.today() + timedelta(days=9), asked_by=uuid4(), confirmed_at=confirmed_at,
    )  # fmt: skip
