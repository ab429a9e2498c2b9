"""Floor 6. A folder comes in, an index is built; a query comes in, a ranked list goes out."""

import numbers
import os
import sys
from typing import NamedTuple

import numpy as np

from . import index_file
from .arrays import as_float32, checked_lengths, checked_vector
from .checks import checked_count, printable, renamed
from .folders import (
    KEPT,
    LEFT_OUT,
    REJECTED,
    REPAIRED,
    UNOPENED,
    ImportReport,
    Listing,
    ReportRow,
    checked_patterns,
    list_folder,
    same_file,
    stamp,
)
from .images import ENOUGH_PIXELS, load_image_in_time
from .indexes import nominate_by_index
from .indexing import read_with_bar
from .nearest import nominate_all
from .outcomes import Outcome, returned_vector, stacked
from .scores import score_table
from .similarity import cosine_similarity, metric_named, rank
from .vectors import METHODS, method_named

QUERIES_AT_ONCE = 256
NOTHING = Listing([], [], {})


class SearchResult(NamedTuple):
    """One place in a ranking; unpacks as ``path, score``. A higher score is better."""

    path: str
    score: float


class StalePaths(NamedTuple):
    """Where an index no longer tells the truth: sorted paths. It is true when there are any."""

    changed: list
    gone: list
    new: list

    def __bool__(self):
        return any(map(len, self))


