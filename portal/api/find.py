"""From what a program sends to the token it shows, or a child of this organisation."""

from uuid import UUID

from flask import abort, request

from portal import clock
from portal.api import queries, rules
from portal.api.models import ApiToken
from portal.api.rules import SentBounce, SentChild
from portal.auth.rules import hashed
from portal.children.models import Child
from portal.children.queries import child_with_number, held_child
from portal.roles import may
from portal.text import _


class Shown:
    """The token of this request, when it works; else in words why not."""

    def __init__(self, token: ApiToken | None, problem: str = "") -> None:
        self.token, self.problem = token, problem


def find_token(opens: str) -> Shown:
    """The token in the Authorization header, when it opens this. That of another organisation is unknown here."""
    secret = rules.bearer(request.headers.get("Authorization", ""))
    if not secret:
        return Shown(None, _("Stuur een sleutel mee: Authorization: Bearer …"))
    known = queries.token_with(hashed(secret))
    if known is None:
        return Shown(None, _("Deze sleutel kennen wij niet."))
    if known.token.revoked_at is not None:
        return Shown(None, _("Deze sleutel is ingetrokken. Vraag een manager om een nieuwe."))
    if not is_kept(known):
        return Shown(None, _("Wie deze sleutel maakte, is hier geen manager meer. Vraag een manager om een nieuwe."))
    if known.token.opens != opens:
        return Shown(None, _("Deze sleutel is voor een ander adres. Vraag een manager om een sleutel voor dit adres."))
    return Shown(known.token)


def is_kept(known: queries.Known) -> bool:
    """Whether who made this token still may: somebody who left knows it, and it would let that person in."""
    return known.maker.is_open and may(known.maker.role, "tokens.change")


def stopped_tokens() -> list[ApiToken]:
    """What a manager has to make anew."""
    return [known.token for known in queries.tokens() if not is_kept(known)]


def find_own_token(token_id: UUID) -> ApiToken:
    """A token of this organisation, or 404."""
    return queries.token(token_id) or abort(404)


def find_child(external_id: str) -> Child:
    """The child with this number, and nobody else changes it until the commit; or 404."""
    known = None if rules.external_id_problem(external_id) else child_with_number(external_id)
    return (known and held_child(known.id)) or abort(404)


def sent_bounce() -> SentBounce:
    """What the body says. Raises Wrong."""
    _only_json()
    return rules.read_bounce(request.get_data())


def sent_child(external_id: str) -> SentChild:
    """What the body says. Raises Wrong."""
    _only_json()
    if problem := rules.external_id_problem(external_id):
        raise rules.Wrong([rules.Problem("", problem)])
    return rules.read(request.get_data(), clock.today())


def _only_json() -> None:
    if request.mimetype != "application/json" or not _is_plain_utf8():
        abort(415)


def _is_plain_utf8() -> bool:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    return charset in ("utf-8", "utf8") and request.headers.get("Content-Encoding", "identity") == "identity"
