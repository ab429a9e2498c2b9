"""What may be added from outside: a metric, a method, an index. Whatever goes through the engine agrees with the plain loop."""

from itertools import combinations

import numpy as np
import pytest
from scipy.spatial import distance

from imsearch_helpers import METHODS, METRICS, Metric, Products, evaluate_engine, near_duplicates
from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.evaluation import average_precision, evaluate_search
from imsearch_helpers.images import load_image
from imsearch_helpers.scores import score_blocks
from imsearch_helpers.similarity import FromDots


def from_rows(rows, metric="cosine"):
    return ImageSearchEngine.from_vectors([f"{i:04}.png" for i in range(len(rows))], rows, metric=metric)


def crowded(seed, n_images=60, n_dims=4):
    """Small whole numbers: copies, scaled copies, many ties."""
    return np.random.default_rng(seed).integers(-1, 3, (n_images, n_dims)) * 0.3


# A metric


@pytest.fixture(params=["record", "function"])
def manhattan(request, monkeypatch):
    def score(v1, v2):
        return -float(np.abs(v1 - v2).sum())

    monkeypatch.setitem(METRICS, "manhattan", Metric(score, highest=0) if request.param == "record" else score)
    return score


def by_hand(rows, query, top_k):
    """The ranking, by SciPy's distance."""
    scores = [-distance.cityblock(row, np.float32(query).astype(float)) for row in np.float32(rows).astype(float)]
    order = sorted(range(len(rows)), key=lambda row: (-scores[row], row))[:top_k]
    return [(f"{row:04}.png", pytest.approx(scores[row], abs=1e-12)) for row in order]


@pytest.mark.parametrize("seed", range(5))
def test_a_new_metric_ranks_right_by_every_search(manhattan, seed):
    rows = np.random.default_rng(seed).normal(size=(60, 4))
    engine, queries = from_rows(rows, "manhattan"), [rows[3], rows[8] + 0.1, np.zeros(4)]
    for query, batch in zip(queries, engine.search_batch(queries, 7), strict=True):
        loop = engine.search(query, 7)
        assert loop == engine.search_fast(query, 7) == batch == engine.search_diverse(query, 7, diversity_weight=0)
        assert loop == by_hand(rows, query, 7)


def test_a_new_metric_decides_what_is_diverse(manhattan):
    engine = from_rows([[0.0], [0.1], [0.9], [-1.0]], "manhattan")
    # After the copy of the query: 0.1 * score + 0.9 * distance is -0.01 + 0.09, -0.09 + 0.81, and -0.1 + 0.9 for the last.
    assert [result.path for result in engine.search_diverse([0.0], 2, diversity_weight=0.9)] == ["0000.png", "0003.png"]


@pytest.mark.parametrize("threshold", [-0.31, -0.6, -1e-9, 0])
def test_a_new_metric_finds_near_duplicates(manhattan, threshold):
    rows = crowded(1, 40)
    engine = from_rows(rows, "manhattan")
    groups, vector_of = near_duplicates(engine, threshold), dict(zip(engine.image_paths, engine.image_vectors.astype(float)))
    near = lambda one, other: manhattan(vector_of[one], vector_of[other]) >= threshold
    assert groups and all(near(*pair) for group in groups for pair in combinations(group, 2))
    alone = set(engine.image_paths).difference(*groups)
    assert not any(near(one, other) for one, other in combinations(sorted(alone), 2))


def test_a_new_metric_is_evaluated_as_it_ranks(manhattan):
    products = Products()
    rows = products.rows[:60]
    vectors = np.random.default_rng(0).integers(0, 3, (60, 3))
    engine = ImageSearchEngine.from_vectors([row.path for row in rows], vectors, metric="manhattan")
    measured = evaluate_engine(engine, products, by="category", k=5)
    expected, precisions = [], []
    for query, vector in zip(rows, engine.image_vectors):
        ranking = [result.path for result in engine.search(vector, 60) if result.path != query.path]
        truth = {row.path for row in rows if row.category == query.category} - {query.path}
        if truth:
            expected.append(average_precision(truth, ranking))
            precisions.append(evaluate_search(truth, ranking, 5).precision)
    assert measured.average_precision == pytest.approx(np.mean(expected))
    assert measured.precision == pytest.approx(np.mean(precisions))


@pytest.mark.parametrize("score", [None, "cosine", 3])
def test_a_metric_without_a_function_is_refused(score):
    with pytest.raises(TypeError, match=f"^score must be a function of two vectors, not {score!r}$"):
        Metric(score)


