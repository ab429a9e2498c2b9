"""Our own small network: the shipped files are what their card says, and it finds products that it never saw."""

import hashlib

import numpy as np
import pytest
from PIL import Image

from imsearch_helpers.collection import Products
from imsearch_helpers.deep import activations
from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.evaluation import bootstrap_interval
from imsearch_helpers.images import load_image
from imsearch_helpers.judging import evaluate_engine
from imsearch_helpers.vectors import METHODS
from tests import REPOSITORY

MODELS = REPOSITORY / "data" / "models"
FILES = ("small_network.onnx", "small_network_untrained.onnx", "small_network_filters.npz")
NETWORKS = FILES[:2]
RAMP = (np.arange(3 * 64 * 64, dtype=np.float32) % 251 / 250).reshape(1, 3, 64, 64)
KNOWN = [0.049554, 0.182245, 0.064000, -0.056527, -0.043718, -0.057865]  # of the ramp, by torch in float64


@pytest.fixture(scope="module")
def sessions():
    """File name -> the network, ready to run."""
    onnxruntime = pytest.importorskip("onnxruntime", reason="needs onnxruntime, of the extra `extensions`")
    return {file: onnxruntime.InferenceSession(MODELS / file) for file in NETWORKS}


@pytest.fixture(scope="module")
def network(sessions):
    return sessions["small_network.onnx"]


@pytest.fixture(scope="module")
def products():
    return Products(REPOSITORY / "data")


@pytest.fixture(scope="module")
def judged(products):
    """A function from the vectors of all pictures to {row: precision@4} of the held-out ones as queries among all."""

    def judge(vectors):
        engine = ImageSearchEngine.from_vectors([row.path for row in products], vectors)
        precisions = evaluate_engine(engine, products, by="product", k=4).precisions
        return {row: precisions[row.path] for row in products.where(split="held_out")}

    return judge


@pytest.fixture(scope="module")
def trained(network, products, judged):
    return judged(embeddings(network, products))


@pytest.fixture(scope="module")
def by_hand(products, judged):
    """The same for every method that learnt nothing."""
    names = sorted(set(METHODS) - {"deep", "small_network"})
    vectors = {name: np.stack([METHODS[name](row.path) for row in products]) for name in names}
    vectors["own mean"] = vectors["pixels"] - vectors["pixels"].mean(axis=1, keepdims=True)
    return [judged(rows) for rows in vectors.values()]


def pixels_of(path):
    picture = load_image(path, size=(64, 64)).resize((64, 64), Image.Resampling.BICUBIC)
    return np.asarray(picture, dtype=np.float32).transpose(2, 0, 1)[np.newaxis] / 255


def embeddings(network, products):
    return np.concatenate([network.run(["embedding"], {"pixels": pixels_of(row.path)})[0] for row in products])


def mean(precisions):
    return np.mean(list(precisions.values()))


# The files


