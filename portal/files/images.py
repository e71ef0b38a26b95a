"""A picture from outside becomes a new one of our own making (security.md, UP1-UP4).

Opening it is left to a process of its own, with little memory and time and without our keys: this file, run by its
path. It therefore imports nothing of the portal. The original is never kept, and never served.
"""

import io
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "WEBP")  # what is in it decides, not how it is called
MOST_PIXELS = 25_000_000
MOST_MEMORY = 512 << 20
MOST_CPU = 10  # seconds
PATIENCE = 60  # seconds on the clock, for a machine that has more to do
SMALLEST = 48  # the longest side
NARROWEST = 12  # the shortest side of what we make
PALE = 0.83  # luminance from which something is hardly seen on white: a contrast below 1.2
HEAVY = 48_000  # bytes; a page that parents open on a phone carries it
BOX = (480, 144)  # three times as large as it is shown, for sharp screens and paper


class Unusable(Exception):
    """This cannot be used; the message is the problem in one word (portal.files.rules.why_not)."""


class Busy(Exception):
    """Somebody else's picture is being opened; one at a time, or a few large ones fill the memory."""


@dataclass(frozen=True)
class Picture:
    media_type: str
    width: int
    height: int
    content: bytes


def logo_of(original: IO[bytes]) -> Picture:
    """The logo in this file, cut free, made small and clean. Raises Unusable or Busy."""
    if not _one_at_a_time.acquire(timeout=PATIENCE / 2):
        raise Busy
    try:
        written = _in_a_process_of_its_own(original.read())
    finally:
        _one_at_a_time.release()
    head, newline, content = written.partition(b"\n")
    if not newline:  # killed for the memory or the time it took
        raise Unusable("large")
    said = json.loads(head)
    if "problem" in said:
        raise Unusable(said["problem"])
    return Picture(said["media_type"], said["width"], said["height"], content)


_one_at_a_time = threading.BoundedSemaphore(1)


def _in_a_process_of_its_own(content: bytes) -> bytes:
    command = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(
            command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/",
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout


# From here on: what happens in that process


def main() -> None:
    _tie_down()
    try:
        said, content = remade(sys.stdin.buffer.read())
    except Exception as error:
        said, content = {"problem": _problem(error)}, b""
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + content)


def _problem(error: Exception) -> str:
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, Unusable):
        return str(error)
    if isinstance(error, UnidentifiedImageError):
        return "kind"
    is_bomb = isinstance(error, Image.DecompressionBombWarning | Image.DecompressionBombError | MemoryError)
    return "large" if is_bomb else "broken"


def _tie_down() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU, MOST_CPU))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def remade(original: bytes) -> tuple[dict[str, str | int], bytes]:
    picture = _opened(original)
    if max(picture.size) < SMALLEST:
        raise Unusable("small")
    picture = _cut_free(_plain(picture))
    picture.thumbnail(BOX)
    if min(picture.size) < NARROWEST:
        raise Unusable("narrow")
    if _is_pale(picture):
        raise Unusable("pale")
    media_type, content = _written(picture)
    return {"media_type": media_type, "width": picture.width, "height": picture.height}, content


def _opened(original: bytes) -> "Image":
    """Size and kind come from the header, before a single pixel is unpacked."""
    import warnings

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    picture = Image.open(io.BytesIO(original), formats=FORMATS)
    picture.draft("RGB", (BOX[0] * 4, BOX[1] * 4))  # a JPEG is unpacked no larger than needed
    picture.load()
    return ImageOps.exif_transpose(picture)


def _plain(picture: "Image") -> "Image":
    """In the colours of a screen, transparent where it was: no palette, ink or sixteen bits."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    clear = picture.convert("RGBA") if picture.has_transparency_data else None
    is_seen_through = clear is not None and clear.getchannel("A").getextrema() != (255, 255)
    return clear if clear is not None and is_seen_through else picture.convert("RGB")


def _cut_free(picture: "Image") -> "Image":
    """Without the empty edge around it, or it would be shown as a dot in the middle of nothing."""
    from PIL import Image, ImageChops

    if picture.mode == "RGBA":
        edge = picture.getchannel("A").point(lambda alpha: 255 if alpha > 8 else 0).getbbox()
    else:
        ground = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
        red, green, blue = ImageChops.difference(picture, ground).split()
        most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        edge = most.point(lambda value: 255 if value > 12 else 0).getbbox()
    if edge is None:
        raise Unusable("empty")
    return picture.crop(edge)


def _is_pale(picture: "Image") -> bool:
    """Whether everything on it is so light that nobody sees it on a white page."""
    pixels = picture.convert("RGBA").resize((64, 64)).tobytes()
    seen = [pixels[i : i + 3] for i in range(0, len(pixels), 4) if pixels[i + 3] > 128]
    dark = [colour for colour in seen if _luminance(colour) < PALE]
    return len(dark) * 100 < len(seen)


def _luminance(colour: bytes) -> float:
    """WCAG 2.2; portal.organisations.rules has the same for colours that are written as #rrggbb."""
    red, green, blue = (c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _written(picture: "Image") -> tuple[str, bytes]:
    """A fresh picture, so that nothing travels along: no place, camera, author, comment or colour profile (UP3)."""
    from PIL import Image

    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    content = _saved(fresh, "PNG", optimize=True)
    if len(content) <= HEAVY:
        return "image/png", content
    if fresh.mode == "RGB":
        return "image/jpeg", _saved(fresh, "JPEG", quality=85, optimize=True)
    return "image/png", _saved(fresh.quantize(method=Image.Quantize.FASTOCTREE), "PNG", optimize=True)


def _saved(picture: "Image", kind: str, **how: int) -> bytes:
    into = io.BytesIO()
    picture.save(into, kind, **how)
    return into.getvalue()


if __name__ == "__main__":
    main()
