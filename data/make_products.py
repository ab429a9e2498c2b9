"""Render the collection: 10 categories x 20 products x 5 shots, and write the table of the truth.

    python data/make_products.py                                          the collection as shipped
    python data/make_products.py --seed 7 --out exam --contact-sheet exam.png    other products, in another order

Everything follows from the seed: what is made, what it looks like, and which file it lands in. Each product has its own
random numbers, so the order in which the processes finish changes nothing.
"""
import argparse
import csv
import hashlib
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from catalogue import CATEGORIES, CREAM, DARK, WHITE, Look, linear
from PIL import Image
from raymarch import Model
from studio import SHOTS, photograph
from tqdm import tqdm

SEED = 20
QUALITY = 91        # of the JPEGs: about 6 KB a picture without visible blocks
COLUMNS = ("file", "product_id", "category", "colour", "pattern", "shot", "caption", "split")
COLOURS = {"red": "#c8312f", "orange": "#e8822a", "yellow": "#eec23a", "green": "#4f9a4a", "teal": "#2a9a96",
           "blue": "#2f62b8", "purple": "#7a4a9e", "pink": "#e78aa6", "brown": "#7d5236", "black": "#303136"}
PATTERNS = {"plain": "plain", "striped": "stripes", "dotted": "dots", "checked": "checks", "two-tone": "two-tone"}
NOUNS = {"lamp": "table lamp", "headphones": "pair of headphones"}
CAPTIONS = ("{pattern} {colour} {noun} with {detail}", "{colour} {noun} with {detail}, {pattern}",
            "{colour} {pattern} {noun}, {detail}")


@dataclass(frozen=True)
class Product:
    """One product of the plan; `key` seeds everything about it."""

    key: tuple
    product_id: str
    category: str
    colour: str
    pattern: str
    split: str


