"""A parent as the office knows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParentName:
    """How a parent is called, by name and by phone."""

    given_name: str
    infix: str
    family_name: str
    phone: str
