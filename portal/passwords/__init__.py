"""Passwords: what one may be, how they are made up, and how they are kept."""
