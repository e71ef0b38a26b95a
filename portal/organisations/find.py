"""The organisation of this request, by host name only; and links for mails, from its stored origin."""

from urllib.parse import urlsplit

from flask import current_app, g, request

from portal import db as database
from portal.organisations import queries, rules
from portal.organisations.models import Organisation


def organisation() -> Organisation | None:
    """The organisation this host belongs to; None for an unknown host. Asked once per request."""
    if "organisation" not in g:
        g.organisation = found = queries.organisation_at(rules.host_of(request.host))
        database.enter(found.id if found else None)
    known: Organisation | None = g.organisation
    return known


def link(organisation: Organisation, endpoint: str, **values: object) -> str:
    """The full address of a page, for a mail. It comes from the organisation's own origin, never from a request."""
    parts = urlsplit(organisation.origin)
    adapter = current_app.url_map.bind(parts.netloc, url_scheme=parts.scheme)
    return adapter.build(endpoint, values, force_external=True)
