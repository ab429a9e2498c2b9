"""Render the collection: 10 categories x 20 products x 5 shots, and write the table of the truth."""
import argparse
import csv
import hashlib
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from catalogue import CATEGORIES, CREAM, DARK, WHITE, Look, linear
from raymarch import KEY, Model, light_reaching, march, openness, shade
from shapes import column, length, smoothstep

SIZE = 160          # pixels each way
SAMPLES = 2         # rays per pixel each way
QUALITY = 88
SEED = 20
COLUMNS = ("file", "product_id", "category", "colour", "pattern", "shot", "caption", "split")
SHOTS = ("studio", "dim", "turned", "moved", "scene")
PATTERNS = ("plain", "striped", "dotted", "checked", "two-tone")
COLOURS = {"red": "#c8312f", "orange": "#e8822a", "yellow": "#eec23a", "green": "#4f9a4a", "teal": "#2a9a96",
           "blue": "#2f62b8", "purple": "#7a4a9e", "pink": "#e78aa6", "brown": "#7d5236", "black": "#303136"}
TEXTURE = {"plain": "plain", "striped": "stripes", "dotted": "dots", "checked": "checks", "two-tone": "two-tone"}


@dataclass(frozen=True)
class Product:
    """One product of the plan; `key` feeds its random numbers."""

    key: tuple
    product_id: str
    category: str
    colour: str
    pattern: str
    split: str


