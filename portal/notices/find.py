"""From the link in a mail to what it ends."""

from portal import keys
from portal.auth import queries
from portal.auth.models import Account
from portal.notices import rules
from portal.notices.letters import PURPOSE


def find_what_stops(token: str) -> tuple[Account, str] | None:
    """The account and the kind of mail of this link; None when it is not ours, or of another organisation."""
    said = rules.read_token(keys.keys(PURPOSE), token)
    account = queries.account(said[0]) if said and said[1] in rules.KINDS else None
    return (account, said[1]) if said and account else None