# ---- the plan -----------------------------------------------------------------------------------------------------------
def plan(seed=SEED, per_category=20):
    """All products, category by category.

    Colours and patterns go around from category to category as in a Latin square, so that neither tells the category.
    Every fourth product is held out, beginning one later in each category, so that this is balanced too.

    Parameters
    ----------
    seed : int
        Another seed gives other products.
    per_category : int
        With a multiple of 10, every category has the same number of each colour.

    Returns
    -------
    list of Product
    """
    rng = np.random.default_rng([seed, 1])
    categories, colours, patterns = (rng.permutation(list(names)).tolist() for names in (CATEGORIES, COLOURS, PATTERNS))
    products = []
    for c, category in enumerate(categories):
        for slot, number in enumerate(rng.permutation(per_category)):
            colour = colours[(slot * 10 // per_category + 2 * c) % 10]
            split = "held_out" if (slot + c) % 4 == 0 else "train"
            product_id, pattern = f"{category}_{number:02d}", patterns[(slot + c) % 5]
            products.append(Product((seed, c, slot), product_id, category, colour, pattern, split))
    return products


def design(product):
    """The product's parts and the phrase for its caption: (list of Part, str)."""
    rng = np.random.default_rng([*product.key, 2])
    base = np.array(linear(COLOURS[product.colour])) * rng.uniform(0.8, 1.2) * rng.uniform(0.92, 1.08, 3)
    base = tuple(np.clip(base, 0.01, 0.9))
    accent = accents(base)[rng.integers(4)]
    return CATEGORIES[product.category](rng, Look(base, accent, PATTERNS[product.pattern]))


def accents(base):
    """Four second colours that stand out from the first: dark ones on light, light ones on dark."""
    if np.dot(base, (0.2, 0.7, 0.1)) > 0.3:
        return [DARK, linear("#2e3f66"), linear("#7a3b2e"), WHITE]
    return [WHITE, CREAM, WHITE, linear("#e9c26a") if base[0] < 0.4 else WHITE]


def caption_of(product):
    """A short English description from a template, the same for all shots of a product."""
    template = CAPTIONS[np.random.default_rng([*product.key, 7]).integers(len(CAPTIONS))]
    noun = NOUNS.get(product.category, product.category)
    text = template.format(pattern=product.pattern, colour=product.colour, noun=noun, detail=design(product)[1])
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


def make_rows(products, seed=SEED):
    """The rows of products.csv, sorted by file; file numbers are shuffled over all pictures.

    Returns
    -------
    list of (dict, Product)
    """
    numbers = np.random.default_rng([seed, 8]).permutation(len(products) * len(SHOTS)).tolist()
    digits = max(3, len(str(max(numbers))))
    rows = []
    for product in products:
        caption = caption_of(product)
        for shot in SHOTS:
            values = (f"product_{numbers.pop():0{digits}d}.jpg", product.product_id, product.category, product.colour,
                      product.pattern, shot, caption, product.split)
            rows.append((dict(zip(COLUMNS, values)), product))
    return sorted(rows, key=lambda pair: pair[0]["file"])


# ---- the files ------------------------------------------------------------------------------------------------------------
def render_pictures(product, shots=SHOTS):
    """The pictures of one product in several shots, one after another."""
    model = Model(design(product)[0])
    for shot in shots:
        yield photograph(model, product.key, shot)


def save_product(product, files):
    """Render and write all shots of one product; `files` maps shot -> path. Runs in a worker process."""
    for shot, picture in zip(SHOTS, render_pictures(product)):
        picture.save(files[shot], quality=QUALITY, subsampling=0, optimize=True)


def make_collection(folder, seed=SEED, per_category=20):
    """Render everything on all cores, then write the table and the checksum. Returns the rows (`make_rows`)."""
    rows = make_rows(plan(seed, per_category), seed)
    prepare(folder / "products", {row["file"] for row, _ in rows})
    files = {}
    for row, product in rows:
        files.setdefault(product, {})[row["shot"]] = folder / "products" / row["file"]
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")      # a process per core is enough: threads in each would compete
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool, tqdm(total=len(rows), unit="picture") as bar:
        jobs = [pool.submit(save_product, *pair) for pair in files.items()]
        for job in as_completed(jobs):
            job.result()      # raises what went wrong in the worker
            bar.update(len(SHOTS))
    write_table(folder / "products.csv", rows)
    (folder / "products.sha256").write_text(checksum(folder) + "\n", encoding="utf-8", newline="\n")
    return rows


def prepare(pictures, files):
    """Make the folder; refuse one with pictures of another run, which would be searched along with ours."""
    pictures.mkdir(parents=True, exist_ok=True)
    strangers = {path.name for path in pictures.iterdir()} - files
    if strangers:
        raise SystemExit(f"--out: {pictures} holds {min(strangers)!r}, which this run does not make; choose an empty folder")


def write_table(path, rows):
    """products.csv, with the same bytes on every system."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row, _ in rows)


def checksum(folder):
    """SHA-256 over products.csv and then all pictures in the order of their names, as hexadecimal digits."""
    digest = hashlib.sha256((folder / "products.csv").read_bytes())
    for path in sorted((folder / "products").glob("*.jpg")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def contact_sheet(folder, rows, edge=164):
    """One picture with every studio shot: a line for each category."""
    lines = {category: [] for category in CATEGORIES}
    for row, _ in sorted(rows, key=lambda pair: pair[0]["product_id"]):
        if row["shot"] == "studio":
            lines[row["category"]].append(row["file"])
    sheet = Image.new("RGB", (edge * max(map(len, lines.values())), edge * len(lines)), "white")
    for y, files in enumerate(lines.values()):
        for x, file in enumerate(files):
            with Image.open(folder / "products" / file) as picture:
                sheet.paste(picture, (x * edge + 2, y * edge + 2))
    return sheet


def main():
    """Read the options and make the collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=SEED, help="another seed gives other products in another order")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent, metavar="FOLDER",
                        help="where products/, products.csv and products.sha256 go")
    parser.add_argument("--products-per-category", type=int, default=20, metavar="N",
                        help="a multiple of 10 gives every category the same number of each colour")
    parser.add_argument("--contact-sheet", type=Path, metavar="FILE", help="also write one picture with all studio shots")
    options = parser.parse_args()
    if options.seed < 0 or options.products_per_category < 1:
        parser.error("--seed must be 0 or more, --products-per-category 1 or more")
    rows = make_collection(options.out, options.seed, options.products_per_category)
    if options.contact_sheet:
        contact_sheet(options.out, rows).save(options.contact_sheet)


if __name__ == "__main__":
    main()
