"""What a line of the access log says, in plain words: for a manager, and for the parent it is about."""

from collections.abc import Callable

from portal.text import _

Words = Callable[[], str]

# The kinds a manager can choose from, and in each what can happen. An action that is not here shows its own name.
KINDS: dict[str, tuple[Words, dict[str, Words]]] = {
    "in": (
        lambda: _("Inloggen"),
        {
            "login": lambda: _("Ingelogd"),
            "session_ended": lambda: _("Uitgelogd op een apparaat"),
            "sessions_ended": lambda: _("Overal uitgelogd"),
            "step_up": lambda: _("Wachtwoord of code opnieuw getypt"),
            "second_step_passed": lambda: _("Tweede stap gedaan"),
            "recovery_code_used": lambda: _("Ingelogd met een herstelcode"),
            "device_approved": lambda: _("Nieuw apparaat goedgekeurd"),
        },
    ),
    "refused": (
        lambda: _("Mislukt of geweigerd"),
        {
            "login_failed": lambda: _("Inloggen mislukt"),
            "unknown_login_failed": lambda: _("Inloggen mislukt met een onbekend e-mailadres"),
            "tries_limited": lambda: _("Te vaak een verkeerd wachtwoord: nieuwe pogingen moeten wachten"),
            "step_up_failed": lambda: _("Verkeerd wachtwoord bij een bevestiging"),
            "second_step_wrong": lambda: _("Verkeerde code bij de tweede stap"),
            "link_refused": lambda: _("Een link uit een e-mail werkte niet meer"),
            "unknown_link_refused": lambda: _("Een link die niet bestaat, is geopend"),
            "code_refused": lambda: _("Een verkeerde code uit een e-mail"),
            "denied": lambda: _("Een pagina geopend die niet voor deze persoon is"),
        },
    ),
    "password": (
        lambda: _("Wachtwoord en tweede stap"),
        {
            "credentials_sent": lambda: _("Inloggegevens verstuurd"),
            "temporary_password_sent": lambda: _("Tijdelijk wachtwoord gemaild"),
            "letter_printed": lambda: _("Brief met een code geprint"),
            "reset_asked": lambda: _("Nieuw wachtwoord gevraagd"),
            "link_sent": lambda: _("Link gemaild"),
            "activated": lambda: _("Eerste wachtwoord gekozen"),
            "password_reset": lambda: _("Nieuw wachtwoord gekozen met een link"),
            "password_chosen": lambda: _("Eigen wachtwoord gekozen na een tijdelijk wachtwoord"),
            "password_changed": lambda: _("Wachtwoord gewijzigd"),
            "second_step_set": lambda: _("Tweede stap ingesteld"),
            "second_step_replaced": lambda: _("Tweede stap opnieuw ingesteld"),
            "second_step_off": lambda: _("Tweede stap uitgezet"),
            "second_step_reset_asked": lambda: _("Gevraagd om de tweede stap weg te halen"),
            "second_step_reset_agreed": lambda: _("Akkoord: de tweede stap gaat weg"),
            "second_step_reset_stopped": lambda: _("De tweede stap blijft toch"),
            "second_step_reset": lambda: _("Tweede stap weggehaald"),
            "recovery_codes_made": lambda: _("Nieuwe herstelcodes gemaakt"),
        },
    ),
    "address": (
        lambda: _("Adres en gegevens"),
        {
            "address_asked": lambda: _("Gevraagd om een ander e-mailadres"),
            "address_stopped": lambda: _("Een ander e-mailadres tegengehouden"),
            "address_changed": lambda: _("E-mailadres gewijzigd"),
            "address_taken": lambda: _("E-mailadres niet gewijzigd: het is van iemand anders"),
            "address_restored": lambda: _("Oude e-mailadres teruggezet"),
            "parent_changed": lambda: _("Gegevens van een ouder gewijzigd"),
            "phone_changed": lambda: _("Telefoonnummer gewijzigd"),
            "home_changed": lambda: _("Woonadres gewijzigd door de opvang"),
            "iban_asked": lambda: _("Gevraagd om een ander rekeningnummer"),
            "iban_stopped": lambda: _("Een ander rekeningnummer tegengehouden"),
            "change_asked": lambda: _("Gevraagd om gegevens te wijzigen"),
            "change_withdrawn": lambda: _("Aanvraag om te wijzigen ingetrokken"),
            "change_approved": lambda: _("Akkoord met een wijziging"),
            "change_refused": lambda: _("Niet akkoord met een wijziging"),
            "correction_asked": lambda: _("Gemeld dat gegevens niet kloppen"),
            "address_flagged": lambda: _("E-mail kwam terug van dit adres"),
            "address_trusted": lambda: _("E-mailadres is weer goed"),
            "notices_chosen": lambda: _("Gekozen welke e-mails"),
            "notices_stopped": lambda: _("E-mails gestopt met de link in een e-mail"),
            "mail_sent_again": lambda: _("E-mail nog een keer verstuurd"),
            "correction_settled": lambda: _("Melding van een ouder afgehandeld"),
            "account_added": lambda: _("Ouder toegevoegd"),
            "account_opened": lambda: _("Account weer geopend"),
            "account_blocked": lambda: _("Account geblokkeerd"),
            "account_unblocked": lambda: _("Blokkade van het account opgeheven"),
            "account_closed": lambda: _("Account gesloten"),
        },
    ),
    "children": (
        lambda: _("Kinderen en rechten"),
        {
            "child_added": lambda: _("Kind toegevoegd"),
            "child_changed": lambda: _("Gegevens van een kind gewijzigd"),
            "bsn_changed": lambda: _("BSN van een kind ingevuld of gewijzigd"),
            "child_leaves": lambda: _("Laatste dag van een kind vastgelegd"),
            "care_changed": lambda: _("Gezondheid van een kind gewijzigd"),
            "contacts_changed": lambda: _("Noodcontacten van een kind gewijzigd"),
            "entry_published": lambda: _("Verhaal in het dagboek geplaatst"),
            "entry_corrected": lambda: _("Verhaal in het dagboek gewijzigd"),
            "entry_withdrawn": lambda: _("Verhaal in het dagboek ingetrokken"),
            "rhythm_corrected": lambda: _("Dagritme gewijzigd"),
            "rhythm_withdrawn": lambda: _("Regel uit het dagritme gehaald"),
            "news_published": lambda: _("Nieuws geplaatst of gepland"),
            "news_changed": lambda: _("Nieuws gewijzigd"),
            "news_withdrawn": lambda: _("Nieuws ingetrokken"),
            "consent_given": lambda: _("Toestemming gegeven"),
            "consent_refused": lambda: _("Geen toestemming gegeven, of ingetrokken"),
            "pickup_added": lambda: _("Iemand toegevoegd die een kind mag ophalen"),
            "pickup_allowed_once": lambda: _("Iemand mag een kind één keer ophalen"),
            "pickup_ended": lambda: _("Iemand mag een kind niet meer ophalen"),
            "guardianship_added": lambda: _("Ouder bij een kind gezet"),
            "guardianship_ended": lambda: _("Ouder weggehaald bij een kind"),
            "rights_changed": lambda: _("Rechten van een ouder gewijzigd"),
            "address_shielded": lambda: _("Adres afgeschermd"),
            "address_unshielded": lambda: _("Adres niet meer afgeschermd"),
            "block_asked": lambda: _("Blokkade door de rechter ingevoerd"),
            "block_confirmed": lambda: _("Blokkade door de rechter bevestigd"),
            "block_lifted": lambda: _("Blokkade door de rechter opgeheven"),
            "photo_tagged": lambda: _("Kind op een foto gezet"),
            "photo_untagged": lambda: _("Kind van een foto gehaald"),
            "photo_withdrawn": lambda: _("Foto ingetrokken"),
            "export_asked": lambda: _("Gevraagd om alles van een kind mee te nemen"),
            "parents_imported": lambda: _("Bestand met ouders geïmporteerd"),
            "changed_by_program": lambda: _("Kind doorgegeven door ander programma"),
            "days_go_soon": lambda: _("Ouders gemaild dat dagboek en foto's weggaan"),
            "forgotten": lambda: _("Opgeruimd: de bewaartermijn is voorbij"),
            "keeping_held": lambda: _("Van een kind wordt niets opgeruimd"),
            "keeping_let_go": lambda: _("Van een kind gelden de gewone bewaartermijnen weer"),
            "import_settled": lambda: _("Twijfels van een import nagekeken"),
        },
    ),
    "seen": (
        lambda: _("Gezien en gedownload"),
        {
            "child_seen": lambda: _("Gegevens van een kind bekeken"),
            "days_seen": lambda: _("Dagen van een kind bekeken"),
            "group_days_seen": lambda: _("Dagboek van een groep bekeken"),
            "group_pickup_seen": lambda: _("Bekeken wie kinderen van een groep mag ophalen"),
            "parent_seen": lambda: _("Gegevens van een ouder bekeken"),
            "iban_seen": lambda: _("Rekeningnummer van een ouder bekeken"),
            "group_photos_seen": lambda: _("Foto's van een groep bekeken"),
            "photos_seen": lambda: _("Foto's van een kind bekeken"),
            "photos_downloaded": lambda: _("Hele foto's van een kind geopend of bewaard"),
            "photo_seen": lambda: _("Foto bekeken"),
            "document_seen": lambda: _("Document geopend"),
            "invoice_seen": lambda: _("Factuur bekeken"),
            "contract_seen": lambda: _("Contract bekeken"),
            "photo_downloaded": lambda: _("Hele foto geopend of bewaard"),
            "export_downloaded": lambda: _("Alles van een kind gedownload om mee te nemen"),
            "held_downloaded": lambda: _("Alles over een ouder opgevraagd (AVG)"),
            "news_file_downloaded": lambda: _("Bijlage bij nieuws gedownload"),
            "parents_downloaded": lambda: _("Bestand met alle ouders en kinderen gedownload"),
            "log_downloaded": lambda: _("Logboek gedownload"),
        },
    ),
    "documents": (
        lambda: _("Documenten"),
        {
            "document_added": lambda: _("Document toegevoegd"),
            "document_replaced": lambda: _("Document vervangen"),
            "document_withdrawn": lambda: _("Document ingetrokken"),
            "library_changed": lambda: _("Bibliotheek gewijzigd"),
            "contract_added": lambda: _("Contract toegevoegd"),
            "contract_changed": lambda: _("Nieuwe versie van een contract toegevoegd"),
            "contract_ended": lambda: _("Laatste dag van een contract vastgelegd"),
            "contract_ending_asked": lambda: _("Gevraagd om een contract op te zeggen"),
            "contract_ending_withdrawn": lambda: _("Opzegging van een contract ingetrokken"),
            "contract_ending_approved": lambda: _("Akkoord met een opzegging: het contract stopt"),
            "contract_ending_refused": lambda: _("Niet akkoord met een opzegging"),
            "contract_change_asked": lambda: _("Gevraagd om een contract te wijzigen"),
            "contract_change_withdrawn": lambda: _("Verzoek om een contract te wijzigen ingetrokken"),
            "contract_change_approved": lambda: _("Akkoord met een verzoek om een contract te wijzigen"),
            "contract_change_refused": lambda: _("Niet akkoord met een verzoek om een contract te wijzigen"),
            "contract_agreed": lambda: _("Akkoord gegeven met een contract"),
            "invoices_imported": lambda: _("Bestand met facturen geïmporteerd"),
            "statements_published": lambda: _("Jaaropgaven klaargezet"),
            "invoice_changed": lambda: _("Stand van een factuur gewijzigd"),
        },
    ),
    "staff": (
        lambda: _("Medewerkers"),
        {
            "role_given": lambda: _("Medewerker toegevoegd"),
            "role_changed": lambda: _("Rol gewijzigd"),
            "role_taken": lambda: _("Rol weggehaald"),
            "groups_given": lambda: _("Groepen van een medewerker gewijzigd"),
        },
    ),
    "organisation": (
        lambda: _("Organisatie"),
        {
            "organisation_changed": lambda: _("Gegevens van de organisatie gewijzigd"),
            "location_added": lambda: _("Locatie toegevoegd"),
            "location_reopened": lambda: _("Locatie weer geopend"),
            "location_renamed": lambda: _("Naam van een locatie gewijzigd"),
            "location_ended": lambda: _("Locatie gestopt"),
            "group_added": lambda: _("Groep toegevoegd"),
            "group_reopened": lambda: _("Groep weer geopend"),
            "group_renamed": lambda: _("Naam van een groep gewijzigd"),
            "group_moved": lambda: _("Groep verplaatst"),
            "group_ended": lambda: _("Groep gestopt"),
            "purpose_added": lambda: _("Vraag om toestemming toegevoegd"),
            "purpose_changed": lambda: _("Tekst van een vraag om toestemming gewijzigd"),
            "purpose_ended": lambda: _("Vraag om toestemming gestopt"),
            "token_made": lambda: _("Sleutel voor een ander programma gemaakt"),
            "token_revoked": lambda: _("Sleutel voor een ander programma ingetrokken"),
            "mail_server_changed": lambda: _("Mailserver gewijzigd"),
            "mail_server_removed": lambda: _("Mailserver weggehaald"),
            "mail_keys_made": lambda: _("Sleutels voor e-mail gemaakt"),
            "mail_key_used": lambda: _("Sleutel voor e-mail in gebruik"),
        },
    ),
}
_SENTENCES = {action: words for _kind, actions in KINDS.values() for action, words in actions.items()}
OF_EVERYONE = ("parents_downloaded",)  # looks at every parent and child at once
# What a parent sees besides looks of what is done with a child. What is about a guardian stands with that guardian.
OF_A_CHILD = (
    "child_added", "child_changed", "care_changed", "bsn_changed", "child_leaves", "consent_given",
    "consent_refused", "pickup_added", "pickup_allowed_once", "pickup_ended",
    "days_go_soon", "forgotten",
)  # fmt: skip
# Parents who look at their own child read it of themselves only: nobody wants to be counted by the other parent.
NOT_TOLD = ("days_seen", "photos_seen", "photos_downloaded")
# Of a parent's own lines: what a page asks by mistake says nothing, and a court is not ours to announce.
NOT_FOR_PARENTS = ("denied", "block_asked", "block_confirmed", "block_lifted")
BY_STRANGERS = {
    "login_failed", "unknown_login_failed", "tries_limited", "reset_asked", "link_sent", "link_refused",
    "unknown_link_refused", "code_refused", "second_step_wrong",
}  # fmt: skip


