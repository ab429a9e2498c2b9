"""Answers, errors and calls come in; out come the words that a learner reads."""

import inspect
import os
import re
import traceback

import numpy as np
from PIL import Image

from .equality import is_numeric
from .sandbox import TookTooLong, refused

OURS = os.path.dirname(os.path.dirname(__file__))  # the whole package: the learner's own line is of interest
LONGEST_ERROR = 2000  # letters of an error's words, which may hold a whole array
CALLS_THE_PACKAGE = "It calls the package's own function for this. Here you build your own: write out what it does."

CAUSES = {  # what an error's words match -> its likely cause
    r"non-int of type 'bytes'": 'bytes in a row are not yet one number: int.from_bytes(..., "big") makes one of them.',
    r"unsupported operand .*'list'|can't multiply sequence|'list' object has no attribute '(mean|sum|astype|shape|T)'": (
        "it is a list, where an array is needed: make one of it with np.array(...), or go through it in a loop."
    ),
    r"unsupported operand .*'(tuple|SearchResult)'|KeyError: (SearchResult)?\(": (
        "that is a pair, not one value: take it apart, for example with `path, score = pair`, or take pair[0]."
    ),
    r"unsupported operand .*'NoneType'|'NoneType' object": (
        "None is what a function gives that returns nothing, such as .sort() and .append(); is a `return` missing?"
    ),
    r"out of bounds for uint8": "a uint8 stays one in a calculation. Convert before you compute: int(value), or array.astype(int).",
    r"Cannot cast ufunc .* to dtype\('u?int": (
        "`-=` and its like write into the array, whose type holds whole numbers only, and change the input: write v = v - ... instead."
    ),
    r"could not be broadcast|mismatch in its core dimension|not aligned": (
        "the two shapes do not fit. Look at .shape of both: is a keepdims=True missing, an axis another one, or a .T?"
    ),
    r"all the input array dimensions|inhomogeneous shape": "the parts differ in length, and an array needs equal ones.",
    r"only .* arrays can be converted to Python scalars": (
        "int(...) and float(...) take one number; of a whole array it is array.astype(int) or array.astype(float)."
    ),
    r"truth value of an array": "`if` needs one yes or no; an array holds many: .any() or .all() makes one of them.",
    r"boolean subtract": "True and False cannot be subtracted; 1 and 0 can: .astype(int) first, or take the means first.",
    r"cannot reshape": "rows times columns must be how many numbers there are.",
    r"'(Image|\w*ImageFile)' object": "a picture is no array yet: np.asarray(picture) is one.",
    r"ZeroDivisionError": "the docstring says what to return there; look for 0 before you divide.",
    r"'(dict|list|tuple|\w*\.?ndarray)' object is not callable": (
        "round brackets call a function; square ones take what is in a dictionary, a list or an array: d[key], a[0]."
    ),
    r"IndexError: .*(out of range|out of bounds)": "is it counted from 1, as the last of n places is n - 1, or along another axis, or by the places of a longer list?",
    r"KeyError": "is it spelled as in the dict, and not a place or a value of it? dict.get(key, 0) gives 0 for what is not there.",
    r"NameError": "is the name spelled like this elsewhere, and was the cell run that defines or imports it?",
}


def call_of(exercise, given):
    """A call as the learner would write it.

    Parameters
    ----------
    exercise : Exercise or Examples
    given : tuple
        The arguments.

    Returns
    -------
    str
    """
    names = re.findall(r"[(,]\s*\**(\w+)", exercise.signature)
    return f"{exercise.name}({', '.join(f'{name}={short(value)}' for name, value in zip(names, given))})"


def about_error(error):
    """What to say about the error that a learner's function stopped with.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
    """
    if refused(error):
        return CALLS_THE_PACKAGE
    if isinstance(error, TookTooLong):
        return f"It was stopped after {error.args[0]} seconds: does every loop in it come to an end?"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(OURS)]
    place = f" at the line\n    {frames[0].line}" if frames and frames[0].line else ""
    n_notes = sum(len(str(note).split("\n")) for note in getattr(error, "__notes__", ()))  # ours, which name a picture
    words = traceback.format_exception_only(error)[-1 - n_notes].strip()  # also where the error cannot be written out
    return f"It stopped with {words if len(words) <= LONGEST_ERROR else words[:LONGEST_ERROR] + ' ...'}{place}"


