"""The logos of the two organisations that do not exist, drawn here."""

import math
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw

SIDE = 900


def kok() -> bytes:
    """Four blocks, as a toddler piles them, with a roof on top."""
    picture, pen = _empty()
    for left, top, colour in ((90, 560, "#14746f"), (460, 560, "#e9a23b"), (275, 230, "#3aa39b")):
        pen.rounded_rectangle((left, top, left + 340, top + 310), 60, fill=colour)
    pen.polygon(((445, 10), (650, 205), (240, 205)), fill="#c8553d")
    pen.ellipse((375, 315, 515, 455), fill="#ffffff")
    return _saved(picture)


def zonnebloem() -> bytes:
    """A sunflower."""
    picture, pen = _empty()
    for ring, (reach, width, colour) in enumerate(((395, 92, "#d9822b"), (345, 80, "#f2b134"))):
        for petal in range(14):
            _petal(pen, 2 * math.pi * (petal + ring / 2) / 14, reach, width, colour)
    pen.ellipse((275, 275, 625, 625), fill="#5b3a1e")
    for seed in range(60):
        angle, away = seed * 2.39996, 17 * math.sqrt(seed + 1)  # how a sunflower itself does it
        x, y = 450 + away * math.cos(angle), 450 + away * math.sin(angle)
        pen.ellipse((x - 9, y - 9, x + 9, y + 9), fill="#8a5a2e")
    return _saved(picture)


def _petal(pen: ImageDraw.ImageDraw, angle: float, reach: float, width: float, colour: str) -> None:
    points = []
    for step in range(41):
        along = math.pi * step / 20
        x, y = 150 + (reach - 150) * (1 - math.cos(along)) / 2 + 40, width * math.sin(along) * 0.8
        points.append(
            (450 + x * math.cos(angle) - y * math.sin(angle), 450 + x * math.sin(angle) + y * math.cos(angle))
        )
    pen.polygon(points, fill=colour)


def _empty() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGBA", (SIDE, SIDE), (255, 255, 255, 0))
    return picture, ImageDraw.Draw(picture)


def _saved(picture: Image.Image) -> bytes:
    into = BytesIO()
    picture.save(into, "PNG")
    return into.getvalue()


LOGOS: dict[str, Callable[[], bytes]] = {"kok": kok, "zonnebloem": zonnebloem}
