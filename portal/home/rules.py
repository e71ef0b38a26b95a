"""What the start page celebrates."""

from calendar import isleap
from datetime import date


def is_birthday(birth_date: date, today: date) -> bool:
    """Whether it is this child's birthday; who was born on 29 February has it on 28 February in other years."""
    day = 28 if (birth_date.month, birth_date.day) == (2, 29) and not isleap(today.year) else birth_date.day
    return (birth_date.month, day) == (today.month, today.day) and birth_date < today