def test_a_metric_with_a_strange_product_is_refused():
    with pytest.raises(TypeError, match=r"^from_dots must be a FromDots or None, not <built-in function max>$"):
        Metric(max, from_dots=max)


def test_what_is_no_metric_is_named_when_it_is_used(monkeypatch):
    monkeypatch.setitem(METRICS, "mine", "cosine")
    with pytest.raises(TypeError, match=r"^METRICS\['mine'\] must be a Metric or a function of two vectors, not 'cosine'$"):
        ImageSearchEngine("x", metric="mine")


@pytest.mark.parametrize("metric", ["magic", None, ["cosine"]])
def test_an_unknown_metric_lists_the_known(metric):
    with pytest.raises(ValueError, match="^metric must be one of cosine, euclidean.* not "):
        ImageSearchEngine("x", metric=metric)


# A method


def test_a_new_method_is_one_line(monkeypatch, folder):
    monkeypatch.setitem(METHODS, "sizes", lambda picture: [picture.width, picture.height])
    assert ImageSearchEngine(folder, "sizes").index_images().image_vectors.tolist() == [[8, 6]] * 6


# An index


class Exact:
    """A small exact index: one matrix product."""

    def __init__(self, rows):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        self.rows = rows / np.where(lengths > 0, lengths, 1)
        self.asked = 0

    def search(self, unit_queries, k):
        assert unit_queries.dtype == np.float32 and np.linalg.norm(unit_queries, axis=1) == pytest.approx(1)
        self.asked += 1
        scores = unit_queries @ self.rows.T  # (n_queries, n_dims) @ (n_dims, n_images)
        ids = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return ids, np.take_along_axis(scores, ids, axis=1)


class Fixed:
    """Returns what it was given, whatever it is asked."""

    def __init__(self, *returned):
        self.returned = returned

    def search(self, unit_queries, k):
        return self.returned


def test_an_exact_index_changes_nothing_and_is_asked_everywhere():
    rows = np.random.default_rng(2).normal(size=(200, 6)).astype(np.float32)
    plain, engine, index = from_rows(rows), from_rows(rows), Exact(rows)
    assert engine.use_index(index) is engine
    for top_k in (1, 5, 200, 500):
        assert engine.search_fast(rows[7], top_k) == plain.search(rows[7], top_k)
        assert engine.search_batch(rows[:9], top_k) == plain.search_batch(rows[:9], top_k)
        assert engine.search_diverse(rows[7], top_k) == plain.search_diverse(rows[7], top_k)
    assert index.asked == 12


class Nominating(Fixed):
    """Offers the rows that it was given, and remembers the queries."""

    def nominate(self, queries, k):
        self.asked = queries.tolist(), k
        return [self.returned for _ in queries]


def test_an_index_that_nominates_gets_the_queries_as_they_are_and_may_offer_more_than_asked_for():
    engine, index = from_rows([[1, 0], [1, 1], [0, 1], [2, 0]]), Nominating(1, 3, 0)
    assert [result.path for result in engine.use_index(index).search_fast([3, 0], 2)] == ["0000.png", "0003.png"]
    assert index.asked == ([[3, 0]], 2)


@pytest.mark.parametrize(("offered", "said"), [((0, 4), "from 0 to 3.*not 4"), ((1, 1), "each id once"), ((0.5,), "whole numbers")])
def test_an_index_that_nominates_what_are_no_rows(offered, said):
    with pytest.raises(ValueError, match=f"Nominating.nominate must return .*{said}"):
        from_rows([[1, 0], [1, 1], [0, 1], [2, 0]]).use_index(Nominating(*offered)).search_fast([3, 0], 2)


def test_what_an_index_offers_is_ranked_by_the_rule():
    engine = from_rows([[1, 0], [1, 1], [0, 1], [2, 0]]).use_index(Fixed(np.array([[2, 1, 3]]), np.array([[9.0, 8.0, 7.0]])))
    assert [result.path for result in engine.search_fast([1, 0], 2)] == ["0003.png", "0001.png"]
    assert engine.search_fast([1, 0], 1)[0].score == 1.0


def test_fewer_and_nothing_are_fewer_results():
    engine = from_rows(np.eye(3)).use_index(Fixed(np.array([[-1, 2, -1]]), None))
    assert [result.path for result in engine.search_fast([1, 0, 0], 3)] == ["0002.png"]
    assert from_rows(np.eye(3)).use_index(Fixed(np.empty((1, 0), int), None)).search_fast([1, 0, 0]) == []


