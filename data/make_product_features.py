"""Make `vectors/products_deep.npz`: what three networks say about our 1,000 renders, in 96 numbers each.

    python data/make_product_features.py

So whoever has no onnxruntime, as in a browser, can still see the map of the products and the tables. Needs the extra
`extensions`. It prints what is lost by keeping less.
"""

from pathlib import Path

import numpy as np
from measure_methods import unit  # puts the course's folder on the path

from imsearch_helpers.collection import Products
from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.judging import evaluate_engine, found_by_shot
from imsearch_helpers.vectors import deep_method

HERE = Path(__file__).resolve().parent
N_DIMS = 96
SMALL = {"small_network": "small", "small_network_untrained": HERE / "models" / "small_network_untrained.onnx"}
ABOUT = (
    "`vectors`: EfficientNet-Lite0's embeddings of the course's renders (method 'deep', 160 x 160 pixels, 1,280 numbers), brought "
    "to length 1, minus `mean`, along the first 96 principal directions, which are the rows of `components`. Not the "
    "full embeddings: scores differ a little from theirs. `small_network`, `small_network_untrained`: the 96 numbers of "
    "our own network after and before its training. All in two bytes a number, in the order of `files`."
)


def principal_directions(vectors, n_dims):
    """The mean of the rows, (n_all,), and the directions in which they differ most, (n_dims, n_all), the first most."""
    mean = vectors.mean(axis=0)
    directions = np.linalg.svd(vectors - mean, full_matrices=False)[2][:n_dims]
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(n_dims), largest])  # a direction and its opposite are as good: take one always
    return mean, directions * signs[:, np.newaxis]


def print_quality(name, paths, vectors, products):
    """One line: how well the vectors find products and categories, and each shot's studio picture."""
    engine = ImageSearchEngine.from_vectors(paths, vectors)
    product = evaluate_engine(engine, products, "product", 4).precision
    category = evaluate_engine(engine, products, "category", 5).precision
    shots = ", ".join(f"{shot} {share:.3f}" for shot, share in found_by_shot(engine, products).items())
    print(f"{name:23s} product@4 {product:.3f}, category@5 {category:.3f}; found first: {shots}")


def main():
    """Embed, reduce, write, and print what it cost."""
    products = Products(HERE)
    small = {name: ImageSearchEngine(products.image_dir, deep_method(model, (64, 64))).index_images().image_vectors
             for name, model in SMALL.items()}  # fmt: skip
    engine = ImageSearchEngine(products.image_dir, "deep").index_images()
    embeddings = unit(engine.image_vectors)
    mean, components = principal_directions(embeddings, N_DIMS)
    vectors = ((embeddings - mean) @ components.T).astype(np.float16)  # (1000, 1280) @ (1280, 96) -> (1000, 96)
    files = [products.of(path).file for path in engine.image_paths]
    kept = dict(files=files, vectors=vectors, mean=mean.astype(np.float32), components=components.astype(np.float16))
    in_half = {name: matrix.astype(np.float16) for name, matrix in small.items()}
    np.savez_compressed(HERE / "vectors" / "products_deep.npz", about=ABOUT, **kept, **in_half)
    print_quality("1,280 numbers", engine.image_paths, engine.image_vectors, products)
    print_quality(f"{N_DIMS} numbers, float16", engine.image_paths, vectors.astype(np.float32), products)
    for name, matrix in small.items():
        print_quality(name, engine.image_paths, matrix, products)
        print_quality("  float16", engine.image_paths, in_half[name].astype(np.float32), products)


if __name__ == "__main__":
    main()
