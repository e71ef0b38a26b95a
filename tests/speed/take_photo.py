"""What it takes to make the sizes of a photo of 12 megapixels, as a phone sends it. Not timed in the test suite."""

import json
import resource
import subprocess
import sys
from io import BytesIO

from portal.files.images import photo_of


def measure(kind):
    """The CPU seconds and MiB of the process that opens the photo: the only child of one that itself is small."""
    done = subprocess.run([sys.executable, "-m", __name__], input=photo(kind), stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def photo(kind):
    """Soft shapes under the grain of a small camera."""
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    layers = []
    for _ in "rgb":
        soft = Image.effect_noise((63, 47), 90).resize((4032, 3024), Image.Resampling.BICUBIC)
        fine = Image.effect_noise((504, 378), 60).resize((4032, 3024), Image.Resampling.BICUBIC)
        layers.append(Image.blend(Image.blend(soft, fine, 0.4), Image.effect_noise((4032, 3024), 12), 0.15))
    into = BytesIO()
    Image.merge("RGB", layers).save(into, kind, quality=90 if kind == "JPEG" else 60)
    return into.getvalue()


if __name__ == "__main__":
    content = sys.stdin.buffer.read()
    made = photo_of(content)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {
        "seconds": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024, "sent": len(content),
        "thumbnail": max(len(picture.content) for size, picture in made.sizes if size == "klein"),
    }  # fmt: skip
    print(json.dumps(found))
