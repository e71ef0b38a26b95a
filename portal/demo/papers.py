"""What there is on paper in the example, brought in as the office does it, and what parents ask to change."""

from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.auth.models import Person
from portal.changes import actions as changes
from portal.changes.queries import care_of, changes_waiting
from portal.changes.rules import ADDRESS, CARE, CONTACT
from portal.children.models import Child
from portal.contracts import actions as contracts
from portal.contracts import columns, intake
from portal.contracts.queries import contract_numbered
from portal.db import changed, db
from portal.demo import facts, rules
from portal.demo.queries import account_with, child_named
from portal.documents import actions as documents
from portal.documents.bundle import Bundle, key_of
from portal.documents.models import Document
from portal.invoices import actions
from portal.invoices import rules as invoices
from portal.library import actions as library
from portal.organisations.models import Organisation
from portal.outbox.models import Mail
from portal.sheets import plain, rounded
from portal.statements import actions as statements
from portal.statements import queries as statement_queries

YOUNGEST = timedelta(days=80)  # no child comes before that


def fill(organisation: Organisation) -> None:
    sender = organisation.name
    _papers(sender)
    _library(sender)
    _contracts(sender)
    _invoices(sender)
    _ask_changes()
    _statements(organisation)


def _papers(sender: str) -> None:
    """As the office puts them on a child."""
    for name, title, audience, days, words in facts.PAPERS:
        received = documents.receive(rules.paper(sender, title, words), "scan.pdf")
        row = documents.add_paper(received, child_named(name), title, audience, account_with("wil@kok.example").id)
        row.created_at = clock.now() - timedelta(days=days)


def _library(sender: str) -> None:
    """Folders with documents and a link, as the office fills them."""
    wil = account_with("wil@kok.example")
    names = dict.fromkeys(row[0] for row in facts.LIBRARY)
    folders = {name: library.add_folder(name, wil.id).id for name in names}
    for number, (folder, title, text, audience, content) in enumerate(facts.LIBRARY, start=1):
        words = library.Words(title, text, folders[folder], audience)
        if content.startswith("https://"):
            library.add_link(content, words, wil.id)
        else:
            received = documents.receive(rules.paper(sender, title, content), "scan.pdf")
            added = library.add_document(received, words, wil.id)
            db.session.get_one(Document, added.document_id).created_at = clock.now() - timedelta(days=40 * number)


def _invoices(sender: str) -> None:
    """All were paid, but for the newest; and one was forgotten."""
    people = {child.person.given_name: child.person for child in db.session.scalars(sa.select(Child))}
    rows, pdfs = [";".join(invoices.COLUMNS)], dict[str, bytes]()
    for email, months, forgotten, all_lines in facts.INVOICES:
        for back in range(months, 0, -1):
            period = _month(back)
            lines = [line for line in all_lines if _is_there(people[line[0]], period)]
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


def _contracts(sender: str) -> None:
    """Most were on paper once; a new one waits for its parents, and one is asked to end."""
    rows, pdfs = [";".join(columns.COLUMNS)], dict[str, bytes]()
    for number, party, child, kind, days, weeks, rate, back in facts.CONTRACTS:
        who, begins = child_named(child).person, _month(back)
        agreed = "op papier" if back > 0 else "vragen"
        words = f"Voor:\n{who.full_name}, {kind}, vanaf {begins:%d-%m-%Y}.\nDagen:\n{days}, {weeks} weken per jaar."
        words += f"\nPrijs:\n{plain(rate)} euro per uur.\nOpzeggen:\nDat kan met een maand, per elke dag."
        rows.append(
            f"{number};{party};;;{who.given_name};{who.family_name};{who.birth_date};{kind};123456789;{days};"
            f"{weeks};;{plain(rate)};{begins};;;{agreed};"
        )
        pdfs[key_of(f"{number}.pdf")] = rules.paper(sender, f"Contract {number}", words)
    bundle = Bundle("\n".join(rows).encode(), {name: partial(bytes, pdf) for name, pdf in pdfs.items()})
    examined = intake.examine(bundle)
    result = intake.compare(examined)
    intake.write(examined, intake.keep_pdfs(result, bundle), result.outcome(), per_minute=60)
    changed(sa.delete(Mail).where(Mail.kind == "contracts/waiting"))  # they were told some days ago
    email, number, days_left = facts.ENDING
    contract, asker = contract_numbered(number), account_with(email)
    if contract is not None:
        day = clock.today() + timedelta(days=days_left)
        asked = contracts.draft_request(contract, "end", day, "", usual=1, by=asker)
        contracts.send_request(asked, usual=1, by=asker)


