"""Answers about addresses, sessions, browsers and where a visitor may go next. Facts in, verdict out."""

import re
import unicodedata
from datetime import datetime, timedelta
from urllib.parse import unquote

import idna


def email_key(typed: str) -> str:
    """The one form in which addresses compare: NFC, no space around, small letters (ASCII only), IDNA domain.

    Gives "" for what cannot be an address. Two different mailboxes never get one key: only A to Z is folded
    (CVE-2019-19844), and other letters stay as they are.
    """
    address = unicodedata.normalize("NFC", typed.strip())
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or len(address) > 254 or not address.isprintable() or " " in address:
        return ""
    try:
        ascii_domain = idna.encode(domain.translate(_ASCII_LOWER)).decode() if not domain.isascii() else domain
    except idna.IDNAError:
        return ""
    return f"{local}@{ascii_domain}".translate(_ASCII_LOWER)


_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def masked_email(address: str) -> str:
    """o***@v***.nl: enough to recognise one's own address, too little to learn another's."""
    local, _, domain = address.rpartition("@")
    name, _, ending = domain.rpartition(".")
    return f"{local[:1]}***@{name[:1]}***.{ending}"
