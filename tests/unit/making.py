"""Picture files made by hand, byte by byte, where Pillow cannot write what must be read."""

import struct
import zlib


def png(width, height, bits, colour_type, rows, transparent=None, palette=None):
    """A PNG file; colour types: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0))
    extras = (chunk(b"PLTE", palette) if palette else b"") + (chunk(b"tRNS", transparent) if transparent else b"")
    pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    return b"\x89PNG\r\n\x1a\n" + header + extras + pixels + chunk(b"IEND", b"")


def grey16(*values):
    """One row of 16-bit samples."""
    return struct.pack(f">{len(values)}H", *values)
