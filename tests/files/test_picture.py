"""A picture from outside is made anew: by what is in it, small, clean, and in a process of its own."""

from io import BytesIO

import psutil
import pytest
from PIL import Image, ImageDraw

from portal.files import images, rules
from tests.files.pictures import PDF, SECRET, SVG, bombed, drawing, logo, moving, saved, talkative, wordmark


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Most of it is tested here; that it also holds in its own process, two tests below say."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


def remade(original):
    _, ((_, media_type, width, height, content),) = images.logo(original)
    return {"media_type": media_type, "width": width, "height": height}, content


def sixteen_bits():
    return Image.linear_gradient("L").convert("I").point(lambda value: value * 257).convert("I;16")


def upside_down():
    """A phone that was held the other way says so in the picture instead of turning it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(drawing(300, 600).convert("RGB"), "JPEG", exif=exif)


@pytest.mark.parametrize(
    ("original", "size"),
    [
        (logo(), (144, 144)), (wordmark(), (480, 101)), (saved(drawing(), "WEBP"), (144, 144)),
        (saved(drawing().convert("CMYK"), "JPEG"), (144, 144)), (saved(drawing().quantize()), (144, 144)),
        (saved(drawing().convert("LA")), (144, 144)), (saved(sixteen_bits()), None),
        (saved(Image.linear_gradient("L").convert("1")), None), (logo(width=60, height=60), (49, 49)),
        (moving("PNG"), (144, 144)), (moving("WEBP"), (144, 144)),
        (saved(drawing().convert("RGB").convert("RGBA")), (144, 144)),
    ],
)  # fmt: skip
def test_every_kind_of_picture_becomes_a_small_one(original, size):
    said, content = remade(original)
    made = Image.open(BytesIO(content), formats=("PNG", "JPEG"))
    assert made.mode in ("RGB", "RGBA") and (said["width"], said["height"]) == made.size
    assert size is None or all(abs(a - b) <= 1 for a, b in zip(made.size, size, strict=True))
    assert made.width <= 480 and made.height <= 144


@pytest.mark.parametrize("kind", images.FORMATS["logo"])
def test_nothing_travels_along_with_a_picture(kind):
    original = talkative(kind)
    assert SECRET.encode() in original
    _, content = remade(original)
    made = Image.open(BytesIO(content))
    made.load()
    assert SECRET.encode() not in content
    assert {"exif", "icc_profile", "comment", "xmp", "Author", "XML:com.adobe.xmp"} & set(made.info) == set()


def test_what_hangs_behind_a_picture_or_moves_in_it_stays_behind():
    for original in (logo() + b"<script>alert(1)</script>", moving("PNG"), moving("WEBP")):
        _, content = remade(original)
        made = Image.open(BytesIO(content))
        assert b"alert" not in content and getattr(made, "n_frames", 1) == 1
        red, green, blue = made.convert("RGB").getpixel((72, 72))
        assert red > 150 and green < 100 and blue < 50, "the first of the pictures"


def test_picture_stands_upright():
    said, _ = remade(saved(Image.open(BytesIO(upside_down())).convert("RGB"), "JPEG"))
    turned, _ = remade(upside_down())
    lying = Image.new("RGB", (100, 300), "white")
    ImageDraw.Draw(lying).rectangle((10, 10, 90, 290), fill="#1f6f66")
    exif = Image.Exif()
    exif[0x0112] = 6
    made, _ = remade(saved(lying, "JPEG", exif=exif))
    assert said["width"] == turned["width"] and made["width"] > 2 * made["height"]


def test_photo_stays_light_enough_for_a_phone():
    noise = Image.merge("RGB", [Image.effect_noise((900, 270), 120) for _ in range(3)])
    photo = remade(saved(noise))
    noise.putalpha(128)
    see_through = remade(saved(noise))
    assert photo[0]["media_type"] == "image/jpeg" and see_through[0]["media_type"] == "image/png"
    assert len(photo[1]) < 70_000 and len(see_through[1]) < 90_000


def white_on_nothing():
    return drawing(colour="#fffff8")


@pytest.mark.parametrize(
    ("original", "problem"),
    [
        (bombed(b"zTXt"), "broken"), (bombed(b"iCCP"), "broken"), (PDF + logo(), "kind"), (SVG, "kind"), (PDF, "kind"), (b"", "kind"), (b"GIF89a", "kind"), (b"\0" * 5000, "kind"),
        (saved(drawing().convert("P"), "GIF"), "kind"), (saved(drawing().convert("RGB"), "EPS"), "kind"),
        (saved(drawing(), "TIFF"), "kind"), (saved(drawing(), "ICO"), "kind"), (saved(drawing(), "BMP"), "kind"),
        (logo()[:-200], "broken"), (saved(drawing().convert("RGB"), "JPEG")[:2000], "broken"),
        (logo()[:60] + b"\xff" * 60 + logo()[120:], "broken"),
        (saved(Image.new("RGBA", (90, 90))), "empty"), (saved(Image.new("RGB", (90, 90), "white")), "empty"),
        (saved(white_on_nothing()), "pale"), (logo(width=40, height=40), "small"),
        (saved(Image.linear_gradient("L").resize((4000, 20))), "narrow"),
        (saved(Image.new("1", (5001, 5000))), "large"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_logo_is_refused_in_words(original, problem):
    with pytest.raises(images.Unusable) as refused:
        images.logo_of(BytesIO(original)) if problem == "large" else in_words(original)
    assert str(refused.value) == problem
    assert rules.why_not(problem).endswith(".")


def in_words(original):
    try:
        remade(original)
    except Exception as error:
        raise images.Unusable(images._problem(error)) from None


def test_picture_that_unpacks_to_a_gigabyte_is_never_unpacked(monkeypatch):
    bomb = saved(Image.new("1", (16_000, 16_000)))
    assert len(bomb) < 50_000
    before = psutil.Process().memory_info().rss
    with pytest.raises(images.Unusable, match="large"):
        images.logo_of(BytesIO(bomb))
    assert psutil.Process().memory_info().rss - before < 20_000_000


def test_process_that_is_killed_leaves_a_sentence(monkeypatch):
    monkeypatch.setattr(images, "MOST_MEMORY", 1)
    monkeypatch.setattr(images, "_in_a_process_of_its_own", lambda *_: b"")
    with pytest.raises(images.Unusable, match="large"):
        images.logo_of(BytesIO(logo()))


def test_one_picture_is_opened_at_a_time(monkeypatch):
    monkeypatch.setattr(images, "PATIENCE", 0)
    with images._one_at_a_time, pytest.raises(images.Busy):
        images.logo_of(BytesIO(logo()))
    assert rules.busy()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("logo.png", "logo.png"), ("../../etc/passwd", "passwd"), ("C:\\Users\\Kim\\logo.png", "logo.png"),
        ('a"\r\nSet-Cookie: x', 'a"Set-Cookie: x'), ("\u202egnp.exe", "gnp.exe"), ("a\0b", "ab"),
        ("logo 2026 é.png", "logo 2026 é.png"), ("", ""), ("x" * 200 + ".png", "x" * 95 + "….png"), ("y" * 200, "y" * 99 + "…"),
    ],
)  # fmt: skip
def test_name_of_a_file_is_only_a_name(name, shown):
    assert rules.clean_name(name) == shown and len(rules.clean_name(name)) <= 100
