"""Mails that come back: what that says of a mail, and of the address it went to."""
