"""What follows when mail comes back: the address is flagged, until it is trusted again."""

from portal.audit.actions import record
from portal.auth.models import Account


def trust_address(account: Account, by: Account) -> None:
    """Somebody of the office says that mail arrives there again. What was held back meanwhile stays unsent."""
    if account.bounce_state:
        account.mail_arrives()
        record("address_trusted", account.id, by=by.id)
