"""The PDF of a statement: words one can select, copy and have read aloud, and the same bytes for the same facts.

fpdf2 writes tags for pictures only (2.8), so headings and lines get theirs here. Inter is the font (SIL Open Font
License): a part of it, with the letters of all languages that are written in Latin, Greek or Cyrillic.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from flask_babel import force_locale
from fpdf import FPDF, ViewerPreferences
from fpdf.fonts import TTFFont

from portal import clock
from portal.organisations.rules import CARE_NAMES, accents
from portal.statements import rules
from portal.statements.rules import Facts, Personal, Sender, Sum
from portal.text import _, dag, duur, euro, language, urental, verjaardag

FONTS = Path(__file__).parent / "fonts"
MARGIN, LABEL, LINE, WIDTH = 24, 62, 6.6, 210  # millimetres
INK, MUTED = (42, 38, 34), (99, 91, 83)


class Drawn(NamedTuple):
    title: str
    content: bytes


def draw(facts: Facts, version: int, personal: Personal, sender: Sender, moment: datetime) -> Drawn:
    """The statement, with the whole number of the child. It takes a twentieth of a second."""
    with force_locale(sender.language):
        title = rules.title(facts)
        page = _Sheet(accents(sender.colour)["light"])
        page.start(f"{title} – {sender.name}", language(), moment, _("Jaaropgave %(year)s", year=facts.year))
        _fill(page, facts, version, personal, sender)
        return Drawn(title, bytes(page.output()))


def _fill(page: "_Sheet", facts: Facts, version: int, personal: Personal, sender: Sender) -> None:
    page.words(sender.name, 11, "P", colour=page.accent, bold=True, after=2)
    page.words(_("Jaaropgave kinderopvang %(year)s", year=facts.year), 23, "H1", bold=True, after=3)
    page.words(_period(version, page.moment), 10, "P", colour=MUTED, after=6)
    _people(page, facts, personal, sender)
    for each in facts.sums:
        _care(page, each)
    if not facts.sums:
        page.words(_("Over dit jaar zijn er geen uren en geen kosten."), 11, "P", before=6, after=4)
    if len(facts.sums) > 1:
        page.words(_("Samen"), 14, "H2", bold=True, before=5, after=2)
        page.row(_("Aantal uren"), _hours(facts.minutes))
        page.row(_("Totaalbedrag"), euro(facts.cents))
    page.ln(6)
    for note in (rules.how_rounded(), _("Deze opgave is de som van de facturen en creditfacturen over dit jaar.")):
        page.words(note, 9, "P", colour=MUTED, after=1)


def _period(version: int, moment: datetime) -> str:
    made = _("Gemaakt op %(day)s.", day=dag(moment))
    if version == 1:
        return made
    replaces = _("Dit is versie %(number)s. Gebruik de vorige versie niet meer.", number=version)
    return f"{made} {replaces}"


def _people(page: "_Sheet", facts: Facts, personal: Personal, sender: Sender) -> None:
    page.words(_("Kind"), 14, "H2", bold=True, after=2)
    page.row(_("Naam"), facts.child_name)
    page.row(_("Geboren"), f"{verjaardag(facts.child_born)} {facts.child_born.year}")
    page.row(_("Burgerservicenummer (BSN)"), personal.number or _("niet bekend"))
    page.words(_("Betaler en opvang"), 14, "H2", bold=True, before=5, after=2)
    page.row(_("Betaler"), facts.payer_name)
    if personal.address:
        page.row(_("Adres"), personal.address)
    page.row(_("Opvangorganisatie"), sender.name)
    page.row(_("Telefoon en e-mail"), f"{sender.phone} · {sender.email}")


def _care(page: "_Sheet", each: Sum) -> None:
    """In the order in which the tax service asks it."""
    page.words(str(CARE_NAMES.get(each.care_type, each.care_type)), 14, "H2", bold=True, before=5, after=2)
    page.row(_("LRK-nummer"), each.lrk_number)
    page.row(_("Soort opvang"), str(rules.tax_name(each.care_type)))
    page.row(_("Aantal uren"), _hours(each.minutes))
    page.row(_("Totaalbedrag"), euro(each.cents))
    page.row(_("Gemiddeld uurtarief"), euro(each.rate_cents))


def _hours(minutes: int) -> str:
    return f"{urental(minutes)} ({duur(minutes)})" if minutes % 60 else urental(minutes)


class _Sheet(FPDF):
    """A page of headings, lines and rows, each with its tag."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self.accent = tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
        self.about, self.moment = "", clock.now()
        self.add_font("Inter", "", FONTS / "Inter-Regular.ttf")
        self.add_font("Inter", "B", FONTS / "Inter-SemiBold.ttf")

    def start(self, title: str, spoken: str, moment: datetime, about: str) -> None:
        self.about, self.moment = about, moment
        self.set_title(_plain(title))
        self.set_lang(spoken)
        self.set_creation_date(moment)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_margins(MARGIN, 26, MARGIN)
        self.set_auto_page_break(True, 24)
        self.alias_nb_pages("{pages}")
        self.add_page()

    def header(self) -> None:
        with self._between("/Artifact BMC"):
            self.set_fill_color(*self.accent)
            self.rect(0, 0, WIDTH, 5, style="F")

    def footer(self) -> None:
        with self._between("/Artifact BMC"):
            self.set_y(-16)
            self.write_in(9, False, MUTED)
            count = _("pagina %(number)s van %(all)s", number=self.page_no(), all="{pages}")
            self.cell(0, 5, self.shown(f"{self.about} · {count}"))

    def words(
        self, text: str, size: float, tag: str, colour: tuple[int, ...] = INK, bold: bool = False, before: float = 0,
        after: float = 0,
    ) -> None:  # fmt: skip
        self.room(30 if tag == "H2" else 14)
        self.ln(before)
        with self.tagged(tag):
            self.write_in(size, bold, colour)
            self.multi_cell(0, size * 0.46, self.shown(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(after)

    def row(self, label: str, value: str) -> None:
        self.room(14)
        with self.tagged("P"):
            self.write_in(10, False, MUTED)
            self.cell(LABEL, LINE, self.shown(label))
            self.write_in(11, True, INK)
            self.multi_cell(0, LINE, self.shown(value), align="L", new_x="LMARGIN", new_y="NEXT")

    def room(self, height: float) -> None:
        if self.will_page_break(height):
            self.add_page()

    def write_in(self, size: float, bold: bool, colour: tuple[int, ...]) -> None:
        self.set_font("Inter", "B" if bold else "", size)
        self.set_text_color(*colour)

    def shown(self, text: str) -> str:
        """Without what this font cannot draw: a letter becomes a question mark, a picture goes."""
        font = self.fonts["inter"]
        known = font.cmap if isinstance(font, TTFFont) else {}
        signs = (each if ord(each) in known else _instead(each) for each in _plain(text))
        return " ".join("".join(signs).split())

    @contextmanager
    def tagged(self, tag: str) -> Iterator[None]:
        mcid = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{tag}", mcid=mcid)
        with self._between(f"/{tag} <</MCID {mcid}>> BDC"):
            yield

    @contextmanager
    def _between(self, begin: str) -> Iterator[None]:
        self._out(begin)
        yield
        self._out("EMC")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _instead(sign: str) -> str:
    return "?" if unicodedata.category(sign).startswith(("L", "N")) else " "
