"""The logos of the two organisations that do not exist, photos of their days, and papers: made here, of nobody."""

import math
from collections.abc import Callable
from datetime import datetime
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


# What the groups photographed. A photo carries when it was taken, as that of a telephone does

Pen = ImageDraw.ImageDraw
WIDTH, HEIGHT = 1280, 960
SKY, GRASS, FLOOR, WALL = "#bfe0ee", "#8dbb6a", "#d9b98c", "#f3e7d3"


def photo(number: int, taken_at: datetime) -> bytes:
    """One of the scenes, a little different each time."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), SKY)
    SCENES[number % len(SCENES)](ImageDraw.Draw(picture), number)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = f"{taken_at:%Y:%m:%d %H:%M:%S}"  # DateTimeOriginal
    into = BytesIO()
    picture.save(into, "JPEG", quality=85, exif=exif)
    return into.getvalue()


def _tower(pen: Pen, number: int) -> None:
    pen.rectangle((0, 0, WIDTH, 700), fill=WALL)
    pen.rectangle((0, 700, WIDTH, HEIGHT), fill=FLOOR)
    for level in range(4 + number % 3):
        left, top = 520 + 37 * (level * 7 % 3 - 1), 690 - 105 * level
        colour = ("#c8553d", "#e9a23b", "#14746f", "#4f7cac", "#8a5a9e")[(level + number) % 5]
        pen.rounded_rectangle((left, top, left + 220, top + 105), 14, fill=colour)


def _pond(pen: Pen, number: int) -> None:
    pen.rectangle((0, 420, WIDTH, HEIGHT), fill=GRASS)
    pen.ellipse((120, 480, 1160, 900), fill="#5b9fc4")
    for duck in range(2 + number % 3):
        x, y = 300 + 230 * duck, 610 + 70 * (duck % 2)
        pen.ellipse((x, y, x + 150, y + 80), fill="#f2d24b")
        pen.ellipse((x + 105, y - 55, x + 175, y + 20), fill="#f2d24b")
        pen.polygon(((x + 168, y - 25), (x + 205, y - 12), (x + 168, y)), fill="#e07b2a")
        pen.ellipse((x + 138, y - 36, x + 150, y - 24), fill="#222222")


def _feet(pen: Pen, number: int) -> None:
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill="#faf6ee")
    for step in range(6):
        x, y = 140 + 180 * step, 520 - 190 * (step % 2) + 11 * (number % 5)
        colour = ("#c8553d", "#4f7cac", "#e9a23b")[(step + number) % 3]
        pen.ellipse((x, y, x + 95, y + 190), fill=colour)
        for toe in range(5):
            pen.ellipse((x + 22 * toe - 8, y - 44 + 6 * abs(toe - 2), x + 22 * toe + 18, y - 16), fill=colour)


def _garden(pen: Pen, number: int) -> None:
    pen.ellipse((960, 70, 1170, 280), fill="#f6c945")
    pen.rectangle((0, 560, WIDTH, HEIGHT), fill=GRASS)
    for flower in range(5):
        x, y = 130 + 235 * flower, 500 + 45 * ((flower + number) % 3)
        pen.line((x, y, x, 860), fill="#3d7a3a", width=16)
        for petal in range(8):
            across, down = 62 * math.cos(petal * math.pi / 4), 62 * math.sin(petal * math.pi / 4)
            colour = ("#d8577b", "#f2b134", "#8a5a9e")[(flower + number) % 3]
            pen.ellipse((x + across - 38, y + down - 38, x + across + 38, y + down + 38), fill=colour)
        pen.ellipse((x - 40, y - 40, x + 40, y + 40), fill="#5b3a1e")


def _rain(pen: Pen, number: int) -> None:
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill="#a9bcc9")
    pen.rectangle((0, 760, WIDTH, HEIGHT), fill="#8a949b")
    for drop in range(40):
        x, y = drop * 193 % WIDTH, (drop * 137 + 31 * number) % 720
        pen.line((x, y, x - 12, y + 46), fill="#e8f1f6", width=5)
    for umbrella in range(3):
        x, y = 240 + 390 * umbrella, 430 + 60 * ((umbrella + number) % 2)
        colour = ("#c8553d", "#e9a23b", "#4f7cac", "#8a5a9e")[(umbrella + number) % 4]
        pen.line((x, y, x, y + 300), fill="#4a3b2a", width=14)
        pen.pieslice((x - 170, y - 150, x + 170, y + 150), 180, 360, fill=colour)
        pen.ellipse((x - 130, y + 300, x + 130, y + 350), fill="#6f8ea3")


def _leaves(pen: Pen, number: int) -> None:
    pen.rectangle((0, 640, WIDTH, HEIGHT), fill=GRASS)
    pen.rectangle((590, 260, 690, 760), fill="#7a5535")
    pen.ellipse((380, 60, 900, 480), fill="#d98b2b")
    for leaf in range(46):
        x, y = leaf * 211 % WIDTH, 560 + (leaf * 97 + 53 * number) % 360
        colour = ("#c8553d", "#e9a23b", "#b5642a", "#f2d24b")[(leaf + number) % 4]
        pen.ellipse((x, y, x + 62, y + 34), fill=colour)


SCENES = (_tower, _pond, _feet, _garden, _rain, _leaves)


def paper(sender: str, title: str, words: str) -> bytes:
    """One page under the name of an organisation: its paragraphs, of which one that ends in a colon is a heading."""
    from fpdf import FPDF  # it takes a second, and only the example is filled with it

    page = FPDF()
    page.set_title(title)
    page.set_author(sender)
    page.set_lang("nl")
    page.set_margins(25, 22)
    page.add_page()
    for text, style, size in ((sender, "", 11), (title, "B", 22), *_paragraphs(words)):
        page.set_font("Helvetica", style, size)
        page.multi_cell(0, size * 0.55, text, new_x="LMARGIN", new_y="NEXT")
        page.ln(size * 0.3)
    return bytes(page.output())


def _paragraphs(words: str) -> list[tuple[str, str, int]]:
    return [(text.removesuffix(":"), "B", 13) if text.endswith(":") else (text, "", 11) for text in words.split("\n")]
