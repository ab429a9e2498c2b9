"""Floor 2. The other end of a `ReaderPool`, in a process that may be killed: paths come in, pictures or vectors go out, as bytes."""

import json
import signal
import sys

from .images import ENOUGH_PIXELS, ImageError, read_image
from .rgb import bands

RESERVED = 1 << 25  # bytes that NumPy sets aside for products of matrices, which nothing computes in these processes


def send(stream, message, content=b""):
    """One line of JSON, and what belongs to it.

    Parameters
    ----------
    stream : file object
        Binary.
    message : dict
    content : bytes
        Numbers or pixels, of which the line says how many they are.
    """
    stream.write(json.dumps(message).encode("ascii") + b"\n" + content)
    stream.flush()


def serve(package):
    """Do what comes as orders, until the input ends.

    Parameters
    ----------
    package : module
        Where `METHODS` is found, loaded only if an order names a method.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a press of stop is for the caller, who then ends us
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    settings = json.loads(orders.readline())
    limit = settings.pop("memory_limit")
    _limit_memory(limit)
    send(answers, {})
    for line in orders:
        order = json.loads(line)
        function = None
        if "method" in order:
            function = package.METHODS[order["method"]]  # which loads NumPy
            _limit_memory(limit, RESERVED)
        size = getattr(function, "load_size", None) or ENOUGH_PIXELS if function else order["size"]
        send(answers, {})
        for path in order["paths"]:
            _answer(answers, path, size, function, **settings)


def _limit_memory(n_bytes, reserved=0):
    try:
        import resource
    except ImportError:  # Windows
        return
    if n_bytes is not None:
        _, given = resource.getrlimit(resource.RLIMIT_DATA)  # a shared machine may allow less, and no process may raise that
        limits = n_bytes + reserved, n_bytes + RESERVED
        limits = limits if given == resource.RLIM_INFINITY else tuple(min(limit, given) for limit in limits)
        resource.setrlimit(resource.RLIMIT_DATA, limits)


def _answer(answers, path, size, function, max_pixels, max_bytes):
    try:
        picture, repairs = read_image(path, size, max_pixels, max_bytes, killable=True)
        if function:
            _send_vector(answers, function(picture), repairs)
        else:
            _send_picture(answers, picture, repairs)
    except ImageError as error:
        send(answers, {"reason": error.reason})
    except MemoryError:
        send(answers, {"reason": "there is not enough memory for its vector"})
    except Exception as error:  # the method's own fault, which would else look like the picture's
        send(answers, {"fault": f"{type(error).__name__}: {error}"})


def _send_vector(answers, values, repairs):
    import numpy as np

    vector = np.ascontiguousarray(values, dtype=np.float32)
    if np.ndim(values) != 1:
        raise ValueError(f"the vector that method returned must be a vector, of shape (n_dims,), not of shape {np.shape(values)}")
    send(answers, {"n_dims": vector.size, "repairs": repairs}, vector.tobytes())


def _send_picture(answers, picture, repairs):
    send(answers, {"width": picture.width, "height": picture.height, "repairs": repairs})
    for band in bands(picture):
        answers.write(band.tobytes())
    answers.flush()
