"""Camera, backdrop and room: from a product's model to its five photos.

What a shot changes comes from random numbers seeded by the product's key, so the same product and shot give the same
pixels, whatever was rendered before.
"""
from functools import lru_cache

import numpy as np
from catalogue import linear
from PIL import Image
from raymarch import light_reaching, march, openness, shade
from shapes import column, length, smoothstep

SIZE = 160          # pixels each way
SAMPLES = 2         # rays per pixel each way: soft edges
GRID = SIZE * SAMPLES
DISTANCE = 7.0      # of the camera from the product's middle
FILLED = 0.76       # share of the picture's side that the product takes
SHOTS = ("studio", "dim", "turned", "moved", "scene")
WALLS = ("#9fb4b8", "#d3b48c", "#b58f8a", "#6d8a80", "#d1c290", "#5d7396", "#b9795a", "#8ba26c", "#4d5d68", "#d8c8c0")
FLOORS = ("#a8794f", "#7b5638", "#c7a781", "#8f8f8c", "#b8b2a6", "#5d4a3e")
SKIRTING = column(linear("#e6e2da"))


def photograph(model, key, shot):
    """One photo of a product.

    Parameters
    ----------
    model : Model
        The product's shapes.
    key : tuple of int
        Seeds what varies in the shot: the view, the dimmer, the room.
    shot : str
        One of `SHOTS`.

    Returns
    -------
    PIL.Image.Image
        RGB, `SIZE` x `SIZE`.
    """
    light = render(model, key, "studio" if shot == "dim" else shot)
    if shot == "dim":      # a factor to the power of 2.2 in light halves the numbers that are stored
        light = light * np.random.default_rng([*key, 6]).uniform(0.46, 0.54) ** 2.2
    return Image.fromarray((np.clip(light, 0, 1) ** (1 / 2.2) * 255 + 0.5).astype(np.uint8))


@lru_cache(maxsize=1)      # the dim shot comes right after the studio shot, and is the same light
def render(model, key, shot):
    """The light of one picture, linear RGB, (SIZE, SIZE, 3) float32."""
    view = view_of(key, shot)
    axes = camera_axes(view["azimuth"], view["elevation"])
    eye, ways = camera_rays(model, axes, view)
    t, hit = march(model, eye, ways)
    picture = room(key, eye, ways, axes) if shot == "scene" else backdrop(ways)
    cast_shadow(model, eye, ways, *picture)
    light = picture[0]
    light[:, hit] = shade(model, eye + t[hit] * ways[:, hit], ways[:, hit])
    return light.reshape(3, SIZE, SAMPLES, SIZE, SAMPLES).mean(axis=(2, 4)).transpose(1, 2, 0)


# ---- the camera -------------------------------------------------------------------------------------------------------
def view_of(key, shot):
    """Where the camera stands (degrees), and the shift, zoom and tilt of the picture; nearly the same in every studio shot."""
    rng = np.random.default_rng([*key, 3])
    view = dict(azimuth=rng.uniform(24, 32), elevation=rng.uniform(18, 22), shift=(0.0, 0.0), zoom=1.0, tilt=0.0)
    rng = np.random.default_rng([*key, 4, SHOTS.index(shot)])
    if shot == "turned":
        view["azimuth"] -= rng.uniform(40, 80)
    if shot == "moved":
        a = rng.uniform(0, 2 * np.pi)
        view.update(shift=(0.24 * np.cos(a), 0.24 * np.sin(a)), zoom=rng.uniform(0.8, 0.92),
                    tilt=rng.choice([-1, 1]) * rng.uniform(10, 22))
    return view


def camera_axes(azimuth, elevation):
    """Right, up and forward of a camera that has walked around the product by `azimuth` degrees, each (3, 1)."""
    a, e = np.radians(azimuth), np.radians(elevation)
    forward = -np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    right = np.array([np.cos(a), 0, -np.sin(a)])
    return column(right), column(np.cross(right, forward)), column(forward)


def camera_rays(model, axes, view):
    """The eye, (3, 1), and the unit directions of all rays, (3, GRID * GRID): the product fills the middle."""
    right, up, forward = axes
    centre = (model.low + model.high) / 2
    away = model.surface - centre
    depth = 1 + (away * forward).sum(axis=0) / DISTANCE
    x, y = (away * right).sum(axis=0) / depth, (away * up).sum(axis=0) / depth
    half = max(np.ptp(x), np.ptp(y)) / 2 / FILLED
    u, v = half * screen(view)
    ways = forward + (((x.min() + x.max()) / 2 + u) * right + ((y.min() + y.max()) / 2 + v) * up) / DISTANCE
    return centre - DISTANCE * forward, ways / length(ways)