def test_a_query_of_zeros_goes_past_the_index():
    engine = from_rows(np.eye(3)).use_index(Fixed("never asked"))
    assert engine.search_fast([0, 0, 0], 2) == engine.search([0, 0, 0], 2)


def test_zeros_in_a_batch_find_what_they_would_alone():
    rows = np.random.default_rng(3).normal(size=(30, 3)).astype(np.float32)
    engine = from_rows(rows).use_index(Exact(rows))  # which refuses zeros
    assert engine.search_batch([rows[0], np.zeros(3)], 4) == [engine.search(rows[0], 4), engine.search(np.zeros(3), 4)]


def test_repr_says_what_is_in_use():
    engine = from_rows(np.eye(3))
    exact = "<ImageSearchEngine: 3 pictures x 3 numbers, histogram, cosine>"
    assert repr(engine) == exact
    assert repr(engine.use_index(Exact(np.eye(3)))) == exact[:-1] + ", candidates from Exact>"
    assert repr(engine.use_index(None)) == exact


def test_measuring_looks_at_every_picture_whatever_the_index():
    products = Products()
    rows = products.rows[:30]
    vectors = np.random.default_rng(4).normal(size=(30, 5))
    engine = ImageSearchEngine.from_vectors([row.path for row in rows], vectors)
    before = evaluate_engine(engine, products, by="category")
    assert evaluate_engine(engine.use_index(Fixed("never asked")), products, by="category") == before
    assert near_duplicates(engine, 0.9) == near_duplicates(engine.use_index(None), 0.9)


def test_indexing_anew_forgets_the_index(folder):
    engine = ImageSearchEngine(folder).index_images()
    engine.use_index(Fixed("never asked")).index_images()
    assert engine.search_fast(folder / "b.png") == engine.search(folder / "b.png")


def test_an_index_is_not_saved(tmp_path):
    engine = from_rows(np.eye(3)).use_index(Fixed(np.array([[2]]), None))
    engine.save(tmp_path / "index")
    assert ImageSearchEngine.load(tmp_path / "index").search_fast([1, 0, 0], 1)[0].path == "0000.png"


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ((np.array([[0, 3]]), None), "ids being row numbers from 0 to 2, or -1 for none, not 3"),
        ((np.array([[0, -2]]), None), "ids being row numbers from 0 to 2, or -1 for none, not -2"),
        ((np.array([[1, 1]]), None), "each id once a query; 1 comes twice"),
        ((np.array([[0.0, 1.0]]), None), r"ids being whole numbers with a row for each of 1 queries, not float64 of shape \(1, 2\)"),
        ((np.array([0, 1]), None), r"ids being whole numbers with a row for each of 1 queries, not int64 of shape \(2,\)"),
        ((np.array([[0], [1]]), None), r"ids being whole numbers with a row for each of 1 queries, not int64 of shape \(2, 1\)"),
    ],
)
def test_an_index_that_returns_what_is_no_row_is_an_error_that_names_it(returned, said):
    with pytest.raises(ValueError, match=rf"^Fixed\.search must return \(ids, scores\), {said}$"):
        from_rows(np.eye(3)).use_index(Fixed(*returned)).search_fast([1, 0, 0])


@pytest.mark.parametrize("returned", [None, np.array([[0, 1]]), ([[0]],)])
def test_an_index_that_returns_no_pair_is_an_error_that_names_it(returned):
    engine, index = from_rows(np.eye(3)), Fixed()
    index.returned = returned
    said = rf"^Fixed\.search must return \(ids, scores\), not {type(returned).__name__}$"
    with pytest.raises(ValueError, match=said):
        engine.use_index(index).search_fast([1, 0, 0])


def test_an_index_is_for_cosine_and_has_a_search():
    with pytest.raises(ValueError, match="^index: an index finds neighbours by cosine, and the metric of this engine is 'euclidean'$"):
        from_rows(np.eye(3), "euclidean").use_index(Exact(np.eye(3)))
    with pytest.raises(TypeError, match=r"^index must have a method search\(unit_queries, k\), or be None, not list$"):
        from_rows(np.eye(3)).use_index([1, 2])
    with pytest.raises(RuntimeError, match="nothing is indexed yet"):
        ImageSearchEngine("x").use_index(Exact(np.eye(3)))


# What strange metrics, methods and indexes may do


