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
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = {"logo": ("JPEG", "PNG", "WEBP"), "photo": ("JPEG", "PNG", "WEBP", "HEIF")}  # by what is in it, not its name
MOST_PIXELS = {"logo": 25_000_000, "photo": 50_000_000}
MOST_MEMORY = 768 << 20
MOST_CPU = 10  # seconds
PATIENCE = 60  # seconds on the clock, for a machine that has more to do
SMALLEST = 48  # the longest side
NARROWEST = 12  # the shortest side of what we make
PALE = 0.83  # luminance from which something is hardly seen on white: a contrast below 1.2
HEAVY = 48_000  # bytes; a page that parents open on a phone carries it
BOX = (480, 144)  # three times as large as it is shown, for sharp screens and paper
THUMBNAIL_HEAVY = 30_000  # bytes; a page carries forty of them (domain.md, D5)
# The sizes of a photo by their longest side, and the kinds each is kept in, the best first. WebP at this quality is as
# small as AVIF that takes ten times as long to make, and phones of 2020 know it. What a phone saves is a JPEG.
SIZES = {"klein": (360, ("WEBP", "JPEG")), "midden": (1024, ("WEBP",)), "groot": (2048, ("JPEG",))}


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


@dataclass(frozen=True)
class Photograph:
    """A photo in its sizes, and when it was taken: as the camera says it, mostly without a time zone."""

    taken_at: datetime | None
    sizes: list[tuple[str, Picture]]


def logo_of(original: IO[bytes]) -> Picture:
    """The logo in this file, cut free, made small and clean. Raises Unusable or Busy."""
    _, ((_, logo),) = _made_anew("logo", original.read())
    return logo


def photo_of(original: bytes) -> Photograph:
    """The photo in this file in all sizes (`SIZES`), upright and clean. Raises Unusable or Busy."""
    said, pictures = _made_anew("photo", original)
    taken_at = said["taken_at"]
    return Photograph(datetime.fromisoformat(taken_at) if taken_at else None, pictures)


_one_at_a_time = threading.BoundedSemaphore(1)


def _made_anew(what: str, original: bytes) -> tuple[dict[str, Any], list[tuple[str, Picture]]]:
    if not _one_at_a_time.acquire(timeout=PATIENCE / 2):
        raise Busy
    try:
        written = _in_a_process_of_its_own(what, original)
    finally:
        _one_at_a_time.release()
    head, newline, contents = written.partition(b"\n")
    if not newline:  # killed for the memory or the time it took
        raise Unusable("large")
    said = json.loads(head)
    if "problem" in said:
        raise Unusable(said["problem"])
    pictures, start = [], 0
    for name, media_type, width, height, length in said["pictures"]:
        pictures.append((name, Picture(media_type, width, height, contents[start : start + length])))
        start += length
    return said, pictures


def _in_a_process_of_its_own(what: str, content: bytes) -> bytes:
    command = [sys.executable, "-I", __file__, what]
    try:
        done = subprocess.run(
            command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/",
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout


# From here on: what happens in that process


Made = tuple[str, str, int, int, bytes]  # the size, its media type, width, height, content


def main(what: str) -> None:
    original = sys.stdin.buffer.read()
    _load_everything()
    _tie_down()
    try:
        said, made = (photo_sizes if what == "photo" else logo)(original)
    except Exception as error:
        said, made = {"problem": _problem(error)}, []
    said["pictures"] = [(*facts, len(content)) for *facts, content in made]
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + b"".join(content for *_, content in made))


def _problem(error: Exception) -> str:
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, Unusable):
        return str(error)
    if isinstance(error, UnidentifiedImageError):
        return "kind"
    is_bomb = isinstance(error, Image.DecompressionBombWarning | Image.DecompressionBombError | MemoryError)
    return "large" if is_bomb else "broken"


def _load_everything() -> None:
    """All code there is need of, while files can still be opened."""
    import ctypes  # noqa: F401

    import pillow_heif
    from PIL import Image, ImageCms, ImageOps, _webp  # noqa: F401

    pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    Image.init()
    datetime.strptime("2026", "%Y")


def _tie_down() -> None:
    """Whoever finds a hole in a decoder gets no memory or time for it, and no file or connection opens any more."""
    import os
    import resource

    limits = {"CPU": MOST_CPU, "AS": MOST_MEMORY, "FSIZE": 0, "CORE": 0, "NOFILE": 0}
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    os.nice(10)  # somebody who logs in goes first


def logo(original: bytes) -> tuple[dict[str, Any], list[Made]]:
    picture = _upright(_opened("logo", original, (BOX[0] * 4, BOX[1] * 4)))
    if max(picture.size) < SMALLEST:
        raise Unusable("small")
    picture = _cut_free(_plain(picture))
    picture.thumbnail(BOX)
    if min(picture.size) < NARROWEST:
        raise Unusable("narrow")
    if _is_pale(picture):
        raise Unusable("pale")
    media_type, content = _written(picture)
    return {}, [("", media_type, picture.width, picture.height, content)]


