"""What a photo says of itself: when it was taken and what was written with it, put into a JPEG without opening it.

Pillow writes the block; that is put before what is there. Piexif was looked at: nobody keeps it up since 2019.
"""

from datetime import datetime
from xml.sax.saxutils import escape

from portal import clock

SKIP = 2  # bytes of a JPEG in whose place the head comes: only that here one begins
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
    "<xmp:CreateDate>{moment}</xmp:CreateDate>{caption}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='r'?>"
)
_CAPTION = '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:description>'


def head(taken_at: datetime, caption: str) -> bytes:
    """The first bytes of a JPEG that was taken at this moment, with these words under it.

    The words stand in it three times: as Exif has it, as Windows shows it (which reads no UTF-8 there), and as XMP.
    """
    from PIL import Image

    there = clock.local(taken_at)
    zone = f"{there:%z}"
    block = Image.Exif()
    details = block.get_ifd(0x8769)
    block[0x0132] = details[0x9003] = details[0x9004] = f"{there:%Y:%m:%d %H:%M:%S}"  # DateTime, Original, Digitized
    details[0x9010] = details[0x9011] = details[0x9012] = f"{zone[:3]}:{zone[3:5]}"  # their offsets
    if caption:
        block[0x010E] = caption.encode()  # ImageDescription
        block[0x9C9C] = caption.encode("utf-16-le") + b"\0\0"  # XPComment
    words = _CAPTION.format(escape(_sayable(caption))) if caption else ""
    packet = _XMP.format(moment=there.isoformat(timespec="seconds"), caption=words)
    return b"\xff\xd8" + _segment(block.tobytes()) + _segment(b"http://ns.adobe.com/xap/1.0/\0" + packet.encode())


def _sayable(words: str) -> str:
    """Without what XML cannot say."""
    return "".join(sign for sign in words if sign in "\t\n\r" or sign >= " ")


def _segment(content: bytes) -> bytes:
    return b"\xff\xe1" + (len(content) + 2).to_bytes(2, "big") + content