class ImageSearchEngine:
    """A search engine for pictures: every picture is a vector, and the nearest vectors win.

    Parameters
    ----------
    image_dir : str or Path
        The folder of pictures; ``~`` is your home. Subfolders count; links to folders are not followed, and hidden folders and
        those that other programs keep beside pictures are left out.
    method : str or callable
        How a picture becomes a vector: a name in `METHODS`, or any function that takes an RGB `PIL.Image.Image` and
        returns a vector. If it has an attribute `batch`, a function from a list of pictures to a matrix with one row
        for each, then indexing uses that; and if it has `load_size`, a large JPEG is decoded small, as `load_image`
        does it for that size. Without it pictures come whole; JPEGs too large for that at 1/2, 1/4 or 1/8.
    metric : str
        What makes two vectors alike: a name in `METRICS`. The score by "euclidean" is minus the distance.
    exclude : sequence of str
        What else to leave out: names or patterns of files and folders, such as ``["drafts", "*.gif"]``.

    Attributes
    ----------
    image_paths : list of str
        Sorted; each opens from the current folder.
    image_vectors : ndarray, shape (n_images, n_dims), float32
        ``image_vectors[i]`` belongs to ``image_paths[i]``. The only copy, so change neither.
    failed_images : list of (str, str)
        Path and reason of every picture that could not be read.
    report : ImportReport
        Every picture that was found: indexed, not readable, or left out, each of the others with its reason.

    Raises
    ------
    TypeError
        When `image_dir` is no path, or `exclude` no list of texts.
    ValueError
        When `method` or `metric` is unknown; the message lists the known ones.

    Examples
    --------
    >>> engine = ImageSearchEngine.from_vectors(["a.png", "b.png", "c.png"], [[1, 0], [1, 1], [0, 1]])
    >>> engine.search([0, 2], top_k=2)
    [SearchResult(path='c.png', score=1.0), SearchResult(path='b.png', score=0.7071067811865475)]
    """

    def __init__(self, image_dir, method="histogram", metric="cosine", exclude=()):
        metric_named(metric)
        if not isinstance(image_dir, (str, os.PathLike)):
            raise TypeError(f"image_dir must be one folder, not a {type(image_dir).__name__}: {image_dir!r:.80}")
        self.image_dir = os.path.expanduser(os.fspath(image_dir))
        self.method, self._function = method_named(method)
        self.metric = metric
        self.exclude = checked_patterns(exclude)
        self._interrupted = False
        self._budgets = {}  # for queries: those of the pool that read the pictures, where it was given
        self._hold([], np.empty((0, 0), dtype=np.float32))

    def _hold(self, paths, matrix, failed=(), repaired=(), stamps=(), listing=NOTHING):
        self.image_paths = paths
        self.image_vectors = matrix
        self.failed_images = list(failed)
        self._repaired = dict(repaired)  # path -> what was broken around the pixels
        self._stamps = dict(stamps)  # of every file that was found, whether it could be read or not
        self._listing = listing
        self._lengths = checked_lengths(matrix, "vectors")
        self._index = None  # one over other vectors would name wrong rows

    def __repr__(self):
        n_images, n_dims = self.image_vectors.shape
        index = "" if self._index is None else f", candidates from {type(self._index).__name__}"
        return f"<ImageSearchEngine: {n_images} pictures x {n_dims} numbers, {self.method}, {self.metric}{index}>"

    # Building the index

    def index_images(self, executor=None):
        """Turn every picture of the folder into a vector. A second call replaces what the first one built.

        When it is interrupted, the engine keeps what was read, and the next call goes on from there.

        Parameters
        ----------
        executor : ReaderPool, "threads" or concurrent.futures.Executor, optional
            Where to do it. By default in processes that can be killed, as many as cores and memory allow: no file costs
            more than five seconds or itself. They compute the vectors too; a network, or a function of your own, gets its
            pictures in this process. "threads" is a little faster for a few pictures; there the budgets of `load_image`
            alone bound what a file can cost, and TIFF, AVIF and HEIC are refused. A `ReaderPool` has other limits than the
            default, and what it allows a picture to take holds for queries too. Any other executor but threads (processes; a
            cluster's, as Dask's ``client.get_executor()``) sends batches of up to 50 paths and the name of a method in
            `METHODS` to its workers, which read them in killable processes of their own. They must see the same folder under
            the same path. A batch on a worker that is lost is sent again twice, then read here.

        Returns
        -------
        ImageSearchEngine
            The engine itself. Pictures that could not be read are in `failed_images`, and `report` has all.

        Raises
        ------
        FileNotFoundError, NotADirectoryError, PermissionError
            When there is no such folder, or it cannot be opened; the first also when a worker does not see a picture.
        ImportError
            When a worker lacks this package, or one that the method needs.
        TypeError
            When `executor` is none of these.
        ValueError
            When there is no picture in it, none can be read, or the method returns something that is no vector.
        """
        self._read(executor, from_zero=not self._interrupted)
        return self

    def update(self, executor=None):
        """Read what is new or has changed, drop what is gone, and print how many of each. All else stays as it is.

        A picture has changed when its size has, or its time and its first or last 64 KB: a copied or unpacked folder costs
        nothing. What could not be read is tried again: it may have been for want of a decoder, of time, or of a permission.
        Pictures in a folder that cannot be opened at the moment stay.

        Parameters
        ----------
        executor : ReaderPool, "threads" or concurrent.futures.Executor, optional
            As for `index_images`.

        Returns
        -------
        ImageSearchEngine
            The engine itself. After an interruption the next call goes on.

        Raises
        ------
        FileNotFoundError, NotADirectoryError, PermissionError, TypeError, ValueError
            As `index_images`; the index is then as it was.
        """
        stale = self._read(executor)
        n_known = len(self._stamps) - len(stale.new) - len(stale.changed)
        print(f"Updated: {len(stale.new)} new, {len(stale.changed)} changed, {len(stale.gone)} gone, {n_known} as before")
        return self

    def _as_it_is_now(self):
        from tqdm import tqdm

        listing = list_folder(self.image_dir, self.exclude)
        unopened = tuple(os.path.join(path, "") for path, reason in listing.left_out if reason.startswith(UNOPENED))
        hidden_now = [path for path in self._stamps if path.startswith(unopened)]
        looked_at = tqdm(listing.pictures, desc="Looking for changes", file=sys.stdout, delay=2, unit=" pictures")
        stamps = {path: stamp(path, self._stamps.get(path)) for path in looked_at}
        return listing, stamps | {path: self._stamps[path] for path in hidden_now}

    def _read(self, executor, from_zero=False):
        listing, stamps = self._as_it_is_now()
        if not stamps:
            why = f": {_report([], [], {}, listing)}" if listing.left_out or listing.others else ""
            raise ValueError(f"image_dir: there are no pictures in '{printable(self.image_dir)}'{why}")
        stale = self._stale(stamps)
        as_before = stamps.keys() - {*stale.changed, *stale.new}
        outcomes = {} if from_zero else {path: outcome for path, outcome in self._outcomes() if path in as_before}
        unread, n_known = [path for path in stamps if path not in outcomes], len(outcomes)
        try:
            for path, outcome in read_with_bar(unread, self.method, self._function, executor) if unread else ():
                outcomes[path] = outcome
        except FileNotFoundError:  # a worker sees other files
            raise
        except (KeyboardInterrupt, OSError):  # the second: nobody can see the bar any more, for its terminal or pipe is closed
            self._keep_what_was_read(listing, stamps, outcomes)
            raise
        self._keep(listing, stamps, outcomes)
        self._budgets = getattr(executor, "budgets", self._budgets if n_known else {})
        self._interrupted = False
        if self.failed_images or listing.left_out:
            print(self.report)
        return stale

    def _outcomes(self):
        for path, vector in zip(self.image_paths, self.image_vectors):
            yield path, Outcome(vector, "", (self._repaired[path],) if path in self._repaired else ())

    def _keep_what_was_read(self, listing, stamps, outcomes):
        if any(outcome.vector is not None for outcome in outcomes.values()):
            self._keep(listing, {path: stamps[path] for path in outcomes}, outcomes)
            self._interrupted = True
            print(f"Stopped: {len(outcomes)} of {len(stamps)} pictures are read; the next call of this engine goes on from there")

    def _keep(self, listing, stamps, outcomes):
        paths = sorted(outcomes)
        kept, matrix, failed = stacked(paths, [outcomes[path] for path in paths], self.method)
        repaired = {path: "; ".join(outcomes[path].repairs) for path in kept if outcomes[path].repairs}
        self._hold(kept, matrix, failed, repaired, stamps, listing)

    @property
    def report(self):
        return _report(self.image_paths, self.failed_images, self._repaired, self._listing, self.image_dir)

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
        metric : str
            A name in `METRICS`.

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
        matrix = as_float32(vectors)
        if matrix.ndim != 2 or not len(paths) == len(matrix) > 0 or matrix.shape[1] == 0:
            raise ValueError(f"vectors must be a matrix with one row a path, not {matrix.shape} for {len(paths)} paths")
        engine._hold(*_sorted_by_path(paths, matrix))
        return engine

    # Searching

    @renamed(query_path="query")
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
        score = metric_named(self.metric)
        results = [SearchResult(path, score(v, query)) for path, v in zip(self.image_paths, self.image_vectors)]
        results.sort(key=lambda result: (-result.score, result.path))
        return results[:top_k]

    @renamed(query_path="query")
    def search_fast(self, query, top_k=5):
        """The same results as `search` in the same order, by one matrix-vector product (unless `use_index` was called).

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
        [ranking] = self._rankings(query[np.newaxis], top_k)
        return self._results(ranking)

    @renamed(query_paths="queries")
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
        is_one = isinstance(queries, np.ndarray) and queries.ndim != 2
        if is_one or isinstance(queries, (str, bytes, os.PathLike)) or not np.iterable(queries):
            raise TypeError(f"queries must be a list of pictures or vectors, not a single one: {queries!r:.80}")
        checked = [self._checked_vector_of(query) for query in queries]
        results = []
        for start in range(0, len(checked), QUERIES_AT_ONCE):
            vectors = np.stack(checked[start : start + QUERIES_AT_ONCE])
            results += map(self._results, self._rankings(vectors, top_k))
        return results

    @renamed(query_path="query")
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
            From 0, which is `search_fast` (with an index: as far as it finds the same), to 1: then the best match comes first, and after it always the candidate that
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
        [candidates] = self._rankings(query[np.newaxis], max(100, 10 * top_k))
        if not candidates:  # an index may find none
            return []
        scores = np.array([score for _, score in candidates])
        alike = score_table(self.image_vectors[[row for row, _ in candidates]], self.metric)
        return self._results(candidates[i] for i in _maximal_marginal_relevance(scores, alike, top_k, diversity_weight))

    def use_index(self, index):
        """Let an index choose the candidates of `search_fast`, `search_batch` and `search_diverse` from now on.

        They are then ranked as ever, by the scores of `search`: an approximate index may miss a picture, but what it finds
        has the right score and the right place. `search` and what measures an engine go on looking at every picture.

        Parameters
        ----------
        index : object or None
            Anything over the rows of `image_vectors` with a method ``search(unit_queries, k) -> (ids, scores)``.
            `unit_queries` is a float32 matrix of shape (n_queries, n_dims) with rows of length 1; `ids` holds a row for each
            query: at most `k` different row numbers, in any order, and -1 where nothing was found. `scores` is not looked
            at; which of several equal ones it returns is its own affair. If it has a method `check`, that is called with
            `image_vectors`, to complain where it was built over others. An exact index can have a method
            ``nominate(queries, k)`` as well, which is called instead: the queries come as they are, and for each it returns the
            numbers of all rows that can be among the best `k`, however many. None goes back to looking at all rows. Indexing anew does so as well, and `save` does not keep an index.

        Returns
        -------
        ImageSearchEngine
            The engine itself.

        Raises
        ------
        TypeError
            When `index` has no method `search`.
        ValueError
            When the metric is another than "cosine". A search raises one when the index returns no such ids.
        RuntimeError
            When nothing is indexed yet.
        """
        self.require_index()
        if index is not None and not callable(getattr(index, "search", None)):
            raise TypeError(f"index must have a method search(unit_queries, k), or be None, not {type(index).__name__}")
        if index is not None and metric_named(self.metric).score is not cosine_similarity:
            raise ValueError(f"index: an index finds neighbours by cosine, and the metric of this engine is {self.metric!r}")
        getattr(index, "check", lambda vectors: None)(self.image_vectors)
        self._index = index
        return self

    def _rankings(self, queries, top_k):
        nominees = self._nominees(queries, top_k)
        return [rank(self.image_vectors, rows, query, top_k, self.metric) for rows, query in zip(nominees, queries)]

    def _nominees(self, queries, top_k):
        """The one place that chooses candidates: for each row of `queries` the rows of the collection to be ranked."""
        if self._index is None:
            return nominate_all(self.image_vectors, self._lengths, queries, top_k, self.metric)
        directed = queries.any(axis=1)  # zeros have no direction that an index could follow
        found = iter(nominate_by_index(self._index, len(self.image_vectors), queries[directed], top_k))
        others = iter(nominate_all(self.image_vectors, self._lengths, queries[~directed], top_k))
        return [next(found if has_direction else others) for has_direction in directed]

    def _results(self, ranking):
        return [SearchResult(self.image_paths[row], score) for row, score in ranking]

    def _checked(self, query, top_k):
        top_k = self._ready(top_k)
        return self._checked_vector_of(query), top_k

    def _ready(self, top_k):
        top_k = checked_count(top_k, "top_k")
        self.require_index()
        return top_k

    def _checked_vector_of(self, query):
        vector = self.vector_of(query)
        if vector.size != self.image_vectors.shape[1]:
            raise ValueError(
                f"query has {vector.size} numbers, but the indexed vectors have {self.image_vectors.shape[1]}"
            )
        return vector

    def require_index(self):
        """Complain unless something is indexed.

        Raises
        ------
        RuntimeError
            When nothing is.
        """
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
            return checked_vector(query, "query")
        size = getattr(self._function, "load_size", None) or ENOUGH_PIXELS
        return returned_vector(self._function(load_image_in_time(query, size, **self._budgets)))

    # Keeping it

    def save(self, path):
        """Write the index to one file, whole or not at all.

        Parameters
        ----------
        path : str or Path
            Written exactly there; no suffix is added. It holds no pictures, only their paths and vectors. An index that is there
            already is replaced, but no other file.

        Raises
        ------
        OSError
            When it cannot be written; it names `path`.
        RuntimeError
            When nothing is indexed yet.
        """
        self.require_index()
        header = {
            "method": self.method,
            "named": METHODS.get(self.method) is self._function,
            "metric": self.metric,
            "image_dir": self.image_dir,
            "paths": self.image_paths,
            "failed": self.failed_images,
            "repaired": list(self._repaired.items()),
            "left_out": self._listing.left_out,
            "others": self._listing.others,
            "exclude": self.exclude,
            "stamps": list(self._stamps.items()),
            "budgets": self._budgets,
        }
        index_file.write(path, header, self.image_vectors)

    @classmethod
    def load(cls, path, method=None):
        """Read an index that `save` wrote. Nothing in it is executed. The folder that it names is read by `update` only.

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
        engine = cls(header["image_dir"], _method_for(header, method, path), header["metric"], header["exclude"])
        listing = Listing([], header["left_out"], header["others"])
        try:
            paths, matrix = _sorted_by_path(header["paths"], matrix)
            engine._hold(paths, matrix, header["failed"], header["repaired"], header["stamps"], listing)
        except ValueError as error:
            raise ValueError(f"{printable(path)} is not a usable index: {error}") from None
        engine._budgets = header["budgets"]
        return engine

    def stale_paths(self):
        """Where the index no longer tells the truth about the folder.

        Returns
        -------
        StalePaths
            Pictures changed, gone and new since, as `update` would find them. It is false when there are none, as for an
            engine from vectors, which never read a file.
        """
        if not self._stamps:
            return StalePaths([], [], [])
        if not os.path.isdir(self.image_dir):
            return StalePaths([], sorted(self._stamps), [])
        return self._stale(self._as_it_is_now()[1])

    def has_changed(self, path):
        """Whether a picture's file is there, and another one than when it was indexed.

        Parameters
        ----------
        path : str
            As in `image_paths`.

        Returns
        -------
        bool
            False also for what was never read from a file.
        """
        known = self._stamps.get(path)
        return bool(known) and os.path.exists(path) and not same_file(stamp(path, known), known)

    def _stale(self, stamps):
        return StalePaths(
            sorted(path for path in stamps if path in self._stamps and not same_file(stamps[path], self._stamps[path])),
            sorted(path for path in self._stamps if path not in stamps),
            sorted(path for path in stamps if path not in self._stamps),
        )


