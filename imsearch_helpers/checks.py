"""Floor 0. A parameter comes in; the same goes out, or an error that names it, its value and what is accepted."""

import functools
import importlib
import math
import numbers
import operator
import re
import sys
import unicodedata

IN_BROWSER = sys.platform == "emscripten"  # Python as Pyodide brings it: without threads, and without other processes
# What could run, reorder or hide: controls, format characters, lone surrogates, what means nothing yet, line and paragraph ends.
ESCAPED = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
JOINERS = "\u200c\u200d"  # format characters, too, but words and emojis are written with them


def checked_count(value, name):
    """`value` as an int, or a clear error.

    Parameters
    ----------
    value : int
    name : str
        The parameter's name, for the message.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    TypeError
        When it is no whole number.
    ValueError
        When it is below 1.

    Examples
    --------
    >>> checked_count(0, "top_k")
    Traceback (most recent call last):
    ValueError: top_k must be at least 1, not 0
    """
    try:
        count = operator.index(None if isinstance(value, bool) else value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number of at least 1, not {value!r}") from None
    if count < 1:
        raise ValueError(f"{name} must be at least 1, not {value!r}")
    return count


def checked_positive(value, name):
    """`value` as it came, or a clear error.

    Parameters
    ----------
    value : float
        A time in seconds, a number of bytes ...
    name : str

    Returns
    -------
    float
        Finite, and above 0.

    Raises
    ------
    ValueError
        When it is no such number.
    """
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not 0 < value < math.inf:
        raise ValueError(f"{name} must be a finite number above 0, not {value!r}")
    return value


def checked_size(size, name="size"):
    """`size` as two ints, or a clear error.

    Parameters
    ----------
    size : (int, int)
        Width and height in pixels.
    name : str
        The parameter's name, for the message.

    Returns
    -------
    (int, int)

    Raises
    ------
    ValueError
        When it is not two whole numbers of at least 1.
    """
    try:
        width, height = (operator.index(side) for side in size)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be (width, height) in whole pixels, not {size!r}") from None
    if width < 1 or height < 1:
        raise ValueError(f"{name} must be at least (1, 1), not {size!r}")
    return width, height


def checked_bins(bins):
    """`bins` as an int, or a clear error.

    Parameters
    ----------
    bins : int

    Returns
    -------
    int
        From 1 to 256.

    Raises
    ------
    ValueError
        When it is not a whole number from 1 to 256.
    """
    try:
        whole = operator.index(bins)
    except TypeError:
        whole = 0
    if isinstance(bins, bool) or not 1 <= whole <= 256:
        raise ValueError(f"bins must be a whole number from 1 to 256, not {bins!r}")
    return whole


def needed(package, purpose, extra="extensions"):
    """A package of an extra, imported now; or a clear error with the remedy.

    Parameters
    ----------
    package : str
        As it is imported.
    purpose : str
        What needs it, for the message.
    extra : str
        Which extra brings it; empty for what every installation of the course has.

    Returns
    -------
    module

    Raises
    ------
    ImportError
        When it is missing or broken; the message says what to run.
    """
    try:
        return importlib.import_module(package)
    except (ImportError, RuntimeError) as error:  # a torchvision for another torch raises the second
        what = f".[{extra}]" if extra else "."
        remedy = f'run this in the folder of the course: python -m pip install -c constraints.txt -e "{what}"'
        raise ImportError(f"{purpose} needs {package}, which cannot be imported ({error}); {remedy}") from error


def printable(name):
    """A file's name as one safe line: what could run, reorder or hide something, and undecodable bytes, are shown as escapes.

    Letters, signs, joiners and spaces of every script stay as they are, so that a printed name can be pasted back.

    Parameters
    ----------
    name : str or Path

    Returns
    -------
    str

    References
    ----------
    The Unicode Standard, chapter 4.5: the general categories of characters.

    Examples
    --------
    >>> printable("two\\nlines.png")
    'two\\\\nlines.png'
    """
    hidden = (c not in JOINERS and unicodedata.category(c) in ESCAPED for c in str(name))
    return "".join(c.encode("unicode_escape").decode("ascii") if hide else c for c, hide in zip(str(name), hidden))


def renamed(**ours):
    """A decorator: whoever passes a keyword that other programs use is told ours.

    Parameters
    ----------
    **ours : str
        The other keyword and the parameter of the decorated function that stands for it.

    Returns
    -------
    callable
        It changes nothing else; the call with such a keyword is a TypeError.

    Examples
    --------
    >>> @renamed(image_path="image")
    ... def half(image):
    ...     return image / 2
    >>> half(image_path=4)
    Traceback (most recent call last):
    TypeError: half() has no parameter 'image_path'; here it is called 'image'
    """

    def decorate(function):
        @functools.wraps(function)
        def call(*args, **keywords):
            for other in ours.keys() & keywords.keys():
                raise TypeError(f"{function.__name__}() has no parameter {other!r}; here it is called {ours[other]!r}")
            return function(*args, **keywords)

        return call

    return decorate


def no_formula(text):
    """A text that no spreadsheet takes for a formula, which could fetch or send something: an apostrophe before it if need be.

    Also behind a semicolon, where spreadsheets of many countries begin another cell.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> no_formula("=1+1")
    "'=1+1"
    >>> no_formula("a;=1+1; b")
    "a;'=1+1; b"
    """
    return re.sub(r"(?:^|(?<=;))(?=\s*[=+\-@＝＋－＠])", "'", text)