def screen(view):
    """Screen coordinates of the rays, u to the right and v up, after shift, zoom and tilt: (2, GRID * GRID)."""
    ticks = ((np.arange(GRID) + 0.5) / GRID * 2 - 1).astype(np.float32)
    u = (np.tile(ticks, GRID) - view["shift"][0]) / view["zoom"]
    v = (np.repeat(-ticks, GRID) - view["shift"][1]) / view["zoom"]
    a = np.radians(view["tilt"])
    return np.stack([np.cos(a) * u + np.sin(a) * v, np.cos(a) * v - np.sin(a) * u]).astype(np.float32)


# ---- what is behind and below --------------------------------------------------------------------------------------------
def backdrop(ways):
    """A pale sheet of paper, a little darker to the edges: (light (3, n), which rays see the floor (n,))."""
    y, x = np.mgrid[0:GRID, 0:GRID].astype(np.float32) / GRID
    fall = 1 - 0.04 * smoothstep(0.35, 0.85, np.hypot(x - 0.5, y - 0.45))
    return column((0.795, 0.80, 0.805)) * fall.reshape(1, -1), ways[1] < -1e-3


def floor_points(eye, ways):
    """How far each ray is from the floor, (n,), and where it meets it, (3, n)."""
    t = -eye[1] / np.minimum(ways[1], -1e-3)
    return t, eye + t * ways


def cast_shadow(model, eye, ways, light, on_floor):
    """Darken the floor, in place: the soft shadow of the main lamp and the contact under the product."""
    _, floor = floor_points(eye, ways)
    near = on_floor & (np.abs(floor[[0, 2]]).max(axis=0) < 6)
    light[:, near] *= 0.5 + 0.5 * light_reaching(model, floor[:, near], softness=4.0)
    around = (floor > model.low - 0.35) & (floor < model.high + 0.35)
    close = near & around[0] & around[2]
    light[:, close] *= 0.35 + 0.65 * openness(model, floor[:, close], column((0, 1, 0)))


def room(key, eye, ways, axes):
    """A painted wall behind a floor, a little askew: (light (3, n), which rays see the floor (n,))."""
    rng = np.random.default_rng([*key, 5])
    wall, floor = (column(linear(colours[rng.integers(len(colours))])) for colours in (WALLS, FLOORS))
    kind, askew = rng.integers(3), np.radians(rng.uniform(-14, 14))
    x, _, z = axes[2][:, 0]
    deep = column((np.cos(askew) * x + np.sin(askew) * z, 0, np.cos(askew) * z - np.sin(askew) * x))
    deep = deep / length(deep)
    aside = column((deep[2, 0], 0, -deep[0, 0]))
    t_wall = (1.7 - (eye * deep).sum()) / np.maximum((ways * deep).sum(axis=0), 1e-4)
    t_floor, below = floor_points(eye, ways)
    on_floor = (ways[1] < -1e-3) & (t_floor < t_wall)
    behind = eye + t_wall * ways
    tone = floor_tone(kind, (below * aside).sum(axis=0), (below * deep).sum(axis=0))
    light = np.where(on_floor, floor * tone, wall_light(wall, (behind * aside).sum(axis=0), behind[1]))
    return light.astype(np.float32), on_floor


def wall_light(paint, x, y):
    """Paint under a lamp at the upper left, and a skirting board, (3, n)."""
    light = 0.55 + 0.4 * np.exp(-((x + 1.2) ** 2 + (y - 2.2) ** 2) / 5)
    return np.where(y < 0.22, 0.9 * SKIRTING, paint) * light


def floor_tone(kind, x, z):
    """How bright the floor is at each point, (n,): planks that run away from the viewer, tiles, or a table top."""
    if kind == 0:
        plank = np.floor(x / 0.42)
        tone = 0.85 + 0.25 * ((np.sin(plank * 12.9898) * 43758.5453) % 1) + 0.05 * np.sin(22 * x + 3 * np.sin(1.3 * z + plank))
        tone *= 1 - 0.4 * ((x / 0.42) % 1 < 0.04)
    elif kind == 1:
        tone = np.where((np.floor(x / 0.6) + np.floor(z / 0.6)) % 2 == 0, 1.1, 0.82)
    else:
        tone = 1 + 0.03 * np.sin(9 * x + 2 * np.sin(3 * z))
    return tone * (0.92 - 0.05 * z)
