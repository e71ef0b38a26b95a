"""What the worker asks when a mail about something new goes out: what of it is still new, and may still be seen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from flask_babel import force_locale

from portal import keys
from portal.auth.letters import account_of, letter_to
from portal.auth.models import Account
from portal.diary.rules import in_a_row
from portal.messages.queries import item, published_between
from portal.notices import actions, queries, rules
from portal.notices.rules import Item
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext

PURPOSE = "stop notices"  # what the key of the tokens is for (portal.keys)


def days(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """None when the parent has seen it meanwhile, wants no mail any more, or may not see it any more."""
    notice, account = queries.notice_of(mail.id), account_of(mail)
    if notice is None or account is None:
        return None
    reader = queries.readers("days", ("once", "evening"), account.id).get(account.id)
    new = queries.news_of(reader, notice.after, notice.until) if reader else []
    if reader is None or not new:
        actions.take_back(notice)
        return None
    seen = {child_id for item in new for child_id in item.since}
    photos = sum(item.kind == "photo" for item in new)
    letter = _letter(mail.kind, account, organisation, "days", _place(organisation, new))
    with force_locale(letter.language):
        names = in_a_row([name for child_id, name in reader.children.items() if child_id in seen])
    letter.context.update(names=names, photos=photos, stories=len(new) - photos)
    return letter


def news(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Of one message, or of those of a day. None when they were read or withdrawn, or are no longer for this parent."""
    notice, account = queries.notice_of(mail.id), account_of(mail)
    if notice is None or account is None:
        return None
    is_urgent = mail.kind == "notices/urgent"
    if notice.about.startswith(queries.ABOUT_NEWS):
        found = published_between(notice.after, notice.until)
    else:
        found = [each for each in [item(UUID(notice.about.rpartition(" ")[2]))] if each and not each.withdrawn_at]
    hows = rules.HOWS if is_urgent else ("once", "evening")
    new = [each for each in found if queries.who_hears_of(each, hows, account.id, mail.id)]
    if not new:
        actions.take_back(notice)
        return None
    one = len(new) == 1
    place = link(organisation, "news.item", item_id=new[0].id) if one else link(organisation, "news.items")
    if is_urgent:  # everyone gets it, so there is nothing to stop
        return letter_to(mail.kind, account, organisation, {"link": place})
    letter = _letter(mail.kind, account, organisation, "news", place)
    letter.context.update(count=len(new))
    return letter


def _place(organisation: Organisation, new: Sequence[Item]) -> str:
    """The photo itself when that is all, else the days from the newest of these on."""
    if [item.kind for item in new] == ["photo"]:
        return link(organisation, "diary.picture", photo_id=new[0].id)
    return link(organisation, "diary.days", tot=max(item.day for item in new).isoformat())


def _letter(template: str, account: Account, organisation: Organisation, kind: str, place: str) -> Letter:
    """A mail that leads to this place, and that one press ends."""
    stop = link(organisation, "stop_notices.stop", token=rules.token_of(keys.keys(PURPOSE), account.id, kind))
    return replace(letter_to(template, account, organisation, {"link": place, "stop": stop}), unsubscribe=stop)


def register() -> None:
    prepare_with("notices/first_photo", days, lazy_gettext("Eerste foto van de dag"))
    prepare_with("notices/evening", days, lazy_gettext("Nieuw in het dagboek"))
    prepare_with("notices/news", news, lazy_gettext("Nieuws van de opvang"))
    prepare_with("notices/urgent", news, lazy_gettext("Nieuws dat niet kan wachten"))
