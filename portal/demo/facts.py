"""Who there is in the demo, what its internet would say (nothing is really asked), and what happens there."""

from dataclasses import dataclass
from typing import NamedTuple

from portal.postmaster.facts import Answer, Door, Said

# Who there is


@dataclass(frozen=True)
class Example:
    """One parent of the demo. `has_password` is False for who has to come in with the first mail."""

    organisation: str
    name: str
    email: str
    children: tuple[str, ...]
    has_password: bool = True
    has_custody: bool = True
    is_blocked: bool = False


EXAMPLES = (
    Example("kok", "Anna de Vries", "anna@voorbeeld.nl", ("Noor", "Sem")),
    Example("kok", "Piet Bakker", "piet@voorbeeld.nl", ("Noor", "Sem")),
    Example("kok", "Fatima El Amrani", "fatima@voorbeeld.nl", ("Yara",)),
    Example("kok", "Marieke van der Wal", "marieke@voorbeeld.nl", ("Lotte",)),
    Example("kok", "Jeroen Smit", "jeroen@voorbeeld.nl", ("Lotte", "Finn")),
    Example("kok", "Wim Post", "wim@voorbeeld.nl", ("Finn",), has_custody=False),
    Example("kok", "Sanne Visser", "sanne@voorbeeld.nl", ("Bo",), has_password=False),
    Example("kok", "Tom Visser", "tom@voorbeeld.nl", ("Bo",), is_blocked=True),
    Example("zonnebloem", "Bram Jansen", "bram@voorbeeld.nl", ("Daan", "Julia")),
    Example("zonnebloem", "Anna de Vries", "anna@voorbeeld.nl", ("Mees",)),
    Example("zonnebloem", "Li Chen", "li@voorbeeld.nl", ("Mei",), has_password=False),
)
SAYS_NO = "fatima@voorbeeld.nl"
# Who works there: organisation, name, address, role
COLLEAGUES = (
    ("kok", "Fenna van der Meer", "fenna@kok.example", "manager"),
    ("kok", "Wil de Graaf", "wil@kok.example", "administratie"),
    ("kok", "Els van den Berg", "els@kok.example", "groepsleiding"),
    ("zonnebloem", "Ruud Hendriks", "ruud@zonnebloem.example", "manager"),
)
# name: full name, group, age in years and the days since that birthday
CHILDREN = {
    "Noor": ("Noor Bakker", "De Vlinders", 3, 0),
    "Sem": ("Sem Bakker", "De Rupsen", 1, 130),
    "Yara": ("Yara El Amrani", "De Rupsen", 0, 240),
    "Lotte": ("Lotte Smit", "BSO De Uilen", 7, 61),
    "Finn": ("Finn Smit", "De Vlinders", 2, 200),
    "Bo": ("Bo Visser", "De Rupsen", 0, 150),
    "Daan": ("Daan Jansen", "De Madeliefjes", 2, 15),
    "Julia": ("Julia Jansen", "BSO De Zonnestralen", 5, 330),
    "Mees": ("Mees de Vries", "De Madeliefjes", 1, 99),
    "Mei": ("Mei Chen", "De Madeliefjes", 3, 180),
}

