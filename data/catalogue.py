"""The ten categories: each function draws the proportions of one product and returns its parts.

A product is about 2 high and stands on y = 0. `look` brings the colours and the pattern (a `Look`), `rng` everything
that varies. The second value returned is a phrase for the caption, or "".
"""
from dataclasses import dataclass, replace

import numpy as np

from raymarch import Paint, Part
from shapes import arc, ball, both, box, cone, cut, join, length, melt, mirror, ring, slab, stick, tube, turn


def linear(hex_colour):
    """'#rrggbb' as sRGB -> linear RGB, three floats in 0..1."""
    channels = [int(hex_colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return tuple(c ** 2.2 for c in channels)


WHITE, CREAM, DARK = linear("#f4f2ee"), linear("#efe3c8"), linear("#2c2b2e")
STEEL, BRASS, BLACK_METAL = linear("#d3d6da"), linear("#dcb668"), linear("#55565a")
OAK, WALNUT, ASH = linear("#c89a63"), linear("#7a4f31"), linear("#dfc39a")
METALS = [Paint(c, metal=0.8, gloss=0.8, shine=70) for c in (STEEL, BRASS, BLACK_METAL)]
WOODS = [Paint(c, gloss=0.2, shine=25) for c in (OAK, WALNUT, ASH)]
RUBBER = Paint(DARK, gloss=0.25, shine=18)
GLASS = Paint(linear("#1a2030"), gloss=1.0, shine=140)


@dataclass(frozen=True)
class Look:
    """Colour and pattern of one product, as they go into its main paint."""

    base: tuple
    accent: tuple
    pattern: str

    def paint(self, **changes):
        return replace(Paint(self.base, self.accent, self.pattern), **changes)

    def plain(self, **changes):
        return replace(self.paint(**changes), pattern="plain")

    def second(self, **changes):
        """The accent colour alone, for trimmings."""
        return replace(self.plain(**changes), base=self.accent)


def pick(rng, options):
    return options[int(rng.integers(len(options)))]


def mug(rng, look):
    height, bottom = rng.uniform(1.2, 1.9), rng.uniform(0.5, 0.72)
    top = bottom * rng.uniform(0.95, 1.3)
    outer = cone(0, height, bottom, top, 0.06)
    inner = cone(0.12, height + 0.3, bottom - 0.08, top - 0.08 + 0.3 * (top - bottom) / height, 0.05)
    side, kind = (bottom + top) / 2, pick(rng, ["round", "square", "slim"])
    middle, reach = height * rng.uniform(0.48, 0.56), rng.uniform(0.34, 0.5)
    tall, thick = height * 0.29, rng.uniform(0.07, 0.1)
    if kind == "square":
        path = [(side - 0.1, middle + tall), (side + reach, middle + tall), (side + reach, middle - tall), (side - 0.15, middle - tall)]
        handle = tube([(x, y, 0) for x, y in path], thick)
    else:
        tall = tall if kind == "round" else tall * 1.25
        handle = tube(arc((side - 0.08, middle, 0), (reach * (1.1 if kind == "round" else 0.85), tall), 90, -90), thick)
    paint = look.paint(gloss=0.75, shine=70, radius=side, size=height / pick(rng, [5, 6, 7]), level=height * 0.4,
                       upright=rng.random() < 0.4)
    liner = Paint(pick(rng, [WHITE, CREAM, look.base]), gloss=0.6)
    wall = cut(melt(0.08, outer, cut(handle, cone(-1, height + 1, bottom - 0.05, top - 0.05))), inner)
    lining = both(cut(cone(0.1, height - 0.03, bottom - 0.07, top - 0.07, 0.02), cone(0.14, height + 0.3, bottom - 0.1, top - 0.1 + 0.3 * (top - bottom) / height, 0.02)))
    return [Part(wall, paint), Part(lining, liner)], f"a {kind} handle"


def lamp(rng, look):
    shade_low, shade_high = rng.uniform(1.05, 1.3), rng.uniform(1.95, 2.2)
    wide = rng.uniform(0.62, 0.9)
    narrow = wide * rng.uniform(0.35, 0.95)
    hollow = cone(shade_low - 0.2, shade_high + 0.2, wide - 0.04 + 0.03, narrow - 0.04 - 0.03, 0.01)
    shade = cut(cone(shade_low, shade_high, wide, narrow, 0.015), hollow)
    kind = pick(rng, ["ball", "pillar", "bottle", "stem", "tripod"])
    material = pick(rng, METALS + WOODS + [Paint(CREAM, gloss=0.7, shine=60), Paint(WHITE, gloss=0.7, shine=60)])
    foot = cone(0, 0.09, rng.uniform(0.38, 0.52), 0.36, 0.03)
    stem = stick((0, 0.05, 0), (0, shade_low + 0.4, 0), 0.045)
    if kind == "ball":
        base = join(melt(0.1, ball((0, 0.48, 0), rng.uniform(0.36, 0.46)), cone(0, 0.12, 0.28, 0.24)), stem)
    elif kind == "pillar":
        base = join(foot, cone(0.05, shade_low - 0.12, 0.2, 0.14), stem)
    elif kind == "bottle":
        base = join(melt(0.2, ball((0, 0.36, 0), (0.42, 0.38, 0.42)), cone(0.3, shade_low - 0.1, 0.16, 0.09)), stem)
    elif kind == "stem":
        base = join(foot, stem)
    else:
        legs = [stick((0, shade_low + 0.1, 0), (0.55 * np.sin(a), 0.03, 0.55 * np.cos(a)), 0.05) for a in np.radians([20, 140, 260])]
        base = join(*legs, stem)
    paint = look.paint(gloss=0.08, grain=0.04, glow=0.28, radius=(wide + narrow) / 2, size=pick(rng, [0.2, 0.24, 0.3]),
                       level=shade_low + 0.28, upright=rng.random() < 0.4)
    return [Part(shade, paint), Part(base, material)], f"a {kind} base" if kind != "tripod" else "three legs"


def chair(rng, look):
    seat, half, back = rng.uniform(0.85, 1.0), rng.uniform(0.5, 0.62), rng.uniform(1.9, 2.2)
    thick, splay = rng.uniform(0.05, 0.12), rng.uniform(0.0, 0.14)
    corner = half - 0.1
    wood = pick(rng, WOODS + METALS[:1] + [Paint(DARK, gloss=0.4)])
    leg = pick(rng, [0.04, 0.055, 0.07])
    legs = [stick((sx * corner, seat, sz * corner), (sx * (corner + splay), 0.03, sz * (corner + splay)), leg * 1.2, leg * 0.8)
            for sx in (-1, 1) for sz in (-1, 1)]
    cushion = box((0, seat, 0), (half, thick, half), 0.06)
    kind, lean = pick(rng, ["solid", "slatted", "rounded", "open"]), rng.uniform(4, 12)
    z, middle, tall = -half + 0.06, (seat + back) / 2, (back - seat) / 2
    if kind == "solid":
        rest = box((0, middle + 0.05, z), (half, tall, 0.06), 0.05)
    elif kind == "rounded":
        rest = slab(ball((0, middle + 0.02, 0), (half, tall * 1.08, 0.5)), 0.06, 0.04, z)
    elif kind == "slatted":
        bars = [box((x, middle, z), (0.055, tall, 0.04)) for x in np.linspace(-half + 0.06, half - 0.06, 5)]
        rest = join(*bars, box((0, back - 0.06, z), (half, 0.1, 0.05)))
    else:
        posts = [box((s * (half - 0.06), middle, z), (0.06, tall, 0.05)) for s in (-1, 1)]
        rest = join(*posts, box((0, back - 0.2, z), (half, 0.2, 0.06), 0.05))
    body = join(cushion, turn(rest, -lean, 0, (0, seat, z)))
    paint = look.paint(gloss=0.25, grain=0.03, wrap="box", size=pick(rng, [0.22, 0.27, 0.32]), level=seat, upright=rng.random() < 0.5)
    return [Part(body, paint), Part(join(*legs), look.second(gloss=0.4) if look.pattern == "two-tone" else wood)], f"{'an' if kind == 'open' else 'a'} {kind} back"


def teapot(rng, look):
    wide, tall = rng.uniform(0.68, 0.85), rng.uniform(0.52, 0.78)
    middle, reach = tall * 0.92, rng.uniform(0.42, 0.6)
    body = cut(ball((0, middle, 0), (wide, tall, wide)), box((0, -0.5, 0), (2, 0.5, 2)))
    tip = rng.uniform(1.45, 1.8) * middle
    spout = tube([(wide * 0.7, middle * 0.7, 0), (wide + 0.2, middle * 0.95, 0), (wide + 0.34, tip * 0.85, 0), (wide + 0.5, tip, 0)], 0.2, 0.08)
    kind = pick(rng, ["side", "side", "top"])
    if kind == "side":
        handle = tube(arc((-wide * 0.88, middle, 0), (reach, tall * 0.62), 80, 280), 0.08)
    else:
        handle = tube(arc((0, middle + tall * 0.55, 0), (wide * 0.8, tall * 0.75 + reach * 0.6), 8, 172, 11), 0.06)
    top = middle + tall
    lid = melt(0.05, ball((0, top - 0.1, 0), (wide * 0.5, 0.16, wide * 0.5)), ball((0, top + 0.12, 0), rng.uniform(0.09, 0.14)))
    foot = cone(0, 0.1, wide * 0.55, wide * 0.5)
    paint = look.paint(gloss=0.8, shine=80, radius=wide, size=pick(rng, [0.24, 0.28, 0.34]), level=middle * 0.8, upright=rng.random() < 0.3)
    trim = pick(rng, [look.plain(gloss=0.8, shine=80), look.second(gloss=0.8, shine=80)])
    return [Part(melt(0.1, body, spout, foot), paint), Part(handle, trim if kind == "side" else pick(rng, [trim, METALS[0], WOODS[0]])), Part(lid, trim)], f"a handle at the {kind}"


def headphones(rng, look):
    wide, cup = rng.uniform(0.72, 0.85), rng.uniform(0.36, 0.46)
    deep, centre = rng.uniform(0.13, 0.19), cup * 1.05
    tall = rng.uniform(1.25, 1.5)
    shell = mirror(turn(melt(0.08, cut(ball((wide + 0.02, centre, 0), (deep * 2, cup, cup * 0.92)), box((wide - 1.02, centre, 0), (1, 2, 2)))), 0, 1))
    pad = mirror(join(ring((wide - 0.06, centre, 0), cup * 0.68, 0.12, 0), ball((wide - 0.02, centre, 0), (0.06, cup * 0.7, cup * 0.7))))
    path = arc((0, centre + 0.25, 0), (wide + 0.05, tall - 0.25), 0, 180, 13)
    flat = rng.uniform(1.3, 2.2)
    band_tube = tube(path, 0.075)
    band = lambda p: band_tube(p * np.array([[1], [1], [1 / flat]], dtype=np.float32))
    arms = mirror(stick((wide + 0.06, centre + 0.05, 0), (wide + 0.05, centre + 0.5, 0), 0.05))
    paint = look.paint(gloss=0.6, shine=60, wrap="box", size=pick(rng, [0.16, 0.2, 0.24]), level=centre + 0.35, upright=rng.random() < 0.5)
    soft = pick(rng, [RUBBER, look.second(gloss=0.1, grain=0.08), Paint(linear("#8c7a6b"), gloss=0.1, grain=0.08)])
    return [Part(join(shell, band), paint), Part(pad, soft), Part(arms, pick(rng, METALS[:1] + [RUBBER]))], pick(rng, ["soft ear cushions", "a padded headband", "large ear cups"])


def watch(rng, look):
    high, deep, half = rng.uniform(0.85, 1.0), rng.uniform(0.5, 0.62), rng.uniform(0.24, 0.32)
    radius, kind = rng.uniform(0.44, 0.56), pick(rng, ["round", "round", "square"])
    stretch = np.array([[1], [1], [high / deep]], dtype=np.float32)
    def strap(p):
        q = (p - np.array([[0], [high], [0]], dtype=np.float32)) * stretch
        around = np.abs(np.hypot(q[1], q[2]) - high + 0.04) - 0.045
        across = np.abs(p[0]) - half * (1 - 0.18 * np.abs(q[1]) / high)
        return 0.6 * (np.hypot(np.maximum(around, 0), np.maximum(across, 0)) + np.minimum(np.maximum(around, across), 0) - 0.01)
    front = deep
    outline = ball((0, high, 0), (radius, radius, 1)) if kind == "round" else box((0, high, 0), (radius * 0.9, radius, 1), 0.12)
    inside = ball((0, high, 0), (radius - 0.08, radius - 0.08, 1)) if kind == "round" else box((0, high, 0), (radius * 0.9 - 0.08, radius - 0.08, 1), 0.08)
    case = cut(slab(outline, 0.12, 0.04, front), slab(inside, 0.2, 0.01, front + 0.25))
    face = slab(inside, 0.07, 0.005, front)
    crown = turn(cone(radius * 0.98, radius + 0.1, 0.07, 0.07), -90, 2)
    crown_at = lambda p: crown(p - np.array([[0], [high], [front]], dtype=np.float32))
    hour, minute = rng.uniform(0, 2 * np.pi, 2)
    hand = lambda a, r, w: stick((0, high, front + 0.085), (r * np.sin(a), high + r * np.cos(a), front + 0.085), w)
    ticks = [stick((0.78 * (radius - 0.06) * np.sin(a), high + 0.78 * (radius - 0.06) * np.cos(a), front + 0.07),
                   (0.9 * (radius - 0.06) * np.sin(a), high + 0.9 * (radius - 0.06) * np.cos(a), front + 0.07), 0.022)
             for a in np.radians(range(0, 360, 90 if rng.random() < 0.5 else 45))]
    pale = rng.random() < 0.6
    dial = Paint(pick(rng, [WHITE, CREAM]) if pale else pick(rng, [DARK, linear("#20304f")]), gloss=0.35, shine=90)
    marks = Paint(DARK if pale else WHITE, gloss=0.2)
    paint = look.paint(gloss=0.2, grain=0.05, wrap="box", size=pick(rng, [0.17, 0.2]), level=high, upright=rng.random() < 0.3)
    return [Part(strap, paint), Part(join(case, crown_at), pick(rng, METALS)), Part(face, dial),
            Part(join(hand(hour, radius * 0.45, 0.03), hand(minute, radius * 0.68, 0.022), *ticks), marks)], f"a {kind} dial"


def handbag(rng, look):
    wide, tall, deep = rng.uniform(0.72, 1.0), rng.uniform(0.85, 1.2), rng.uniform(0.24, 0.36)
    taper = rng.uniform(-0.12, 0.2)
    block = box((0, tall / 2, 0), (wide, tall / 2, deep), 0.12)
    def body(p):
        scale = 1 - taper * (p[1] / tall - 0.5)
        squeeze = 1 - 0.35 * np.clip(p[1] / tall - 0.3, 0, 1)
        return 0.8 * block(np.stack([p[0] / scale, p[1], p[2] / squeeze]))
    kind = pick(rng, ["one handle", "two handles", "a flap", "a flap"])
    reach, rise, thick = wide * rng.uniform(0.42, 0.62), rng.uniform(0.45, 0.75), rng.uniform(0.04, 0.06)
    loop = lambda z: tube(arc((0, tall - 0.08, z), (reach, rise), 0, 180, 11), thick)
    leather = dict(gloss=0.35, shine=25, grain=0.05)
    trim = pick(rng, [look.plain(**leather), look.second(**leather), Paint(linear("#6b4226"), **leather), Paint(DARK, **leather)])
    metal = pick(rng, METALS[:2])
    handles = join(loop(deep * 0.55), loop(-deep * 0.55)) if kind == "two handles" else loop(0)
    lugs = join(*[ball((s * reach, tall - 0.03, deep * 0.5 if kind == "two handles" else 0.04), 0.085) for s in (-1, 1)])
    paint = look.paint(wrap="box", size=pick(rng, [0.24, 0.28, 0.34]), level=tall * 0.36, upright=rng.random() < 0.5, **leather)
    parts = [Part(body, paint), Part(handles, trim), Part(lugs, metal)]
    if kind == "a flap":
        edge = tall * rng.uniform(0.45, 0.6)
        outline = join(box((0, (edge + tall) / 2 + 0.06, 0), (wide * 0.95, (tall - edge) / 2 + 0.03, 1), 0.14))
        flap = slab(outline, 0.03, 0.02, deep * 0.86)
        parts += [Part(turn(flap, -8, 0, (0, edge, deep)), trim), Part(box((0, edge + 0.05, deep + 0.04), (0.1, 0.075, 0.05)), metal)]
    return parts, kind


def boot(rng, look):
    top, leg = rng.uniform(1.2, 2.0), rng.uniform(0.33, 0.4)
    toe, heel = rng.uniform(0.75, 0.95), rng.uniform(0.08, 0.26)
    ground = 0.1 + heel * 0.4
    shaft = cone(ground + 0.1, top, leg * 0.92, leg * rng.uniform(1.0, 1.15), 0.04, (-0.3, 0))
    hole = cone(top - 0.5, top + 0.3, leg * 0.9, leg * 1.02, 0.02, (-0.3, 0))
    foot = melt(0.15, ball((toe * 0.45, ground + 0.2, 0), (toe * 0.55, 0.25, 0.33)), ball((-0.3, ground + 0.2, 0), (0.42, 0.3, 0.33)),
                stick((-0.25, ground + 0.45, 0), (toe * 0.45, ground + 0.18, 0), 0.3, 0.2))
    upper = cut(melt(0.22, shaft, foot), hole, box((0, ground - 0.5, 0), (3, 0.5, 3), 0))
    print_ = join(ball((toe * 0.45, 0, 0), (toe * 0.58, 5, 0.36)), ball((-0.3, 0, 0), (0.44, 5, 0.35)), box((0, 0, 0), (0.4, 5, 0.3), 0.05))
    sole = both(print_, box((0, ground / 2 + 0.03, 0), (3, ground / 2 + 0.03, 3), 0.02))
    arch = box((0.18, 0, 0), (0.14 + heel * 0.2, heel * 0.7, 3), 0.02)
    kind = pick(rng, ["laces", "a cuff", "a strap", "a smooth shaft"])
    rubber = pick(rng, [RUBBER, Paint(linear("#e9e2d3"), gloss=0.2), Paint(linear("#6e4a2e"), gloss=0.2)])
    shine = pick(rng, [dict(gloss=0.8, shine=60), dict(gloss=0.25, shine=20, grain=0.05)])
    paint = look.paint(radius=0.4, wrap="box", size=pick(rng, [0.22, 0.26, 0.3]), level=ground + 0.42, upright=rng.random() < 0.3, **shine)
    parts = [Part(upper, paint), Part(cut(sole, arch), rubber)]
    trim = look.second(gloss=0.3)
    if kind == "a cuff":
        cuff = cut(cone(top - 0.2, top + 0.02, leg * 1.14, leg * 1.2, 0.04, (-0.3, 0)), hole)
        parts.append(Part(cuff, trim))
    if kind == "a strap":
        y = ground + 0.62
        strap = cut(cone(y - 0.06, y + 0.06, leg * 1.06, leg * 1.06, 0.02, (-0.29, 0)), cone(y - 1, y + 1, leg * 0.9, leg * 0.9, 0.02, (-0.3, 0)))
        parts += [Part(strap, pick(rng, [RUBBER, trim])), Part(box((-0.2, y, leg * 1.04), (0.08, 0.09, 0.04)), METALS[0])]
    if kind == "laces":
        rows = np.linspace(ground + 0.55, top - 0.12, 5)
        laces = [tube(arc((-0.3, y, 0), (leg * 1.05, leg * 1.05), -32, 40, 4, plane=(0, 2)), 0.035) for y in rows]
        parts.append(Part(join(*laces), Paint(pick(rng, [WHITE, DARK]), gloss=0.1)))
    return parts, kind


def camera(rng, look):
    wide, tall, deep = rng.uniform(0.9, 1.1), rng.uniform(0.5, 0.68), rng.uniform(0.24, 0.34)
    radius, reach = tall * rng.uniform(0.6, 0.78), rng.uniform(0.2, 0.6)
    x, y = rng.uniform(-0.1, 0.22), tall * 0.95
    body = box((0, tall, 0), (wide, tall, deep), 0.12)
    kind = pick(rng, ["hump", "hump", "window", "flash"])
    barrel = turn(cone(0, 1, radius, radius * 0.92, 0.03), 90, 0)
    def along(low, high, r0, r1):
        tube_ = turn(cone(low, high, r0, r1, 0.025), 90, 0)
        return lambda p: tube_(p - np.array([[x], [y], [0]], dtype=np.float32))
    lens = cut(join(along(deep - 0.05, deep + reach, radius, radius * 0.92), along(deep - 0.02, deep + 0.08, radius * 1.1, radius * 1.1)),
               along(deep + reach - 0.08, deep + reach + 0.4, radius * 0.72, radius * 0.8))
    glass_ball = ball((x, y, deep + reach - 0.16), (radius * 0.72, radius * 0.72, 0.14))
    trim_ring = cut(along(deep + reach * 0.45, deep + reach * 0.62, radius * 1.02, radius * 1.02), along(0, 3, radius * 0.6, radius * 0.6))
    top = tall * 2
    button = join(cone(top - 0.05, top + 0.1, 0.1, 0.09, 0.02, (-wide * 0.68, 0)), cone(top - 0.05, top + 0.08, 0.16, 0.16, 0.02, (wide * 0.7, 0)))
    if kind == "hump":
        extra = [Part(melt(0.1, box((x, top + 0.08, 0), (0.3, 0.2, deep * 0.9), 0.08)), pick(rng, [look.plain(gloss=0.4), METALS[0], RUBBER])),
                 Part(box((x, top + 0.12, deep * 0.88), (0.17, 0.08, 0.03)), GLASS)]
    else:
        extra = [Part(box((-wide * 0.62, top - 0.22, deep), (0.17, 0.1, 0.03)), GLASS),
                 Part(box((wide * 0.66, top - 0.2, deep), (0.2, 0.11, 0.03)), Paint(WHITE, gloss=0.9, shine=90))]
    paint = look.paint(gloss=0.3, shine=25, grain=0.06, wrap="box", size=pick(rng, [0.22, 0.26, 0.3]), level=tall * 0.75, upright=rng.random() < 0.5)
    metal = pick(rng, [METALS[0], METALS[2], METALS[0]])
    return [Part(body, paint), Part(lens, pick(rng, [RUBBER, METALS[2], METALS[0]])), Part(glass_ball, GLASS),
            Part(trim_ring, metal), Part(button, metal), *extra], "a viewfinder on top" if kind == "hump" else "a flash"


def guitar(rng, look):
    low, high = rng.uniform(0.5, 0.58), rng.uniform(0.36, 0.42)
    up = low + high + rng.uniform(0.22, 0.3)
    outline = melt(rng.uniform(0.08, 0.18), ball((0, low, 0), (low, low, 1)), ball((0, up, 0), (high, high, 1)))
    deep = rng.uniform(0.1, 0.16)
    top = up + high
    end = top + rng.uniform(0.45, 0.65)
    body = slab(outline, deep, 0.03)
    neck = box((0, (up + end) / 2, deep), (0.075, (end - up) / 2, 0.045), 0.02)
    head = box((0, end + 0.13, deep - 0.01), (0.13, 0.17, 0.04), 0.03)
    pegs = join(*[ball((s * 0.15, end + 0.03 + 0.1 * i, deep), 0.035) for s in (-1, 1) for i in range(3)])
    hole = slab(ball((0, up - high * 0.55, 0), (0.17, 0.17, 1)), 0.01, 0.005, deep)
    rose = slab(ball((0, up - high * 0.55, 0), (0.22, 0.22, 1)), 0.006, 0.003, deep)
    bridge = box((0, low * 0.7, deep + 0.02), (0.2, 0.035, 0.03), 0.015)
    strings = join(*[stick((s, low * 0.7, deep + 0.05), (s * 0.8, end + 0.05, deep + 0.055), 0.006) for s in (-0.035, 0, 0.035)])
    paint = look.paint(gloss=0.7, shine=70, wrap="box", size=pick(rng, [0.17, 0.2, 0.24]), level=low * 0.95, upright=rng.random() < 0.4)
    wood = pick(rng, WOODS[:2] + [RUBBER])
    return [Part(body, paint), Part(neck, wood), Part(head, pick(rng, [wood, look.plain(gloss=0.6)])), Part(rose, Paint(CREAM)), Part(hole, Paint(linear("#15110e"))),
            Part(bridge, wood), Part(join(pegs, strings), METALS[0])], pick(rng, ["a round sound hole", "a slim neck", "six pegs"])


CATEGORIES = {f.__name__: f for f in (mug, lamp, chair, teapot, headphones, watch, handbag, boot, camera, guitar)}