def _report(kept, failed, repaired, listing, folder=""):
    rows = [ReportRow(path, REPAIRED if path in repaired else KEPT, repaired.get(path, "")) for path in kept]
    rows += [ReportRow(path, REJECTED, reason) for path, reason in failed]
    rows += [ReportRow(path, LEFT_OUT, reason) for path, reason in listing.left_out]
    return ImportReport(sorted(rows), folder, listing.others)


def _maximal_marginal_relevance(scores, alike, top_k, weight):
    taken, closest = [], np.zeros(len(scores))
    for _ in range(min(top_k, len(scores))):
        gain = (1 - weight) * scores - weight * closest
        gain[taken] = -np.inf
        best = int(np.argmax(gain))  # the first of equals, which is the better match
        closest = np.maximum(closest, alike[best]) if taken else alike[best]
        taken.append(best)
    return taken


def _sorted_by_path(paths, matrix):
    if len(set(paths)) < len(paths):
        raise ValueError("paths must differ from one another; at least one comes twice")
    order = sorted(range(len(paths)), key=paths.__getitem__)
    if order == list(range(len(paths))):
        return paths, matrix
    return [paths[i] for i in order], matrix[order]


def _method_for(header, method, path):
    made_by = header["method"]
    named = header["named"] and made_by in METHODS
    if method is None and not named:
        raise ValueError(
            f"{printable(path)} was made by the function {made_by!r}, which is not one of {', '.join(METHODS)}: "
            "pass it as method="
        )
    if method is not None and named and method_named(method)[0] != made_by:
        raise ValueError(f"method must be {made_by!r}, by which {printable(path)} was made, not {method!r}")
    return made_by if method is None else method
