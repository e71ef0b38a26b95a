"""Pictures as people send them, and as they had better not."""

import struct
import zlib
from io import BytesIO

import pillow_heif
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

pillow_heif.register_heif_opener(thumbnails=False)

SECRET = "GEHEIM-51.92N-4.47E"


def saved(picture, kind="PNG", **how):
    into = BytesIO()
    picture.save(into, kind, **how)
    return into.getvalue()


def drawing(width=600, height=300, colour="#b4470f"):
    """A disc on a wide empty ground."""
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    side = min(width, height) * 0.8
    ImageDraw.Draw(picture).ellipse((width * 0.1, height * 0.1, width * 0.1 + side, height * 0.1 + side), fill=colour)
    return picture


def logo(**how):
    return saved(drawing(**how))


def wordmark():
    """A logo that is four times as wide as high."""
    picture = Image.new("RGB", (800, 200), "white")
    ImageDraw.Draw(picture).rectangle((20, 20, 780, 180), outline="#1f6f66", width=30)
    return saved(picture)


def moving(kind):
    """A picture that changes colour: brown, then green, then blue."""
    first, *rest = (drawing(colour=colour) for colour in ("#b4470f", "#1f6f66", "#000099"))
    return saved(first, kind, save_all=True, append_images=rest, duration=100)


def bombed(kind):
    """A logo with a remark in it that unpacks to 200 MB."""
    remark = kind + b"x\0\0" + zlib.compress(b"A" * 200_000_000, 9)
    whole = logo()
    return whole[:33] + struct.pack(">I", len(remark) - 4) + remark + struct.pack(">I", zlib.crc32(remark)) + whole[33:]


def talkative(kind):
    """A picture that says where it was made, by whom and with what, in every way its kind knows."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = SECRET
    exif.get_ifd(0x8825)[29] = SECRET
    how = {"exif": exif, "icc_profile": SECRET.encode() * 20}
    picture = drawing().convert("RGB") if kind == "JPEG" else drawing()
    if kind == "JPEG":
        how["comment"] = SECRET.encode()
    if kind == "PNG":
        how["pnginfo"] = PngInfo()
        how["pnginfo"].add_text("Author", SECRET)
        how["pnginfo"].add_itxt("XML:com.adobe.xmp", SECRET)
    if kind == "WEBP":
        how["xmp"] = SECRET.encode()
    return saved(picture, kind, **how)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="90" height="90"/></svg>'
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
