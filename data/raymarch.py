"""A small camera: rays walk to the shapes, light falls on what they hit.

Everything is float32 NumPy on arrays of points (3, n). Rays that have arrived, or missed, leave the arrays, so the
walk gets cheaper with every step.
"""
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from shapes import column, length, smoothstep


@dataclass(frozen=True)
class Paint:
    """What a surface looks like. Colours are linear RGB in 0..1; sizes are in scene units (a product is about 2 high)."""

    base: tuple
    accent: tuple = (1.0, 1.0, 1.0)
    pattern: str = "plain"
    size: float = 0.25       # the period of stripes, dots and checks
    wrap: str = "round"      # the pattern goes around the upright axis ("round") or lies on the faces ("box")
    radius: float = 0.6      # of a round body: turns an angle into a width
    level: float = 0.5       # two-tone: below this height the accent begins
    upright: bool = False    # stripes go up instead of around
    gloss: float = 0.3       # strength of highlight and reflection, 0..1
    shine: float = 40.0      # a larger number gives a smaller highlight
    metal: float = 0.0       # 1 reflects in its own colour
    grain: float = 0.0       # roughness of the surface: leather, cloth
    glow: float = 0.0        # light of its own, as a lamp shade has


@dataclass(frozen=True)
class Part:
    """One shape and its paint."""

    shape: Callable
    paint: Paint


def towards(x, y, z):
    """A unit direction, (3, 1)."""
    return column((x, y, z)) / np.float32(np.sqrt(x * x + y * y + z * z))


KEY = towards(-0.52, 0.72, 0.46)      # the main lamp: left, above, in front
FILL = towards(0.75, 0.25, 0.6)       # a weak one from the right
GRAIN = np.array([(41, 33, -27), (-29, 45, 37), (31, -39, 43)], dtype=np.float32)      # three skew directions of small waves


class Model:
    """A product: its parts, their joint distance, and a box around them."""

    def __init__(self, parts):
        self.parts = parts
        grid = np.linspace(-1.7, 1.7, 44, dtype=np.float32)
        cells = np.stack(np.meshgrid(grid, grid + 1.3, grid, indexing="ij")).reshape(3, -1)
        self.surface = cells[:, np.abs(self.distance(cells)) < 0.07]     # (3, m) points near the surface
        self.low = self.surface.min(axis=1, keepdims=True) - 0.08
        self.high = self.surface.max(axis=1, keepdims=True) + 0.08

    def distance(self, p):
        """From points (3, n) to the nearest part, (n,)."""
        return reduce(np.minimum, (part.shape(p) for part in self.parts))

    def normal(self, p, step=0.004):
        """The direction in which the distance grows: four probes at the corners of a tetrahedron."""
        corners = [column(c) for c in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1))]
        n = sum(corner * self.distance(p + step * corner) for corner in corners)
        return n / np.maximum(length(n), 1e-9)

    def inside_box(self, origin, way, margin=0.0):
        """Where rays enter and leave the box: (near, far), each (n,); near > far for rays that miss it."""
        with np.errstate(divide="ignore"):
            a, b = (self.low - margin - origin) / way, (self.high + margin - origin) / way
        return np.maximum(np.minimum(a, b).max(axis=0), 0), np.maximum(a, b).min(axis=0)


def march(model, origin, ways, steps=70):
    """Walk along each ray. Returns (distance walked (n,), hit (n,) bool)."""
    t, far = model.inside_box(origin, ways)
    hit = np.zeros(t.shape, dtype=bool)
    active = np.flatnonzero(t < far)
    for _ in range(steps):
        gap = model.distance(origin + t[active] * ways[:, active])
        t[active] += 0.9 * gap
        arrived = gap < 0.003
        hit[active[arrived]] = True
        active = active[~arrived & (t[active] < far[active])]
        if not active.size:
            break
    return t, hit


def light_reaching(model, p, softness=9.0, steps=22):
    """How much of the key lamp each point sees, (n,) in 0..1: rays that pass the shape closely are half in shadow."""
    t, far = model.inside_box(p, KEY, margin=0.12)
    t = np.maximum(t, 0.04)
    seen = np.ones(t.shape, dtype=np.float32)
    active = np.flatnonzero(t < far)
    for _ in range(steps):
        gap = model.distance(p[:, active] + t[active] * KEY)
        seen[active] = np.minimum(seen[active], softness * gap / t[active])
        t[active] += np.clip(gap, 0.04, 0.3)
        active = active[(seen[active] > 0.01) & (t[active] < far[active])]
        if not active.size:
            break
    return smoothstep(0, 1, seen)