def plan(seed=SEED, per_category=20):
    """All products. Colours and patterns go around like a Latin square, so that neither tells the category.

    Every fourth slot is held out, shifted from category to category, so that this too is balanced.
    """
    rng = np.random.default_rng([seed, 1])
    colours, patterns, categories = (rng.permutation(list(names)) for names in (COLOURS, PATTERNS, CATEGORIES))
    products = []
    for c, category in enumerate(categories):
        numbers = rng.permutation(per_category)
        for slot in range(per_category):
            colour = colours[(slot * 10 // per_category + 2 * c) % 10]
            products.append(Product((seed, c, slot), f"{category}_{numbers[slot]:02d}", str(category), str(colour),
                                    str(patterns[(slot + c) % 5]), "held_out" if (slot + c) % 4 == 0 else "train"))
    return products


def vary(hex_colour, rng):
    """A shade of a named colour that differs from product to product but keeps its name."""
    base = np.array(linear(hex_colour)) * rng.uniform(0.8, 1.2)
    return tuple(np.clip(base * rng.uniform(0.92, 1.08, 3), 0.01, 0.9))


def build(product):
    """(model, phrase): the shapes of a product."""
    rng = np.random.default_rng([*product.key, 2])
    base = vary(COLOURS[product.colour], rng)
    light = np.dot(base, (0.2, 0.7, 0.1)) > 0.3
    accents = [DARK, linear("#2e3f66"), linear("#7a3b2e"), WHITE] if light else [WHITE, CREAM, WHITE, linear("#e9c26a")]
    look = Look(base, accents[rng.integers(4)], TEXTURE[product.pattern])
    parts, phrase = CATEGORIES[product.category](rng, look)
    return Model(parts), phrase


# ---- the camera ------------------------------------------------------------------------------------------------------
def camera_axes(azimuth, elevation):
    """Right, up and forward of a camera that walks around the product; angles in degrees."""
    a, e = np.radians(azimuth), np.radians(elevation)
    forward = -np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    right = np.array([np.cos(a), 0, -np.sin(a)])
    return column(right), column(np.cross(right, forward)), column(forward)


DISTANCE = 7.0


def frame(model, axes):
    """Where the camera must stand and how wide it must see, so that the product fills the middle of the picture."""
    right, up, forward = axes
    centre = (model.low + model.high) / 2
    away = model.surface - centre
    depth = 1 + (away * forward).sum(axis=0) / DISTANCE
    x, y = (away * right).sum(axis=0) / depth, (away * up).sum(axis=0) / depth
    middle_x, middle_y = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
    half = max(np.ptp(x), np.ptp(y)) / 2
    return centre - DISTANCE * forward, (middle_x, middle_y), half / 0.76


def screen(view):
    """The grid of rays on the screen, u to the right and v up, after shift, zoom and tilt: (2, n)."""
    n = SIZE * SAMPLES
    ticks = ((np.arange(n) + 0.5) / n * 2 - 1).astype(np.float32)
    u, v = np.tile(ticks, n), np.repeat(-ticks, n)
    a = np.radians(view["tilt"])
    u, v = (u - view["shift"][0]) / view["zoom"], (v - view["shift"][1]) / view["zoom"]
    return np.stack([np.cos(a) * u + np.sin(a) * v, -np.sin(a) * u + np.cos(a) * v]).astype(np.float32)


def studio_backdrop(n):
    """A pale sheet of paper: nearly one colour, a little darker to the edges, (3, n*n)."""
    y, x = np.mgrid[0:n, 0:n].astype(np.float32) / n
    fall = 1 - 0.04 * smoothstep(0.35, 0.85, np.hypot(x - 0.5, y - 0.45))
    return (column((0.795, 0.80, 0.805)) * fall.reshape(1, -1)).astype(np.float32)


def view_of(product, shot):
    """What the shot changes."""
    rng = np.random.default_rng([*product.key, 3])
    azimuth, elevation = 28 + rng.uniform(-4, 4), 20 + rng.uniform(-2, 2)
    view = dict(azimuth=azimuth, elevation=elevation, shift=(0, 0), zoom=1.0, tilt=0.0)
    rng = np.random.default_rng([*product.key, 4, SHOTS.index(shot)])
    if shot == "turned":
        view["azimuth"] -= rng.uniform(40, 80)
    if shot == "moved":
        a = rng.uniform(0, 2 * np.pi)
        view.update(shift=(0.24 * np.cos(a), 0.24 * np.sin(a)), zoom=rng.uniform(0.8, 0.92), tilt=rng.choice([-1, 1]) * rng.uniform(10, 22))
    return view


def render(product, shot):
    """The light of one picture, linear RGB (size, size, 3), before exposure."""
    model, _ = build(product)
    view = view_of(product, shot)
    axes = camera_axes(view["azimuth"], view["elevation"])
    eye, (cx, cy), half = frame(model, axes)
    u, v = screen(view)
    ways = axes[2] + ((cx + half * u) * axes[0] + (cy + half * v) * axes[1]) / DISTANCE
    ways /= length(ways)
    t, hit = march(model, eye, ways)
    picture = background(product, shot, model, eye, ways, axes)
    picture[:, hit] = shade(model, eye + t[hit] * ways[:, hit], ways[:, hit])
    n = SIZE * SAMPLES
    return picture.reshape(3, SIZE, SAMPLES, SIZE, SAMPLES).mean(axis=(2, 4)).transpose(1, 2, 0)


def background(product, shot, model, eye, ways, axes):
    """Backdrop or room, with the product's shadow on the floor, (3, n)."""
    t = -eye[1] / np.minimum(ways[1], -1e-4)
    floor = eye + t * ways
    on_floor = (ways[1] < -1e-3) & (t < 40)
    if shot == "scene":
        rng = np.random.default_rng([*product.key, 5])
        picture, on_floor = room(rng, eye, ways, floor, t, axes)
    else:
        picture = studio_backdrop(SIZE * SAMPLES)
    near = on_floor & (np.abs(floor[[0, 2]]).max(axis=0) < 6)
    at = floor[:, near]
    picture[:, near] *= 0.5 + 0.5 * light_reaching(model, at, softness=5.0)
    close = near & ((floor > model.low - 0.35) & (floor < model.high + 0.35))[[0, 2]].all(axis=0)
    up = np.zeros_like(floor[:, close]); up[1] = 1
    picture[:, close] *= 0.35 + 0.65 * openness(model, floor[:, close], up)
    return picture


WALLS = ("#9fb4b8", "#d3b48c", "#b58f8a", "#6d8a80", "#d1c290", "#5d7396", "#b9795a", "#8ba26c", "#4d5d68", "#d8c8c0")
FLOORS = ("#a8794f", "#7b5638", "#c7a781", "#8f8f8c", "#b8b2a6", "#5d4a3e")


def room(rng, eye, ways, floor, t_floor, axes):
    """A painted wall behind, and planks, tiles or stone below: (picture (3, n), on the floor (n,))."""
    wall, wood = linear(WALLS[rng.integers(len(WALLS))]), linear(FLOORS[rng.integers(len(FLOORS))])
    kind, skew = rng.integers(3), np.radians(rng.uniform(-14, 14))
    forward = axes[2] * column((1, 0, 1))
    forward /= length(forward)
    c, s = np.cos(skew), np.sin(skew)
    normal = np.stack([c * forward[0] + s * forward[2], 0 * forward[1], -s * forward[0] + c * forward[2]])
    aside = np.stack([normal[2], 0 * normal[1], -normal[0]])
    t_wall = (1.7 - (eye * normal).sum()) / np.maximum((ways * normal).sum(axis=0), 1e-4)
    on_floor = (ways[1] < -1e-3) & (t_floor < t_wall)
    at = eye + t_wall * ways
    across = (at * aside).sum(axis=0)
    light = 0.55 + 0.4 * np.exp(-((across + 1.2) ** 2 + (at[1] - 2.2) ** 2) / 5)
    picture = column(wall) * light
    skirting = (at[1] < 0.22) & ~on_floor
    picture[:, skirting] = column(linear("#e6e2da")) * light[skirting] * 0.9
    a, b = (floor * aside).sum(axis=0), (floor * normal).sum(axis=0)
    if kind == 0:      # planks run away from the viewer
        plank = np.floor(a / 0.42)
        tone = 0.85 + 0.25 * ((np.sin(plank * 12.9898) * 43758.5453) % 1) + 0.05 * np.sin(22 * a + 3 * np.sin(1.3 * b + plank))
        tone *= 1 - 0.4 * ((a / 0.42) % 1 < 0.04)
    elif kind == 1:    # tiles
        tone = np.where((np.floor(a / 0.6) + np.floor(b / 0.6)) % 2 == 0, 1.1, 0.82)
    else:              # a plain table top
        tone = 1 + 0.03 * np.sin(9 * a + 2 * np.sin(3 * b))
    tone = tone * (0.92 - 0.05 * b)
    picture[:, on_floor] = (column(wood) * tone)[:, on_floor]
    return picture.astype(np.float32), on_floor


def expose(light, exposure=1.0):
    """Linear light -> 8-bit sRGB picture."""
    return Image.fromarray((np.clip(exposure * light, 0, 1) ** (1 / 2.2) * 255 + 0.5).astype(np.uint8))


@lru_cache(maxsize=1)
def studio_light(product):
    """The studio render, kept for the dim shot, which is the same view with less light."""
    return render(product, "studio")


def photograph(product, shot):
    """One picture of the collection. The same product and shot give the same pixels, in any order."""
    if shot in ("studio", "dim"):
        dimmer = np.random.default_rng([*product.key, 6]).uniform(0.46, 0.54) ** 2.2      # halves the stored numbers
        return expose(studio_light(product), dimmer if shot == "dim" else 1.0)
    return expose(render(product, shot))


# ---- files -----------------------------------------------------------------------------------------------------------
NOUNS = {"lamp": "table lamp", "headphones": "pair of headphones"}
TEMPLATES = ("{pattern} {colour} {noun} with {detail}", "{colour} {noun} with {detail}, {pattern}",
             "{colour} {pattern} {noun}, {detail}")


def caption_of(product):
    """A short English description made from a template, the same for all shots of a product."""
    rng = np.random.default_rng([*product.key, 7])
    text = TEMPLATES[rng.integers(len(TEMPLATES))].format(
        pattern=product.pattern, colour=product.colour, noun=NOUNS.get(product.category, product.category), detail=build(product)[1])
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


def make_rows(products, seed):
    """The rows of products.csv, sorted by file: (row, product). File numbers are shuffled over everything."""
    jobs = [(product, shot) for product in products for shot in SHOTS]
    numbers = np.random.default_rng([seed, 8]).permutation(len(jobs))
    captions = {product: caption_of(product) for product in products}
    digits = max(3, len(str(len(jobs) - 1)))
    rows = [(dict(file=f"product_{number:0{digits}d}.jpg", product_id=product.product_id, category=product.category, colour=product.colour,
                  pattern=product.pattern, shot=shot, caption=captions[product], split=product.split), product)
            for (product, shot), number in zip(jobs, numbers)]
    return sorted(rows, key=lambda pair: pair[0]["file"])


def save_product(product, files):
    """Render and write all shots of one product; `files` maps shot -> path. Runs in a worker process."""
    for shot in SHOTS:
        photograph(product, shot).save(files[shot], quality=QUALITY, subsampling=0, optimize=True)


def checksum(folder, rows):
    """SHA-256 over products.csv and all pictures in the order of their names."""
    digest = hashlib.sha256((folder / "products.csv").read_bytes())
    for row, _ in rows:
        digest.update((folder / "products" / row["file"]).read_bytes())
    return digest.hexdigest()


def write_table(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row, _ in rows)


def prepare(folder, rows):
    """Make the folder; refuse one with pictures of another run, which would be searched along with ours."""
    (folder / "products").mkdir(parents=True, exist_ok=True)
    strangers = {path.name for path in (folder / "products").iterdir()} - {row["file"] for row, _ in rows}
    if strangers:
        raise SystemExit(f"--out: {folder / 'products'} holds {min(strangers)!r}, which is not of this run; choose an empty folder")


def make_collection(folder, seed=SEED, per_category=20):
    """Render everything on all cores and write the table and the checksum. Returns the rows."""
    products = plan(seed, per_category)
    rows = make_rows(products, seed)
    prepare(folder, rows)
    files = {product: {} for product in products}
    for row, product in rows:
        files[product][row["shot"]] = folder / "products" / row["file"]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool, tqdm(total=len(rows), unit="picture") as bar:
        jobs = [pool.submit(save_product, product, files[product]) for product in products]
        for job in as_completed(jobs):
            job.result()
            bar.update(len(SHOTS))
    write_table(folder / "products.csv", rows)
    (folder / "products.sha256").write_text(checksum(folder, rows) + "\n", encoding="utf-8", newline="\n")
    return rows


def contact_sheet(folder, rows, shots=("studio",), per_category=20, edge=164):
    """One picture of many: a line for each category, its products side by side, each in the shots asked for."""
    sheet = Image.new("RGB", (per_category * len(shots) * edge, len(CATEGORIES) * edge), "white")
    for y, category in enumerate(CATEGORIES):
        mine = sorted((row["product_id"], SHOTS.index(row["shot"]), row["file"]) for row, _ in rows
                      if row["category"] == category and row["shot"] in shots)
        for x, (_, _, file) in enumerate(mine[:per_category * len(shots)]):
            with Image.open(folder / "products" / file) as picture:
                sheet.paste(picture, (x * edge + 2, y * edge + 2))
    return sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=SEED, help="another seed gives other products in another order")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder for products/, products.csv and products.sha256")
    parser.add_argument("--products-per-category", type=int, default=20, metavar="N", help="a multiple of 10 keeps the colours balanced")
    parser.add_argument("--contact-sheet", type=Path, metavar="FILE", help="also write one picture with all studio shots")
    options = parser.parse_args()
    if options.products_per_category < 1 or options.seed < 0:
        parser.error("--products-per-category must be 1 or more and --seed 0 or more")
    rows = make_collection(options.out, options.seed, options.products_per_category)
    if options.contact_sheet:
        contact_sheet(options.out, rows, per_category=options.products_per_category).save(options.contact_sheet)


if __name__ == "__main__":
    main()
