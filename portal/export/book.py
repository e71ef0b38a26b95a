"""The pages of what a parent takes along: to be read for ever, in any browser, without the portal or a network."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from babel import dates
from flask import current_app

from portal import clock
from portal.auth.models import Account
from portal.changes.rules import CARE
from portal.diary.queries import Picture, Story, Told
from portal.diary.rules import in_a_row, said
from portal.export.held import HELD, LABELS
from portal.export.queries import Attachment, News, Paper, Taken
from portal.export.rules import FORMAT, dated_name, photo_name
from portal.organisations.models import Organisation
from portal.organisations.rules import accents
from portal.text import _, language

FIRST = date(1980, 1, 1)  # a zip knows no day before it
COVER = 5  # photos on the first page


class Page(NamedTuple):
    name: str
    moment: datetime
    content: bytes


@dataclass
class BookDay:
    """One day, in the order in which it went."""

    day: date
    rhythm: list[Told] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Dinsdag 24 november; the year is that of the page."""
        return _capital(dates.format_date(self.day, "EEEE d MMMM", locale=language()))

    @property
    def date(self) -> str:
        return str(dates.format_date(self.day, "d MMMM y", locale=language()))

    @property
    def said(self) -> list[Any]:
        return [said(told.rhythm) for told in self.rhythm]


class Month(NamedTuple):
    """All days of one month, the first day first."""

    first: date
    days: list[BookDay]

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def title(self) -> str:
        return _capital(dates.format_date(self.first, "LLLL y", locale=language()))

    @property
    def name(self) -> str:
        return _capital(dates.format_date(self.first, "LLLL", locale=language()))

    @property
    def pictures(self) -> list[Picture]:
        return [picture for day in self.days for picture in day.pictures]

    @property
    def line(self) -> str:
        """The first words written, for a month without a photo."""
        return next((story.body for day in self.days for story in day.stories), self.name)

    @property
    def stories(self) -> int:
        return sum(len(day.stories) for day in self.days)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def pages(taken: Taken, missing: set[UUID]) -> Iterator[Page]:
    """Everything but the photos, which are there already; those that could not be read are left out."""
    days = days_of(taken, missing)
    months = [Month(first, list(some)) for first, some in groupby(days, lambda each: each.day.replace(day=1))]
    last = _end_of(_last_day(taken, days))
    words: dict[str, Any] = {
        "child": taken.child, "organisation": taken.organisation, "locale": language(), "months": months,
        "tints": accents(taken.organisation.colour), "file_of": file_of, "in_a_row": in_a_row, "days": days,
        "alt_of": alt_of, "news": taken.news, "missing": missing, "news_file": news_file, "paper_file": paper_file,
        "papers": [each for each in taken.papers if each.id not in missing], "care": taken.care,
        "contacts": taken.contacts, "care_names": CARE,
    }  # fmt: skip
    yield _written("index.html", last, cover=_cover(months), **words)
    for place, month in enumerate(months):
        older, newer = months[place - 1] if place else None, months[place + 1] if place + 1 < len(months) else None
        yield _written(
            f"boek/{month.key}.html", _end_of(month.days[-1].day), template="month.html", month=month,
            older=older, newer=newer, **words,
        )  # fmt: skip
    if taken.news:
        yield _written("boek/nieuws.html", _end_of(_day_of(taken.news[-1].published_at)), template="news.html", **words)
    yield _written("LEESMIJ.txt", last, **words)
    yield Page("data.json", last, _json(taken, days, missing).encode())
    yield _written("data.schema.json", last)


def days_of(taken: Taken, missing: set[UUID]) -> list[BookDay]:
    found: dict[date, BookDay] = {}

    def on(day: date) -> BookDay:
        return found.setdefault(day, BookDay(day))

    for told in taken.everything.rhythm:
        on(told.day).rhythm.append(told)
    for story in taken.everything.stories:
        on(story.day).stories.append(story)
    for picture in taken.everything.pictures:
        if picture.id not in missing:
            on(picture.day).pictures.append(picture)
    return [found[day] for day in sorted(found)]


def file_of(picture: Picture) -> str:
    return photo_name(picture.taken_at, picture.id)


def news_file(news: News, each: Attachment) -> str:
    return f"bijlagen/{dated_name(news.published_at, each.id, each.name)}"


def paper_file(paper: Paper) -> str:
    """By its title: what it was called by who scanned it says nothing."""
    name = f"{paper.title}.pdf"
    return f"documenten/{dated_name(paper.added_at, paper.id, name)}"


