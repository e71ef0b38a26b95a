"""What a letter needs to be drawn: the square that a phone reads."""

from itertools import groupby
from typing import NamedTuple

import segno

QUIET = 4  # modules of white around it, as ISO 18004 asks


class Square(NamedTuple):
    """A QR code as one path of an SVG: the policy of the portal allows neither inline style nor a data: image."""

    size: int
    path: str


def square(address: str) -> Square:
    """The QR code of this address; it can be read with a fold or a coffee stain over a sixth of it."""
    code = segno.make(address, error="m", micro=False)
    rows = [_row(y, row) for y, row in enumerate(code.matrix, start=QUIET)]
    return Square(len(code.matrix) + 2 * QUIET, "".join(rows))


def _row(y: int, modules: bytearray) -> str:
    """One rectangle for each run of dark modules."""
    drawn, x = "", QUIET
    for is_dark, run in groupby(modules):
        width = len(list(run))
        if is_dark:
            drawn += f"M{x} {y}h{width}v1h-{width}z"
        x += width
    return drawn
