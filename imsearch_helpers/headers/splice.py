"""Parts of a file and bytes of our own come in; one file for the decoder goes out."""

import io
from bisect import bisect_right
from itertools import accumulate

from .header import BLOCK

SMALL = 1 << 20  # bytes that may be copied together without a thought


def spliced(file, parts):
    """Parts of a file and bytes of our own as one file object.

    Parameters
    ----------
    file : file object
    parts : sequence of (bytes or (int, int))
        As in `Header`.

    Returns
    -------
    file object
        In memory if they are small together.

    Examples
    --------
    >>> spliced(io.BytesIO(b"0123456789"), [b"ab", (3, 5)]).read()
    b'ab34'
    """
    if sum(map(length_of, parts)) > SMALL:
        return io.BufferedReader(_Spliced(file, parts), BLOCK)
    return io.BytesIO(b"".join(_content(file, part, 0, SMALL) for part in parts))


def length_of(part):
    """How many bytes a part has.

    Parameters
    ----------
    part : bytes or (int, int)
        As in `Header`.

    Returns
    -------
    int
    """
    return len(part) if isinstance(part, bytes) else part[1] - part[0]


def _content(file, part, offset, size):
    if isinstance(part, bytes):
        return part[offset : offset + size]
    file.seek(part[0] + offset)
    return file.read(min(size, length_of(part) - offset))


class _Spliced(io.RawIOBase):
    # The parts read as if they were one file, without copying them together.

    def __init__(self, file, parts):
        self._file, self._parts, self._position = file, [part for part in parts if length_of(part)], 0
        self._starts = [*accumulate(map(length_of, self._parts), initial=0)]  # and, last, where all end

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=io.SEEK_SET):
        self._position = max(0, offset + (0, self._position, self._starts[-1])[whence])
        return self._position

    def readinto(self, buffer):
        index = bisect_right(self._starts, self._position) - 1
        if index == len(self._parts):
            return 0
        content = _content(self._file, self._parts[index], self._position - self._starts[index], len(buffer))
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)
