"""Floor 2. Vectors come in; an index goes out that finds the nearest of them, most kinds without looking at every one.

The work is done by FAISS, which the extra `extensions` brings and which is imported only when an index is built. Two things
that many tutorials get wrong. `IndexFlatL2` and `IndexFlatIP` are **exact**: they look at every vector; the approximate kinds
are the inverted file, the graph and the codes. And a raw FAISS index by L2 returns squared **distances**, where lower is
better; everything here returns **cosines**, where higher is better.

FAISS and torch stay out of one process by default: each brings an OpenMP library of its own, and on macOS the second one to
be loaded can stop the process. Nothing here imports torch, and our networks run by onnxruntime.

An index is never stored: it is built anew from the engine's vectors, within a minute for some 100,000. A FAISS file is read by
C++ code that trusts what stands in it, so one from a stranger is unsafe, and an old one may belong to other vectors.
"""

import contextlib
import inspect
import math

import numpy as np

from .arrays import as_float32, checked_direction, checked_lengths, checked_matrix, row_lengths
from .checks import checked_count, needed
from .indexes import BuiltOver

N_CENTRES = 256  # of each codebook: a code is one byte
N_LINKS = 16  # of a graph
POINTS_A_CENTRE = 40  # that k-means is trained with, if there are so many: FAISS asks for 39 at least


