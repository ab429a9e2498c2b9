"""The ten categories: each function draws the proportions of one product and returns its parts.

Every function has the same form, `category(rng, look) -> (parts, phrase)`. `rng` brings all that varies, `look` the
colours and the pattern; `phrase` goes into the caption. A product is about 2 high, stands on y = 0 and faces z.
"""
from dataclasses import dataclass, replace

import numpy as np
from raymarch import Paint, Part
from shapes import arc, ball, bend, box, cone, cut, join, melt, mirror, move, ring, slab, stick, tube, turn, widen


def linear(hex_colour):
    """'#rrggbb' as sRGB -> linear RGB, three floats in 0..1."""
    channels = [int(hex_colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return tuple(c ** 2.2 for c in channels)


WHITE, CREAM, DARK = linear("#f4f2ee"), linear("#efe3c8"), linear("#2c2b2e")
NAVY, TAN = linear("#20304f"), linear("#6b4226")
METALS = [Paint(linear(c), metal=0.8, gloss=0.8, shine=70) for c in ("#d3d6da", "#dcb668", "#55565a")]
STEEL, BRASS, GUNMETAL = METALS
WOODS = [Paint(linear(c), gloss=0.2, shine=25) for c in ("#c89a63", "#7a4f31", "#dfc39a")]
CERAMICS = [Paint(c, gloss=0.7, shine=60) for c in (CREAM, WHITE)]
RUBBER = Paint(DARK, gloss=0.25, shine=18)
GLASS = Paint(linear("#1a2030"), gloss=1.0, shine=140)


@dataclass(frozen=True)
class Look:
    """Colour, accent colour (both linear RGB) and pattern of one product, as they go into its main paint."""

    base: tuple
    accent: tuple
    pattern: str

    def paint(self, **changes):
        """The main paint: colour and pattern."""
        return replace(Paint(self.base, self.accent, self.pattern), **changes)

    def plain(self, **changes):
        """The main colour alone, for trimmings."""
        return replace(self.paint(**changes), pattern="plain")

    def second(self, **changes):
        """The accent colour alone, for trimmings."""
        return replace(self.plain(**changes), base=self.accent)


def pick(rng, options):
    """One of the options."""
    return options[int(rng.integers(len(options)))]


# ---- for the table ----------------------------------------------------------------------------------------------------
def mug(rng, look):
    """A hollow cut cone with a lining and a handle of three kinds."""
    height, bottom = rng.uniform(1.2, 1.9), rng.uniform(0.5, 0.72)
    top = bottom * rng.uniform(0.95, 1.3)
    flare = 0.3 * (top - bottom) / height      # the inside goes on 0.3 above the rim
    kind = pick(rng, ["round", "square", "slim"])
    handle = mug_handle(rng, kind, height, (bottom + top) / 2)
    outside = cut(handle, cone(-1, height + 1, bottom - 0.05, top - 0.05))
    hollow = cone(0.12, height + 0.3, bottom - 0.08, top - 0.08 + flare, 0.05)
    wall = cut(melt(0.08, cone(0, height, bottom, top, 0.06), outside), hollow)
    lining = cut(cone(0.1, height - 0.03, bottom - 0.07, top - 0.07, 0.02),
                 cone(0.14, height + 0.3, bottom - 0.1, top - 0.1 + flare, 0.02))
    glaze = look.paint(gloss=0.75, shine=70, radius=(bottom + top) / 2, size=height / pick(rng, [5, 6, 7]),
                       level=height * 0.4, upright=rng.random() < 0.4)
    inside = Paint(pick(rng, [WHITE, CREAM, look.base]), gloss=0.6)
    return [Part(wall, glaze), Part(lining, inside)], f"a {kind} handle"


def mug_handle(rng, kind, height, side):
    """A bent rod on the right of the mug, whose wall is at x = `side`."""
    middle, reach = height * rng.uniform(0.48, 0.56), rng.uniform(0.34, 0.5)
    tall, thick = height * 0.29, rng.uniform(0.07, 0.1)
    if kind == "square":
        out, high, low = side + reach, middle + tall, middle - tall
        return tube([(side - 0.1, high, 0), (out, high, 0), (out, low, 0), (side - 0.15, low, 0)], thick)
    radii = (reach * 1.1, tall) if kind == "round" else (reach * 0.85, tall * 1.25)
    return tube(arc((side - 0.08, middle, 0), radii, 90, -90), thick)


def teapot(rng, look):
    """A belly with spout, lid and a handle at the side or over the top."""
    wide, tall = rng.uniform(0.68, 0.85), rng.uniform(0.52, 0.78)
    middle, reach = tall * 0.92, rng.uniform(0.42, 0.6)
    tip, top = rng.uniform(1.45, 1.8) * middle, middle + tall
    belly = cut(ball((0, middle, 0), (wide, tall, wide)), box((0, -0.5, 0), (2, 0.5, 2)))
    spout = tube(bend((wide * 0.6, middle * 0.62, 0), (wide + 0.32, middle * 0.7, 0), (wide + 0.48, tip, 0)), 0.22, 0.08)
    foot = cone(0, 0.1, wide * 0.55, wide * 0.5)
    knob = ball((0, top + 0.12, 0), rng.uniform(0.09, 0.14))
    lid = melt(0.05, ball((0, top - 0.1, 0), (wide * 0.5, 0.16, wide * 0.5)), knob)
    glaze = look.paint(gloss=0.8, shine=80, radius=wide, size=pick(rng, [0.24, 0.28, 0.34]), level=middle * 0.8,
                       upright=rng.random() < 0.3)
    trim = pick(rng, [look.plain, look.second])(gloss=0.8, shine=80)
    kind = pick(rng, ["side", "side", "top"])
    if kind == "side":
        handle = Part(tube(arc((-wide * 0.88, middle, 0), (reach, tall * 0.62), 80, 280), 0.08), trim)
    else:
        over = arc((0, middle + tall * 0.55, 0), (wide * 0.8, tall * 0.75 + reach * 0.6), 8, 172, 13)
        handle = Part(tube(over, 0.06), pick(rng, [trim, STEEL, WOODS[0]]))
    return [Part(melt(0.1, belly, spout, foot), glaze), handle, Part(lid, trim)], f"a handle at the {kind}"


# ---- for the room -----------------------------------------------------------------------------------------------------
def lamp(rng, look):
    """A cloth shade that glows a little, on one of five bases."""
    low, high = rng.uniform(1.05, 1.3), rng.uniform(1.95, 2.2)
    wide = rng.uniform(0.62, 0.9)
    narrow = wide * rng.uniform(0.35, 0.95)
    shade = cut(cone(low, high, wide, narrow, 0.015), cone(low - 0.2, high + 0.2, wide - 0.01, narrow - 0.07, 0.01))
    kind = pick(rng, ["ball", "pillar", "bottle", "stem", "tripod"])
    material = pick(rng, METALS + WOODS + CERAMICS)
    cloth = look.paint(gloss=0.08, grain=0.04, glow=0.28, radius=(wide + narrow) / 2, size=pick(rng, [0.2, 0.24, 0.3]),
                       level=low + 0.28, upright=rng.random() < 0.4)
    return [Part(shade, cloth), Part(lamp_base(rng, kind, low), material)], f"a {kind} base"


def lamp_base(rng, kind, low):
    """What carries a shade that begins at height `low`."""
    stem = stick((0, 0.05, 0), (0, low + 0.4, 0), 0.045)
    foot = cone(0, 0.09, rng.uniform(0.38, 0.52), 0.36, 0.03)
    if kind == "ball":
        return join(stem, melt(0.1, ball((0, 0.48, 0), rng.uniform(0.36, 0.46)), cone(0, 0.12, 0.28, 0.24)))
    if kind == "pillar":
        return join(stem, foot, cone(0.05, low - 0.12, 0.2, 0.14))
    if kind == "bottle":
        return join(stem, melt(0.2, ball((0, 0.36, 0), (0.42, 0.38, 0.42)), cone(0.3, low - 0.1, 0.16, 0.09)))
    if kind == "stem":
        return join(stem, foot)
    feet = [(0.55 * np.sin(a), 0.03, 0.55 * np.cos(a)) for a in np.radians([20, 140, 260])]
    return join(stem, *[stick((0, low + 0.1, 0), at, 0.05) for at in feet])


def chair(rng, look):
    """Four legs, a seat, and a back of four kinds that leans a little."""
    seat, half, back = rng.uniform(0.85, 1.0), rng.uniform(0.5, 0.62), rng.uniform(1.9, 2.2)
    thick, splay, leg = rng.uniform(0.05, 0.12), rng.uniform(0.0, 0.14), pick(rng, [0.04, 0.055, 0.07])
    near, far = half - 0.1, half - 0.1 + splay
    legs = [stick((x * near, seat, z * near), (x * far, 0.03, z * far), leg * 1.2, leg * 0.8)
            for x in (-1, 1) for z in (-1, 1)]
    kind, edge = pick(rng, ["solid", "slatted", "rounded", "open"]), 0.06 - half
    rest = turn(chair_back(kind, seat, half, back, edge), -rng.uniform(4, 12), 0, (0, seat, edge))
    body = join(box((0, seat, 0), (half, thick, half), 0.06), rest)
    cloth = look.paint(gloss=0.25, grain=0.03, wrap="box", size=pick(rng, [0.22, 0.27, 0.32]), level=seat,
                       upright=rng.random() < 0.5)
    wood = pick(rng, [*WOODS, STEEL, Paint(DARK, gloss=0.4)])
    below = look.second(gloss=0.4) if look.pattern == "two-tone" else wood
    return [Part(body, cloth), Part(join(*legs), below)], f"{'an' if kind == 'open' else 'a'} {kind} back"


def chair_back(kind, seat, half, back, z):
    """An upright rest at depth `z`, from the height `seat` to the height `back`."""
    middle, tall = (seat + back) / 2, (back - seat) / 2
    if kind == "solid":
        return box((0, middle + 0.05, z), (half, tall, 0.06), 0.05)
    if kind == "rounded":
        return slab(ball((0, middle + 0.02, 0), (half, tall * 1.08, 0.5)), 0.06, 0.04, z)
    if kind == "slatted":
        slats = [box((x, middle, z), (0.055, tall, 0.04)) for x in np.linspace(0.06 - half, half - 0.06, 5)]
        return join(*slats, box((0, back - 0.06, z), (half, 0.1, 0.05)))
    posts = [box((side * (half - 0.06), middle, z), (0.06, tall, 0.05)) for side in (-1, 1)]
    return join(*posts, box((0, back - 0.2, z), (half, 0.2, 0.06), 0.05))


# ---- to wear and to carry -----------------------------------------------------------------------------------------------
def headphones(rng, look):
    """Two cups with cushions under a band, standing on the cups."""
    wide, cup, deep = rng.uniform(0.72, 0.85), rng.uniform(0.36, 0.46), rng.uniform(0.13, 0.19)
    centre, tall = cup * 1.05, rng.uniform(1.25, 1.5)
    whole = ball((wide + 0.02, centre, 0), (deep * 2, cup, cup * 0.92))
    shell = mirror(cut(whole, box((wide - 1.02, centre, 0), (1, 2, 2))))
    cushion = mirror(join(ring((wide - 0.06, centre, 0), cup * 0.68, 0.12, 0),
                          ball((wide - 0.02, centre, 0), (0.06, cup * 0.7, cup * 0.7))))
    over = arc((0, centre + 0.25, 0), (wide + 0.05, tall - 0.25), 0, 180, 15)
    band = widen(tube(over, 0.075), rng.uniform(1.3, 2.2))
    arms = mirror(stick((wide + 0.06, centre + 0.05, 0), (wide + 0.05, centre + 0.5, 0), 0.05))
    paint = look.paint(gloss=0.6, shine=60, wrap="box", size=pick(rng, [0.16, 0.2, 0.24]), level=centre - 0.1,
                       upright=rng.random() < 0.5)
    soft = pick(rng, [RUBBER, look.plain(gloss=0.1, grain=0.08), Paint(linear("#8c7a6b"), gloss=0.1, grain=0.08)])
    parts = [Part(join(shell, band), paint), Part(cushion, soft), Part(arms, pick(rng, [STEEL, RUBBER]))]
    return parts, pick(rng, ["soft ear cushions", "a padded headband", "large ear cups"])


def watch(rng, look):
    """A closed strap, standing, with the dial in front."""
    high, deep, half = rng.uniform(0.85, 1.0), rng.uniform(0.5, 0.62), rng.uniform(0.24, 0.32)
    radius, kind = rng.uniform(0.44, 0.56), pick(rng, ["round", "round", "square"])
    leather = look.paint(gloss=0.2, grain=0.05, wrap="box", size=pick(rng, [0.17, 0.2]), level=high * 0.75,
                         upright=rng.random() < 0.3)
    pale = rng.random() < 0.6
    dial = Paint(pick(rng, [WHITE, CREAM] if pale else [DARK, NAVY]), gloss=0.35, shine=90)
    case, face = watch_case(kind, radius)
    at = (0, high, deep)
    return [Part(watch_strap(high, deep, half), leather), Part(move(case, at), pick(rng, METALS)),
            Part(move(face, at), dial), Part(move(watch_marks(rng, radius), at), Paint(DARK if pale else WHITE))
            ], f"a {kind} dial"


def watch_strap(high, deep, half):
    """An upright oval loop, 2 * `half` wide in the middle and narrower above and below."""
    def shape(p):
        y, z = p[1] - high, p[2] * (high / deep)
        around = np.abs(np.hypot(y, z) - high + 0.04) - 0.045
        across = np.abs(p[0]) - half * (1 - 0.18 * np.abs(y) / high)
        corner = np.hypot(np.maximum(around, 0), np.maximum(across, 0))
        return 0.6 * (corner + np.minimum(np.maximum(around, across), 0) - 0.01)
    return shape


def watch_case(kind, radius):
    """Case with crown, and the face inside it, around the origin."""
    if kind == "round":
        outline, inside = (ball((0, 0, 0), (r, r, 1)) for r in (radius, radius - 0.08))
    else:
        outline, inside = (box((0, 0, 0), (0.9 * radius - edge, radius - edge, 1), 0.12 - edge / 2) for edge in (0, 0.08))
    crown = turn(cone(radius * 0.98, radius + 0.1, 0.07, 0.07), -90, 2)
    case = cut(slab(outline, 0.12, 0.04), slab(inside, 0.2, 0.01, 0.25))
    return join(case, crown), slab(inside, 0.07, 0.005)


def watch_marks(rng, radius):
    """Two hands and the marks of the hours."""
    def needle(angle, start, end, z, width):
        x, y = np.sin(angle) * radius, np.cos(angle) * radius
        return stick((start * x, start * y, z), (end * x, end * y, z), width)
    hour, minute = rng.uniform(0, 2 * np.pi, 2)
    angles = np.radians(range(0, 360, pick(rng, [90, 45])))
    return join(needle(hour, 0, 0.42, 0.085, 0.03), needle(minute, 0, 0.64, 0.085, 0.02),
                *[needle(a, 0.68, 0.79, 0.07, 0.022) for a in angles])


def handbag(rng, look):
    """A soft block that narrows to the top, with one handle or two, or a flap with a clasp."""
    wide, tall, deep = rng.uniform(0.72, 1.0), rng.uniform(0.85, 1.2), rng.uniform(0.24, 0.36)
    kind = pick(rng, ["one handle", "two handles", "a flap", "a flap"])
    reach, rise, thick = wide * rng.uniform(0.42, 0.62), rng.uniform(0.45, 0.75), rng.uniform(0.04, 0.06)
    leather = dict(gloss=0.35, shine=25, grain=0.05)
    skin = look.paint(wrap="box", size=pick(rng, [0.24, 0.28, 0.34]), level=tall * 0.36, upright=rng.random() < 0.5, **leather)
    trim = pick(rng, [look.plain(**leather), look.second(**leather), Paint(TAN, **leather), Paint(DARK, **leather)])
    metal = pick(rng, [STEEL, BRASS])
    places = (deep * 0.55, -deep * 0.55) if kind == "two handles" else (0,)
    handles = [tube(arc((0, tall - 0.08, z), (reach, rise), 0, 180, 13), thick) for z in places]
    lugs = [ball((side * reach, tall - 0.03, max(places) + 0.02), 0.085) for side in (-1, 1)]
    body = bag_body(wide, tall, deep, rng.uniform(-0.12, 0.2))
    parts = [Part(body, skin), Part(join(*handles), trim), Part(join(*lugs), metal)]
    if kind == "a flap":
        edge = tall * rng.uniform(0.45, 0.6)
        outline = box((0, (edge + tall) / 2 + 0.06, 0), (wide * 0.95, (tall - edge) / 2 + 0.03, 1), 0.14)
        flap = turn(slab(outline, 0.03, 0.02, deep * 0.86), -8, 0, (0, edge, deep))
        parts += [Part(flap, trim), Part(box((0, edge + 0.05, deep + 0.04), (0.1, 0.075, 0.05)), metal)]
    return parts, kind


def bag_body(wide, tall, deep, taper):
    """A box that narrows by the share `taper` to the top, and gets thinner there."""
    block = box((0, tall / 2, 0), (wide, tall / 2, deep), 0.12)

    def shape(p):
        up = p[1] / tall
        narrower, thinner = 1 - taper * (up - 0.5), 1 - 0.35 * np.clip(up - 0.3, 0, 1)
        return 0.8 * block(np.stack([p[0] / narrower, p[1], p[2] / thinner]))
    return shape


def boot(rng, look):
    """A shaft melted to a foot, on a sole with a heel; the toe points to the right."""
    top, leg = rng.uniform(1.2, 2.0), rng.uniform(0.33, 0.4)
    toe, heel = rng.uniform(0.75, 0.95), rng.uniform(0.08, 0.26)
    ground = 0.1 + heel * 0.4
    shaft = cone(ground + 0.1, top, leg * 0.92, leg * rng.uniform(1.0, 1.15), 0.04, (-0.3, 0))
    hole = cone(top - 0.5, top + 0.3, leg * 0.9, leg * 1.02, 0.02, (-0.3, 0))
    foot = melt(0.15, ball((toe * 0.45, ground + 0.2, 0), (toe * 0.55, 0.25, 0.33)),
                ball((-0.3, ground + 0.2, 0), (0.42, 0.3, 0.33)),
                stick((-0.25, ground + 0.45, 0), (toe * 0.45, ground + 0.18, 0), 0.3, 0.2))
    upper = cut(melt(0.22, shaft, foot), hole, box((0, ground - 0.5, 0), (3, 0.5, 3), 0))
    rubber = pick(rng, [RUBBER, Paint(linear("#e9e2d3"), gloss=0.2), Paint(linear("#6e4a2e"), gloss=0.2)])
    surface = pick(rng, [dict(gloss=0.8, shine=60), dict(gloss=0.25, shine=20, grain=0.05)])
    skin = look.paint(wrap="box", size=pick(rng, [0.22, 0.26, 0.3]), level=ground + min(0.42, 0.3 * (top - ground)), upright=rng.random() < 0.3, **surface)
    kind = pick(rng, ["laces", "a cuff", "a strap", "a smooth shaft"])
    parts = [Part(upper, skin), Part(boot_sole(toe, heel, ground), rubber)]
    return parts + boot_trim(rng, look, kind, ground, top, leg, hole), kind


def boot_sole(toe, heel, ground):
    """The outline of the foot as thick as `ground` and a little more, with an arch before the heel."""
    outline = join(ball((toe * 0.45, 0, 0), (toe * 0.58, 5, 0.36)), ball((-0.3, 0, 0), (0.44, 5, 0.35)),
                   box((0, 0, 0), (0.4, 5, 0.3), 0.05))
    above, below = box((0, ground + 3.06, 0), (3, 3, 3), 0.0), box((0, -3, 0), (3, 3, 3), 0.0)
    return cut(outline, above, below, box((0.18, 0, 0), (0.14 + heel * 0.2, heel * 0.7, 3), 0.02))


def boot_trim(rng, look, kind, ground, top, leg, hole):
    """Laces, a cuff, or a strap with a buckle: a list of parts."""
    axis, trim = (-0.3, 0), look.second(gloss=0.3)
    if kind == "a cuff":
        return [Part(cut(cone(top - 0.2, top + 0.02, leg * 1.14, leg * 1.2, 0.04, axis), hole), trim)]
    if kind == "a strap":
        y = ground + 0.62
        strap = cone(y - 0.06, y + 0.06, leg * 1.06, leg * 1.06, 0.02, axis)
        buckle = box((-0.2, y, leg * 1.04), (0.08, 0.09, 0.04))
        return [Part(strap, pick(rng, [RUBBER, trim])), Part(buckle, STEEL)]
    if kind == "laces":
        rows = np.linspace(ground + 0.55, top - 0.12, 5)
        laces = [tube(arc((-0.3, y, 0), (leg * 1.05, leg * 1.05), -32, 40, 4, plane=(0, 2)), 0.035) for y in rows]
        return [Part(join(*laces), Paint(pick(rng, [WHITE, DARK]), gloss=0.1))]
    return []


# ---- to play with -------------------------------------------------------------------------------------------------------
def camera(rng, look):
    """A box with a lens, a shutter button, and a viewfinder on top or a flash."""
    wide, tall, deep = rng.uniform(0.9, 1.1), rng.uniform(0.5, 0.68), rng.uniform(0.24, 0.34)
    radius, reach = tall * rng.uniform(0.6, 0.78), rng.uniform(0.2, 0.6)
    x, top = rng.uniform(-0.1, 0.22), tall * 2
    skin = look.paint(gloss=0.3, shine=25, grain=0.06, wrap="box", size=pick(rng, [0.22, 0.26, 0.3]), level=tall * 0.75,
                      upright=rng.random() < 0.5)
    metal = pick(rng, [STEEL, GUNMETAL, STEEL])
    buttons = join(cone(top - 0.05, top + 0.1, 0.1, 0.09, 0.02, (-wide * 0.68, 0)),
                   cone(top - 0.05, top + 0.08, 0.16, 0.16, 0.02, (wide * 0.7, 0)))
    parts = [Part(box((0, tall, 0), (wide, tall, deep), 0.12), skin), Part(buttons, metal)]
    parts += [Part(move(part.shape, (x, tall * 0.95, deep)), part.paint) for part in camera_lens(rng, radius, reach, metal)]
    if rng.random() < 0.5:
        hump = box((x, top + 0.08, 0), (0.3, 0.2, deep * 0.9), 0.08)
        pane = box((x, top + 0.12, deep * 0.88), (0.17, 0.08, 0.03))
        return [*parts, Part(hump, pick(rng, [look.plain(gloss=0.4), STEEL, RUBBER])), Part(pane, GLASS)], "a viewfinder on top"
    pane = box((-wide * 0.62, top - 0.22, deep), (0.17, 0.1, 0.03))
    flash = box((wide * 0.66, top - 0.2, deep), (0.2, 0.11, 0.03))
    return [*parts, Part(pane, GLASS), Part(flash, Paint(WHITE, gloss=0.9, shine=90))], "a flash"


def camera_lens(rng, radius, reach, metal):
    """A barrel that sticks out by `reach` along z from the origin, its glass and a ring: a list of parts."""
    def barrel(start, end, r_start, r_end):
        return turn(cone(start, end, r_start, r_end, 0.025), 90, 0)
    hollow = barrel(reach - 0.08, reach + 0.4, radius * 0.72, radius * 0.8)
    lens = cut(join(barrel(-0.05, reach, radius, radius * 0.92), barrel(-0.02, 0.08, radius * 1.1, radius * 1.1)), hollow)
    grip = cut(barrel(reach * 0.45, reach * 0.62, radius * 1.02, radius * 1.02), barrel(-1, 3, radius * 0.6, radius * 0.6))
    glass = ball((0, 0, reach - 0.16), (radius * 0.72, radius * 0.72, 0.14))
    return [Part(lens, pick(rng, [RUBBER, GUNMETAL, STEEL])), Part(grip, metal), Part(glass, GLASS)]


def guitar(rng, look):
    """Two discs melted to a waist, with a neck, a sound hole, a bridge and strings."""
    low, high = rng.uniform(0.5, 0.58), rng.uniform(0.36, 0.42)
    up = low + high + rng.uniform(0.22, 0.3)
    end, deep = up + high + rng.uniform(0.36, 0.52), rng.uniform(0.1, 0.16)
    outline = melt(rng.uniform(0.08, 0.18), ball((0, low, 0), (low, low, 1)), ball((0, up, 0), (high, high, 1)))
    neck = box((0, (up + end) / 2, deep), (0.075, (end - up) / 2, 0.045), 0.02)
    head = box((0, end + 0.13, deep - 0.01), (0.13, 0.17, 0.04), 0.03)
    pegs = [ball((side * 0.15, end + 0.03 + 0.1 * i, deep), 0.035) for side in (-1, 1) for i in range(3)]
    strings = [stick((x, low * 0.7, deep + 0.05), (x * 0.8, end + 0.05, deep + 0.055), 0.006) for x in (-0.035, 0, 0.035)]
    rose, hole = (slab(ball((0, up - high * 0.55, 0), (r, r, 1)), t, t / 2, deep) for r, t in ((0.22, 0.006), (0.17, 0.01)))
    bridge = box((0, low * 0.7, deep + 0.02), (0.2, 0.035, 0.03), 0.015)
    varnish = look.paint(gloss=0.7, shine=70, wrap="box", size=pick(rng, [0.17, 0.2, 0.24]), level=low * 0.95,
                         upright=rng.random() < 0.4)
    wood = pick(rng, [*WOODS[:2], RUBBER])
    return [Part(slab(outline, deep, 0.03), varnish), Part(join(neck, bridge), wood),
            Part(head, pick(rng, [wood, look.plain(gloss=0.6)])), Part(rose, Paint(CREAM)),
            Part(hole, Paint(linear("#15110e"))), Part(join(*pegs, *strings), STEEL),
            ], pick(rng, ["a round sound hole", "a slim neck", "six pegs"])


CATEGORIES = {build.__name__: build for build in (mug, lamp, chair, teapot, headphones, watch, handbag, boot, camera, guitar)}
