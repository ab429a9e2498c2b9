"""Floor 0. Numbers come in; vectors that can be stored and compared go out, or an error that says why they cannot be."""

import numpy as np

SHORTEST, LONGEST = 1e-15, 1e15  # vectors of lengths between these keep their precision in float32, squares included


@np.errstate(over="ignore")  # a number too large becomes infinite here and is refused by its length
def as_float32(values):
    """Numbers as a contiguous float32 array; not copied if they are so already.

    Parameters
    ----------
    values : array_like

    Returns
    -------
    ndarray, float32
    """
    return np.ascontiguousarray(values, dtype=np.float32)


@np.errstate(over="ignore")  # as above
def checked_vector(values, name):
    """Numbers as a vector that can be stored and compared, or a clear error.

    Parameters
    ----------
    values : array_like, shape (n_dims,)
    name : str
        What it is, for the message.

    Returns
    -------
    ndarray, shape (n_dims,), float32

    Raises
    ------
    ValueError
        When it is no vector, or holds numbers that are not finite or of no ordinary size.
    """
    try:
        vector = as_float32(values)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a vector of numbers, not {type(values).__name__}") from None
    if np.ndim(values) != 1 or not vector.size:
        raise ValueError(f"{name} must be a vector, of shape (n_dims,), not of shape {np.shape(values)}")
    if not 1e-29 < np.vecdot(vector, vector) < 1e29:  # nearly always within, and then nothing else need be looked at
        checked_lengths(vector[np.newaxis], name)
    return vector


def checked_direction(values, name):
    """As `checked_vector`, for what asks by cosine alone: a vector of zeros has no direction, and is an error as well.

    Parameters
    ----------
    values : array_like, shape (n_dims,)
    name : str

    Returns
    -------
    ndarray, shape (n_dims,), float32

    Raises
    ------
    ValueError
        As `checked_vector`, and when all numbers are 0.
    """
    vector = checked_vector(values, name)
    if not vector.any():
        raise ValueError(f"{name} must have a direction, and is all zeros")
    return vector


def checked_matrix(vectors):
    """Vectors as one matrix, or a clear error. What their numbers are, `checked_lengths` sees to.

    Parameters
    ----------
    vectors : array_like, shape (n_images, n_dims)

    Returns
    -------
    ndarray, shape (n_images, n_dims), float32
        Not copied if it is so already.

    Raises
    ------
    ValueError
        When it is no matrix, or an empty one.
    """
    matrix = as_float32(vectors)
    if matrix.ndim != 2 or not matrix.size:
        raise ValueError(f"vectors must be a matrix of shape (n_images, n_dims), not of shape {matrix.shape}")
    return matrix


def checked_lengths(matrix, name):
    """The lengths of vectors, or a clear error: squares of numbers far from 1 would leave the range of float32.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    name : str
        What the vectors are, for the message.

    Returns
    -------
    ndarray, shape (n_images,), float32

    Raises
    ------
    ValueError
        When one is neither 0 nor from 1e-15 to 1e15. No picture's vector comes near these bounds.
    """
    lengths = row_lengths(matrix)
    fine = (lengths == 0) | ((lengths >= SHORTEST) & (lengths <= LONGEST))
    if not fine.all():
        worst = float(lengths[~fine][0])
        raise ValueError(f"{name} must hold finite numbers of ordinary size; a length of {worst:g} is out of range")
    return lengths


def row_lengths(matrix, rows_per_block=4096):
    """Euclidean length of each row, summed in float64.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    rows_per_block : int
        How many rows to hold in float64 at a time.

    Returns
    -------
    ndarray, shape (n_images,), float32
    """
    squares = np.empty(len(matrix))
    for start in range(0, len(matrix), rows_per_block):
        block = matrix[start : start + rows_per_block].astype(np.float64)
        squares[start : start + len(block)] = squared_lengths(block)
    return np.sqrt(squares).astype(np.float32)


def squared_lengths(rows):
    """The square of each row's Euclidean length.

    Parameters
    ----------
    rows : ndarray, shape (n_images, n_dims), float64

    Returns
    -------
    ndarray, shape (n_images,), float64

    Examples
    --------
    >>> squared_lengths(np.array([[3.0, 4.0], [0.0, 2.0]])).tolist()
    [25.0, 4.0]
    """
    return np.einsum("ij,ij->i", rows, rows)


def relative_error(vectors, dtype=np.float32):
    """How far a dot product may be off by rounding, as a share of the product of the two lengths.

    Parameters
    ----------
    vectors : ndarray, shape (..., n_dims)
    dtype : data-type
        In which it is computed.

    Returns
    -------
    float

    Examples
    --------
    >>> bool(relative_error(np.ones((5, 240))) == 256 * 2.0**-23)
    True
    """
    # Half of this covers the dot product (n_dims terms), the rest the few roundings before and after it.
    return (vectors.shape[-1] + 16) * np.finfo(dtype).eps


def of_length_1(vectors):
    """Each vector divided by its length; one of zeros stays as it is.

    Parameters
    ----------
    vectors : ndarray, shape (n_images, n_dims)

    Returns
    -------
    ndarray, shape (n_images, n_dims)

    Examples
    --------
    >>> of_length_1(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)
