"""When a message is read by parents, and what may go with it."""

from datetime import UTC, date, datetime, time, timedelta

from portal import clock
from portal.text import _

SCOPES = ("organisation", "location", "group")
STATES = ("draft", "planned", "published", "withdrawn")
LONGEST_TITLE, LONGEST_BODY = 120, 4000
PAGE = 20
MOST_FILES = 10
MOST_BYTES = 15 << 20  # of one file (domain.md, D10)
MOST_IN_A_POST = MOST_FILES * MOST_BYTES + (1 << 20)
ACCEPT = "application/pdf,image/jpeg,image/png,image/webp,image/heic,image/heif"
FURTHEST = timedelta(days=366)  # a year ahead is planned, more is a slip of the finger


def state_of(publish_at: datetime | None, withdrawn_at: datetime | None, now: datetime) -> str:
    if withdrawn_at is not None:
        return "withdrawn"
    if publish_at is None:
        return "draft"
    return "published" if publish_at <= now else "planned"


def moment_of(day: date, at: time) -> datetime:
    """This time on the clock of Amsterdam. Of an hour that comes twice it is the first."""
    return datetime.combine(day, at, tzinfo=clock.AMSTERDAM).astimezone(UTC)


def plan_problem(day: date, at: time, now: datetime) -> str:
    """Why nothing can be published then, or ""."""
    moment = moment_of(day, at)
    if clock.local(moment).replace(tzinfo=None) != datetime.combine(day, at):
        return _("Deze tijd bestaat niet: de klok gaat die nacht een uur vooruit. Kies een andere tijd.")
    if moment <= now:
        return _("Dit moment is al voorbij. Kies een later moment, of publiceer het bericht nu.")
    return _("Dit is meer dan een jaar vooruit. Kijk de datum na.") if moment - now > FURTHEST else ""


def end_of(day: date) -> datetime:
    """The last moment of this day."""
    return clock.midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


def tomorrow(today: date) -> date:
    return today + timedelta(days=1)


def why_not(problem: str) -> str:
    """The sentence for a picture that cannot go with a message, by the problem in one word."""
    sentences = {
        "kind": _("Dit bestand kennen wij niet. Kies een PDF, of een foto (JPEG, PNG, WebP of HEIC)."),
        "heavy": _("Dit bestand is te groot. Het mag hoogstens 15 MB zijn."),
        "large": _("Deze foto heeft te veel beeldpunten. Maak hem kleiner en stuur hem opnieuw."),
        "small": _("Deze foto is te klein. Neem er een van minstens 48 beeldpunten breed of hoog."),
    }
    broken = _("Dit bestand is beschadigd of niet helemaal aangekomen. Kies het nog een keer, of neem een ander.")
    return sentences.get(problem, broken)


def name_of_picture(name: str) -> str:
    """How a picture is called that was made anew as a JPEG."""
    stem, dot, _kind = name.rpartition(".")
    return f"{stem if dot and stem else name}.jpg"


# On the start page: what waits for an answer, what is new, and what was published these days
STARTS, WAITS_FOR, NEW_FOR, RECENT_FOR = 3, timedelta(days=90), timedelta(days=30), timedelta(days=7)


def rank_at_start(age: timedelta, waits: bool, is_new: bool) -> int | None:
    """Where on the start page a message of this age stands; None when it is left for the list."""
    if waits and age < WAITS_FOR:
        return 0
    if is_new and age < NEW_FOR:
        return 1
    return 2 if age < RECENT_FOR else None