def openness(model, p, n):
    """Ambient occlusion, (n,) in 0..1: corners and the places under a product get less light from around."""
    closed = np.zeros(p.shape[1], dtype=np.float32)
    for height, weight in ((0.05, 0.9), (0.13, 0.6), (0.28, 0.4)):
        probe = p + height * n
        closed += weight * (height - np.minimum(model.distance(probe), probe[1])) / height / 1.9
    return np.clip(1 - 0.85 * closed, 0.08, 1)


def surroundings(way):
    """What a shiny surface mirrors: a pale room, a dark horizon, a lamp above and a tall window on the left, (n,)."""
    room = 0.26 + 0.5 * smoothstep(-0.3, 0.9, way[1])
    room = room * (1 - 0.55 * np.exp(-(way[1] / 0.16) ** 2))
    lamp = smoothstep(0.86, 0.94, (way * KEY).sum(axis=0))
    left = (-0.92 * way[0] + 0.39 * way[2]) / np.maximum(np.hypot(way[0], way[2]), 1e-6)
    window = smoothstep(0.93, 0.97, left) * smoothstep(-0.8, -0.6, way[1]) * (1 - smoothstep(0.55, 0.75, way[1]))
    return room + 1.5 * lamp + 1.8 * window


def pattern_mask(paint, p, n):
    """Where the accent colour goes, (n,) bool."""
    if paint.wrap == "round":
        u, v = np.arctan2(p[0], p[2]) * paint.radius, p[1]
    else:
        face = np.abs(n).argmax(axis=0)
        u, v = np.where(face == 0, p[2], p[0]), np.where(face == 1, p[2], p[1])
    u, v = u / paint.size, v / paint.size
    if paint.pattern == "stripes":
        return ((u if paint.upright else v) % 1) < 0.38
    if paint.pattern == "dots":
        row = np.floor(v)
        return np.hypot((u + row % 2 / 2) % 1 - 0.5, v % 1 - 0.5) < 0.3
    if paint.pattern == "checks":
        return ((u % 1) < 0.6) & ((v % 1) < 0.6)
    return p[1] < paint.level if paint.pattern == "two-tone" else np.zeros(p.shape[1], dtype=bool)


def roughen(n, p, grain):
    """Small waves on the normals: enough to break a highlight as leather and cloth do."""
    waves = np.sin(GRAIN @ p) * np.sin(1.3 * (GRAIN[::-1] @ p) + 1)
    n = n + grain * waves
    return n / length(n)


def shade(model, p, ways):
    """The light that comes from points on the product towards the camera, (3, n) linear RGB."""
    n = model.normal(p)
    lit, open_ = light_reaching(model, p + 0.012 * n), openness(model, p, n)
    owner = np.stack([part.shape(p) for part in model.parts]).argmin(axis=0)
    out = np.zeros_like(p)
    for i, part in enumerate(model.parts):
        at = np.flatnonzero(owner == i)
        if at.size:
            out[:, at] = shade_paint(part.paint, p[:, at], n[:, at], ways[:, at], lit[at], open_[at])
    return out


def shade_paint(paint, p, n, ways, lit, open_):
    """Diffuse light from three sides, mirrored surroundings and a highlight, for points of one paint."""
    albedo = np.where(pattern_mask(paint, p, n), column(paint.accent), column(paint.base))
    if paint.grain:
        n = roughen(n, p, paint.grain)
    facing = np.clip(-(n * ways).sum(axis=0), 0, 1)
    key = lit * np.clip((n * KEY).sum(axis=0), 0, 1)
    around = open_ * (0.33 + 0.15 * n[1] + 0.20 * np.clip((n * FILL).sum(axis=0), 0, 1))
    diffuse = albedo * (0.86 * key + around + paint.glow)
    mirrored = surroundings(ways + 2 * facing * n) * open_
    fresnel = paint.gloss * (0.09 + 0.5 * (1 - facing) ** 5)
    half = KEY - ways
    half = half / length(half)
    highlight = paint.gloss * lit * np.clip((n * half).sum(axis=0), 0, 1) ** paint.shine
    return (1 - paint.metal) * diffuse + mirrored * (fresnel + paint.metal * albedo) + 0.55 * highlight
