"""Looking what is new and putting the mails about it in the outbox; and choosing which of them one wants."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth.models import Account
from portal.db import changed, db, scope
from portal.messages.queries import published_between
from portal.notices import mails, queries, rules
from portal.notices.models import Notice, NoticeChoice, NoticeRound
from portal.outbox.models import Mail

# Looking


def begin() -> None:
    """From now on the worker looks what is new here. What was there already is told to nobody."""
    now = clock.now()
    db.session.add(
        NoticeRound(
            organisation_id=scope(), next_at=now, looked_until=now, evening_on=rules.evening_before(now),
        )
    )  # fmt: skip
    db.session.flush()


def look(per_minute: int) -> bool:
    """See what is new in this organisation, and put the mails about it in the outbox; all in one transaction, so that a
    worker that dies here did nothing. False when it is no time, or another worker looks."""
    round_, now = queries.held_round(), clock.now()
    if round_ is None or round_.next_at > now:
        return False
    _tell_news(round_, per_minute)
    if not rules.is_quiet(now):
        if day := rules.evening_due(now, round_.evening_on):
            _tell_evening(day, round_, per_minute)
            _tell_news_of_the_day(day, round_, per_minute)
            round_.evening_on = day
        else:
            _tell_first(round_, per_minute)
        round_.looked_until = now - rules.SETTLED
    round_.next_at = now + rules.LOOK_EVERY
    db.session.flush()
    return True


def look_later() -> None:
    """It went wrong; the next try sees all that this one should have."""
    if (round_ := queries.held_round()) is not None:
        round_.next_at = clock.now() + rules.LOOK_EVERY
        db.session.flush()


def _tell_evening(day: date, round_: NoticeRound, per_minute: int) -> None:
    """One mail about all that came since the last, also to who heard of the first photo."""
    after = _floor(round_)
    items = queries.new_photos(after) + queries.new_stories(after)
    if not items:
        return
    readers = queries.readers("days", ("once", "evening"))
    until = clock.now() - rules.SETTLED
    of, together, told = rules.by_child(items), queries.together(items), queries.told_until(after)
    begins = {each.account_id: _latest(after, told.get(each.account_id), each.seen_at) for each in readers.values()}
    new = {
        account_id: begin
        for account_id, begin in begins.items()
        if rules.news_for(readers[account_id].children, of, together, begin, until)
    }
    _put("notices/evening", f"evening {day}", new, until, per_minute)


def _tell_first(round_: NoticeRound, per_minute: int) -> None:
    """A mail about the first photo of this day, with all else that came since the last mail."""
    now = clock.now()
    since, until = max(round_.looked_until, rules.day_begins(now)), now - rules.SETTLED
    photos = queries.new_photos(since)
    readers = queries.readers("days", ("once",)) if photos else {}
    if not readers:
        return
    about, after = f"first {clock.local(now).date()}", _floor(round_)
    of, together, told = rules.by_child(photos), queries.together(photos), queries.told_until(after)
    new = {}
    for account_id, reader in readers.items():
        begin = _latest(after, told.get(account_id), reader.seen_at)
        if rules.news_for(reader.children, of, together, max(begin, since), until):
            new[account_id] = begin
    _put("notices/first_photo", about, new, until, per_minute)


def _tell_news(round_: NoticeRound, per_minute: int) -> None:
    """A mail about each message, to who wants to hear at once, or everyone when it cannot wait."""
    now = clock.now()
    until, quiet = now - rules.SETTLED, rules.is_quiet(now)
    for item in published_between(max(round_.looked_until, _floor(round_)), until):
        who = queries.who_hears_of(item, rules.who_hears(item.is_urgent, quiet))
        begin = item.publish_at or until
        kind = "notices/urgent" if item.is_urgent else "notices/news"
        _put(kind, queries.about_item(item.id), dict.fromkeys(who, begin), until, per_minute)


def _tell_news_of_the_day(day: date, round_: NoticeRound, per_minute: int) -> None:
    """One mail about all that was not read, to who wants to hear in the evening, or whose own mail about it failed."""
    after, until = _floor(round_), clock.now() - rules.SETTLED
    items = published_between(after, until)
    told, new = queries.told_until(after, queries.ABOUT_NEWS) if items else {}, {}
    for item in items:
        for account_id in queries.who_hears_of(item, ("once", "evening")):
            begin = _latest(after, told.get(account_id))
            if item.publish_at and item.publish_at > begin:
                new[account_id] = begin
    _put("notices/news", f"news of {day}", new, until, per_minute)


def _floor(round_: NoticeRound) -> datetime:
    return max(clock.now() - rules.LOOK_BACK, round_.created_at)


def _latest(moment: datetime, *others: datetime | None) -> datetime:
    return max([moment, *filter(None, others)])


def _put(kind: str, about: str, new: Mapping[UUID, datetime], until: datetime, per_minute: int) -> None:
    """A mail for each of these accounts, about what came after its moment."""
    have = queries.have(about, new) if new else set()
    new = {account_id: after for account_id, after in new.items() if account_id not in have}
    if not new:
        return
    now, is_urgent = clock.now(), kind == "notices/urgent"
    apart = timedelta(minutes=1) / per_minute if is_urgent else rules.pace(len(new), per_minute, now)
    due = {account_id: now + number * apart for number, account_id in enumerate(new)}
    made = mails.urgent(due) if is_urgent else mails.notices(kind, due)
    same = {"organisation_id": scope(), "about": about, "until": until}
    rows = [{**same, "account_id": each, "mail_id": made[each], "after": after} for each, after in new.items()]
    db.session.execute(sa.insert(Notice), rows)


def take_back(notice: Notice) -> None:
    """There was nothing to tell after all, so that nothing was told."""
    db.session.delete(notice)
    db.session.flush()


def sweep() -> None:
    """Of what is long past nobody is told again, and the mails about it would fill the outbox."""
    before = clock.now() - rules.KEPT
    changed(sa.delete(Notice).where(Notice.until < before))
    told = sa.select(Notice.mail_id)
    ours = Mail.kind.in_(mails.KINDS), Mail.created_at < before, Mail.expires_at < before
    changed(sa.delete(Mail).where(*ours, Mail.id.not_in(told)))


# Choosing


def choose(account: Account, chosen: Iterable[tuple[str, str]], by: str = "notices_chosen") -> bool:
    """How this account wants to hear of each kind from now on; whether that changes anything."""
    now = queries.choices_of(account.id)
    new = [(kind, how) for kind, how in chosen if now[kind] != how]
    for kind, how in new:
        _keep(account.id, kind, how)
        record(by, account.id, by=account.id, detail=f"{kind} {how}")
    db.session.flush()
    return bool(new)


def _keep(account_id: UUID, kind: str, how: str) -> None:
    row = queries.choice(account_id, kind)
    if row is None:
        db.session.add(NoticeChoice(organisation_id=scope(), account_id=account_id, kind=kind, how=how))
    else:
        row.how = how