@pytest.mark.parametrize("file", FILES)
def test_file_is_small_and_the_one_that_the_card_describes(file):
    content = (MODELS / file).read_bytes()
    assert len(content) < 1_000_000
    assert f"{hashlib.sha256(content).hexdigest()}  {file}" in (MODELS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", NETWORKS)
def test_file_names_no_source_file(file):
    assert b".py" not in (MODELS / file).read_bytes()


@pytest.mark.parametrize("file", NETWORKS)
def test_inputs_and_outputs_are_named_and_shaped_as_documented(sessions, file):
    [pixels] = sessions[file].get_inputs()
    embedding, activation = sessions[file].get_outputs()
    assert (pixels.name, pixels.type, pixels.shape) == ("pixels", "tensor(float)", ["n", 3, 64, 64])
    assert (embedding.name, embedding.shape) == ("embedding", ["n", 96])
    assert (activation.name, activation.shape) == ("activation", ["n", 24, 32, 32])


# The numbers


def test_embedding_is_the_one_that_torch_computes_from_the_same_weights(network):
    [embedding] = network.run(["embedding"], {"pixels": RAMP})[0]
    assert embedding[:6] == pytest.approx(KNOWN, abs=1e-4)


@pytest.mark.parametrize("file", NETWORKS)
def test_embedding_has_length_1_also_of_black_and_of_white(sessions, file):
    pixels = np.concatenate([RAMP, np.zeros_like(RAMP), np.ones_like(RAMP)])
    embedding = sessions[file].run(["embedding"], {"pixels": pixels})[0]
    assert np.linalg.norm(embedding, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_a_picture_has_the_same_embedding_alone_and_in_a_batch(network):
    pixels = np.concatenate([RAMP, RAMP[:, :, ::-1], RAMP[:, ::-1]])
    batch = network.run(["embedding"], {"pixels": pixels})[0]
    alone = [network.run(["embedding"], {"pixels": one[np.newaxis]})[0][0] for one in pixels]
    assert batch == pytest.approx(np.stack(alone), abs=1e-5)


@pytest.mark.parametrize("file, prefix", list(zip(NETWORKS, ("", "untrained_"))))
@pytest.mark.parametrize("y, x", [(10, 20), (0, 31)])
def test_activation_is_the_stored_filter_laid_on_the_picture_by_hand(sessions, file, prefix, y, x):
    stored = np.load(MODELS / "small_network_filters.npz")
    framed = np.pad(RAMP[0], ((0, 0), (2, 2), (2, 2)))  # zeros around, so that the filter also fits at the edge
    under = framed[:, 2 * y : 2 * y + 5, 2 * x : 2 * x + 5]  # it moves on by two pixels at a time
    sums = (stored[f"{prefix}filters"] * under).sum(axis=(1, 2, 3)) + stored[f"{prefix}added"]
    activation = sessions[file].run(["activation"], {"pixels": RAMP})[0][0]
    assert activation[:, y, x] == pytest.approx(np.maximum(sums, 0), abs=1e-4)


@pytest.mark.parametrize("file, prefix", list(zip(NETWORKS, ("", "untrained_"))))
def test_activations_without_the_network_are_those_of_the_network(sessions, file, prefix):
    stored = np.load(MODELS / "small_network_filters.npz")
    ours = activations(RAMP[0].transpose(1, 2, 0), stored[f"{prefix}filters"], stored[f"{prefix}added"], step=2)
    assert ours == pytest.approx(sessions[file].run(["activation"], {"pixels": RAMP})[0][0], abs=1e-4)


def test_activations_of_two_colours_by_hand():
    picture = np.array([[[1, 10], [2, 20]], [[3, 30], [4, 40]]])
    middle_of_one_colour = np.zeros((2, 2, 1, 1))
    middle_of_one_colour[[0, 1], [0, 1]] = 1  # the first filter sees the first colour alone, the second the second
    answers = activations(picture, middle_of_one_colour, np.array([0, -15]))
    assert answers.tolist() == [[[1, 2], [3, 4]], [[0, 5], [15, 25]]]


@pytest.mark.parametrize("picture, filters, step, message", [
    (np.zeros((4, 4)), np.zeros((1, 3, 3, 3)), 1, "picture must have the shape"),
    (np.zeros((4, 4, 1)), np.zeros((1, 3, 3, 3)), 1, "picture must have the shape"),
    (np.zeros((4, 4, 3)), np.zeros((1, 3, 2, 2)), 1, "side odd"),
    (np.zeros((4, 4, 3)), np.zeros((3, 3, 3)), 1, "filters must have the shape"),
    (np.zeros((4, 4, 3)), np.zeros((1, 3, 3, 3)), 0, "step must be"),
])  # fmt: skip
def test_activations_refuse_what_does_not_fit(picture, filters, step, message):
    with pytest.raises(ValueError, match=message):
        activations(picture, filters, np.zeros(len(filters)), step)


# What it finds


def test_held_out_products_are_found_after_training_and_not_before(sessions, products, judged, trained):
    assert mean(trained) >= 0.90
    assert mean(judged(embeddings(sessions["small_network_untrained.onnx"], products))) < 0.25


def test_no_method_by_hand_finds_half_as_many(trained, by_hand):
    assert max(map(mean, by_hand)) < 0.5 * mean(trained)


@pytest.mark.parametrize("shot", ["turned", "scene"])
def test_margin_over_the_best_method_by_hand_is_no_accident(trained, by_hand, shot):
    rows = [row for row in trained if row.shot == shot]
    best = max(by_hand, key=lambda precisions: np.mean([precisions[row] for row in rows]))
    low, _ = bootstrap_interval([trained[row] - best[row] for row in rows])
    assert low > 0
