from datetime import date
from uuid import uuid4

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.auth.models import Account
from portal.auth.queries import account_with
from portal.children import actions, queries
from portal.children.queries import children_of
from portal.children.rules import ChildDetails, KnownAddress, KnownChild, ParentDetails, RightsDetails
from portal.errors import Refused
from portal.outbox.models import SOON, Mail
from portal.people.models import NameWord

SEM = ChildDetails("Sem", "van der", "Meer", date(2025, 9, 30), external_id="K-17")
JOOST = ParentDetails("Joost@Voorbeeld.nl", "Joost", "van der", "Meer", "0612345678")
ZOË = ParentDetails("zoe@voorbeeld.nl", "Zoë", "", "Łukasz-O'Brien")
ANNA = ParentDetails("anna@voorbeeld.nl", "Anna", "de", "Vries")


def kinds(session):
    return session.execute(sa.select(Mail.kind, Mail.account_id, Mail.priority)).all()


def test_child_comes_with_two_new_parents_who_are_mailed_their_credentials(kok, els, inside, counted):
    with inside(kok) as session:
        added = actions.add_child(SEM, [JOOST, ZOË], by=els)
        joost, zoe = (parent.account for parent in added.parents)
        assert (joost.email, joost.email_key, joost.status) == ("Joost@Voorbeeld.nl", "joost@voorbeeld.nl", "invited")
        assert [child.full_name for child in children_of(zoe.person_id)] == ["Sem van der Meer"]
        assert queries.child_with_number("K-17") is added.child
        assert sorted(kinds(session)) == sorted(("auth/credentials", each.id, SOON) for each in (joost, zoe))
        lines = session.execute(sa.select(AccessLog.action, AccessLog.actor_id, AccessLog.child_id)).all()
        assert ("child_added", els.id, added.child.id) in lines
        assert lines.count(("guardianship_added", els.id, added.child.id)) == 2
        words = session.scalars(sa.select(NameWord.word).where(NameWord.person_id == zoe.person_id))
        assert sorted(words) == ["lukasz", "obrien", "zoe"]
        assert zoe.person.sort_name == "lukasz obrien, zoe"
        assert joost.person.sort_name == "meer, joost van der"


def test_same_form_twice_adds_one_child(kok, inside, counted):
    child_id = uuid4()
    with inside(kok):
        actions.add_child(SEM, [JOOST], child_id=child_id)
    before = counted()
    with inside(kok):
        again = actions.add_child(SEM, [JOOST], child_id=child_id)
        assert (again.child.id, again.parents) == (child_id, [])
    assert counted() == before


def test_child_of_the_same_name_and_birthday_is_pointed_out(kok, noor, inside):
    noor_again = ChildDetails("NOÖR", "", "bakker", date(2023, 5, 1))
    with inside(kok):
        with pytest.raises(KnownChild, match="Noor Bakker") as known:
            actions.add_child(noor_again, [JOOST])
        assert known.value.child_id == noor.id
        assert actions.add_child(noor_again, [JOOST], is_another=True).child.id != noor.id


def test_address_of_somebody_here_is_linked_after_the_office_said_so(kok, anna, inside, counted):
    before = counted()
    with inside(kok), pytest.raises(KnownAddress, match="het adres van Anna de Vries"):
        actions.add_child(SEM, [JOOST, ANNA])
    assert counted() == before
    with inside(kok) as session:
        known = ParentDetails(ANNA.email, "Anna", "de", "Vries", is_known=True)
        (parent,) = actions.add_child(SEM, [known]).parents
        assert (parent.account.id, parent.is_new) == (anna.id, False)
        assert [child.given_name for child in children_of(anna.person_id)] == ["Noor", "Sem"]
        assert kinds(session) == [("children/child_added", anna.id, SOON)]