def _statements(organisation: Organisation) -> None:
    """Of each year that is over, made in January; and one put right in February, after a credit of last year."""
    wil, last = account_with("wil@kok.example"), clock.today().year - 1
    for name, number in facts.NUMBERS.items():
        statements.keep_bsn(child_named(name), number, by=wil)
    for year in reversed(statement_queries.years()):
        if year <= last:
            _publish(organisation, year, date(year + 1, 1, 20), wil.id)
    _credit(organisation.name, last)
    _publish(organisation, last, date(last + 1, 2, 3), wil.id)


def _publish(organisation: Organisation, year: int, day: date, by: UUID) -> None:
    moment = min(clock.midnight(day) + timedelta(hours=10), clock.now())
    for row in statements.to_do(statement_queries.rows_of(year), without_bsn=False):
        made = statements.publish(statements.draw(statements.prepare(row, organisation), moment), by)
        made.created_at = made.document.created_at = moment
        if before := statement_queries.versions_of(year, *row.key)[1:]:
            before[0].replaced_at = moment
    db.session.flush()


def _credit(sender: str, year: int) -> None:
    email, name, kind, hours, rate = facts.CREDIT
    child, amount = child_named(f"{name} Bakker").person, plain(-rounded(Fraction(hours * rate)))
    row = (
        f"C{year}-01;{year}-12;{email};{child.given_name};{child.family_name};{child.birth_date};123456789;{kind};"
        f"Ziek geweest;-{hours};{plain(rate)};{amount};{amount};{year + 1}-02-15;ja;betaald;credit;"
    )
    pdf = rules.paper(sender, f"Creditfactuur C{year}-01", f"Terug:\n{name}: {hours} uur\nTotaal:\n{amount} euro")
    table = "\n".join([";".join(invoices.COLUMNS), row]).encode()
    _take_over(Bundle(table, {key_of(f"C{year}-01.pdf"): partial(bytes, pdf)}))


def _ask_changes() -> None:
    """What the office knows of the children, and what parents want changed of it: the first waits some days."""
    wil = account_with("wil@kok.example")
    for email, name, care, contacts in facts.CARE:
        child = child_named(name)
        changes.change_care(child, dict(zip(CARE, care, strict=True)), by=wil)
        named = [dict(zip(CONTACT, each, strict=True)) for each in contacts]
        changes.change_contacts(child, account_with(email).person_id, named, by=wil)
    for email, address, days in facts.HOMES:
        home = dict(zip(ADDRESS, address, strict=True))
        if days:
            changes.ask_address(account_with(email), home, clock.today() + timedelta(days=days))
        else:
            changes.change_address(account_with(email), home, date(clock.today().year - 1, 3, 1), by=wil)
    for email, iban, days in facts.IBANS:
        asked = changes.ask_iban(account_with(email), iban)
        asked.effective_at += timedelta(days=-days)
    changed(sa.delete(Mail).where(Mail.kind == "changes/iban_asked"))
    for email, name, other in facts.CARE_ASKED:
        known = care_of(child_named(name).id)
        changes.ask_care(account_with(email), child_named(name), {**known, **other})
    for back, change in enumerate(reversed(changes_waiting())):
        change.created_at = clock.now() - timedelta(days=2 * back, hours=5)
    db.session.flush()


def _is_there(child: Person, period: date) -> bool:
    return child.birth_date is not None and child.birth_date + YOUNGEST <= period


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
