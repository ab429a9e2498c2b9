"""Parts of a file and bytes of our own come in; one file for the decoder goes out."""

import io

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
    return io.BytesIO(b"".join(part if isinstance(part, bytes) else _content(file, *part) for part in parts))


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


def _content(file, start, stop):
    file.seek(start)
    return file.read(stop - start)


class _Spliced(io.RawIOBase):
    # The parts read as if they were one file, without copying them together.

    def __init__(self, file, parts):
        self._file, self._parts, self._position = file, [], 0
        self._length = 0
        for part in parts:
            self._parts.append((self._length, self._length + length_of(part), part))
            self._length += length_of(part)

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self._position

    def seek(self, offset, whence=io.SEEK_SET):
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer):
        for start, stop, part in self._parts:
            if start <= self._position < stop:
                size = min(len(buffer), stop - self._position)
                content = self._content(part, self._position - start, size)
                buffer[: len(content)] = content
                self._position += len(content)
                return len(content)
        return 0

    def _content(self, part, offset, size):
        if isinstance(part, bytes):
            return part[offset : offset + size]
        return _content(self._file, part[0] + offset, part[0] + offset + size)