def photo_sizes(original: bytes) -> tuple[dict[str, Any], list[Made]]:
    largest = max(side for side, _ in SIZES.values())
    picture = _opened("photo", original, (largest, largest))
    taken_at = _taken_at(picture)
    if max(picture.size) < SMALLEST:
        raise Unusable("small")
    if picture.mode == "P" or picture.mode.startswith("I"):
        picture = _with_profile_of(picture, _plain(picture))
    picture.thumbnail((largest, largest), reducing_gap=2.0)
    if picture.mode == "RGBX":
        picture = picture.convert("RGB")
    picture = _fresh(_on_white(_in_srgb(_upright(picture))))
    made: list[Made] = []
    for name, (side, kinds) in sorted(SIZES.items(), key=lambda size: -size[1][0]):
        picture.thumbnail((side, side))
        made += [(name, f"image/{kind.lower()}", *picture.size, _light(picture, kind, name)) for kind in kinds]
    return {"taken_at": taken_at}, made


def _opened(what: str, original: bytes, enough: tuple[int, int]) -> "Image":
    """Size and kind come from the header, before a single pixel is unpacked."""
    import warnings

    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS[what]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    picture = Image.open(io.BytesIO(original), formats=FORMATS[what])
    picture.draft("RGB", enough)  # a JPEG is unpacked no larger than needed
    if picture.format == "WEBP" and not getattr(picture, "is_animated", False):
        return _still_webp(picture, original)
    picture.load()
    return picture


def _still_webp(picture: "Image", original: bytes) -> "Image":
    """Pillow unpacks every WebP as a film, and then holds four copies of it (200 MB for 12 megapixels). libwebp, which
    Pillow brought along, writes the one picture where we want it."""
    import ctypes

    from PIL import Image, _webp

    try:
        unpack = ctypes.CDLL(_webp.__file__).WebPDecodeRGBAInto
    except (OSError, AttributeError):  # a Pillow that hides its libraries
        picture.load()
        return picture
    unpack.restype = ctypes.c_void_p
    width, height = picture.size
    pixels = bytearray(4 * width * height)
    into = (ctypes.c_ubyte * len(pixels)).from_buffer(pixels)
    if not unpack(original, ctypes.c_size_t(len(original)), into, ctypes.c_size_t(len(pixels)), 4 * width):
        raise Unusable("broken")
    mode = "RGBA" if picture.mode == "RGBA" else "RGBX"
    return _with_profile_of(picture, Image.frombuffer(mode, picture.size, pixels, "raw", mode, 0, 1))


def _upright(picture: "Image") -> "Image":
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture)


def _taken_at(picture: "Image") -> str:
    """When the camera says that this was taken (Exif 2.32: DateTimeOriginal with its offset, else DateTime)."""
    exif = picture.getexif()
    details = exif.get_ifd(0x8769)
    for moment, offset in ((details.get(0x9003), details.get(0x9011)), (exif.get(0x0132), details.get(0x9010))):
        for words, form in ((f"{moment}{offset}", "%Y:%m:%d %H:%M:%S%z"), (str(moment), "%Y:%m:%d %H:%M:%S")):
            try:
                return datetime.strptime(words.replace("\0", "").strip(), form).isoformat()
            except ValueError:
                continue
    return ""


def _with_profile_of(before: "Image", after: "Image") -> "Image":
    after.info = {name: before.info[name] for name in ("icc_profile", "exif") if name in before.info}
    return after


def _in_srgb(picture: "Image") -> "Image":
    """The colours as everyone sees them, also from a camera that knows more colours (Display P3, Adobe RGB)."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
            flat = picture.convert("RGB") if alpha else picture
            said = ImageCms.profileToProfile(flat, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            return picture  # a profile that is none
        if said is not None and alpha:
            said.putalpha(alpha)
        return said or picture
    return picture


def _on_white(picture: "Image") -> "Image":
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    return ground.convert("RGB")


def _light(picture: "Image", kind: str, name: str) -> bytes:
    """As a file; a thumbnail as plain as it takes to stay light."""
    how = {"method": 4} if kind == "WEBP" else {"optimize": 1, "progressive": 1}
    content = _saved(picture, kind, quality=78, **how)
    for quality in (65, 50, 35, 20, 5):
        if name != "klein" or len(content) <= THUMBNAIL_HEAVY:
            break
        content = _saved(picture, kind, quality=quality, **how)
    return content


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
    from PIL import Image

    fresh = _fresh(picture)
    content = _saved(fresh, "PNG", optimize=True)
    if len(content) <= HEAVY:
        return "image/png", content
    if fresh.mode == "RGB":
        return "image/jpeg", _saved(fresh, "JPEG", quality=85, optimize=True)
    return "image/png", _saved(fresh.quantize(method=Image.Quantize.FASTOCTREE), "PNG", optimize=True)


def _fresh(picture: "Image") -> "Image":
    """A fresh picture, so that nothing travels along: no place, camera, author, comment or colour profile (UP3)."""
    from PIL import Image

    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    return fresh


def _saved(picture: "Image", kind: str, **how: int) -> bytes:
    into = io.BytesIO()
    picture.save(into, kind, **how)
    return into.getvalue()


if __name__ == "__main__":
    main(sys.argv[1])
