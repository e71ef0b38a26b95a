"""Two years of invoices for the example, taken over as the office does it."""

from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import sqlalchemy as sa

from portal import clock
from portal.children.models import Child
from portal.db import changed, db
from portal.demo import facts, rules
from portal.documents.bundle import Bundle, key_of
from portal.invoices import actions
from portal.invoices import rules as invoices
from portal.outbox.models import Mail
from portal.sheets import plain, rounded


def fill(sender: str) -> None:
    """All were paid, but for the newest; and one was forgotten."""
    people = {child.person.given_name: child.person for child in db.session.scalars(sa.select(Child))}
    rows, pdfs = [";".join(invoices.COLUMNS)], dict[str, bytes]()
    for email, months, forgotten, lines in facts.INVOICES:
        for back in range(months, 0, -1):
            period = _month(back)
            number = f"{period.year}-{1001 + len(pdfs)}"
            state = "open" if back == 1 else "te laat" if back == forgotten else "betaald"
            amounts = [rounded(Fraction(hours * rate)) for _child, _kind, hours, rate in lines]
            total, due_on = plain(sum(amounts)), period + timedelta(days=45)
            for (child, kind, hours, rate), amount in zip(lines, amounts, strict=True):
                who = f"{people[child].given_name};{people[child].family_name};{people[child].birth_date}"
                rows.append(
                    f"{number};{period:%Y-%m};{email};{who};123456789;{kind};Vaste dagen;{hours};"
                    f"{plain(rate)};{plain(amount)};{total};{due_on};ja;{state};;"
                )
            pdfs[key_of(f"{number}.pdf")] = rules.paper(sender, f"Factuur {number}", _words(lines, total))
    _take_over(Bundle("\n".join(rows).encode(), {name: partial(bytes, pdf) for name, pdf in pdfs.items()}))


def _take_over(bundle: Bundle) -> None:
    examined = actions.examine(bundle)
    result = actions.compare(examined)
    actions.write(examined, actions.keep_pdfs(result, bundle), result.outcome(), per_minute=60)
    changed(sa.delete(Mail).where(Mail.kind == "invoices/ready"))  # they were told long ago


def _words(lines: Any, total: str) -> str:
    each = [f"{child}: {hours} uur voor {plain(rate)} euro per uur" for child, _kind, hours, rate in lines]
    return "\n".join(["Opvang:", *each, "Totaal:", f"{total} euro"])


def _month(back: int) -> date:
    """The first day of the month so long ago."""
    months = clock.today().year * 12 + clock.today().month - 1 - back
    return date(months // 12, months % 12 + 1, 1)