def test_two_persons_never_share_an_address(kok, anna, inside):
    with inside(kok):
        someone_else = ParentDetails(ANNA.email, "Wim", "", "Post", is_known=True)
        with pytest.raises(Refused, match="Elke ouder heeft een eigen adres"):
            actions.add_child(SEM, [someone_else])
        with pytest.raises(Refused, match="Twee ouders"):
            actions.add_child(SEM, [JOOST, ParentDetails("joost@voorbeeld.nl ", "Zoë", "", "Meer")])


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        (ChildDetails("Sem", "", "Meer", date(2999, 1, 1)), "in de toekomst"),
        (ChildDetails("Sem", "", "Meer", date(1999, 1, 1)), "18 jaar"),
        (ChildDetails("Sem", "", "Meer", date(2025, 1, 1), uuid4()), "groep is er niet meer"),
        (ChildDetails("Sem", "", "Meer", date(2025, 1, 1), external_id="K-1"), "al van Noor Bakker"),
    ],
)
def test_child_that_cannot_be_is_refused(kok, noor, inside, details, sentence):
    with inside(kok):
        queries.held_child(noor.id).external_id = "K-1"
        with pytest.raises(Refused, match=sentence):
            actions.add_child(details, [JOOST])


def test_group_of_another_organisation_is_no_group(kok, bram, zon, inside):
    with inside(zon):
        group_id = queries.child(children_of(bram.person_id)[0].id).group_id
    with inside(kok), pytest.raises(Refused, match="groep is er niet meer"):
        actions.add_child(ChildDetails("Sem", "", "Meer", date(2025, 1, 1), group_id), [JOOST])


def test_same_number_and_address_at_another_organisation_are_free(kok, zon, bram, inside):
    bram_here = ParentDetails(bram.email, "Bram", "", "Jansen")
    with inside(kok):
        actions.add_child(SEM, [bram_here])
    with inside(zon) as session:
        actions.add_child(SEM, [JOOST])
        assert session.get(Account, bram.id).status == "active"


def test_parent_who_sees_nothing_gets_credentials_once_a_request_is_recorded(kok, inside):
    wim = ParentDetails("wim@voorbeeld.nl", "Wim", "", "Post", rights=RightsDetails("no_custody"))
    with inside(kok) as session:
        added = actions.add_child(SEM, [JOOST, wim])
        link = added.parents[1].guardianship
        assert [mail.account_id for mail in kinds(session)] == [added.parents[0].account.id]
        actions.change_rights(link, RightsDetails("no_custody", "verzoek van 20 november", True))
        assert {mail.account_id for mail in kinds(session)} == {parent.account.id for parent in added.parents}
        assert {mail.kind for mail in kinds(session)} == {"auth/credentials"}


def test_second_parent_comes_later_and_only_once(kok, noor, anna, inside, counted):
    with inside(kok):
        child = queries.held_child(noor.id)
        first = actions.add_guardianship(child, JOOST)
        known = ParentDetails(JOOST.email, "Joost", "van der", "Meer", is_known=True)
        assert actions.add_guardianship(child, known).guardianship is first.guardianship
        other = ParentDetails(JOOST.email, "Joost", "van der", "Meer", rights=RightsDetails("foster"), is_known=True)
        with pytest.raises(Refused, match="al ouder van dit kind"):
            actions.add_guardianship(child, other)
    assert counted()["guardianship"] == 2


def test_parent_who_was_gone_comes_back(kok, noor, anna, piet, inside):
    with inside(kok) as session:
        actions.end_guardianship(queries.guardianship(noor.id, anna.person_id))
        session.get(Account, anna.id).status = "closed"
        child = queries.held_child(noor.id)
        actions.add_guardianship(child, ParentDetails(ANNA.email, "Anna", "de", "Vries", is_known=True))
        assert children_of(anna.person_id)
        assert account_with(ANNA.email).status == "active"


def test_change_of_a_child_is_found_by_its_new_name(kok, noor, inside):
    with inside(kok) as session:
        child = queries.held_child(noor.id)
        before = actions.details_of(child)
        assert actions.change_child(child, before) == []
        after = ChildDetails("Noor", "", "Bakker-de Vriès", before.birth_date, None, "K-3")
        assert actions.change_child(child, after) == ["family_name", "group_id", "external_id"]
        assert child.group is None
        words = session.scalars(sa.select(NameWord.word).where(NameWord.person_id == child.person_id))
        assert sorted(words) == ["bakker", "de", "noor", "vries"]
        assert session.scalars(sa.select(AccessLog.detail)).all() == ["family_name, group_id, external_id"]