def sentence(action: str, is_yours: bool = False) -> str:
    """What happened; `is_yours` when the reader is the parent it is about."""
    known = (_YOURS.get(action) if is_yours else None) or _SENTENCES.get(action)
    return known() if known else action.replace("_", " ")


_YOURS: dict[str, Words] = {
    "child_seen": lambda: _("Gegevens bekeken"),
    "days_seen": lambda: _("Dagboek bekeken"),
    "photos_seen": lambda: _("Foto's bekeken"),
    "photos_downloaded": lambda: _("Hele foto's geopend of bewaard"),
    "child_changed": lambda: _("Gegevens gewijzigd"),
    "care_changed": lambda: _("Gezondheid gewijzigd"),
    "child_leaves": lambda: _("Laatste dag vastgelegd"),
    "child_added": lambda: _("Toegevoegd aan het portaal"),
    "parent_seen": lambda: _("Uw gegevens bekeken"),
    "iban_seen": lambda: _("Uw rekeningnummer bekeken"),
    "parent_changed": lambda: _("Uw gegevens gewijzigd"),
    "account_added": lambda: _("Uw account is gemaakt"),
    "account_blocked": lambda: _("Uw account is geblokkeerd"),
    "account_unblocked": lambda: _("Uw account is niet meer geblokkeerd"),
    "guardianship_added": lambda: _("Toegevoegd aan uw account"),
    "guardianship_ended": lambda: _("Weggehaald bij uw account"),
    "rights_changed": lambda: _("Uw rechten zijn gewijzigd"),
    "address_shielded": lambda: _("Uw adres is afgeschermd"),
    "address_unshielded": lambda: _("Uw adres is niet meer afgeschermd"),
}


def actions_of(kind: str) -> list[str]:
    """What can happen of this kind; a single action is a kind of its own."""
    return list(KINDS[kind][1]) if kind in KINDS else [kind]


def role_words(role: str) -> str:
    return {
        "": lambda: _("ouder"),
        "groepsleiding": lambda: _("groepsleiding"),
        "planning": lambda: _("planning"),
        "administratie": lambda: _("administratie"),
        "manager": lambda: _("manager"),
    }[role]()
