"""Floor 7. Words come in, alone or with a picture; ranked pictures go out.

A caption is a vector too, and then the engine ranks captions as it ranks pictures. Nothing here needs more than NumPy.
"""

import functools
import math
import numbers
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .arrays import as_float32
from .checks import checked_count, checked_positive
from .collection import Products, data_dir
from .engine import ImageSearchEngine, SearchResult


def words_of(text):
    """The words of a text as they are compared: in small letters, without those of a single letter.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
        In the text's order. What is no letter, digit or underscore parts two words, a hyphen too.

    Examples
    --------
    >>> words_of("A two-tone Mug, round!")
    ['two', 'tone', 'mug', 'round']
    """
    return re.findall(r"\b\w\w+\b", text.lower())


class TfIdf:
    """Texts as vectors: a number for each known word, larger the more often it stands there and the rarer elsewhere.

    A word's number is how often it stands in the text (its *term frequency*) times
    ``ln((1 + n_texts) / (1 + n_with)) + 1`` (its *inverse document frequency*), where `n_with` texts have it. Then the
    vector is brought to length 1. So does ``TfidfVectorizer`` of scikit-learn with its defaults. All numbers are kept,
    the zeros too: for some ten thousand texts.

    Parameters
    ----------
    texts : iterable of str
        A text without words becomes a vector of zeros, which is like nothing.

    Attributes
    ----------
    words : list of str
        The known words, sorted: what the numbers of a vector stand for.
    weights : ndarray, shape (n_words,)
        The inverse document frequencies.
    vectors : ndarray, shape (n_texts, n_words)

    Raises
    ------
    TypeError
        When `texts` is a single text, or holds something else.
    ValueError
        When there is no word in them.

    References
    ----------
    K. Spärck Jones, A statistical interpretation of term specificity and its application in retrieval, Journal of
    Documentation 28, 1972.

    Examples
    --------
    >>> tfidf = TfIdf(["a red mug", "a red boot"])
    >>> tfidf.words, tfidf.weights.round(3).tolist()  # ln(3 / 2) + 1 = 1.405, and ln(3 / 3) + 1 = 1
    (['boot', 'mug', 'red'], [1.405, 1.405, 1.0])
    >>> tfidf.encode("Mug!").tolist()
    [0.0, 1.0, 0.0]
    """

    def __init__(self, texts):
        texts = [None] if isinstance(texts, str) else list(texts)  # one text is no list of its letters
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("texts must be a list of texts")
        counts = [Counter(words_of(text)) for text in texts]
        n_with = Counter(word for count in counts for word in count)
        if not n_with:
            raise ValueError("texts must hold at least one word of two letters or more")
        self.words = sorted(n_with)
        self.weights = np.array([math.log((1 + len(texts)) / (1 + n_with[word])) + 1 for word in self.words])
        self.vectors = np.stack([self._vector(count) for count in counts])

    def encode(self, text_query):
        """A text as a vector of the same numbers.

        Parameters
        ----------
        text_query : str
            A word that no text has is left out, with a warning that names it.

        Returns
        -------
        ndarray, shape (n_words,)
            Of length 1.

        Raises
        ------
        TypeError, ValueError
            When it is no text, is empty, or no text has any of its words.
        """
        count = Counter(words_of(_checked_text(text_query)))
        unknown = sorted(set(count) - set(self.words))
        if len(unknown) == len(count):
            known = ", ".join(self.words[:: math.ceil(len(self.words) / 8)])
            raise ValueError(f"text_query: no caption has a word of {text_query!r:.80}; some of the known: {known}")
        if unknown:
            warnings.warn(f"text_query: no caption has {', '.join(map(repr, unknown)):.200}: left out", stacklevel=2)
        return self._vector(count)

    def _vector(self, count):
        vector = self.weights * [count[word] for word in self.words]
        return vector / (np.linalg.norm(vector) or 1.0)


class TextSpace(NamedTuple):
    """A space with both words and pictures in it: what a search by words needs.

    That can be the space of the captions, from `caption_space`; or any two functions that end in one space, one from
    words and one from pictures: ``TextSpace(words_to_vector, ImageSearchEngine(folder, picture_to_vector).index_images())``.

    Attributes
    ----------
    encode_text : callable
        From a text to its vector, of shape (n_dims,).
    engine : ImageSearchEngine
        Over the vectors of the pictures in that space.
    """

    encode_text: Callable
    engine: ImageSearchEngine