# What is known of children: by whom, of whom, doctor, phone, allergies, notes, and who can be called
_LINDE = ("Huisartsenpraktijk De Linde", "010 - 555 01 20")
_RIET = ("Riet de Vries", "06 - 555 01 31", "oma")
_PEN = "Een epipen zit in het voorvak van de tas."
CARE = (
    (
        "anna@voorbeeld.nl", "Noor Bakker", (*_LINDE, "Pinda", _PEN),
        (_RIET, ("Karim Haddad", "06 - 555 01 32", "buurman")),
    ),
    ("anna@voorbeeld.nl", "Sem Bakker", (*_LINDE, "", ""), (_RIET,)),
    ("piet@voorbeeld.nl", "Noor Bakker", (*_LINDE, "Pinda", _PEN), (("Jan Bakker", "06 - 555 01 33", "opa"),)),
    (
        "fatima@voorbeeld.nl", "Yara El Amrani", ("Dokter Hoekstra", "010 - 555 01 40", "Koemelk", ""),
        (("Samira El Amrani", "06 - 555 01 34", "tante"),),
    ),
)  # fmt: skip
# Where parents live (0), or want to live in so many days
HOMES = (
    ("anna@voorbeeld.nl", ("Lindelaan", "14", "a", "3011 AB", "Rotterdam", ""), 0),
    ("piet@voorbeeld.nl", ("Havenstraat", "203", "", "3024 CD", "Rotterdam", ""), 0),
    ("fatima@voorbeeld.nl", ("Kerkplein", "7", "", "3011 EF", "Rotterdam", ""), 0),
    ("fatima@voorbeeld.nl", ("Weteringkade", "31", "bis", "3032 GH", "Rotterdam", ""), 21),
)
# Account numbers of nobody, asked so many days ago
IBANS = (
    ("anna@voorbeeld.nl", "NL91 ABNA 0417 1643 00", 90),
    ("fatima@voorbeeld.nl", "NL39 RABO 0300 0652 64", 90),
    ("fatima@voorbeeld.nl", "BE68 5390 0754 7034", 0),
)
CARE_ASKED = (
    ("piet@voorbeeld.nl", "Noor Bakker", {"allergies": "Pinda en hazelnoot"}),
    (
        "fatima@voorbeeld.nl",
        "Yara El Amrani",
        {"doctor": _LINDE[0], "doctor_phone": _LINDE[1]},
    ),
)
# Who else fetches: organisation, child, who allows it, name, relation, phone, in how many days it is over, and if once
PICKUP = (
    ("kok", "Noor Bakker", "anna@voorbeeld.nl", "Truus de Vries", "oma", "06-55501234", None, False),
    ("kok", "Noor Bakker", "piet@voorbeeld.nl", "Kees Bakker", "opa", "06-55505678", None, False),
    ("kok", "Noor Bakker", "piet@voorbeeld.nl", "Mo Haddad", "buurman", "06-55509012", 0, True),
    ("kok", "Yara El Amrani", "fatima@voorbeeld.nl", "Samira El Amrani", "tante", "06-55503456", 60, False),
    ("zonnebloem", "Daan Jansen", "bram@voorbeeld.nl", "Els Jansen", "oma", "06-55507890", None, False),
)

# The internet

# Kok did everything; at De Zonnebloem there is work to do.
ZONE: dict[tuple[str, str], tuple[str, ...]] = {
    ("kok.example", "MX"): ("10 mx.provider.example.",),
    ("kok.example", "TXT"): ("v=spf1 include:_spf.provider.example -all",),
    ("_dmarc.kok.example", "TXT"): ("v=DMARC1; p=none; rua=mailto:kantoor@kok.example",),
    ("zonnebloem.example", "MX"): ("10 mx.provider.example.",),
    ("zonnebloem.example", "TXT"): (
        "v=spf1 include:_spf.provider.example ~all",
        "v=spf1 include:_spf.nieuwsbrief.example -all",
    ),
    ("_spf.provider.example", "TXT"): ("v=spf1 ip4:198.51.100.0/24 -all",),
    ("_spf.nieuwsbrief.example", "TXT"): ("v=spf1 ip4:203.0.113.0/24 -all",),
    ("mx.provider.example", "A"): ("198.51.100.1",),
    ("smtp.provider.example", "A"): ("198.51.100.25",),
}
DOOR = Door(
    addresses=("198.51.100.25",), ports={25: "open", 465: "open", 587: "open"}, tls="TLSv1.3", days=71,
    mechanisms=("PLAIN", "LOGIN"), size=35_000_000, sender=Said("", 250, "2.1.0 Ok"), verp=Said("", 250, "2.1.0 Ok"),
)  # fmt: skip


def look(name: str, kind: str) -> Answer:
    if values := ZONE.get((name, kind)):
        return Answer("found", values)
    is_there = any(known == name or known.endswith("." + name) for known, _ in ZONE)
    return Answer("empty" if is_there else "none")


