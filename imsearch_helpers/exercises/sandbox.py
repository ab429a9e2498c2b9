"""A learner's function comes in; out comes what became of a call: in silence, not for long, without ready-made answers.

And what can be known before any call: is it still blank, does it go round in a loop?
"""

import _thread
import contextlib
import dis
import inspect
import io
import signal
import threading
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..checks import IN_BROWSER

MOST_PRINTED = 1_000_000  # letters that are kept of what one call prints
TIME_LIMIT = 5  # seconds for one call of a learner's function, which takes milliseconds unless it never ends


class Outcome(NamedTuple):
    """What became of one call: what it returned, the error it stopped with or None, and what it printed."""

    got: object
    error: BaseException | None
    printed: str


class TookTooLong(TimeoutError):
    """A call was interrupted; holds after how many seconds."""


def run(function, given, ready_made=(), timed=True):
    """Call a function set apart: nothing appears, ready-made answers refuse, NumPy's settings come back.

    Parameters
    ----------
    function : callable
    given : tuple
        The arguments.
    ready_made : sequence of functions
        Written in Python; each refuses to work during the call, by whatever name it is called.
    timed : bool
        Whether the call is interrupted after `TIME_LIMIT` seconds, where that is possible.

    Returns
    -------
    Outcome
    """
    with silence() as printed, np.errstate(), _refusing(ready_made):
        try:
            with _time_limit() if timed else contextlib.nullcontext():
                got, error = function(*given), None
        except (Exception, SystemExit) as caught:
            got, error = None, caught
    return Outcome(got, error, printed.getvalue())


class _Beginning(io.StringIO):
    """Forgets what comes after `MOST_PRINTED` letters: a loop that never ends prints gigabytes."""

    def write(self, text):
        super().write(text[: max(0, MOST_PRINTED - self.tell())])
        return len(text)


@contextlib.contextmanager
def silence():
    """Nothing appears that is printed, on stdout or stderr; its first million letters are collected.

    Yields
    ------
    io.StringIO
    """
    printed = _Beginning()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield printed


# Time


class _Alarm:
    """Presses the stop button, unless it was switched off before."""

    def __init__(self):
        self.lock, self.is_on, self.rang = threading.Lock(), True, False

    def ring(self):
        with self.lock:
            if self.is_on:
                self.rang = True
                _press_stop()

    def switch_off(self):
        with self.lock:
            self.is_on = False


def _press_stop():
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)  # also wakes what sleeps
    else:
        _thread.interrupt_main()


@contextlib.contextmanager
def _time_limit():
    if threading.current_thread() is not threading.main_thread() or IN_BROWSER:
        yield  # nothing can be interrupted there
        return
    alarm = _Alarm()
    timer = threading.Timer(TIME_LIMIT, alarm.ring)
    timer.daemon = True
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer.start()
    try:
        try:
            yield
        finally:
            alarm.switch_off()
    except KeyboardInterrupt:
        if not alarm.rang:
            raise
        raise TookTooLong(TIME_LIMIT) from None
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


# Ready-made answers

REFUSAL = "imsearch_helpers: write your own"


def _refuse(*args, **kwargs):
    raise RuntimeError("imsearch_helpers: write your own")  # spelled out: this code runs inside other modules' functions


def _refuse_to_yield(*args, **kwargs):
    raise RuntimeError("imsearch_helpers: write your own")
    yield  # a generator function takes the code of a generator only, and refuses when its first item is asked for


@contextlib.contextmanager
def _refusing(functions):
    # The code is exchanged inside the function objects, because the reader may have imported them long before.
    codes = [function.__code__ for function in functions]
    try:
        for function, code in zip(functions, codes):
            function.__code__ = _refusing_code(code)
        yield
    finally:
        for function, code in zip(functions, codes):
            function.__code__ = code


def _refusing_code(code):
    """Code of the same kind that refuses; Python lets a function have no other."""
    refuse = _refuse_to_yield if code.co_flags & inspect.CO_GENERATOR else _refuse
    return refuse.__code__.replace(co_freevars=code.co_freevars)


def refused(error):
    """Whether an error is the refusal of a ready-made answer.

    Parameters
    ----------
    error : BaseException or None

    Returns
    -------
    bool
    """
    said = error.args[0] if error is not None and error.args else None  # it can hold anything
    return isinstance(said, str) and said == REFUSAL


# Before any call


def is_blank(function):
    """Whether a function is still what the stub is: a docstring and three dots.

    Parameters
    ----------
    function : callable

    Returns
    -------
    bool
    """

    def blank():
        """Like an untouched stub: a docstring and three dots."""
        ...

    function = inspect.unwrap(function)  # below its decorators
    if not hasattr(function, "__code__"):
        return False
    constants = set(function.__code__.co_consts) <= {None, function.__doc__, Ellipsis}
    return constants and _steps(function) == _steps(blank)


def _steps(function):
    return [instruction.opname for instruction in dis.get_instructions(function)]


NEVER_GOES_ON = {
    "JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE",
}  # fmt: skip
LOOPS_OF_PYTHON = {"map", "filter", "reduce"}
LOOPS_OF_NUMPY = {"vectorize", "apply_along_axis", "fromiter", "frompyfunc"}


def has_loop(function):
    """Whether a function goes round in a loop, or another one of the same notebook that it names.

    Parameters
    ----------
    function : callable

    Returns
    -------
    bool
        True as well for what has no code to look at, such as what `numpy.vectorize` returns.
    """
    functions = [inspect.unwrap(function)]
    for one in functions:  # which grows on the way
        if not hasattr(one, "__code__"):
            return True
        codes = _codes_in(one.__code__)
        instructions = [instruction for code in codes for instruction in dis.get_instructions(code)]
        if any(map(_is_a_loop, instructions)) or any(map(_comes_back, codes)):
            return True
        others = [one.__globals__.get(i.argval) for i in instructions if _is_global(i)]
        own = [other for other in others if inspect.isfunction(other) and other.__globals__ is one.__globals__]
        functions += [other for other in map(inspect.unwrap, own) if other not in functions]
    return False


def _codes_in(code):
    """A function's code and that of all functions and comprehensions inside it."""
    return [code, *(inner for constant in code.co_consts if inspect.iscode(constant) for inner in _codes_in(constant))]


def _is_a_loop(instruction):
    if instruction.opname == "FOR_ITER" or _is_global(instruction) and instruction.argval in LOOPS_OF_PYTHON:
        return True
    return isinstance(instruction.argval, str) and instruction.argval in LOOPS_OF_NUMPY


def _comes_back(code):
    """Whether an instruction can come after itself; a jump back alone may be the way out of a ``with`` or an ``except``."""
    steps = dis.Bytecode(code)
    order = TopologicalSorter()
    for here, below in pairwise([*steps, None]):
        if here.opcode in dis.hasjrel:
            order.add(here.argval, here.offset)
        if below and here.opname not in NEVER_GOES_ON:
            order.add(below.offset, here.offset)
        for entry in steps.exception_entries:
            if entry.start <= here.offset < entry.end:
                order.add(entry.target, here.offset)
    try:
        order.prepare()
    except CycleError:
        return True
    return False


def _is_global(instruction):
    return instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME")
