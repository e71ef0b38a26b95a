"""Two organisations with made-up families."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock, keys
from portal.auth import mails
from portal.auth.models import Account, Person, StaffGroup
from portal.auth.rules import email_key, split_name
from portal.children import actions as children
from portal.children.models import Child, Guardianship
from portal.consent import actions as consent
from portal.consent import rules as consent_rules
from portal.consent.queries import consented
from portal.db import db, scope, within
from portal.demo import facts, papers, rules
from portal.demo.facts import CHILDREN, COLLEAGUES, EXAMPLES, SAYS_NO
from portal.demo.queries import account_with, child_named, link_of
from portal.diary.models import DiaryChild, DiaryEntry, RhythmEntry
from portal.face.actions import use_logo
from portal.factors import actions as factors
from portal.factors import rules as factor_rules
from portal.factors.models import SecondFactor
from portal.files.actions import keep, opened_logo, put
from portal.messages import actions as news
from portal.notices.models import Notice
from portal.organisations.actions import add_organisation
from portal.organisations.models import Group, Location, Organisation
from portal.organisations.queries import all_organisations
from portal.outbox.actions import enqueue
from portal.outbox.models import CALM, Mail
from portal.outbox.transport import Server
from portal.parents import actions as parents
from portal.passwords.actions import hash_password
from portal.people.actions import know_names
from portal.photos import actions as photos
from portal.pickup.models import PickupPerson
from portal.postmaster import actions as postmaster
from portal.postmaster import gather
from portal.postmaster.facts import domain_of
from portal.roles import MAY

PASSWORD = "tulp-fiets-molen-appel"  # noqa: S105 (shown at every start of the demo)


def fill(port: int) -> None:
    """Make the example when it is not there, and let its addresses follow the port of this start."""
    if not all_organisations():
        kok = add_organisation(
            "Kok Kinderopvang", "kok", f"http://kok.localhost:{port}", "kantoor@kok.example", "010 - 123 45 67",
            "portaal@kok.example", "#14746f",
        )  # fmt: skip
        kok.phone_hours = "maandag tot en met vrijdag, 8.00 tot 17.00 uur"
        zon = add_organisation(
            "De Zonnebloem", "zonnebloem", f"http://zonnebloem.localhost:{port}", "hallo@zonnebloem.example",
            "020 - 765 43 21", "portaal@zonnebloem.example", "#b4470f",
        )  # fmt: skip
        zon.credentials_mail = "link"
        password_hash = hash_password(PASSWORD)
        for organisation in (kok, zon):
            with within(organisation.id):
                _families(organisation, password_hash)
                _colleagues(organisation, password_hash)
                _logo(organisation)
                _mail(organisation)
                know_names(db.session.scalars(sa.select(Person)).all())
                _consents()
                _pickup(organisation.slug)
                _days()
                _messages(organisation)
                if organisation is kok:
                    _troubles()
                    papers.fill(organisation)
                    _fates()
                    _news()
    for organisation in all_organisations():
        organisation.origin = f"http://{organisation.host}:{port}"


def check_mail() -> None:
    """As the worker does every day. The DNS of the demo knows what is saved in the database."""
    for organisation in all_organisations():
        with within(organisation.id):
            setup, server = gather.setup_of(organisation)
            postmaster.keep(gather.examine(setup, gather.texts_of(organisation), server))


def _families(organisation: Organisation, password_hash: str) -> None:
    known: dict[str, Child] = {}
    for example in (each for each in EXAMPLES if each.organisation == organisation.slug):
        person = _person(example.name)
        account = Account(
            organisation_id=scope(), person=person, email=example.email, email_key=email_key(example.email),
            password_hash=password_hash if example.has_password else None,
            status="active" if example.has_password else "invited",
            last_login_at=clock.now() - timedelta(hours=7 * len(example.name)) if example.has_password else None,
        )  # fmt: skip
        account.created_at = clock.now() - timedelta(days=60 if example.has_password else 5)  # the office waits for it
        db.session.add(account)
        for name in example.children:
            known[name] = known.get(name) or _child(name)
            db.session.add(_guardianship(known[name], person, example.has_custody))
        db.session.flush()
        if not example.has_password:
            mails.credentials(account.id)


def _mail(organisation: Organisation) -> None:
    """A mail server, and for Kok a signature."""
    sender = organisation.sender
    server = Server("smtp.provider.example", 587, "starttls", sender, "geheim", domain_of(sender))
    postmaster.save_server(sender, server, by=None)
    if organisation.slug == "kok":
        made = postmaster.make_keys(organisation, "kok.example")
        postmaster.use_keys({key.selector for key in made})


def _colleagues(organisation: Organisation, password_hash: str) -> None:
    for slug, name, email, role in COLLEAGUES:
        if slug != organisation.slug:
            continue
        account = Account(
            organisation_id=scope(), person=_person(name), email=email, email_key=email_key(email),
            password_hash=password_hash, status="active", role=role, second_step_at=clock.now(),
        )  # fmt: skip
        db.session.add(account)
        db.session.flush()
        db.session.add(
            SecondFactor(
                organisation_id=scope(), account_id=account.id, last_step=0,
                secret=keys.encrypt(factors.PURPOSE, app_secret()),
            )
        )  # fmt: skip
        if role == "groepsleiding":
            group = _group("De Vlinders")
            db.session.add(StaffGroup(organisation_id=scope(), account_id=account.id, group_id=group.id))
    db.session.flush()


def _logo(organisation: Organisation) -> None:
    """As a manager would do it: sent, made anew, and chosen."""
    manager = db.session.scalars(sa.select(Account).where(Account.role == "manager")).one()
    drawn = opened_logo(BytesIO(rules.LOGOS[organisation.slug]()))
    use_logo(organisation.id, keep("logo", "logo.png", drawn), says_name=False, by=manager)


def _troubles() -> None:
    """What an office comes across: secret data, a ruling of a court, a lost phone, a child that leaves."""
    wil, fenna = (account_with(name) for name in ("wil@kok.example", "fenna@kok.example"))
    noor, lotte, finn, bo = (child_named(name) for name in ("Noor Bakker", "Lotte Smit", "Finn Smit", "Bo Visser"))
    until = clock.today() + timedelta(days=90)
    court = "rechtbank Rotterdam, zaak C/10/123456"
    children.shield_address(link_of(noor, "anna@voorbeeld.nl"), True, by=wil)
    children.confirm_block(
        children.ask_block(link_of(finn, "wim@voorbeeld.nl"), "contactverbod", court, until, wil), fenna
    )
    children.ask_block(link_of(lotte, "jeroen@voorbeeld.nl"), "contactverbod", court, until, wil)
    children.leave(bo, clock.today() + timedelta(days=40), by=wil, months=24)
    for example in EXAMPLES:
        if example.is_blocked:
            parents.block_account(account_with(example.email), by=wil)
    db.session.flush()


def _consents() -> None:
    """Most say yes to most. One says no to a name in a story, and some have not chosen yet."""
    for link in db.session.scalars(sa.select(Guardianship).join(Guardianship.person).order_by(Person.sort_name)):
        account = db.session.scalars(sa.select(Account).where(Account.person_id == link.person_id)).one()
        chosen = consent_rules.SHIPPED[:2] if link.child.person.given_name == "Sem" else consent_rules.SHIPPED
        if link.can_decide and account.status == "active":
            for each in chosen:
                is_fine = not (account.email == SAYS_NO and each.code == consent_rules.GROUP_NAME)
                consent.answer(link.child, each.code, 1, is_fine, by=account)


def _pickup(slug: str) -> None:
    """Who fetches besides the parents: always, until a day, and once, today."""
    for _slug, name, email, person, relation, phone, days, is_once in (row for row in facts.PICKUP if row[0] == slug):
        link = link_of(child_named(name), email)
        day = None if days is None else clock.today() + timedelta(days=days)
        db.session.add(
            PickupPerson(
                organisation_id=scope(), child_id=link.child_id, name=person, relation=relation, phone=phone,
                granted_by=link.person_id, recorded_by=account_with(email).id, one_time_date=day if is_once else None,
                valid_to=None if is_once else day,
            )
        )  # fmt: skip


def _fates() -> None:
    """What can happen to a mail: taken, not yet, the mailbox is full, the address does not exist."""
    now, earlier = clock.now(), clock.now() - timedelta(hours=3)
    full = {"state": "bounced", "bounce_status": "5.2.2", "bounce_text": "552 5.2.2 Mailbox full"}
    gone = {"state": "bounced", "bounce_status": "5.1.1", "bounce_text": "550 5.1.1 User unknown"}
    fates: list[tuple[str, str, str, dict[str, Any]]] = [
        ("piet", "auth/password_changed", "", {"state": "sent", "smtp_code": 250, "smtp_text": "2.0.0 Ok: queued"}),
        ("marieke", "auth/new_device", "", {"tries": 4, "due_at": now + timedelta(minutes=40)}),
        ("fatima", "auth/forgot_password", "full", full),
        ("jeroen", "auth/credentials", "gone", gone),
    ]
    for name, kind, bounce_state, values in fates:
        account = account_with(f"{name}@voorbeeld.nl")
        account.bounce_state, account.bounced_at = bounce_state, now if bounce_state else None
        made = {"created_at": earlier, "due_at": earlier, "sent_at": earlier, "expires_at": now + timedelta(days=1)}
        db.session.add(Mail(organisation_id=scope(), kind=kind, account_id=account.id, **{**made, **values}))
    db.session.flush()


def _news() -> None:
    """What Anna would get this evening. It leaves a little later, when the worker has made the photos."""
    now, anna = clock.now(), account_with("anna@voorbeeld.nl")
    mail = enqueue("notices/evening", timedelta(days=1), anna.id, priority=CALM, due_at=now + timedelta(seconds=20))
    db.session.flush()
    about = {"about": "example", "after": now - timedelta(days=3), "until": now + timedelta(minutes=5)}
    db.session.add(Notice(organisation_id=scope(), account_id=anna.id, mail_id=mail.id, **about))
    db.session.flush()


def _days() -> None:
    """Six weeks on the groups, of which today as far as it has come. Each photo is drawn before the demo starts."""
    writers = [each for each in db.session.scalars(sa.select(Account)) if each.role in MAY["diary.write"]]
    author = min(writers, key=lambda each: each.role)  # of the group itself when somebody works there
    children = [child for child in db.session.scalars(sa.select(Child)) if child.group]
    ids = [child.id for child in children]
    rhythm: list[dict[str, Any]] = []
    may_name = consented(ids, consent_rules.GROUP_NAME)
    may_own, may_be_together = (
        consented(ids, code) for code in (consent_rules.PHOTO_OWN, consent_rules.PHOTO_TOGETHER)
    )
    for back in range(7 * facts.WEEKS):
        day = clock.today() - timedelta(days=back)
        if day.weekday() > 4:
            continue
        for number, child in enumerate(children):
            rhythm += _rhythm(child, author, day, back + number)
            if (back + number) % 3 == 0:
                told = facts.OF_ONE[(back + number) // 3 % len(facts.OF_ONE)]
                _story(author, day, told.format(name=child.person.given_name), [child])
        for number, group_id in enumerate(dict.fromkeys(child.group_id for child in children)):
            named = [child for child in children if child.group_id == group_id and child.id in may_name]
            if (back + number) % (2 if back < 14 else 4) == 1:
                here = {child.id for child in children if child.group_id == group_id}
                shown = sorted(here & may_be_together) or sorted(here & may_own)[:1]
                _photo(author, day, back // 2 + 2 * number, group_id, shown)
            if named and (back + number) % 2 == 0:
                _story(author, day, facts.OF_GROUPS[(back + number) // 2 % len(facts.OF_GROUPS)], named)
    db.session.execute(sa.insert(RhythmEntry), rhythm)
    db.session.flush()


def _rhythm(child: Child, author: Account, day: date, number: int) -> Iterator[dict[str, Any]]:
    years = (day - (child.person.birth_date or day)).days // 365
    for hour, minute, kind, what, minutes in () if years > 3 else facts.BABY if years < 2 else facts.TODDLER:
        at = _moment(day, hour, minute + number * 7 % 13)
        until = at + timedelta(minutes=minutes + number * 5 % 20) if minutes else None
        if (until or at) < clock.now():
            amount, choice = (int(what), "") if isinstance(what, int) else (None, what)
            yield {
                "organisation_id": scope(), "child_id": child.id, "group_id": child.group_id, "author_id": author.id,
                "day": day, "kind": kind, "at": at, "until": until, "amount": amount, "choice": choice,
            }  # fmt: skip


def _story(author: Account, day: date, body: str, children: list[Child]) -> None:
    published_at = min(_moment(day, 15, 45), clock.now())
    if day == clock.today() and clock.local(clock.now()).hour < 10:
        return
    tags = [
        DiaryChild(
            organisation_id=scope(), child_id=child.id, child=child, day=day, is_shown=True, created_at=published_at
        )
        for child in children
    ]
    entry = DiaryEntry(
        organisation_id=scope(), group_id=children[0].group_id, author_id=author.id, day=day, body=body,
        state="published", published_at=published_at, created_at=published_at, tags=tags,
    )  # fmt: skip
    db.session.add(entry)


def _photo(author: Account, day: date, number: int, group_id: UUID | None, shown: list[UUID]) -> None:
    """As a tablet sends it: the worker makes its sizes. On it are who may be together, or else one child."""
    taken_at = _moment(day, 10, 17 * number % 60)
    if shown and taken_at < clock.now():
        received = photos.receive(rules.photo(number, taken_at))
        caption = facts.CAPTIONS[number % len(facts.CAPTIONS)]
        photos.take_in(received, db.session.get_one(Group, group_id), author.id, "foto.jpg", caption, shown)


def _messages(organisation: Organisation) -> None:
    """What the manager wrote these weeks. One parent said to have read what asks for it."""
    manager = db.session.scalars(sa.select(Account).where(Account.role == "manager")).one()
    for number, each in enumerate(facts.MESSAGES[organisation.slug]):
        place = news.Audience("group", _group(each.group).id) if each.group else None
        words = news.Words(each.title, each.body, each.asks_receipt)
        item = news.write(uuid4(), place or news.Audience("organisation", organisation.id), words, by=manager)
        if each.letter:
            picture = news.opened_file(rules.paper(organisation.name, each.title, facts.LETTER))
            news.attach(item, each.letter, put(picture.content), picture, by=manager)
        if each.days is not None:
            item.publish_at = _moment(clock.today() - timedelta(days=each.days), 8, 15 + 11 * number)
        if each.asks_receipt:
            news.confirm(item, account_with("piet@voorbeeld.nl").person_id)
    db.session.flush()


def _moment(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=clock.AMSTERDAM) + timedelta(minutes=minute)


def app_secret() -> str:
    """The one secret of all who work in the example: its mailbox page shows the code that their app would show."""
    return factor_rules.secret_from(keys.seed("second step of the example"))


def _guardianship(child: Child, person: Person, has_custody: bool) -> Guardianship:
    return Guardianship(
        organisation_id=scope(), child=child, person_id=person.id, role="custody" if has_custody else "no_custody",
        can_decide=has_custody, can_see_daily=has_custody,
    )  # fmt: skip


def _person(name: str, birth_date: date | None = None) -> Person:
    given, infix, family = split_name(name)
    person = Person(organisation_id=scope(), given_name=given, infix=infix, family_name=family, birth_date=birth_date)
    db.session.add(person)
    db.session.flush()
    return person


def _child(name: str) -> Child:
    full_name, group_name, years, days = CHILDREN[name]
    today = clock.today()
    birthday = date.fromordinal(today.toordinal() - days)
    birth_date = birthday.replace(year=birthday.year - years, day=min(birthday.day, 28))
    child = Child(organisation_id=scope(), person=_person(full_name, birth_date), group=_group(group_name))
    child.created_at = clock.now() - timedelta(days=60)
    db.session.add(child)
    db.session.flush()
    return child


def _group(name: str) -> Group:
    found = db.session.scalars(sa.select(Group).where(Group.name == name)).one_or_none()
    if found is None:
        location = db.session.scalars(sa.select(Location)).one()
        found = Group(organisation_id=scope(), location_id=location.id, name=name)
        db.session.add(found)
        db.session.flush()
    return found


def welcome() -> str:
    """What the demo says at its start: where to go and how to get in."""
    lines = ["", "The demo is ready. Nothing leaves this machine; every mail is at /demo/post.", ""]
    for organisation in all_organisations():
        lines += [f"{organisation.name}: {organisation.origin}    mail: {organisation.origin}/demo/post"]
        for example in (each for each in EXAMPLES if each.organisation == organisation.slug):
            way_in = PASSWORD if example.has_password else "comes in with the first mail"
            way_in = "is blocked" if example.is_blocked else way_in
            lines.append(f"    {example.email:<24} {way_in}")
        for _slug, _name, email, role in (each for each in COLLEAGUES if each[0] == organisation.slug):
            lines.append(f"    {email:<24} {PASSWORD}    {role}; the code of the second step is at /demo/post")
        lines.append("")
    return "\n".join(lines)