WEEKS = 6
# On the groups. What happens on a day: hour, minute, kind, amount or choice, minutes it takes.
Happening = tuple[int, int, str, int | str, int]
BABY: tuple[Happening, ...] = (
    (8, 40, "bottle", 180, 0), (9, 20, "diaper", "wet", 0), (9, 40, "sleep", "", 75), (11, 10, "diaper", "dirty", 0),
    (11, 40, "food", "half", 0), (12, 30, "bottle", 150, 0), (13, 0, "sleep", "", 95), (14, 45, "diaper", "wet", 0),
    (15, 30, "food", "all", 0), (16, 40, "bottle", 120, 0),
)  # fmt: skip
TODDLER: tuple[Happening, ...] = (
    (9, 30, "food", "all", 0), (10, 15, "diaper", "wet", 0), (11, 50, "food", "half", 0), (12, 45, "sleep", "", 80),
    (14, 15, "diaper", "dirty", 0), (15, 20, "drink", "all", 0),
)  # fmt: skip
OF_GROUPS = (
    "Wij liepen in de regen naar de eendjes. Iedereen mocht brood geven, en één laars bleef steken in de modder.",
    "Vanochtend maakten wij een lange trein van stoelen. De conducteur knipte blaadjes als kaartjes.",
    "In de kring zongen wij over de zon. Daarna mochten de trommels erbij, en toen hoorde u ons vast tot op straat.",
    "Wij zaaiden tuinkers in eierdopjes. Morgen kijken wij of er al iets groeit.",
    "Vandaag verfden wij met sponsjes en met tenen. De voetstapjes hangen te drogen bij het raam.",
    "Buiten vonden wij drie slakken. Zij kregen een huis van takjes, met een tuin van klaver.",
    "Het regende de hele ochtend. Met laarzen aan mocht iedereen in de plassen, en daarna kregen wij warme thee.",
    "Wij bakten broodjes. De een kneedde een slang, de ander een egel. Opeten mocht ook.",
    "De brandweer reed langs met de sirene aan. De rest van de dag was iedereen brandweer.",
    "Op het plein lagen bergen bladeren. Gooien, rollen, tellen: wij konden er niet mee stoppen.",
    "Vandaag was het stil en koud, en dus lazen wij veel. Vooral het boek over de beer moest vier keer.",
    "Wij maakten soep. Iedereen sneed een wortel, en niemand liet een druppel over.",
    "In de speelzaal klommen wij over de bank en onder het net door. Wie durfde, sprong van het blok.",
    "Wij plakten een lange weg van tape op de vloer. Er was file tot aan de deur.",
)
OF_ONE = (
    "{name} bouwde een toren tot aan de kin, en telde zelf tot zeven. Wat een trotse blik.",
    "{name} hielp met fruit snijden, en proefde voor het eerst een kiwi. Eerst een gek gezicht, toen nog een stukje.",
    "{name} was vanochtend even verdrietig bij het afscheid. Na een boekje op schoot ging het spelen weer heel goed.",
    "{name} zat lang bij de zandtafel en vulde alle bekers, één voor één.",
    "{name} deed zelf de schoenen aan. Links zat rechts, maar aan waren ze.",
    "{name} zong een heel liedje mee, met alle gebaren erbij.",
    "{name} sliep lang vandaag, en werd wakker met een lach.",
    "{name} troostte een ander kind met een knuffel en een stukje banaan.",
    "{name} maakte een tekening voor thuis. Hij ligt in het mandje, onder de jas.",
    "{name} reed rondje na rondje op de loopfiets, en steeds een beetje harder.",
)
CAPTIONS = (
    "Hoger dan de kast!", "Bij de eendjes", "Voetjes vol verf", "Onze bloemen", "Iedereen droog", "Bladeren gooien",
)  # fmt: skip

