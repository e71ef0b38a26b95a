"""What stands in the menu: each subject adds its own pages, the layout shows them."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import request, url_for


@dataclass(frozen=True)
class Item:
    door: str
    endpoint: str
    label: str
    order: int
    is_shown: Callable[[], bool] | None = None  # for whom; None: for everyone behind the door

    @property
    def is_rare(self) -> bool:
        """What the office does not open every day stands together under "Meer": orders 50 to 89."""
        return self.door == "staff" and 50 <= self.order < 90

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    @property
    def current(self) -> bool:
        return request.endpoint == self.endpoint


_items: dict[tuple[str, str], Item] = {}


def add(door: str, endpoint: str, label: str, order: int, is_shown: Callable[[], bool] | None = None) -> None:
    """Put a page in the menu of the people behind this door. The label is a lazy translation.

    Orders of the office: 10 to 49 what is used every day, 50 to 89 what is set up once in a while (`Item.is_rare`).
    """
    _items[door, endpoint] = Item(door, endpoint, label, order, is_shown)


def items(door: str) -> list[Item]:
    """What stands in the menu of this visitor, in order. Who may open which page of the office: `portal.doors`."""
    shown = [item for item in _items.values() if item.door == door and (item.is_shown is None or item.is_shown())]
    return sorted(shown, key=lambda item: item.order)
