"""Shapes as signed distance functions: how far is a point from the surface?

The distance is negative inside, zero on the surface, positive outside. With that one number a ray can walk: as far
as the distance says, nothing can be hit. Shapes are joined by taking the smaller distance. Points are arrays of
shape (3, n): x to the right, y up, z towards the viewer. A shape is a function from points to distances (n,).

References: the formulas are those collected by Inigo Quilez, https://iquilezles.org/articles/distfunctions/
"""
from functools import reduce

import numpy as np


def column(values):
    """Three numbers as a (3, 1) float32 column, so that they broadcast over points."""
    return np.asarray(values, dtype=np.float32).reshape(3, 1)


def length(p):
    """Length of each column of `p`, shape (n,)."""
    return np.sqrt((p * p).sum(axis=0))


def smoothstep(low, high, x):
    """0 below `low`, 1 above `high`, a soft S between."""
    s = np.clip((x - low) / (high - low), 0, 1)
    return s * s * (3 - 2 * s)


# ---- solids -----------------------------------------------------------------------------------------------------
def ball(centre, radii):
    """An ellipsoid with three radii (a good approximation of the true distance)."""
    centre, radii = column(centre), column(np.broadcast_to(radii, 3))

    def shape(p):
        q = (p - centre) / radii
        scaled, steep = length(q), length(q / radii)
        return scaled * (scaled - 1) / np.maximum(steep, 1e-6)
    return shape


def box(centre, half, rounding=0.03):
    """A box by its half sizes (its outermost extent) with rounded edges."""
    centre, half = column(centre), column(half) - np.float32(rounding)

    def shape(p):
        q = np.abs(p - centre) - half
        return length(np.maximum(q, 0)) + np.minimum(q.max(axis=0), 0) - rounding
    return shape


def cone(low, high, radius_low, radius_high, rounding=0.02, centre=(0, 0)):
    """An upright cylinder or cut cone between two heights."""
    half = (high - low) / 2 - rounding
    r0, r1 = np.float32(radius_low - rounding), np.float32(radius_high - rounding)
    edge = r1 - r0, np.float32(2 * half)
    edge_squared = edge[0] ** 2 + edge[1] ** 2

    def shape(p):
        radius = np.hypot(p[0] - centre[0], p[2] - centre[1])
        y = p[1] - (low + high) / 2
        cap_r = radius - np.minimum(radius, np.where(y < 0, r0, r1))
        cap_y = np.abs(y) - half
        along = np.clip(((r1 - radius) * edge[0] + (half - y) * edge[1]) / edge_squared, 0, 1)
        side_r, side_y = radius - r1 + edge[0] * along, y - half + edge[1] * along
        inside = np.where((side_r < 0) & (cap_y < 0), np.float32(-1), np.float32(1))
        nearest = np.minimum(cap_r ** 2 + cap_y ** 2, side_r ** 2 + side_y ** 2)
        return inside * np.sqrt(nearest) - rounding
    return shape


def ring(centre, radius, thickness, axis=1):
    """A torus around one of the axes (0, 1 or 2)."""
    centre = column(centre)
    across = [i for i in range(3) if i != axis]

    def shape(p):
        q = p - centre
        return np.hypot(np.hypot(q[across[0]], q[across[1]]) - radius, q[axis]) - thickness
    return shape


def stick(start, end, radius, end_radius=None):
    """A round rod from `start` to `end`, which may taper."""
    start, way = column(start), column(end) - column(start)
    way_squared = float((way * way).sum())
    radius, slope = float(radius), float((radius if end_radius is None else end_radius) - radius)

    def shape(p):
        q = p - start
        along = np.clip((q * way).sum(axis=0) / way_squared, 0, 1)
        return length(q - along * way) - (radius + slope * along)
    return shape


def tube(points, radius, end_radius=None):
    """A bent rod through several points, tapering evenly."""
    radii = np.linspace(radius, radius if end_radius is None else end_radius, len(points))
    return join(*[stick(*pair) for pair in zip(points[:-1], points[1:], radii[:-1], radii[1:])])


def arc(centre, radii, start, end, n=9, plane=(0, 1)):
    """`n` points on an ellipse from angle `start` to `end` (degrees), to lead a tube along."""
    points = np.tile(np.asarray(centre, dtype=float), (n, 1))
    angles = np.radians(np.linspace(start, end, n))
    points[:, plane[0]] += radii[0] * np.cos(angles)
    points[:, plane[1]] += radii[1] * np.sin(angles)
    return points


def bend(start, control, end, n=8):
    """`n` points on a curve from `start` to `end`, pulled towards `control` (a quadratic Bezier curve)."""
    t = np.linspace(0, 1, n)[:, None]
    return (1 - t) ** 2 * np.asarray(start) + 2 * t * (1 - t) * np.asarray(control) + t ** 2 * np.asarray(end)


# ---- ways to combine and to place ----------------------------------------------------------------------------------
def join(*shapes):
    """All of the shapes: the nearest counts."""
    return lambda p: reduce(np.minimum, (shape(p) for shape in shapes))


def melt(softness, *shapes):
    """All of the shapes, with a soft fillet of about `softness` where they meet."""
    def soft_minimum(a, b):
        overlap = np.maximum(softness - np.abs(a - b), 0) / softness
        return np.minimum(a, b) - overlap * overlap * softness / 4
    return lambda p: reduce(soft_minimum, (shape(p) for shape in shapes))


def cut(shape, *holes):
    """The shape without the holes."""
    return lambda p: reduce(np.maximum, (-hole(p) for hole in holes), shape(p))


def slab(outline, half, rounding=0.03, z=0.0):
    """A flat outline (a shape looked at along z) given thickness, with rounded edges."""
    def shape(p):
        flat = outline(np.stack([p[0], p[1], np.zeros_like(p[0])])) + rounding
        deep = np.abs(p[2] - z) - half + rounding
        return np.hypot(np.maximum(flat, 0), np.maximum(deep, 0)) + np.minimum(np.maximum(flat, deep), 0) - rounding
    return shape


def turn(shape, degrees, axis, about=(0, 0, 0)):
    """The shape turned around one of the axes through the point `about`."""
    about, a = column(about), np.radians(degrees)
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    back = np.eye(3, dtype=np.float32)
    back[i, i] = back[j, j] = np.cos(a)
    back[i, j], back[j, i] = np.sin(a), -np.sin(a)
    return lambda p: shape(back @ (p - about) + about)


def mirror(shape):
    """The shape and its mirror image, left and right."""
    return lambda p: shape(np.stack([np.abs(p[0]), p[1], p[2]]))


def move(shape, offset):
    """The shape somewhere else."""
    offset = column(offset)
    return lambda p: shape(p - offset)


def widen(shape, times):
    """The shape made `times` wider along z, for `times` of 1 or more (the distance is then too small, never too large)."""
    return lambda p: shape(np.stack([p[0], p[1], p[2] / np.float32(times)]))