# Papers of children: whose, the title, for whom, how many days ago, and what stands on it
PAPERS = (
    (
        "Noor Bakker", "Observatieverslag van Noor", "daily", 12,
        "Noor is drie jaar en komt vier dagen in de week bij De Vlinders. Wij keken twee weken lang naar haar spel,"
        " haar taal en hoe zij met andere kinderen omgaat.\nSpelen:\nNoor bouwt graag. Zij maakt hoge torens en"
        " vertelt erbij wat het is. Zij speelt steeds vaker samen, het liefst in de huishoek.\nTaal:\nNoor spreekt in"
        " zinnen van vier of vijf woorden. Zij zingt alle liedjes mee en vraagt vaak: waarom?\nBewegen:\nKlimmen durft"
        " zij goed. Op de fiets met drie wielen rijdt zij het hele plein rond.\nWat wij afspraken:\nWij lezen elke dag"
        " samen een boek. In maart kijken wij opnieuw, en praten wij er met u over.",
    ),
    (
        "Noor Bakker", "Afspraken over het wennen", "deciding", 47,
        "Noor went op twee dagen bij De Vlinders. De eerste dag blijft een ouder erbij. De tweede dag is Noor alleen,"
        " van negen tot twaalf uur.\nBellen:\nGaat het niet goed, dan bellen wij meteen.",
    ),
)  # fmt: skip
# The library: folder, title, what it is about, who may read it, and what stands on it, or where the link leads
LIBRARY = (
    (
        "Regels en afspraken", "Klachtenregeling", "Wat u doet als u niet tevreden bent.", "public",
        "Bent u niet tevreden? Vertel het eerst aan de medewerker van de groep. Samen lossen wij het meestal op.\n"
        "Een klacht opschrijven:\nLukt dat niet, schrijf dan een e-mail aan kantoor@kok.example. U krijgt binnen een"
        " week bericht, en binnen zes weken een antwoord met onze redenen.\nNaar buiten:\nBent u het niet eens met ons"
        " antwoord? Bel het Klachtenloket Kinderopvang, of ga naar de Geschillencommissie Kinderopvang.",
    ),
    (
        "Regels en afspraken", "Privacybeleid", "Welke gegevens wij bewaren, hoe lang, en wie ze ziet.", "public",
        "Wij bewaren alleen wat wij nodig hebben om goed voor uw kind te zorgen.\nHoe lang:\nHet dossier van een kind"
        " bewaren wij twee jaar na de laatste dag. Facturen bewaren wij zeven jaar, want dat moet van de wet.\nWie ziet"
        " het:\nDe groep ziet de dagen van de eigen kinderen. In het ouderportaal leest u wie er meekeek.",
    ),
    (
        "Regels en afspraken", "Pedagogisch beleidsplan", "Hoe wij met kinderen omgaan, per leeftijd.", "parents",
        "Een kind leert door te spelen. Wij geven het tijd, ruimte en warmte.\nVeilig:\nElk kind heeft een mentor en"
        " vaste gezichten.\nBuiten:\nWij gaan elke dag naar buiten, ook als het regent.",
    ),
    (
        "Oudercommissie", "Notulen van 12 oktober", "Over de nieuwe tarieven, de tuin en het voorlezen.", "parents",
        "Aanwezig: vier leden van de oudercommissie en Fenna van der Meer.\nTarieven:\nDe commissie adviseert positief,"
        " met de vraag om eerder te vertellen wat er verandert.\nDe tuin:\nIn het voorjaar komt er een moestuin.",
    ),
    (
        "Inspectie", "Inspectierapport van de GGD", "Wat de inspecteur dit jaar bij ons zag.", "public",
        "https://www.landelijkregisterkinderopvang.nl/",
    ),
)  # fmt: skip


class Message(NamedTuple):
    """News of the example: for a group or (without one) everyone; published so many days ago, or None: a draft."""

    title: str
    body: str
    days: int | None
    group: str = ""
    asks_receipt: bool = False
    letter: str = ""  # how the letter is called that goes with it


