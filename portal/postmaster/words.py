"""What was found, in words for an office without a technician: what is the matter, and what to do."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from portal.postmaster.facts import Finding

ASK_PROVIDER = lazy_gettext("Vraag het aan uw mailprovider.")
PASTE = lazy_gettext(
    "Zet dit in de DNS van uw domein. Dat doet u waar u uw domein huurt, of u vraagt het aan uw beheerder."
)
LATER = lazy_gettext("Controleer het over een uur nog een keer.")
NOTHING = ""

# fmt: off
# code: (what is the matter, what to do)
WORDS: Mapping[str, tuple[Any, Any]] = {
    # The sender
    "sender.good": (lazy_gettext("Uw afzender is %(sender)s."), NOTHING),
    "sender.free": (
        lazy_gettext("Uw afzender eindigt op %(domain)s. Dat domein is van %(provider)s. Alleen %(provider)s mag er e-mail voor versturen. Andere servers worden geweigerd of gezien als spam."),
        lazy_gettext("Neem een e-mailadres op een eigen domein, bijvoorbeeld portaal@uwopvang.nl.")),
    # The server
    "server.good": (lazy_gettext("De mailserver %(host)s is te bereiken op poort %(port)s."), NOTHING),
    "server.none": (
        lazy_gettext("Er is geen mailserver ingesteld. Alle e-mail wacht."),
        lazy_gettext("Vul bij Mailserver de server van uw provider in.")),
    "server.private": (
        lazy_gettext("De naam %(host)s hoort bij een computer in ons eigen netwerk. Daar sturen wij niet naartoe."),
        lazy_gettext("Vul de naam in van een mailserver op internet. Moet het toch deze server zijn? De beheerder van het portaal kan dat toestaan met PORTAL_MAIL_PRIVATE_SERVERS.")),
    "server.unknown_name": (
        lazy_gettext("De naam %(host)s bestaat niet."),
        lazy_gettext("Kijk de naam van de mailserver na. Er zit een typefout in, of de naam is opgeheven.")),
    "server.blocked": (
        lazy_gettext("Poort %(port)s van %(host)s geeft geen antwoord, poort %(other)s wel. Iemand houdt poort %(port)s tegen, meestal de firma waar het portaal draait."),
        lazy_gettext("Gebruik poort %(other)s, met beveiliging %(other_security)s.")),
    "server.other_port": (
        lazy_gettext("%(host)s neemt op poort %(port)s geen e-mail aan, op poort %(other)s wel."),
        lazy_gettext("Gebruik poort %(other)s, met beveiliging %(other_security)s.")),
    "server.silent": (
        lazy_gettext("%(host)s geeft op geen enkele poort antwoord. De server staat uit, of de firma waar het portaal draait houdt e-mail tegen."),
        lazy_gettext("Kijk de naam na. Klopt die, vraag dan die firma om poort 587 open te zetten.")),
    "server.refused": (
        lazy_gettext("%(host)s neemt op poort %(port)s geen verbinding aan."),
        lazy_gettext("Kijk de naam en de poort na. Poort 587 is gewoon, of poort 465.")),
    "server.unreachable": (
        lazy_gettext("%(host)s is van hieruit niet te bereiken."),
        lazy_gettext("Kijk de naam na. Werkt de server wel voor anderen, vraag het dan de beheerder van het portaal.")),
    "server.hung_up": (
        lazy_gettext("%(host)s verbrak het gesprek: %(answer)s"),
        lazy_gettext("Meestal is dit na een uur over. Blijft het, vraag het dan aan uw mailprovider.")),
    "tls.good": (lazy_gettext("De verbinding is versleuteld (%(version)s) en het certificaat klopt."), NOTHING),
    "tls.none": (
        lazy_gettext("%(host)s biedt op poort %(port)s geen versleuteling. Dan kan iedereen meelezen, en sturen wij niets."),
        lazy_gettext("Gebruik poort 587 met STARTTLS, of poort 465 met TLS. Werkt dat niet? Vraag het aan uw mailprovider.")),
    "tls.wrong_way": (
        lazy_gettext("De soort beveiliging past niet bij poort %(port)s."),
        lazy_gettext("Bij poort 587 hoort STARTTLS. Bij poort 465 hoort TLS.")),
    "tls.too_old": (
        lazy_gettext("%(host)s kent alleen oude versleuteling, die niet meer veilig is."),
        lazy_gettext("Vraag uw mailprovider om TLS 1.2 of nieuwer.")),
    "tls.old": (
        lazy_gettext("De verbinding is versleuteld met %(version)s. Dat is niet meer veilig."),
        lazy_gettext("Vraag uw mailprovider om TLS 1.2 of nieuwer.")),
    "tls.name": (
        lazy_gettext("Het certificaat van de server is voor een andere naam dan %(host)s."),
        lazy_gettext("Vraag uw mailprovider welke naam u moet invullen. Vaak is dat een naam van de provider zelf.")),
    "tls.expired": (
        lazy_gettext("Het certificaat van %(host)s is verlopen. Andere mailprogramma's klagen nu ook."),
        lazy_gettext("Meld het aan uw mailprovider.")),
    "tls.nobody": (
        lazy_gettext("Niemand staat in voor het certificaat van %(host)s. Het kan een andere server zijn, die zich zo noemt."),
        lazy_gettext("Meld het aan uw mailprovider. Is het uw eigen server? Dan stelt de beheerder van het portaal PORTAL_MAIL_CA_FILE in.")),
    "tls.days": (
        lazy_gettext("Het certificaat van %(host)s verloopt over %(days)s dagen. Daarna gaat er geen e-mail meer weg."),
        lazy_gettext("Meld het aan uw mailprovider.")),
    # Logging in
    "login.good": (lazy_gettext("De mailserver laat ons binnen als %(username)s."), NOTHING),
    "login.needed": (
        lazy_gettext("%(host)s wil weten wie wij zijn."),
        lazy_gettext("Vul bij Mailserver een gebruikersnaam en een wachtwoord in.")),
    "login.not_offered": (
        lazy_gettext("Op %(host)s kunnen wij op deze poort niet inloggen."),
        lazy_gettext("Gebruik poort 587 met STARTTLS, of poort 465 met TLS.")),
    "login.refused": (
        lazy_gettext("%(host)s kent deze gebruikersnaam met dit wachtwoord niet. De server zegt: %(answer)s"),
        lazy_gettext("Typ het wachtwoord opnieuw. De gebruikersnaam is meestal het hele e-mailadres.")),
    "login.app_password": (
        lazy_gettext("Google laat programma's niet binnen met uw gewone wachtwoord. De server zegt: %(answer)s"),
        lazy_gettext("Zet bij Google de verificatie in twee stappen aan. Maak daarna een app-wachtwoord, en vul dat hier in.")),
    "login.microsoft": (
        lazy_gettext("Microsoft laat programma's niet versturen vanuit dit postvak. De server zegt: %(answer)s"),
        lazy_gettext("Laat uw beheerder in Microsoft 365 voor dit postvak \u201cGeverifieerde SMTP\u201d aanzetten. Mag dat niet meer? Gebruik dan een mailprovider die dit wel kan.")),
    "login.microsoft_app_password": (
        lazy_gettext("Microsoft laat ons niet binnen met dit wachtwoord. De server zegt: %(answer)s"),
        lazy_gettext("Typ het wachtwoord opnieuw. Logt u in met twee stappen? Maak dan een app-wachtwoord, en vul dat hier in.")),
    "login.later": (
        lazy_gettext("%(host)s laat ons nu niet binnen. De server zegt: %(answer)s"),
        lazy_gettext("Wacht een uur. Na veel verkeerde wachtwoorden sluit een provider de deur een tijd.")),
    "login.unreadable": (
        lazy_gettext("Het bewaarde wachtwoord is niet meer te lezen. De geheime sleutel van het portaal is veranderd."),
        lazy_gettext("Typ het wachtwoord opnieuw bij Mailserver.")),
    # The envelope
    "envelope.good": (lazy_gettext("De mailserver neemt e-mail aan van %(sender)s."), NOTHING),
    "envelope.sender": (
        lazy_gettext("%(host)s neemt geen e-mail aan van %(sender)s. De server zegt: %(answer)s"),
        lazy_gettext("Kies als afzender het adres waarmee u inlogt. Of laat uw provider toestaan dat %(username)s ook van dit adres verstuurt.")),
    "envelope.verp": (
        lazy_gettext("%(host)s neemt geen retouradres per e-mail aan. De server zegt: %(answer)s"),
        lazy_gettext("Laat de beheerder van het portaal PORTAL_BOUNCE_VERP=false zetten.")),
    "envelope.size": (
        lazy_gettext("%(host)s neemt geen e-mail aan van meer dan %(size)s kB. Een e-mail met een bijlage komt dan niet weg."),
        ASK_PROVIDER),
    # Which servers may send: SPF
    "spf.good": (lazy_gettext("Uw domein zegt welke servers uw e-mail mogen versturen (SPF)."), NOTHING),
    "spf.failed": (
        lazy_gettext("De DNS van %(name)s gaf geen antwoord. Daarom weten wij niet of SPF goed staat."),
        LATER),
    "spf.none": (
        lazy_gettext("%(domain)s zegt niet welke servers e-mail mogen versturen (SPF). Gmail en Outlook weigeren zulke e-mail vaak."),
        PASTE),
    "spf.two": (
        lazy_gettext("%(domain)s heeft %(number)s SPF-regels. Er mag er één zijn. Nu tellen ze geen van alle."),
        lazy_gettext("Maak er één regel van.")),
    "spf.parked": (
        lazy_gettext("%(domain)s zegt dat niemand er e-mail voor mag versturen. Alles wordt geweigerd."),
        lazy_gettext("Zet uw mailserver in de SPF-regel.")),
    "spf.syntax": (
        lazy_gettext("In de SPF-regel van %(domain)s staat een fout, bij: %(about)s. De hele regel telt nu niet."),
        lazy_gettext("Verbeter of verwijder dit stuk: %(about)s")),
    "spf.include_none": (
        lazy_gettext("De SPF-regel van %(domain)s verwijst naar %(about)s, en daar staat geen SPF-regel. Daardoor telt de hele regel niet."),
        lazy_gettext("Haal include:%(about)s uit de regel, of vraag uw provider om de goede naam.")),
    "spf.include_two": (
        lazy_gettext("De SPF-regel van %(domain)s verwijst naar %(about)s, en daar staan er twee. Daardoor telt de hele regel niet."),
        lazy_gettext("Meld dit aan de eigenaar van %(about)s, of haal include:%(about)s uit de regel.")),
    "spf.loop": (
        lazy_gettext("De SPF-regel van %(domain)s verwijst in een kring naar %(about)s. Daardoor telt de hele regel niet."),
        lazy_gettext("Haal include:%(about)s weg waar de kring sluit.")),
    "spf.lookups": (
        lazy_gettext("De SPF-regel van %(domain)s verwijst naar %(lookups)s andere namen. Het mogen er 10 zijn. Nu telt de hele regel niet."),
        lazy_gettext("Haal de diensten weg die u niet meer gebruikt: %(record)s")),
    "spf.voids": (
        lazy_gettext("De SPF-regel van %(domain)s noemt meer dan twee namen die niet bestaan. Daardoor telt de hele regel niet."),
        lazy_gettext("Haal weg wat niet meer bestaat: %(record)s")),
    "spf.open": (
        lazy_gettext("De SPF-regel van %(domain)s eindigt op +all. Daarmee mag iedereen namens u e-mail versturen."),
        lazy_gettext("Laat de regel eindigen op ~all.")),
    "spf.no_end": (
        lazy_gettext("De SPF-regel van %(domain)s zegt niet wat er met andere servers moet. Dan helpt hij weinig."),
        lazy_gettext("Laat de regel eindigen op ~all.")),
    "spf.ptr": (
        lazy_gettext("De SPF-regel van %(domain)s gebruikt ptr. Dat is traag, en veel ontvangers slaan het over."),
        lazy_gettext("Vervang ptr door het adres of de naam van uw mailserver.")),
    "spf.address": (
        lazy_gettext("Uw e-mail kwam aan vanaf %(address)s. Die server staat niet in de SPF-regel van %(domain)s."),
        lazy_gettext("Zet uw mailprovider in de regel. De provider weet met welke naam.")),
    "spf.provider": (
        lazy_gettext("U verstuurt met %(host)s, maar die provider staat niet in de SPF-regel van %(domain)s."),
        lazy_gettext("Zet include:%(include)s in de regel.")),
    "spf.unsure": (
        lazy_gettext("Wij kunnen niet zien of %(host)s in de SPF-regel van %(domain)s staat. Vaak verstuurt een provider met andere servers."),
        lazy_gettext("Stuur een testmail naar uzelf, en laat die hieronder nakijken.")),
    # The signature: DKIM
    "dkim.good": (lazy_gettext("De sleutel %(name)s staat goed in de DNS (DKIM, %(algorithm)s)."), NOTHING),
    "dkim.none": (
        lazy_gettext("Uw e-mail heeft nog geen handtekening (DKIM). Wordt een e-mail doorgestuurd, dan ziet niemand meer dat hij van u komt."),
        lazy_gettext("Maak sleutels bij Handtekening, en zet ze in de DNS.")),
    "dkim.other_domain": (
        lazy_gettext("De sleutels zijn van %(other)s, maar uw afzender is van %(domain)s. Uw e-mail heeft daarom geen handtekening."),
        lazy_gettext("Maak bij Handtekening nieuwe sleutels.")),
    "dkim.not_on": (
        lazy_gettext("De sleutels staan in de DNS van %(domain)s, maar worden nog niet gebruikt."),
        lazy_gettext("Dat gaat vanzelf, binnen een uur. Of druk bij Handtekening op de knop.")),
    "dkim.awaited": (lazy_gettext("De nieuwe sleutel %(name)s staat nog niet in de DNS."), PASTE),
    "dkim.missing": (
        lazy_gettext("Wij tekenen met de sleutel %(name)s, maar die staat niet in de DNS. Zo lijkt elke handtekening vals."),
        PASTE),
    "dkim.doubled": (
        lazy_gettext("De sleutel staat op de verkeerde plek: %(doubled)s. De DNS plakt uw domein er zelf achter."),
        lazy_gettext("Vul bij de naam alleen het stuk in dat voor uw domein staat.")),
    "dkim.alias_loop": (
        lazy_gettext("%(name)s verwijst in een kring (CNAME)."),
        lazy_gettext("Haal de CNAME weg, en zet de sleutel er als TXT neer.")),
    "dkim.alias_dead": (
        lazy_gettext("%(name)s verwijst naar %(target)s (CNAME), en daar staat niets."),
        lazy_gettext("Haal de CNAME weg, en zet de sleutel er als TXT neer.")),
    "dkim.split": (
        lazy_gettext("De sleutel %(name)s staat in stukken in de DNS, als losse regels."),
        lazy_gettext("Maak er één TXT-regel van. Kan uw DNS geen lange regel aan? Zet de twee stukken dan binnen één regel, elk tussen aanhalingstekens.")),
    "dkim.two": (
        lazy_gettext("Op %(name)s staan twee sleutels. Ontvangers weten niet welke geldt."),
        lazy_gettext("Laat alleen deze staan.")),
    "dkim.quotes": (
        lazy_gettext("In de sleutel %(name)s staan aanhalingstekens of schuine strepen. Die horen er niet in."),
        lazy_gettext("Zet de sleutel er opnieuw in, zonder aanhalingstekens.")),
    "dkim.cut": (
        lazy_gettext("De sleutel %(name)s is afgekapt. Het eind ontbreekt."),
        lazy_gettext("Zet de hele sleutel erin. Kan uw DNS geen lange regel aan? Splits hem dan in twee stukken tussen aanhalingstekens.")),
    "dkim.syntax": (
        lazy_gettext("Wat op %(name)s staat, is geen sleutel."),
        lazy_gettext("Vervang het door deze regel.")),
    "dkim.revoked": (
        lazy_gettext("De sleutel %(name)s is ingetrokken: achter p= staat niets."),
        lazy_gettext("Zet de sleutel er opnieuw in.")),
    "dkim.short": (
        lazy_gettext("Op %(name)s staat een andere sleutel, van maar %(bits)s bits. Zo'n korte sleutel telt niet meer."),
        lazy_gettext("Vervang die door deze regel.")),
    "dkim.other_key": (
        lazy_gettext("Op %(name)s staat een andere sleutel dan waarmee wij tekenen. Zo lijkt elke handtekening vals."),
        lazy_gettext("Vervang die door deze regel.")),
    "dkim.testing": (
        lazy_gettext("Bij de sleutel %(name)s staat t=y: alleen om te testen. Ontvangers slaan de handtekening dan over."),
        lazy_gettext("Haal t=y weg.")),
    "dkim.failed": (lazy_gettext("De DNS gaf geen antwoord over de sleutel %(name)s."), LATER),
    # The wish: DMARC
    "dmarc.good": (lazy_gettext("Uw domein zegt wat er met valse e-mail moet gebeuren (DMARC, %(policy)s)."), NOTHING),
    "dmarc.failed": (lazy_gettext("De DNS gaf geen antwoord over %(name)s."), LATER),
    "dmarc.none": (
        lazy_gettext("%(domain)s zegt niet wat er met valse e-mail moet gebeuren (DMARC). Gmail, Outlook en Yahoo letten daarop."),
        PASTE),
    "dmarc.two": (
        lazy_gettext("Op %(name)s staan twee regels. Daarom tellen ze allebei niet."),
        lazy_gettext("Laat er één staan.")),
    "dmarc.syntax": (
        lazy_gettext("In de regel op %(name)s staat een fout. Daarom telt die niet."),
        lazy_gettext("Vervang de regel door deze.")),
    "dmarc.doubled": (
        lazy_gettext("De DMARC-regel staat op de verkeerde plek: %(doubled)s. De DNS plakt uw domein er zelf achter."),
        lazy_gettext("Vul bij de naam alleen _dmarc in.")),
    "dmarc.organisation": (
        lazy_gettext("%(domain)s heeft een DMARC-regel, maar %(above)s niet. Die naam kennen ouders, en die kan nu iedereen gebruiken."),
        PASTE),
    "dmarc.outsider": (
        lazy_gettext("Rapporten over %(domain)s gaan naar %(other)s, maar dat domein zegt niet dat het ze wil. Daarom komen er geen."),
        lazy_gettext("Laat de eigenaar van %(other)s deze regel toevoegen, of kies een adres van uw eigen domein.")),
    "dmarc.old_tags": (
        lazy_gettext("In de regel op %(name)s staat %(tags)s. Dat bestaat niet meer, en ontvangers slaan het over."),
        lazy_gettext("Haal het weg.")),
    "dmarc.watching": (
        lazy_gettext("Uw domein kijkt alleen toe bij valse e-mail (p=none). Dat is goed om mee te beginnen."),
        lazy_gettext("Gaat alles twee weken goed? Laat valse e-mail dan naar de map met ongewenste e-mail gaan.")),
    "dmarc.unaligned": (
        lazy_gettext("%(domain)s zegt: weg met e-mail die niet klopt (%(policy)s). Uw eigen e-mail klopt nu niet: er is geen handtekening, en het retouradres is van een ander domein."),
        lazy_gettext("Zet eerst de handtekening goed. Laat de regel zolang op p=none staan.")),
    "align.good": (lazy_gettext("Het retouradres hoort bij uw domein."), NOTHING),
    "align.envelope": (
        lazy_gettext("E-mail komt terug bij %(envelope)s, niet bij %(domain)s. SPF telt dan niet mee, alleen de handtekening."),
        lazy_gettext("Laat de beheerder van het portaal een retouradres op uw domein kiezen, of zorg dat de handtekening altijd klopt.")),
    # What comes back: MX
    "mx.good": (lazy_gettext("E-mail naar %(address)s komt aan bij een mailserver."), NOTHING),
    "mx.failed": (lazy_gettext("De DNS van %(domain)s gaf geen antwoord."), LATER),
    "mx.no_domain": (
        lazy_gettext("Het domein %(domain)s bestaat niet. Niemand neemt e-mail aan van %(address)s."),
        lazy_gettext("Kijk het adres na op typefouten. Klopt het, dan is het domein misschien niet verlengd.")),
    "mx.null": (
        lazy_gettext("%(domain)s zegt dat het geen e-mail wil ontvangen. Veel ontvangers nemen er dan ook geen van aan."),
        lazy_gettext("Zet een MX-regel in de DNS naar uw mailserver, of kies een ander adres.")),
    "mx.none": (
        lazy_gettext("%(domain)s heeft geen mailserver om e-mail te ontvangen. Antwoorden aan %(address)s gaan verloren."),
        lazy_gettext("Zet een MX-regel in de DNS naar uw mailserver.")),
    "mx.only_address": (
        lazy_gettext("%(domain)s heeft geen MX-regel. E-mail aan %(address)s gaat nu naar uw website."),
        lazy_gettext("Zet een MX-regel in de DNS naar uw mailserver.")),
    "mx.dead": (
        lazy_gettext("De mailserver van %(domain)s heet %(host)s, maar die naam bestaat niet. Antwoorden aan %(address)s gaan verloren."),
        lazy_gettext("Verbeter de MX-regel in de DNS.")),
    "mx.one_dead": (
        lazy_gettext("Een van de mailservers van %(domain)s heet %(host)s, maar die naam bestaat niet."),
        lazy_gettext("Haal die MX-regel uit de DNS.")),
    # A mail that arrived
    "echo.good": (lazy_gettext("Uw testmail kwam goed aan, met een handtekening die klopt."), NOTHING),
    "echo.none": (
        lazy_gettext("Er is nog geen testmail nagekeken. Alleen daaraan is te zien wat er onderweg gebeurt."),
        lazy_gettext("Stuur een testmail naar uzelf, en laat die hieronder nakijken.")),
    "echo.not_ours": (
        lazy_gettext("Deze e-mail kwam niet van uw afzender op %(domain)s."),
        lazy_gettext("Kies een e-mail die het portaal zelf heeft gestuurd.")),
    "echo.signature_gone": (
        lazy_gettext("De testmail kwam aan zonder handtekening. Uw mailserver haalt die weg."),
        ASK_PROVIDER),
    "echo.no_key": (
        lazy_gettext("De testmail is getekend met een sleutel die niet in de DNS staat."),
        lazy_gettext("Kijk hierboven bij de handtekening wat er moet komen te staan.")),
    "echo.changed_text": (
        lazy_gettext("De tekst van de testmail is onderweg veranderd. Vaak plakt een provider er een regel onder. De handtekening klopt dan niet meer."),
        lazy_gettext("Laat uw provider dat uitzetten.")),
    "echo.changed_id": (
        lazy_gettext("Uw provider verandert het nummer van de e-mail (Message-ID). De handtekening klopt dan niet meer."),
        lazy_gettext("Laat de beheerder van het portaal message-id weghalen uit PORTAL_DKIM_HEADERS.")),
    "echo.changed_headers": (
        lazy_gettext("De kop van de testmail is onderweg veranderd. De handtekening klopt dan niet meer."),
        lazy_gettext("Vraag uw provider wat er verandert. Vaak is dat de datum: laat de beheerder dan date weghalen uit PORTAL_DKIM_HEADERS.")),
    "echo.spf": (
        lazy_gettext("De ontvanger vond dat de server %(address)s niet namens u mag versturen (SPF: %(result)s)."),
        lazy_gettext("Zet uw mailprovider in de SPF-regel.")),
    "echo.dmarc": (
        lazy_gettext("De ontvanger vond dat de e-mail niet van u komt (DMARC: %(result)s)."),
        lazy_gettext("Los eerst op wat hierboven staat bij SPF en de handtekening.")),
    "echo.slow": (lazy_gettext("De testmail was %(minutes)s minuten onderweg."), ASK_PROVIDER),
    # Our own words, and the clock
    "lint.good": (lazy_gettext("In de teksten van uw e-mails staat niets waar een spamfilter over valt."), NOTHING),
    "lint.shouting": (
        lazy_gettext("De naam %(name)s staat helemaal in hoofdletters. Daar houden spamfilters niet van."),
        lazy_gettext("Schrijf de naam met gewone letters.")),
    "lint.marks": (
        lazy_gettext("In de naam %(name)s staat een teken waar een spamfilter over valt."),
        lazy_gettext("Laat uitroeptekens, bedragen en webadressen uit de naam.")),
    "lint.nobody": (
        lazy_gettext("Het adres %(address)s zegt dat niemand antwoord leest. Ouders en spamfilters vertrouwen zo'n adres minder."),
        lazy_gettext("Kies een adres dat iemand leest.")),
    "lint.link_http": (
        lazy_gettext("De links in uw e-mails beginnen met http: en zijn dus niet versleuteld."),
        lazy_gettext("Laat de beheerder van het portaal https instellen.")),
    "lint.link_port": (
        lazy_gettext("In de links in uw e-mails staat een poort: %(origin)s. Spamfilters vertrouwen dat niet."),
        lazy_gettext("Laat de beheerder van het portaal een adres zonder poort instellen.")),
    "lint.link_number": (
        lazy_gettext("In de links in uw e-mails staat een nummer in plaats van een naam: %(origin)s. Spamfilters vertrouwen dat niet."),
        lazy_gettext("Laat de beheerder van het portaal een naam instellen.")),
    "lint.subject": (
        lazy_gettext("Het langste onderwerp van uw e-mails heeft %(length)s tekens. Op een telefoon valt het eind weg."),
        lazy_gettext("Kies een kortere naam voor uw organisatie.")),
    "bounces.good": (lazy_gettext("Wij kunnen lezen welke e-mail terugkomt, in het postvak %(box)s."), NOTHING),
    "bounces.unreadable": (
        lazy_gettext("Wij kunnen niet lezen welke e-mail terugkomt. Het postvak %(box)s laat ons niet binnen: %(answer)s"),
        lazy_gettext("Laat de beheerder van het portaal de instellingen PORTAL_BOUNCE_IMAP nakijken.")),
    "clock.good": (lazy_gettext("De klok van het portaal loopt goed."), NOTHING),
    "clock.ahead": (
        lazy_gettext("De klok van het portaal loopt %(minutes)s minuten voor. E-mail uit de toekomst wordt geweigerd, en codes uit een app kloppen niet."),
        lazy_gettext("Laat de beheerder van de server de klok gelijk laten lopen (NTP).")),
    "clock.behind": (
        lazy_gettext("De klok van het portaal loopt %(minutes)s minuten achter. Codes uit een app kloppen dan niet."),
        lazy_gettext("Laat de beheerder van de server de klok gelijk laten lopen (NTP).")),
}
# fmt: on


TITLES: Mapping[str, Any] = {
    "sender": lazy_gettext("Afzender"),
    "server": lazy_gettext("Mailserver"),
    "tls": lazy_gettext("Beveiliging"),
    "login": lazy_gettext("Inloggen bij de mailserver"),
    "envelope": lazy_gettext("Aannemen"),
    "spf": lazy_gettext("Wie mag versturen (SPF)"),
    "dkim": lazy_gettext("Handtekening (DKIM)"),
    "dmarc": lazy_gettext("Valse e-mail (DMARC)"),
    "align": lazy_gettext("Retouradres"),
    "mx": lazy_gettext("E-mail ontvangen (MX)"),
    "echo": lazy_gettext("Testmail"),
    "bounces": lazy_gettext("Teruggekomen e-mail"),
    "lint": lazy_gettext("Teksten"),
    "clock": lazy_gettext("Klok"),
}


def reason(finding: Finding) -> str:
    return str(WORDS[finding.code][0]) % finding.values


def remedy(finding: Finding) -> str:
    """What to do; empty when there is nothing to do."""
    return str(WORDS[finding.code][1]) % finding.values


def title(finding: Finding) -> str:
    return str(TITLES[finding.check])