def caption_space(captions):
    """The space in which a picture is where its caption is, by `TfIdf`.

    Parameters
    ----------
    captions : dict of str to str
        Path -> caption. A picture without a caption has ``""``: it is like no text, so its score is 0 for every one.

    Returns
    -------
    TextSpace

    Raises
    ------
    TypeError, ValueError
        When `captions` is no dict, a caption is no text, or there is no word in any.

    Examples
    --------
    >>> space = caption_space({"a.png": "a red mug", "b.png": "a red boot", "c.png": ""})
    >>> [path for path, score in search_by_text("boot", space=space) if score > 0]
    ['b.png']
    """
    if not isinstance(captions, dict):
        raise TypeError(f"captions must be a dict from path to caption, not {type(captions).__name__}")
    tfidf = TfIdf(captions.values())
    return TextSpace(tfidf.encode, ImageSearchEngine.from_vectors(list(captions), tfidf.vectors))


def learn_text_encoder(captions, vectors, ridge=1.0):
    """A function from words to the vectors of pictures, learnt from pictures with captions: ridge least squares.

    Among all linear maps from the captions' `TfIdf` vectors to the pictures' vectors it takes the one for which the sum
    of the squared errors plus `ridge` times the sum of the map's squared numbers is smallest; means are taken off before.

    Parameters
    ----------
    captions : sequence of str
    vectors : array_like, shape (n_images, n_dims)
        Row i is of the picture with caption i.
    ridge : float
        Above 0. More makes the map's numbers smaller, and so less is made of chance.

    Returns
    -------
    callable
        From a text to a vector of shape (n_dims,): the half of a `TextSpace` that comes from words.

    Raises
    ------
    TypeError, ValueError
        When captions and vectors do not match, a number is not finite, or `ridge` is not above 0. What it returns raises
        as `TfIdf.encode`.

    References
    ----------
    A. E. Hoerl and R. W. Kennard, Ridge regression: biased estimation for nonorthogonal problems, Technometrics 12,
    1970.

    Examples
    --------
    >>> encode = learn_text_encoder(["red", "blue"], [[1, 0], [0, 1]], ridge=1e-9)
    >>> encode("blue").round(3).tolist()
    [0.0, 1.0]
    """
    checked_positive(ridge, "ridge")
    tfidf, targets = TfIdf(captions), as_float32(vectors).astype(np.float64)
    if targets.ndim != 2 or len(targets) != len(tfidf.vectors):
        raise ValueError(f"vectors must have one row a caption, not {targets.shape} for {len(tfidf.vectors)} captions")
    if not np.isfinite(targets).all():
        raise ValueError("vectors must hold finite numbers; at least one is NaN or infinite")
    word_mean, target_mean = tfidf.vectors.mean(axis=0), targets.mean(axis=0)
    words, targets = tfidf.vectors - word_mean, targets - target_mean
    weights = np.linalg.solve(words.T @ words + ridge * np.eye(len(word_mean)), words.T @ targets)  # (n_words, n_dims)
    return lambda text_query: (tfidf.encode(text_query) - word_mean) @ weights + target_mean


def search_by_text(text_query, top_k=5, *, space=None):
    """The pictures that fit a text best.

    Parameters
    ----------
    text_query : str
    top_k : int
    space : TextSpace, optional
        Where words and pictures meet; the captions of the shipped collection if not given.

    Returns
    -------
    list of SearchResult
        Best first, as the space's engine ranks them; equal scores in the order of the paths.

    Raises
    ------
    TypeError, ValueError
        When the text is none, is empty, or holds nothing but words that no caption has; as `ImageSearchEngine.search`.
    """
    space = _shipped(data_dir(), Path.cwd())[1] if space is None else space
    return space.engine.search(space.encode_text(_checked_text(text_query)), top_k)


def search_by_text_and_image(text_query, image_query, alpha=0.5, top_k=5, *, engine=None, space=None):
    """The pictures that fit a text and are like a picture.

    Every picture is scored twice. The scores of both kinds are brought to mean 0 and standard deviation 1, so that their
    units do not decide which counts more: ``(1 - alpha) * text + alpha * picture``. With one query alone the results are those of
    `search_by_text` or `ImageSearchEngine.search`, with their scores.

    Parameters
    ----------
    text_query : str or None
        None for the picture alone.
    image_query : picture, vector or None
        As `ImageSearchEngine.search` takes it; None for the text alone. A picture that is indexed finds itself too.
    alpha : float
        The picture's weight, from 0, only the text counts, to 1, only the picture. For one query alone it means nothing.
    top_k : int
    engine : ImageSearchEngine, optional
        By what pictures are compared; the shipped collection by histogram if not given, read once (some seconds).
    space : TextSpace, optional
        By what text and pictures are compared; the shipped captions of the engine's pictures if not given.

    Returns
    -------
    list of SearchResult
        Best first; equal scores in the order of the paths. A mixed score is counted in standard deviations above
        the mean picture: it can be compared within one search, not from one to another.

    Raises
    ------
    ImageError, TypeError, ValueError, RuntimeError
        As `search_by_text` and `ImageSearchEngine.search`; ValueError also when both queries are None, `alpha` is not
        from 0 to 1, or engine and space do not hold the same pictures.
    """
    if not isinstance(alpha, numbers.Real) or isinstance(alpha, bool) or not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be a number from 0 to 1, not {alpha!r}")
    top_k = checked_count(top_k, "top_k")
    if text_query is None and image_query is None:
        raise ValueError("text_query and image_query are both None; one of them is needed")
    if text_query is None:
        return _or_shipped(engine).search(image_query, top_k)
    space = _space_of(engine) if space is None else space
    vector = space.encode_text(_checked_text(text_query))  # first of all: a wrong word need not wait for pictures
    if image_query is None:
        return space.engine.search(vector, top_k)
    by_image = _all_scores(_or_shipped(engine), image_query)
    return _mixed(_all_scores(space.engine, vector), by_image, alpha)[:top_k]