MESSAGES = {
    "kok": (
        Message(
            "Studiedag: wij zijn een dag dicht",
            "Over twee weken hebben wij op vrijdag een studiedag. Alle groepen zijn dan de hele dag dicht."
            " Deze dag staat ook in de jaarplanning.\n\n"
            "Drukt u op de knop als u dit las? Dan weten wij dat niemand voor een dichte deur staat.\n\n"
            "In English: all groups are closed on Friday in two weeks. Please press the button when you read this.",
            2,
            asks_receipt=True,
        ),
        Message(
            "Nieuwe juf op De Vlinders",
            "Vanaf maandag werkt juf Samira bij ons op de groep. Zij is er elke maandag, dinsdag en donderdag."
            " Samira werkte eerst acht jaar op een peuterspeelzaal, en zij speelt gitaar. Dat horen wij vast snel.\n\n"
            "Komt u bij het brengen even kennismaken?",
            5,
            group="De Vlinders",
        ),
        Message(
            "Reservekleding en laarzen",
            "Het is weer modderweer. Wilt u laarzen meegeven, en een tas met reservekleren met de naam erin?"
            " De bak met gevonden sokken staat bij de voordeur.",
            8,
            group="De Rupsen",
        ),
        Message(
            "Uitnodiging voor de ouderavond",
            "Op de ouderavond vertelt een kinderarts over slapen. In de brief leest u het programma,"
            " en hoe u zich aanmeldt. De koffie staat klaar vanaf half acht.",
            11,
            letter="Uitnodiging ouderavond.pdf",
        ),
        Message(
            "Lampionnenoptocht in de buurt",
            "Wij lopen met de lampionnen een rondje om het park. Wie er niet bij is die dag, is toch welkom.",
            -3,
        ),
        Message("Nieuwe openingstijden", "Nog invullen: vanaf wanneer, en voor welke groepen.", None),
    ),
    "zonnebloem": (
        Message("Welkom in het nieuwe portaal", "Hier leest u voortaan ons nieuws, en hoe de dag van uw kind was.", 6),
    ),
}
LETTER = (
    "Beste ouders,\nGraag nodigen wij u uit voor onze ouderavond. Een kinderarts vertelt over slapen, en er is tijd"
    " voor uw vragen.\nProgramma:\n19.30 uur: inloop met koffie\n20.00 uur: slapen, wat is gewoon en wat helpt?\n"
    "21.00 uur: uw vragen\n21.30 uur: een drankje\nMeedoen:\nAanmelden kan op de groep. Tot dan!"
)
# Who pays for what: address, for so many months, which of them was forgotten, and of each child the care, the hours a
# month and the cents an hour.
INVOICES = (
    ("anna@voorbeeld.nl", 24, 0, (("Noor", "dagopvang", 90, 1071), ("Sem", "dagopvang", 90, 1071))),
    ("jeroen@voorbeeld.nl", 12, 3, (("Lotte", "bso", 40, 949), ("Finn", "dagopvang", 75, 1071))),
)
# Numbers that pass the eleven test and are of nobody. That of Finn is not known yet.
NUMBERS = {"Noor Bakker": "999990019", "Sem Bakker": "999990020", "Lotte Smit": "999990032"}
# What was put right after the statements of last year: address, child, care, hours that go back, cents an hour.
CREDIT = ("anna@voorbeeld.nl", "Sem", "dagopvang", 20, 1071)
# Contracts: number, with whom, child, care, days, weeks a year, cents an hour, and how many months ago it began. What
# began was agreed on paper; the other waits.
CONTRACTS = (
    ("K-1001", "anna@voorbeeld.nl", "Noor Bakker", "dagopvang", "ma 8:00-18:00 + do 8:00-18:00", 52, 1071, 24),
    ("K-1002", "anna@voorbeeld.nl", "Sem Bakker", "dagopvang", "ma 8:00-18:00 + do 8:00-18:00", 52, 1071, 12),
    ("K-1003", "anna@voorbeeld.nl", "Noor Bakker", "dagopvang",
     "ma 8:00-18:00 + do 8:00-18:00 + vr 8:00-13:00 even", 52, 1120, -2),
    ("K-1004", "jeroen@voorbeeld.nl", "Finn Smit", "dagopvang", "di 7:30-18:00 + wo 7:30-13:00", 50, 1071, 12),
    ("K-1005", "jeroen@voorbeeld.nl", "Lotte Smit", "naschools", "ma 15:00-18:30 + do 15:00-18:30", 40, 949, 12),
)  # fmt: skip
ENDING = ("jeroen@voorbeeld.nl", "K-1004", 60)  # who asks to end which contract, and in how many days
