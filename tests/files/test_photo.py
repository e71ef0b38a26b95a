"""A photo as a phone sends it becomes three sizes of our own making: upright, in everyone's colours, and silent."""

import subprocess
import sys
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

from portal.files import images
from tests.files.pictures import PDF, SECRET, SVG, bombed, saved

KINDS = ("JPEG", "PNG", "WEBP", "HEIF")
SIDES = {"groot": 2048, "midden": 1024, "klein": 360}


@pytest.fixture(autouse=True, scope="module")
def in_this_process():
    """Most of it is tested here; that it also holds in its own process, the last tests say."""
    before = Image.MAX_IMAGE_PIXELS
    images._load_everything()
    yield
    Image.MAX_IMAGE_PIXELS = before


def snapshot(width=1600, height=1200):
    """Red above, blue below, and a white corner at the top left."""
    photo = Image.new("RGB", (width, height), "#c00000")
    draw = ImageDraw.Draw(photo)
    draw.rectangle((0, height // 2, width, height), fill="#0000c0")
    draw.rectangle((0, 0, width // 4, height // 4), fill="white")
    return photo


def talkative(kind):
    """A photo that tells where and when it was made, by whom and with which camera, in every way its kind knows."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = SECRET
    exif[0x0132] = "2026:11:20 08:00:00"
    exif.get_ifd(0x8825)[29] = SECRET
    details = exif.get_ifd(0x8769)
    details[0x9003], details[0xA431], details[0x927C] = "2026:11:20 09:15:30", SECRET, SECRET.encode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET.encode()
    how = {"exif": exif, "icc_profile": profile, "xmp": SECRET.encode()}
    if kind == "JPEG":
        how["comment"] = SECRET.encode()
    if kind == "PNG":
        del how["xmp"]
        how["pnginfo"] = PngInfo()
        how["pnginfo"].add_text("Author", SECRET)
        how["pnginfo"].add_itxt("XML:com.adobe.xmp", SECRET)
    return saved(snapshot(), kind, **how)


def sizes_of(original):
    said, made = images.photo_sizes(original)
    return said, {(name, media_type): content for name, media_type, _, _, content in made}


def pictures_of(original):
    return {name: Image.open(BytesIO(content)).convert("RGB") for (name, _), content in sizes_of(original)[1].items()}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_travels_along_with_a_photo_but_when_it_was_taken(kind):
    original = talkative(kind)
    assert original.count(SECRET.encode()) >= 3
    said, made = sizes_of(original)
    assert said["taken_at"] == "2026-11-20T09:15:30"
    assert set(made) == {
        ("groot", "image/jpeg"), ("midden", "image/webp"), ("klein", "image/webp"), ("klein", "image/jpeg"),
    }  # fmt: skip
    for (name, media_type), content in made.items():
        picture = Image.open(BytesIO(content))
        picture.load()
        assert picture.get_format_mimetype() == media_type and max(picture.size) == min(1600, SIDES[name])
        assert b"GEHEIM" not in content and b"Exif" not in content and b"ICC" not in content
        assert {"exif", "icc_profile", "comment", "xmp"} & set(picture.info) == set() and not picture.getexif()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", KINDS)
def test_photo_stands_upright_however_the_phone_was_held(kind, orientation):
    turns = Image.Transpose
    back = [
        None, turns.FLIP_LEFT_RIGHT, turns.ROTATE_180, turns.FLIP_TOP_BOTTOM, turns.TRANSPOSE, turns.ROTATE_90,
        turns.TRANSVERSE, turns.ROTATE_270,
    ][orientation - 1]  # fmt: skip
    lying = snapshot(800, 600) if back is None else snapshot(800, 600).transpose(back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    for picture in pictures_of(saved(lying, kind, exif=exif.tobytes())).values():
        assert picture.width > picture.height
        assert min(picture.getpixel((5, 5))) > 230, "the white corner"
        red, _, blue = picture.getpixel((picture.width - 5, 5))
        assert red > 150 and blue < 60
        red, _, blue = picture.getpixel((5, picture.height - 5))
        assert blue > 150 and red < 60


def test_colours_of_a_phone_that_knows_more_become_those_of_every_screen():
    """The green of Display P3 is greener than sRGB has: shown without its profile it would be pale."""
    other = ImageCms.createProfile("sRGB")
    swapped = bytearray(ImageCms.ImageCmsProfile(other).tobytes())
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")  # a profile in which red and green changed places
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    for kind in KINDS:
        original = saved(Image.new("RGB", (600, 400), (250, 20, 20)), kind, icc_profile=bytes(swapped))
        for picture in pictures_of(original).values():
            red, green, _ = picture.getpixel((50, 50))
            assert green > 200 and red < 90, kind
    broken = saved(Image.new("RGB", (600, 400), (250, 20, 20)), "JPEG", icc_profile=b"x" * 500)
    assert pictures_of(broken)["groot"].getpixel((50, 50))[0] > 200


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({0x9003: "2026:11:20 09:15:30", 0x9011: "+01:00"}, "2026-11-20T09:15:30+01:00"),
        ({0x9003: "2026:11:20 09:15:30", 0x9011: "x"}, "2026-11-20T09:15:30"),
        ({0x9003: "0000:00:00 00:00:00"}, ""), ({0x9003: "'; DROP TABLE"}, ""), ({}, ""),
    ],
)  # fmt: skip
def test_moment_of_a_photo_is_read_from_the_camera(words, said):
    exif = Image.Exif()
    exif.get_ifd(0x8769).update(words)
    assert images.photo_sizes(saved(snapshot(), "JPEG", exif=exif))[0]["taken_at"] == said


def test_thumbnail_stays_light_whatever_is_on_the_photo():
    noise = Image.merge("RGB", [Image.effect_noise((900, 900), 200) for _ in range(3)])
    _, made = sizes_of(saved(noise))
    assert all(len(content) <= 30_000 for (name, _), content in made.items() if name == "klein")


@pytest.mark.parametrize(
    "photo",
    [
        snapshot().convert("CMYK"), snapshot().convert("L"), snapshot().quantize(), snapshot().convert("LA"),
        snapshot().convert("RGBA"), Image.linear_gradient("L").convert("I").convert("I;16"),
        Image.linear_gradient("L").convert("1"),
    ],
    ids=lambda photo: photo.mode,
)  # fmt: skip
def test_every_kind_of_picture_can_be_a_photo(photo):
    kind = "JPEG" if photo.mode == "CMYK" else "PNG"
    assert {picture.mode for picture in pictures_of(saved(photo, kind)).values()} == {"RGB"}


def test_what_is_see_through_becomes_white():
    clear = Image.new("RGBA", (500, 400), (0, 0, 0, 0))
    assert pictures_of(saved(clear))["klein"].getpixel((9, 9)) == (255, 255, 255)


def huge(kind):
    return saved(Image.new("L", (8000, 6500)), kind)


def heic_as_wide_as(width, height):
    """A photo whose header says that it is as large as this."""
    content = saved(Image.new("RGB", (640, 480)), "HEIF")
    return content.replace((640).to_bytes(4) + (480).to_bytes(4), width.to_bytes(4) + height.to_bytes(4))


@pytest.mark.parametrize(
    ("original", "problem"),
    [
        (huge("PNG"), "large"), (huge("JPEG"), "large"), (heic_as_wide_as(20_000, 20_000), "large"),
        (bombed(b"zTXt"), "broken"), (bombed(b"iCCP"), "broken"),
        (SVG, "kind"), (PDF, "kind"), (b"", "kind"), (saved(snapshot(), "TIFF"), "kind"), (saved(snapshot(), "GIF"), "kind"),
        (saved(snapshot(), "BMP"), "kind"), (saved(snapshot(), "AVIF"), "kind"), (saved(snapshot(), "EPS"), "kind"),
        *[(saved(snapshot(), kind)[:-400], "broken") for kind in KINDS],
        (saved(Image.new("RGB", (40, 40))), "small"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_photo_is_refused_in_one_word(original, problem):
    with pytest.raises(Exception) as refused:  # noqa: PT011
        images.photo_sizes(original)
    assert images._problem(refused.value) == problem


def test_photo_is_made_in_a_process_of_its_own():
    photo = images.photo_of(talkative("HEIF"))
    assert photo.taken_at == datetime(2026, 11, 20, 9, 15, 30)
    assert [(name, made.media_type, made.width) for name, made in photo.sizes] == [
        ("groot", "image/jpeg", 1600), ("midden", "image/webp", 1024), ("klein", "image/webp", 360),
        ("klein", "image/jpeg", 360),
    ]  # fmt: skip
    assert Image.open(BytesIO(photo.sizes[0][1].content)).size == (1600, 1200)
    assert pillow_heif.libheif_version() >= "1.23.4"  # older ones run what a photo says (GHSA-g89c-p67h-r497)


def test_process_that_opens_photos_opens_nothing_else():
    escape = "import images; images._load_everything(); images._tie_down(); open('/etc/hostname')"
    folder = Path(images.__file__).parent
    done = subprocess.run([sys.executable, "-c", escape], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr.endswith("Too many open files: '/etc/hostname'\n")
