"""Picture files made by hand, byte by byte, where Pillow cannot write what must be read."""

import io
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


def chunk(kind, content, checksum=None):
    """A PNG's chunk; with the right checksum, if none is given."""
    checksum = zlib.crc32(kind + content) if checksum is None else checksum
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def saved(picture, kind, **options):
    """The bytes of a file that Pillow writes."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def tiff(width, height, bits, colours, pixels, order="<", **more):
    """A TIFF file of one page, not packed; colours: 0 and 1 grey, 2 RGB, 3 palette. `more`: tag256=(type, value, ...)."""
    tags = {256: (4, width), 257: (4, height), 258: (3, bits), 259: (3, 1), 262: (3, colours), 273: (4, 8), 278: (4, height),
            279: (4, len(pixels))} | {int(name[3:]): value for name, value in more.items()}  # fmt: skip
    start, table, far = 8 + len(pixels) + len(pixels) % 2, b"", b""
    behind = start + 2 + 12 * len(tags) + 4
    for tag, (kind, *values) in sorted(tags.items()):
        content = struct.pack(f"{order}{len(values)}{' BBHI'[kind]}", *values)
        if len(content) > 4:
            place, far = struct.pack(order + "I", behind + len(far)), far + content
        else:
            place = content.ljust(4, b"\0")
        table += struct.pack(order + "HHI", tag, kind, len(values)) + place
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", start)
    return head + pixels + bytes(len(pixels) % 2) + struct.pack(order + "H", len(tags)) + table + bytes(4) + far


def bmp(width, height, bits, rows, compression=0, masks=(), size=40, palette=b"", n_colours=0):
    """A BMP file; `size` is that of its header, and masks of colours stand in it or behind it."""
    header = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, 0, 0, 0, n_colours, 0)
    header = (header + struct.pack(f"<{len(masks)}I", *masks)).ljust(size, b"\0")
    start = 14 + len(header) + len(palette)
    return struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start) + header + palette + rows