@pytest.mark.parametrize("bad", [float("nan"), float("-inf"), None, "1", np.ones(2)])
def test_a_score_that_is_no_finite_number_is_an_error(monkeypatch, bad):
    monkeypatch.setitem(METRICS, "bad", lambda v1, v2: bad)
    engine = from_rows(np.eye(3), "bad")
    for search in (engine.search, engine.search_fast, engine.search_diverse, lambda query: engine.search_batch([query])):
        with pytest.raises(ValueError, match="^a metric's score must return a finite number, not "):
            search([1, 0, 0])


def test_scores_are_plain_floats_and_never_minus_zero(monkeypatch):
    monkeypatch.setitem(METRICS, "minus", lambda v1, v2: np.float32(-0.0))
    score = from_rows(np.eye(2), "minus").search([1, 0], 1)[0].score
    assert type(score) is float and str(score) == "0.0"


@pytest.mark.parametrize("similarity", [lambda distance: np.exp(-(distance**2)), lambda distance: 1 / (1 + distance)])
@pytest.mark.parametrize("threshold", [0.5, 0.9, 1.0])
def test_near_duplicates_by_dots_are_those_without_whatever_the_score_looks_like(monkeypatch, similarity, threshold):
    euclidean = METRICS["euclidean"]
    by_dots = FromDots(euclidean.from_dots.rough, euclidean.from_dots.error,
                       lambda *rough, **lengths: similarity(-euclidean.from_dots.score(*rough, **lengths)))  # fmt: skip
    score = lambda v1, v2: float(similarity(-euclidean.score(v1, v2)))  # noqa: E731
    monkeypatch.setitem(METRICS, "fast", Metric(score, 1, by_dots))
    monkeypatch.setitem(METRICS, "slow", Metric(score, 1))
    rows = np.repeat(np.random.default_rng(5).normal(size=(30, 3)), 2, axis=0)
    found = near_duplicates(from_rows(rows, "fast"), threshold)
    assert found == near_duplicates(from_rows(rows, "slow"), threshold) and found


@pytest.mark.parametrize("scale", [1e-9, 1, 1e4])
def test_copies_stay_level_when_everything_is_judged_at_once(scale):
    rows = np.repeat(np.random.default_rng(6).normal(size=(40, 5)), 3, axis=0) * scale
    engine = from_rows(rows, "euclidean")
    for start, scores in score_blocks(engine.image_vectors, "euclidean"):
        for row, line in enumerate(scores[:, ::3], start):
            assert (scores[row - start, 1::3] == line).all() and (scores[row - start, 2::3] == line).all()


def test_an_index_that_finds_nothing_leaves_nothing_to_vary():
    engine = from_rows(np.eye(3)).use_index(Fixed(np.full((1, 5), -1), None))
    assert engine.search_diverse([1, 0, 0]) == engine.search_fast([1, 0, 0]) == []


@pytest.mark.parametrize("ids", [[[]], np.full((1, 3), -1, dtype=np.int32), np.array([[2]], dtype=np.uint8)])
def test_ids_of_any_whole_number_type_and_none_at_all_will_do(ids):
    found = from_rows(np.eye(3)).use_index(Fixed(ids, None)).search_fast([1, 0, 0])
    assert [result.path for result in found] == ["0002.png"] * (np.size(ids) == 1)


def test_an_array_that_is_one_picture_or_vector_is_no_batch():
    engine = from_rows(np.eye(3))
    for single in (np.zeros((6, 8, 3), np.uint8), np.ones(3)):
        with pytest.raises(TypeError, match="queries must be a list of pictures or vectors, not a single one"):
            engine.search_batch(single)


def test_a_load_size_that_cannot_be_is_named_and_no_picture_is_blamed(folder):
    method = lambda picture: [1.0]  # noqa: E731
    method.load_size = 6.4
    with pytest.raises(ValueError, match=r"^load_size must be \(width, height\) in whole pixels, not 6.4$"):
        ImageSearchEngine(folder, method)


@pytest.mark.parametrize(("settings", "said"), [
    ({"size": 6.4}, r"size must be \(width, height\) in whole pixels, not 6.4"), ({"size": (0, 1)}, r"size must be at least \(1, 1\)"),
    ({"max_pixels": None}, "max_pixels must be a finite number above 0, not None"), ({"max_bytes": -1}, "max_bytes must be a finite number"),
])  # fmt: skip
def test_a_setting_of_loading_that_cannot_be_is_named_and_no_picture_is_blamed(folder, settings, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        load_image(folder / "b.png", **settings)