def build_faiss_index(vectors, kind="flat", **options):
    """An index that finds the vectors nearest to a query by cosine.

    Parameters
    ----------
    vectors : array_like, shape (n_images, n_dims)
        Copied: what is changed in them later, the index does not see. `FaissIndex.check` tells.
    kind : {"flat", "ivf", "hnsw", "pq"}
        - "flat": all vectors are compared. Exact, as are FAISS's `IndexFlatL2` and `IndexFlatIP`, whatever tutorials say.
        - "ivf", inverted file: k-means parts the vectors into cells, and only the cells nearest to the query are looked into.
        - "hnsw", hierarchical navigable small world: a graph of neighbours, walked from friend to friend towards the query.
        - "pq", product quantisation: all are compared, as codes of a byte for a few numbers. Not faster in itself, but smaller.
    **options
        - of "ivf": `n_lists`, how many cells, by default the root of n_images; `n_probe`, how many of them a search looks
          into, by default the root of `n_lists`.
        - of "hnsw": `n_links`, to how many neighbours each vector is linked, by default 16 (twice as many on the lowest level);
          `ef_search`, how many candidates a search keeps, by default 64.
        - of "pq": `numbers_per_code`, by default 2, for an eighth of the memory. Zeros are appended where they do not divide n_dims.

    Returns
    -------
    FaissIndex
        For `search_faiss` and for `ImageSearchEngine.use_index`.

    Raises
    ------
    ImportError
        When FAISS is missing; the message says how to install it.
    TypeError
        When an option is not one of this kind, or no whole number.
    ValueError
        When `kind` is unknown, `vectors` are no matrix of finite numbers, or too few for so many cells or for codes (256).

    References
    ----------
    J. Sivic and A. Zisserman, Video Google, ICCV 2003 (inverted files for pictures); Y. Malkov and D. Yashunin, Efficient and
    robust approximate nearest neighbor search using hierarchical navigable small world graphs, TPAMI 2020; H. Jégou, M. Douze
    and C. Schmid, Product quantization for nearest neighbor search, TPAMI 2011; M. Douze and others, The Faiss library, 2024.

    Examples
    --------
    >>> index = build_faiss_index([[2, 0], [1, 1], [0, 3]], "flat")  # doctest: +SKIP
    >>> search_faiss(index, [1, 0], 2)  # doctest: +SKIP
    (array([0, 1]), array([1.        , 0.70710677], dtype=float32))
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    known = list(inspect.signature(KINDS[kind]).parameters)[2:]
    if unknown := set(options) - set(known):
        raise TypeError(f"{min(unknown)} is no option of kind {kind!r}, which takes {', '.join(known) or 'none'}")
    options = {name: checked_count(value, name) for name, value in options.items()}
    matrix = checked_matrix(vectors)
    faiss = needed("faiss", "approximate search")
    units = _units(matrix, checked_lengths(matrix, "vectors"))
    return FaissIndex(KINDS[kind](faiss, units, **options), kind, matrix)


def search_faiss(index, query_vector, top_k):
    """The vectors nearest to one query, by cosine: **higher is better**.

    Well-known tutorials have a function of this name that returns L2 distances, where lower is better.

    Parameters
    ----------
    index : FaissIndex
        From `build_faiss_index`.
    query_vector : array_like, shape (n_dims,)
        Of any length but 0.
    top_k : int
        All there are, if there are fewer. An approximate index may find fewer as well.

    Returns
    -------
    indices : ndarray, shape (up to top_k,), int64
        Row numbers, the best first.
    scores : ndarray, shape (up to top_k,), float32
        From -1 to 1, up to rounding. Those of "pq" are the cosines of the query with what the codes stand for, a little wrong.

    Raises
    ------
    TypeError
        When `index` is not from `build_faiss_index`, or `top_k` no whole number.
    ValueError
        When the query is of another length than the vectors, all zeros or not finite, or `top_k` is below 1.
    """
    if not isinstance(index, FaissIndex):
        raise TypeError(f"index must come from build_faiss_index, whose scores are cosines, not {type(index).__name__}")
    query = checked_direction(query_vector, "query_vector")
    unit = _units(query[np.newaxis], row_lengths(query[np.newaxis]))
    [indices], [scores] = index.search(unit, checked_count(top_k, "top_k"))
    return indices[indices != -1], scores[indices != -1]


class FaissIndex(BuiltOver):
    """An index by FAISS over vectors of length 1, for `ImageSearchEngine.use_index`. `build_faiss_index` makes it.

    Attributes
    ----------
    kind : {"flat", "ivf", "hnsw", "pq"}
    n_images, n_dims : int
    raw : faiss.Index
        What FAISS knows it as, by inner products.
    """

    def __init__(self, raw, kind, matrix):
        super().__init__(matrix)
        self.raw, self.kind = raw, kind

    def __repr__(self):
        return f"<FaissIndex {self.kind}: {self.n_images} vectors x {self.n_dims} numbers>"

    def __reduce__(self):
        raise TypeError("an index is not stored: keep the vectors, and build it anew")

    def search(self, unit_queries, k):
        """Row numbers and cosines of the nearest vectors.

        Parameters
        ----------
        unit_queries : ndarray, shape (n_queries, n_dims), float32
            Rows of length 1.
        k : int

        Returns
        -------
        ids : ndarray, shape (n_queries, min(k, n_images)), int64
            Best first; -1 where nothing was found.
        scores : ndarray of the same shape, float32

        Raises
        ------
        ValueError
            When the queries are of another length than the vectors.
        """
        queries = np.atleast_2d(as_float32(unit_queries))
        if queries.shape[1] != self.n_dims:
            raise ValueError(f"a query has {queries.shape[1]} numbers, but the indexed vectors have {self.n_dims}")
        faiss = needed("faiss", "approximate search")
        # One query by one thread: two wait for each other where others work too, which took "flat" five times the processor's time.
        with _threads(faiss, 1 if len(queries) == 1 else faiss.omp_get_max_threads()):
            scores, ids = self.raw.search(_padded(queries, self.raw.d), min(k, self.n_images))
        return ids, scores

    @property
    def effort(self):
        """How far a search looks: `n_probe` of "ivf", `ef_search` of "hnsw". More finds more, and takes longer; it can be set.

        None for the other kinds, which look at everything.
        """
        return {"ivf": lambda: self.raw.nprobe, "hnsw": lambda: self.raw.hnsw.efSearch}.get(self.kind, lambda: None)()

    @effort.setter
    def effort(self, value):
        if self.effort is None:
            raise ValueError(f"effort cannot be set for kind {self.kind!r}, which looks at everything")
        owner, name = (self.raw, "nprobe") if self.kind == "ivf" else (self.raw.hnsw, "efSearch")
        setattr(owner, name, checked_count(value, "effort"))

    def comparisons(self, unit_queries, k=10):
        """With how many vectors a query is compared, centres of cells among them; the mean over some queries.

        Parameters
        ----------
        unit_queries : ndarray, shape (n_queries, n_dims), float32
        k : int

        Returns
        -------
        float
        """
        if self.effort is None:
            return float(self.n_images)
        counters = needed("faiss", "approximate search").cvar
        counter = counters.indexIVF_stats if self.kind == "ivf" else counters.hnsw_stats
        counter.reset()
        ids, _ = self.search(unit_queries, k)
        return counter.ndis / len(ids) + (self.raw.nlist if self.kind == "ivf" else 0)

    @property
    def n_bytes(self):
        """How many bytes the index takes, as it would be written."""
        return needed("faiss", "approximate search").serialize_index(self.raw).nbytes


def _units(matrix, lengths):
    return matrix / np.where(lengths, lengths, 1)[:, np.newaxis]  # zeros stay zeros: a cosine of 0 with everything


def _padded(matrix, n_dims):
    return np.pad(matrix, ((0, 0), (0, n_dims - matrix.shape[1])))


@contextlib.contextmanager
def _threads(faiss, n_threads):
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(n_threads)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


# One function a kind: FAISS, rows of length 1 and options come in, a filled index goes out.


def _flat(faiss, units):
    index = faiss.IndexFlatIP(units.shape[1])
    index.add(units)
    return index


def _ivf(faiss, units, n_lists=None, n_probe=None):
    n_images, n_dims = units.shape
    n_lists = n_lists or round(math.sqrt(n_images))
    if n_lists > n_images:
        raise ValueError(f"n_lists must be at most the number of vectors, {n_images}, not {n_lists}")
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(n_dims), n_dims, n_lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.spherical = True  # centres of length 1 too, or long ones would attract more than their share
    index.nprobe = min(n_probe or round(math.sqrt(n_lists)), n_lists)
    return _trained(faiss, index, index.cp, units)


def _hnsw(faiss, units, n_links=N_LINKS, ef_search=64):
    index = faiss.IndexHNSWFlat(units.shape[1], n_links, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efSearch = ef_search
    index.add(units)
    return index


def _pq(faiss, units, numbers_per_code=2):
    if len(units) < N_CENTRES:
        raise ValueError(f"vectors must be at least {N_CENTRES} for kind 'pq', to train its codes with, not {len(units)}")
    n_codes = math.ceil(units.shape[1] / numbers_per_code)
    index = faiss.IndexPQ(n_codes * numbers_per_code, n_codes, 8, faiss.METRIC_INNER_PRODUCT)  # 8 bits a code
    return _trained(faiss, index, index.pq.cp, _padded(units, index.d))


def _trained(faiss, index, k_means, units):
    k_means.min_points_per_centroid, k_means.max_points_per_centroid, k_means.niter = 1, POINTS_A_CENTRE, 10
    with _threads(faiss, 1):  # so many small steps: two threads that wait for one another took four times the work
        index.train(units)
    index.add(units)
    return index


KINDS = {"flat": _flat, "ivf": _ivf, "hnsw": _hnsw, "pq": _pq}