def about_cause(error):
    """What is likely behind an error.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
        Empty where the error's own words must do.
    """
    words = traceback.format_exception_only(error)[0].strip()[:LONGEST_ERROR]
    return next((cause for pattern, cause in CAUSES.items() if re.search(pattern, words)), "")


def about_arguments(exercise):
    """What to say where a function cannot be called as the stub can.

    Parameters
    ----------
    exercise : Exercise or Examples

    Returns
    -------
    str
    """
    return f"It should take {exercise.signature}, as the stub does."


def about_nothing(expected, printed):
    """What to say where nothing was returned.

    Parameters
    ----------
    expected : object
        The right answer.
    printed : str
        What the function printed.

    Returns
    -------
    str, str
        The reason, and the comparison.
    """
    expected = f"Expected:  {short(expected)}"
    if printed.strip():
        return "It prints, but returns nothing. Give the result back with return.", expected
    return "It returns None. Does every way through the function end in a return?", expected


def about_answer(expected, got):
    """What to say about a wrong answer.

    Parameters
    ----------
    expected, got : object
        The right answer and the learner's.

    Returns
    -------
    str, str
        The reason, empty where only the numbers differ; and the comparison.
    """
    reason = about_kind(expected, got) or _about_type(expected, got) or _about_shape(expected, got)
    return reason, f"Expected:  {short(expected)}\nCame:      {short(got)}"


def about_kind(expected, got):
    """What to say about an answer that is no answer yet: a generator, or a function.

    Parameters
    ----------
    expected, got : object
        The right answer and the learner's.

    Returns
    -------
    str
        Empty where it is neither.
    """
    if inspect.isgenerator(got):
        return "It yields its results one by one, or a comprehension stands in round brackets. Return the whole result."
    if callable(got) and not callable(expected):
        return "That is a function. Are the brackets missing that call it?"
    return ""


def _about_type(expected, got):
    if isinstance(expected, str) and not isinstance(got, str):
        return f"It should be a text, such as {short(expected)}."
    if isinstance(expected, (bool, np.bool_)) and not (is_numeric(got) and np.shape(got) == () and got in (0, 1)):
        return "It should be True or False."
    if isinstance(got, tuple) and is_numeric(expected) and not np.shape(expected):
        return f"These are {len(got)} values; one number is asked for. Is there a comma after return?"
    return ""


def _about_shape(expected, got):
    n_values = len(got) if isinstance(got, (tuple, list)) or isinstance(got, np.ndarray) and got.ndim else 1
    if isinstance(expected, tuple) and n_values != len(expected):
        return f"It should be {len(expected)} values, separated by commas after return."
    if not is_numeric(expected):
        return ""
    if not is_numeric(got):
        return "It should be an array of numbers." if np.shape(expected) else "It should be a number."
    if np.shape(got) == np.shape(expected):
        is_new = np.isnan(np.asarray(got, dtype=complex)).any() and not np.isnan(np.asarray(expected, dtype=complex)).any()
        return "nan means 'not a number': it comes from 0 / 0." if is_new else ""
    now = f"The shape is {np.shape(got)}" if np.shape(got) else "It is one number"
    return f"{now}; it should be {np.shape(expected) or 'one number'}."


def short(value):
    """A value in at most a few lines.

    Parameters
    ----------
    value : object

    Returns
    -------
    str

    Examples
    --------
    >>> short((1 / 3, ["a"]))
    "(0.3333, ['a'])"
    """
    try:
        return _written(value)
    except Exception:  # a learner's own class may fail to write itself
        return f"something of the type {type(value).__name__} that cannot be shown"


def _written(value):
    value = value.item() if isinstance(value, (np.integer, np.bool_)) else value
    if isinstance(value, np.ndarray):
        edges = 4 if value.ndim < 2 else 2  # of a picture's rows and columns: all of them would fill a page
        text = np.array2string(value, threshold=24, edgeitems=edges, precision=3, separator=", ", prefix=" " * 17)
        return f"array({text})" + (f" of shape {value.shape}" if value.size > 24 else "")
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.4g}"
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields") and len(value) <= 24:
        inside = ", ".join(map(short, value)) + ("," if isinstance(value, tuple) and len(value) == 1 else "")
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    text = f"<a picture of {value.width} x {value.height} pixels>" if isinstance(value, Image.Image) else repr(value)
    return text if len(text) <= 300 else text[:300] + " ..."