def reciprocal_rank_fusion(*rankings, k=60):
    """Several rankings become one, by places alone: each that holds a picture gives it ``1 / (k + place)``.

    Parameters
    ----------
    *rankings : list of SearchResult
        Best first. Equal scores share a place, the best of theirs.
    k : float
        Above 0. The larger, the less the first places count for more than those after them.

    Returns
    -------
    list of SearchResult
        All pictures of all rankings, best first; equal scores in the order of the paths.

    Raises
    ------
    ValueError
        When `k` is not above 0, or a ranking holds a picture twice.

    References
    ----------
    G. V. Cormack, C. L. A. Clarke and S. Büttcher, Reciprocal rank fusion outperforms Condorcet and individual rank
    learning methods, SIGIR 2009. The value 60 is theirs.

    Examples
    --------
    >>> by_text = [SearchResult("a", 0.9), SearchResult("b", 0.2)]
    >>> by_picture = [SearchResult("b", 0.8), SearchResult("c", 0.7)]
    >>> fused = reciprocal_rank_fusion(by_text, by_picture, k=1)
    >>> [(path, round(score, 3)) for path, score in fused]  # b: 1/3 + 1/2
    [('b', 0.833), ('a', 0.5), ('c', 0.333)]
    """
    checked_positive(k, "k")
    gains = defaultdict(list)
    for ranking in rankings:
        if twice := [path for path, n in Counter(path for path, _ in ranking).items() if n > 1]:
            raise ValueError(f"rankings must hold each picture once; {twice[0]!r} is in one of them twice")
        place_of = {}
        for place, (path, score) in enumerate(ranking, start=1):
            gains[path].append(1 / (k + place_of.setdefault(score, place)))
    return _ranked({path: math.fsum(gained) for path, gained in gains.items()})


def _checked_text(text_query):
    if not isinstance(text_query, str):
        raise TypeError(f"text_query must be a text, not {text_query!r:.80}")
    if not text_query.strip():
        raise ValueError(f"text_query must hold at least one word, not {text_query!r}")
    return text_query


@functools.lru_cache(maxsize=1)
def _shipped(folder, here):  # paths are relative, so where we are belongs to the key
    products = Products(folder)
    return products, caption_space({product.path: product.caption for product in products})


@functools.lru_cache(maxsize=1)
def _shipped_engine(folder, here):
    return ImageSearchEngine(_shipped(folder, here)[0].image_dir).index_images()


def _or_shipped(engine):
    return _shipped_engine(data_dir(), Path.cwd()) if engine is None else engine


def _space_of(engine):
    products, space = _shipped(data_dir(), Path.cwd())
    if engine is None:
        return space
    if not engine.image_paths:
        raise RuntimeError("nothing is indexed yet: call index_images() first")
    try:
        return caption_space({path: products.of(path).caption for path in engine.image_paths})
    except KeyError as error:
        raise ValueError(f"space is needed: {error.args[0]}, so its caption is not known; see caption_space") from None


def _all_scores(engine, query):
    # Not `search_fast`: an index would leave pictures without a score.
    return {path: score for path, score in engine.search(query, max(1, len(engine.image_paths)))}


def _mixed(by_text, by_image, alpha):
    if alone := sorted(by_text.keys() ^ by_image.keys()):
        raise ValueError(f"engine and space must hold the same pictures; {alone[0]!r} is in one of them only")
    paths = sorted(by_text)
    text, image = (_standardised([scores[path] for path in paths]) for scores in (by_text, by_image))
    return _ranked(dict(zip(paths, ((1 - alpha) * text + alpha * image).tolist())))


def _standardised(scores):
    scores = np.array(scores)
    return (scores - scores.mean()) / (scores.std() if np.ptp(scores) else 1.0)


def _ranked(score_of):
    return [SearchResult(path, score) for path, score in sorted(score_of.items(), key=lambda pair: (-pair[1], pair[0]))]
