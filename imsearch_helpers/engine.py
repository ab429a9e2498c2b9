"""Floor 4. A folder comes in, an index is built; a query comes in, a ranked list goes out."""

import numbers
import os
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import index_file, similarity
from .collection import truth_column
from .evaluation import RandomBaseline, bootstrap_interval, checked_count, random_baseline
from .images import ImageError, ReaderPool, find_images, load_image, load_image_in_time, printable
from .vectors import METHODS, image_to_histogram

BAR = "{desc}: {percentage:3.0f}%|{bar:20}| {n_fmt}/{total_fmt} pictures, {remaining} left"
QUERIES_AT_ONCE = 256
BATCH = 8  # pictures that a method's `batch` gets at once: enough to gain by, and few enough to hold in memory
SHORTEST, LONGEST = 1e-15, 1e15  # vectors of lengths between these keep their precision in float32, squares included

RETURNED = "the vector that method returned"


class SearchResult(NamedTuple):
    """One place in a ranking; unpacks as ``path, score``. A higher score is better."""

    path: str
    score: float


class ImageSearchEngine:
    """A search engine for pictures: every picture is a vector, and the nearest vectors win.

    Parameters
    ----------
    image_dir : str or Path
        The folder of pictures; subfolders count, links to folders are not followed.
    method : str or callable
        How a picture becomes a vector: a name in `METHODS`, or any function that takes an RGB `PIL.Image.Image` and
        returns a vector. If it has an attribute `batch`, a function from a list of pictures to a matrix with one row
        for each, then indexing uses that; and if it has `load_size`, a large JPEG is decoded small, as `load_image`
        does it for that size.
    metric : {"cosine", "euclidean"}
        What makes two vectors alike. The score by "euclidean" is minus the distance.

    Attributes
    ----------
    image_paths : list of str
        Sorted; each opens from the current folder.
    image_vectors : ndarray, shape (n_images, n_dims), float32
        ``image_vectors[i]`` belongs to ``image_paths[i]``. The only copy, so change neither.
    failed_images : list of (str, str)
        Path and reason of every picture that could not be read.

    Raises
    ------
    ValueError
        When `method` or `metric` is unknown; the message lists the known ones.

    Examples
    --------
    >>> engine = ImageSearchEngine.from_vectors(["a.png", "b.png", "c.png"], [[1, 0], [1, 1], [0, 1]])
    >>> engine.search([0, 2], top_k=2)
    [SearchResult(path='c.png', score=1.0), SearchResult(path='b.png', score=0.7071067811865475)]
    """

    def __init__(self, image_dir, method="histogram", metric="cosine"):
        if metric not in similarity.METRICS:
            raise ValueError(f"metric must be one of {', '.join(similarity.METRICS)}, not {metric!r}")
        self.image_dir = str(image_dir)
        self.method, self._function = _known_method(method)
        self.metric = metric
        self._hold([], np.empty((0, 0), dtype=np.float32))

    def _hold(self, paths, matrix, failed=(), stamps=()):
        self.image_paths = paths
        self.image_vectors = matrix
        self.failed_images = list(failed)
        self._stamps = dict(stamps)  # of every file that was found, whether it could be read or not
        self._lengths = similarity.row_lengths(matrix)
        _check_lengths(self._lengths, "vectors")

    def __repr__(self):
        n_images, n_dims = self.image_vectors.shape
        return f"<ImageSearchEngine: {n_images} pictures x {n_dims} numbers, {self.method}, {self.metric}>"

    # Building the index

    def index_images(self, executor=None):
        """Turn every picture of the folder into a vector. A second call replaces what the first one built.

        Parameters
        ----------
        executor : concurrent.futures.Executor or ReaderPool, optional
            Where to do it; by default on threads, one for each core. There the budgets of `load_image` bound what a
            file can cost; for folders that nobody vouches for, a `ReaderPool` also stops and survives any decoder.
            Other processes receive the names of `METHODS` only: a function of your own runs on threads here, whatever
            the executor.

        Returns
        -------
        ImageSearchEngine
            The engine itself. Pictures that could not be read are in `failed_images`.

        Raises
        ------
        FileNotFoundError, NotADirectoryError
            When there is no such folder.
        ValueError
            When there is no picture in it, none can be read, or the method returns something that is no vector.
        """
        paths = find_images(self.image_dir)
        if not paths:
            raise ValueError(f"image_dir: there are no pictures in {printable(self.image_dir)!r}")
        stamps = [(path, _stamp(path)) for path in paths]  # before reading: what changes meanwhile counts as changed
        if isinstance(executor, ReaderPool):
            with ThreadPoolExecutor(2 * executor.n_readers) as threads:  # while some wait for a picture, others compute
                outcomes = self._read(paths, threads, executor.load_image)
        elif executor is None or not (_is_ours(self.method, self._function) or isinstance(executor, ThreadPoolExecutor)):
            with ThreadPoolExecutor(os.cpu_count()) as threads:
                outcomes = self._read(paths, threads)
        else:
            outcomes = self._read(paths, executor)
        self._keep(paths, outcomes, stamps)
        return self

    def _read(self, paths, executor, load=load_image):
        from tqdm import tqdm

        method = self.method if _is_ours(self.method, self._function) else self._function
        size = max(1, min(50, len(paths) // 64))  # pictures a task: few tasks cost little, many share out evenly
        parts = [paths[i : i + size] for i in range(0, len(paths), size)]
        futures, outcomes = [], []
        try:
            futures += (executor.submit(_read_pictures, part, method, load) for part in parts)
            # On stdout, because a notebook paints stderr red and a grader takes it for a failure.
            with tqdm(total=len(paths), desc="Indexing", bar_format=BAR, file=sys.stdout) as bar:
                for future in futures:
                    outcomes += future.result()
                    bar.update(len(outcomes) - bar.n)
        finally:
            for future in futures:  # after an error or a press of stop, what has not begun does not begin
                future.cancel()
        return outcomes

    def _keep(self, paths, outcomes, stamps):
        failed = [(path, reason) for path, reason in zip(paths, outcomes) if isinstance(reason, str)]
        kept = [(path, vector) for path, vector in zip(paths, outcomes) if not isinstance(vector, str)]
        if not kept:
            path, reason = failed[0]
            raise ValueError(f"none of {len(paths)} pictures can be read; the first: {printable(path)}: {reason}")
        for path, vector in kept:
            if vector.size != kept[0][1].size:
                raise ValueError(
                    f"method {self.method!r} must return as many numbers for every picture, not "
                    f"{kept[0][1].size} for {printable(kept[0][0])} and {vector.size} for {printable(path)}"
                )
        paths = [path for path, _ in kept]
        self._hold(paths, np.stack([vector for _, vector in kept]), failed, stamps)

    @classmethod
    def from_vectors(cls, paths, vectors, method="histogram", metric="cosine"):
        """An engine over vectors that exist already.

        Parameters
        ----------
        paths : sequence of str
            One name for each vector, each once. The files need not exist until they are shown.
        vectors : array_like, shape (n_images, n_dims)
            Kept as float32 in the order of the sorted paths; not copied if they are so already.
        method : str or callable
            What turns a picture into such a vector when the query is a picture.
        metric : {"cosine", "euclidean"}

        Returns
        -------
        ImageSearchEngine

        Raises
        ------
        ValueError
            When paths and vectors do not match, a path comes twice, or a number is not finite.
        """
        engine = cls("", method, metric)
        paths = [os.fspath(path) for path in paths]
        matrix = _as_float32(vectors)
        if matrix.ndim != 2 or not len(paths) == len(matrix) > 0 or matrix.shape[1] == 0:
            raise ValueError(f"vectors must be a matrix with one row a path, not {matrix.shape} for {len(paths)} paths")
        engine._hold(*_sorted_by_path(paths, matrix))
        return engine

    # Searching

    def search(self, query, top_k=5):
        """The pictures most similar to a query, found by comparing with one after another.

        Parameters
        ----------
        query : str, Path, PIL.Image.Image, ndarray or vector
            A picture, as `load_image` takes it, or the vector of one, of shape (n_dims,).
        top_k : int
            How many results; all there are if there are fewer.

        Returns
        -------
        list of SearchResult
            Best first; pictures with equal scores in the order of their paths.

        Raises
        ------
        ImageError
            When the query cannot be read.
        TypeError, ValueError
            When `top_k` is not a whole number of at least 1, or the query's vector is of another length.
        RuntimeError
            When nothing is indexed yet.
        """
        query, top_k = self._checked(query, top_k)
        score = similarity.METRICS[self.metric]
        results = [SearchResult(path, score(v, query)) for path, v in zip(self.image_paths, self.image_vectors)]
        results.sort(key=lambda result: (-result.score, result.path))
        return results[:top_k]

    def search_fast(self, query, top_k=5):
        """The same results as `search` in the same order, by one matrix-vector product.

        Parameters
        ----------
        query : str, Path, PIL.Image.Image, ndarray or vector
        top_k : int

        Returns
        -------
        list of SearchResult

        Raises
        ------
        ImageError, TypeError, ValueError, RuntimeError
            As `search`.
        """
        query, top_k = self._checked(query, top_k)
        return [SearchResult(self.image_paths[row], score) for row, score in self._ranking(query, top_k)]

    def search_batch(self, queries, top_k=5):
        """The results of `search_fast` for many queries at once, by one matrix product a block of the collection.

        The collection is read from memory once for all queries instead of once for each.

        Parameters
        ----------
        queries : sequence of pictures or vectors, or ndarray of shape (n_queries, n_dims)
            Each as `search` takes it.
        top_k : int

        Returns
        -------
        list of list of SearchResult
            One list for each query, in their order.

        Raises
        ------
        ImageError, TypeError, ValueError, RuntimeError
            As `search`; TypeError also when `queries` is a single picture.
        """
        top_k = self._ready(top_k)
        if isinstance(queries, (str, bytes, os.PathLike)) or not np.iterable(queries):
            raise TypeError(f"queries must be a list of pictures or vectors, not a single one: {queries!r:.80}")
        checked = [self._checked_vector_of(query) for query in queries]
        results = []
        for start in range(0, len(checked), QUERIES_AT_ONCE):
            vectors = np.stack(checked[start : start + QUERIES_AT_ONCE])
            nominees = similarity.nominate_batch(self.image_vectors, self._lengths, vectors, top_k, self.metric)
            for query, rows in zip(vectors, nominees):
                ranking = similarity.rank(self.image_vectors, rows, query, top_k, self.metric)
                results.append([SearchResult(self.image_paths[row], score) for row, score in ranking])
        return results

    def search_diverse(self, query, top_k=5, diversity_weight=0.3):
        """Results that are like the query but not all like one another: maximal marginal relevance.

        One after another, the candidate with the largest
        ``(1 - diversity_weight) * score - diversity_weight * (its score against the result most like it)``
        is taken, from among the best ``max(100, 10 * top_k)``.

        Parameters
        ----------
        query : str, Path, PIL.Image.Image, ndarray or vector
        top_k : int
        diversity_weight : float
            From 0, which is `search_fast`, to 1: then the best match comes first, and after it always the candidate that
            is least like everything taken so far.

        Returns
        -------
        list of SearchResult
            In the order in which they were taken; the scores are those of `search`.

        Raises
        ------
        ImageError, TypeError, ValueError, RuntimeError
            As `search`; ValueError also when `diversity_weight` is not from 0 to 1.

        References
        ----------
        J. Carbonell and J. Goldstein, The use of MMR, diversity-based reranking for reordering documents and producing
        summaries, SIGIR 1998.
        """
        if not isinstance(diversity_weight, numbers.Real) or not 0 <= diversity_weight <= 1:
            raise ValueError(f"diversity_weight must be a number from 0 to 1, not {diversity_weight!r}")
        query, top_k = self._checked(query, top_k)
        candidates = self._ranking(query, max(100, 10 * top_k))
        scores = np.array([score for _, score in candidates])
        alike = similarity.score_table(self.image_vectors[[row for row, _ in candidates]], self.metric)
        taken = _maximal_marginal_relevance(scores, alike, top_k, diversity_weight)
        return [SearchResult(self.image_paths[candidates[i][0]], candidates[i][1]) for i in taken]

    def _ranking(self, query, top_k):
        rows = similarity.nominate(self.image_vectors, self._lengths, query, top_k, self.metric)
        return similarity.rank(self.image_vectors, rows, query, top_k, self.metric)

    def _checked(self, query, top_k):
        top_k = self._ready(top_k)
        return self._checked_vector_of(query), top_k

    def _ready(self, top_k):
        top_k = checked_count(top_k, "top_k")
        self._require_index()
        return top_k

    def _checked_vector_of(self, query):
        vector = self.vector_of(query)
        if vector.size != self.image_vectors.shape[1]:
            raise ValueError(
                f"query has {vector.size} numbers, but the indexed vectors have {self.image_vectors.shape[1]}"
            )
        return vector

    def _require_index(self):
        if not self.image_paths:
            raise RuntimeError("nothing is indexed yet: call index_images() first")

    def vector_of(self, query):
        """The vector by which a query is compared.

        Parameters
        ----------
        query : str, Path, PIL.Image.Image, ndarray or vector
            A picture, or a vector, which is only checked.

        Returns
        -------
        ndarray, shape (n_dims,), float32

        Raises
        ------
        ImageError
            When the picture cannot be read.
        ValueError
            When it is no vector of finite numbers.
        """
        if isinstance(query, (list, tuple)) or (isinstance(query, np.ndarray) and query.ndim == 1):
            return _checked_vector(query, "query")
        return _picture_to_vector(query, self._function, load_image_in_time)

    # Keeping it

    def save(self, path):
        """Write the index to one file, whole or not at all.

        Parameters
        ----------
        path : str or Path
            Written exactly there; no suffix is added. It holds no pictures, only their paths and vectors.

        Raises
        ------
        RuntimeError
            When nothing is indexed yet.
        """
        self._require_index()
        header = {
            "method": self.method,
            "named": METHODS.get(self.method) is self._function,
            "metric": self.metric,
            "image_dir": self.image_dir,
            "from_here": _relative(self.image_dir or os.curdir, Path(path).parent),
            "paths": self.image_paths,
            "failed": self.failed_images,
            "stamps": list(self._stamps.items()),
        }
        index_file.write(path, header, self.image_vectors)

    @classmethod
    def load(cls, path, method=None):
        """Read an index that `save` wrote. Nothing in it is executed.

        Parameters
        ----------
        path : str or Path
        method : callable, optional
            Needed where the index was made by a function of your own: that function.

        Returns
        -------
        ImageSearchEngine
            Its paths open from the current folder, also if that is another one than when it was saved, and also if
            the index and its pictures were moved together.

        Raises
        ------
        FileNotFoundError
            When there is no such file.
        ValueError
            When the file is cut, empty, from another version, or not an index, or was made by another method; the
            message says which.
        """
        header, matrix = index_file.read(path)
        place = _place_now(header["image_dir"], os.path.join(os.path.dirname(path), header["from_here"]))
        engine = cls(place(header["image_dir"]), _method_for(header, method, path), header["metric"])
        paths, matrix = _sorted_by_path([place(name) for name in header["paths"]], matrix)
        failed = [(place(name), reason) for name, reason in header["failed"]]
        engine._hold(paths, matrix, failed, [(place(name), stamp) for name, stamp in header["stamps"]])
        return engine

    def stale_paths(self):
        """Where the index no longer tells the truth about the folder: pictures changed, gone, or new since.

        Returns
        -------
        list of str
            Sorted. Empty for an engine from vectors, which never read a file.
        """
        stale = {path for path, stamp in self._stamps.items() if _stamp(path) != stamp}
        if self._stamps and os.path.isdir(self.image_dir):
            stale |= {path for path in find_images(self.image_dir) if path not in self._stamps}
        return sorted(stale)


def found_by_shot(engine, products):
    """The scoreboard's row: for each shot, how often the product's own studio picture wins among all studio pictures.

    Parameters
    ----------
    engine : ImageSearchEngine
        Over all pictures of `products`.
    products : Products

    Returns
    -------
    dict of str to float
        Shot -> share of its pictures, from 0 to 1, whose best studio picture is of the same product.
    """
    vector_of = dict(zip(map(os.path.basename, engine.image_paths), engine.image_vectors))
    studio = [product.file for product in products.where(shot="studio")]
    candidates = ImageSearchEngine.from_vectors(studio, [vector_of[file] for file in studio], metric=engine.metric)
    hits = {}
    for query in products:
        if query.shot != "studio":
            [best] = candidates.search_fast(vector_of[query.file], top_k=1)
            hits.setdefault(query.shot, []).append(products.of(best.path).product_id == query.product_id)
    return {shot: sum(found) / len(found) for shot, found in sorted(hits.items())}


class Evaluation(NamedTuple):
    """How good a search is, over all pictures as queries, each left out of its own results."""

    precision: float  # mean of precision@k
    interval: tuple  # where that mean lies with a confidence of 95 %, by the bootstrap over queries
    recall: float  # mean of recall@k
    average_precision: float  # mean average precision
    baseline: RandomBaseline  # the same measures for a random order, exactly
    by_category: dict  # category -> mean precision@k of the queries of that category
    by_shot: dict  # shot -> the same by shot
    precisions: dict  # path -> precision@k of that query


def evaluate_engine(engine, products, by="product", k=5):
    """Search with every picture of the collection and compare with the truth.

    Parameters
    ----------
    engine : ImageSearchEngine
        Over pictures of `products`, at least two.
    products : Products
    by : {"product", "category", "colour"}
        What makes a result right.
    k : int
        How many results count for precision and recall.

    Returns
    -------
    Evaluation
        Queries to which nothing is relevant are left out.

    Raises
    ------
    ValueError
        When `by` is unknown, `k` is below 1, or no query has anything relevant.
    RuntimeError
        When nothing is indexed yet.
    """
    k = checked_count(k, "k")
    engine._require_index()
    rows = [products.of(path) for path in engine.image_paths]
    column = truth_column(by)
    labels = np.unique([getattr(row, column) for row in rows], return_inverse=True)[1]
    hits = _hits_of_all(engine, labels)  # (n_images, n_images - 1), best first
    counts = hits.sum(axis=1)
    asked = [row for row, count in zip(rows, counts) if count]
    hits, counts = hits[counts > 0], counts[counts > 0]
    if not asked:
        raise ValueError(f"by={by!r}: no picture has another one that is relevant to it")
    found = hits[:, :k].sum(axis=1)
    precision_so_far = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    baselines = {count: random_baseline(hits.shape[1], count, k) for count in set(counts.tolist())}
    return Evaluation(
        precision=float(np.mean(found / k)),
        interval=bootstrap_interval(found / k),
        recall=float(np.mean(found / counts)),
        average_precision=float(np.mean((precision_so_far * hits).sum(axis=1) / counts)),
        baseline=RandomBaseline(*np.mean([baselines[count] for count in counts.tolist()], axis=0).tolist()),
        by_category=_mean_by([row.category for row in asked], found / k),
        by_shot=_mean_by([row.shot for row in asked], found / k),
        precisions=dict(zip([row.path for row in asked], (found / k).tolist())),
    )


def near_duplicates(engine, threshold=0.999):
    """Groups of pictures that are the same or nearly so.

    Parameters
    ----------
    engine : ImageSearchEngine
    threshold : float
        Two pictures whose score is at least this are put together, and so is what hangs together through others. What is
        a good value depends on the method: look at the scores of some pairs first.

    Returns
    -------
    list of list of str
        The paths of each group of two or more, sorted; the groups by their first paths.

    Raises
    ------
    ValueError
        When `threshold` is above every possible score: 1 for "cosine", 0 for "euclidean".
    RuntimeError
        When nothing is indexed yet.
    """
    highest = {"cosine": 1, "euclidean": 0}[engine.metric]
    if not threshold <= highest:
        raise ValueError(f"threshold must be a score of {engine.metric!r}, at most {highest}, not {threshold!r}")
    engine._require_index()
    group_of = list(range(len(engine.image_paths)))
    for one, other in _near_pairs(engine, threshold):
        if _root(group_of, one) != _root(group_of, other):
            _join(group_of, one, other)
    groups = defaultdict(list)
    for row, path in enumerate(engine.image_paths):
        groups[_root(group_of, row)].append(path)
    return [group for group in groups.values() if len(group) > 1]


def _near_pairs(engine, threshold):
    # The matrix product nominates with some room for its rounding; the ranking rule decides.
    vectors, score = engine.image_vectors, similarity.METRICS[engine.metric]
    room = 1e-6 * (float(engine._lengths.max()) if engine.metric == "euclidean" else 1)
    for start, scores in similarity.score_blocks(vectors, engine.metric):
        for one, other in np.argwhere(scores >= threshold - room).tolist():
            if other > start + one and score(vectors[start + one], vectors[other]) >= threshold:
                yield start + one, other


def _hits_of_all(engine, labels):
    hits = []
    for start, scores in similarity.score_blocks(engine.image_vectors, engine.metric):
        queries = np.arange(start, start + len(scores))
        scores[np.arange(len(scores)), queries] = -np.inf  # a query must not find itself: last, and cut off
        order = np.argsort(-scores, axis=1, kind="stable")[:, :-1]  # stable: ties in the order of the paths
        hits.append(labels[order] == labels[queries, np.newaxis])
    return np.concatenate(hits)


def _mean_by(names, values):
    groups = defaultdict(list)
    for name, value in zip(names, values.tolist()):
        groups[name].append(value)
    return {name: sum(group) / len(group) for name, group in sorted(groups.items())}


def _maximal_marginal_relevance(scores, alike, top_k, weight):
    taken, closest = [], np.zeros(len(scores))
    for _ in range(min(top_k, len(scores))):
        gain = (1 - weight) * scores - weight * closest
        gain[taken] = -np.inf
        best = int(np.argmax(gain))  # the first of equals, which is the better match
        closest = np.maximum(closest, alike[best]) if taken else alike[best]
        taken.append(best)
    return taken


def _root(group_of, row):
    while group_of[row] != row:
        group_of[row] = row = group_of[group_of[row]]  # the way gets shorter as it is walked
    return row


def _join(group_of, one, other):
    one, other = sorted((_root(group_of, one), _root(group_of, other)))
    group_of[other] = one


def _known_method(method):
    for name, function in METHODS.items():
        if method is function or (isinstance(method, str) and method == name):
            return name, function
    if callable(method):
        return getattr(method, "__name__", type(method).__name__), method
    raise ValueError(f"method must be one of {', '.join(METHODS)}, or a function, not {method!r}")


def _is_ours(name, function):
    # Another process imports this package and finds there what we put in METHODS, but nothing that a reader did.
    return METHODS.get(name) is function and function.__module__ == image_to_histogram.__module__


def _read_pictures(paths, method, load):
    # Runs in another thread, process or machine: what goes in and out is small and can be sent.
    function = METHODS[method] if isinstance(method, str) else method
    if not hasattr(function, "batch"):
        return [_vector_or_reason(path, function, load) for path in paths]
    batches = (paths[i : i + BATCH] for i in range(0, len(paths), BATCH))
    return [outcome for batch in batches for outcome in _vectors_or_reasons(batch, function, load)]


def _vector_or_reason(path, function, load):
    try:
        return _picture_to_vector(path, function, load)
    except ImageError as error:
        return error.reason
    except Exception as error:
        error.add_note(f"while {getattr(function, '__name__', 'the method')} was at {printable(path)}")
        raise


def _vectors_or_reasons(paths, function, load):
    opened = [_picture_or_reason(path, function, load) for path in paths]
    pictures = [picture for picture in opened if not isinstance(picture, str)]
    vectors = function.batch(pictures) if pictures else []
    if len(vectors) != len(pictures):
        raise ValueError(f"method's batch must return a row for each of {len(pictures)} pictures, not {len(vectors)}")
    rows = iter(vectors)
    return [part if isinstance(part, str) else _checked_vector(next(rows), RETURNED) for part in opened]


def _picture_or_reason(path, function, load):
    try:
        return _open(path, function, load)
    except ImageError as error:
        return error.reason


def _picture_to_vector(image, function, load=load_image):
    return _checked_vector(function(_open(image, function, load)), RETURNED)


def _open(image, function, load):
    return load(image, size=getattr(function, "load_size", None))


def _sorted_by_path(paths, matrix):
    if len(set(paths)) < len(paths):
        raise ValueError("paths must differ from one another; at least one comes twice")
    order = sorted(range(len(paths)), key=paths.__getitem__)
    if order == list(range(len(paths))):
        return paths, matrix
    return [paths[i] for i in order], matrix[order]


@np.errstate(over="ignore")  # a number too large becomes infinite here and is refused by its length
def _as_float32(values):
    return np.ascontiguousarray(values, dtype=np.float32)


def _checked_vector(values, name):
    try:
        vector = _as_float32(values)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a vector of numbers, not {type(values).__name__}") from None
    if np.ndim(values) != 1 or not vector.size:
        raise ValueError(f"{name} must be a vector, of shape (n_dims,), not of shape {np.shape(values)}")
    if not 1e-29 < np.vecdot(vector, vector) < 1e29:  # nearly always within, and then nothing else need be looked at
        _check_lengths(similarity.row_lengths(vector[np.newaxis]), name)
    return vector


def _check_lengths(lengths, name):
    # Squares of numbers outside these bounds would leave the range of float32; no picture's vector comes near them.
    fine = (lengths == 0) | ((lengths >= SHORTEST) & (lengths <= LONGEST))
    if not fine.all():
        worst = float(lengths[~fine][0])
        raise ValueError(f"{name} must hold finite numbers of ordinary size; a length of {worst:g} is out of range")


def _stamp(path):
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


def _relative(target, folder):
    # Kept in the index beside the paths themselves, so that it still finds its pictures when both move together.
    try:
        return os.path.relpath(target, folder)
    except ValueError:  # another drive
        return os.path.abspath(target)


def _place_now(image_dir, found_from_index):
    # What turns a stored path into one that opens from the current folder. Pictures that are no longer where they were
    # as seen from the index (it was moved alone) keep the paths they had.
    found = os.path.normpath(found_from_index)
    if os.path.abspath(found) == os.path.abspath(image_dir or os.curdir) or not os.path.isdir(found):
        return lambda name: name
    if image_dir:
        return lambda name: os.path.normpath(os.path.join(found, os.path.relpath(name, image_dir)))
    return lambda name: name and os.path.join(found, name)


def _method_for(header, method, path):
    made_by = header["method"]
    named = header["named"] and made_by in METHODS
    if method is None and not named:
        raise ValueError(
            f"{printable(path)} was made by the function {made_by!r}, which is not one of {', '.join(METHODS)}: "
            "pass it as method="
        )
    if method is not None and named and _known_method(method)[0] != made_by:
        raise ValueError(f"method must be {made_by!r}, by which {printable(path)} was made, not {method!r}")
    return made_by if method is None else method