def _last_day(taken: Taken, days: list[BookDay]) -> date:
    """The day of the newest thing in it, by which the same things give the same file."""
    told = [each.day for each in days[-1:]]
    sent = [*(each.published_at for each in taken.news[-1:]), *(each.added_at for each in taken.papers[-1:])]
    return max([FIRST, *told, *(_day_of(moment) for moment in sent)])


def _day_of(moment: datetime) -> date:
    return clock.local(moment).date()


def alt_of(picture: Picture, name: str) -> str:
    words = _("Foto van %(names)s", names=name)
    return f"{words}: {picture.caption}" if picture.caption else words


def _cover(months: list[Month]) -> list[Picture]:
    """The newest photos, of different days as far as there are."""
    newest = [day.pictures[-1] for month in reversed(months) for day in reversed(month.days) if day.pictures]
    return newest[:COVER]


def _end_of(day: date) -> datetime:
    """When a page about this day is from: so that it is the same file in every export."""
    return datetime.combine(day, time(20), tzinfo=clock.AMSTERDAM)


def _written(name: str, moment: datetime, template: str = "", **words: Any) -> Page:
    page = current_app.jinja_env.get_template(f"export/book/{template or name}").render(words)
    return Page(name, moment, (page.strip() + "\n").encode())


def held_page(account: Account, organisation: Organisation, held: dict[str, Any]) -> bytes:
    """What is held about a parent, to be read."""
    parts = [*((each.name, each.title) for each in HELD), ("access_log", _("Logboek"))]
    words: dict[str, Any] = {
        "person": account.person, "organisation": organisation, "tints": accents(organisation.colour),
        "locale": language(), "held": held, "parts": parts, "labels": LABELS,
    }  # fmt: skip
    return _written("held.html", clock.now(), **words).content


# For programs


def _json(taken: Taken, days: list[BookDay], missing: set[UUID]) -> str:
    child, organisation = taken.child, taken.organisation
    told = {
        "format": FORMAT,
        "organisation": {"name": organisation.name, "email": organisation.email, "phone": organisation.phone},
        "child": {
            "id": str(child.id), "given_name": child.given_name, "name": child.full_name,
            "birth_date": child.birth_date.isoformat(), "group": child.group_name,
        },
        "days": [_day(each) for each in days],
        "news": [_news(each, missing) for each in taken.news],
        "documents": [
            {
                "id": str(each.id), "title": each.title, "added_at": _iso(each.added_at),
                "file": None if each.id in missing else paper_file(each),
            }
            for each in taken.papers
        ],
        "care": taken.care,
        "emergency_contacts": [contact._asdict() for contact in taken.contacts],
        "pickup": [
            {
                "name": each.name, "relation": each.relation, "phone": each.phone,
                "valid_to": each.valid_to and each.valid_to.isoformat(),
                "only_on": each.only_on and each.only_on.isoformat(),
            }
            for each in taken.fetchers
        ],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _day(each: BookDay) -> dict[str, Any]:
    return {
        "date": each.day.isoformat(),
        "rhythm": [_rhythm(told) for told in each.rhythm],
        "stories": [
            {
                "id": str(story.id), "text": story.body, "author": story.author, "with": story.others,
                "published_at": _iso(story.published_at), "corrected_at": _iso(story.corrected_at),
            }
            for story in each.stories
        ],
        "photos": [
            {
                "id": str(picture.id), "file": f"fotos/{file_of(picture)}", "taken_at": _iso(picture.taken_at),
                "caption": picture.caption, "width": picture.width, "height": picture.height,
            }
            for picture in each.pictures
        ],
    }  # fmt: skip


def _news(news: News, missing: set[UUID]) -> dict[str, Any]:
    return {
        "id": str(news.id), "title": news.title, "text": news.body, "author": news.author,
        "published_at": _iso(news.published_at), "corrected_at": _iso(news.changed_at),
        "files": [news_file(news, each) for each in news.attachments if each.id not in missing],
    }  # fmt: skip


def _rhythm(told: Told) -> dict[str, Any]:
    rhythm = told.rhythm
    degrees = rhythm.amount / 10 if rhythm.kind == "temperature" and rhythm.amount else None
    return {
        "kind": rhythm.kind, "at": _iso(rhythm.at), "until": _iso(rhythm.until),
        "amount_ml": None if rhythm.kind == "temperature" else rhythm.amount, "degrees": degrees,
        "choice": rhythm.choice or None, "note": rhythm.note or None, "words": said(rhythm).words,
    }  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return clock.local(moment).isoformat(timespec="seconds") if moment else None
