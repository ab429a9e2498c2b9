"""Train our own small network: a picture of 64 x 64 pixels becomes 96 numbers, near one another for the same product.

    python data/train_network.py                           as shipped: renders, trains, writes data/models/
    python data/train_network.py --steps 20 --extra-products 10 --out try      a quick try

It learns from the products of the split "train", and from more products that our own scripts render with another seed.
What is held out it never sees. Needs torch, onnx, onnxscript and onnxruntime; what it writes needs only the last.
`data/models/measure_network.py` measures it; `data/models/README.md` is its card.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import make_products
import numpy as np
import onnx
import onnxruntime
import studio
import torch
from PIL import Image
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval
from tqdm import tqdm

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from imsearch_helpers.collection import Products  # noqa: E402  (the path comes first)
from imsearch_helpers.images import load_image  # noqa: E402

SEED = 8
EXTRA_SEED = 8008  # of the extra products; the collection has 20
EDGE = 64  # pixels each way that the network sees
N_DIMS = 96
N_PRODUCTS, N_VIEWS = 48, 4  # of a batch: so many products, so many shots of each
TEMPERATURE = 0.1  # of the loss: the smaller it is, the more the nearest wrong pictures count


# ---- the pictures ---------------------------------------------------------------------------------------------------
def shrunk(picture):
    """A picture as the network sees it: (EDGE, EDGE, 3) uint8, the proportions not kept."""
    return np.asarray(load_image(picture, size=(EDGE, EDGE)).resize((EDGE, EDGE), Image.Resampling.BICUBIC))


def shipped_pictures():
    """The products of the training split, each in its five shots: (n_products, 5, EDGE, EDGE, 3) uint8."""
    rows = Products(HERE).where(split="train")
    rows.sort(key=lambda row: (row.product_id, row.shot))
    pictures = np.stack([shrunk(row.path) for row in rows])
    return pictures.reshape(-1, len(studio.SHOTS), EDGE, EDGE, 3)


def extra_pictures(n_products):
    """Products of another seed, rendered small on all cores: the same kind of array as `shipped_pictures`."""
    products = make_products.plan(EXTRA_SEED, per_category=n_products // 10)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a process per core is enough: threads in each would compete
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=use_small_camera) as pool:
        renders = tqdm(pool.map(shots_of, products), "render", len(products), unit="product")
        return np.stack(list(renders)) if products else np.empty((0, len(studio.SHOTS), EDGE, EDGE, 3), np.uint8)


def use_small_camera(edge=80):
    """A quarter of the pixels of the collection: the network sees no more than 64 of its 160 anyway."""
    studio.SIZE, studio.GRID = edge, edge * studio.SAMPLES


def shots_of(product):
    """All shots of one product, (5, EDGE, EDGE, 3) uint8. Runs in a worker process."""
    return np.stack([shrunk(picture) for picture in make_products.render_pictures(product)])


# ---- what must not matter -------------------------------------------------------------------------------------------
def augmented(pictures):
    """Pictures of a batch, changed in every way that leaves a product what it is.

    Parameters
    ----------
    pictures : tensor, shape (n_products, n_views, 3, EDGE, EDGE)
        From 0 to 1.

    Returns
    -------
    tensor, shape (n_products * n_views, 3, EDGE, EDGE)
    """
    views = torch.cat([remade(product) for product in pictures])
    return covered(relit(moved(views))).clamp(0, 1)


def remade(views):
    """All views of a product with their channels exchanged, perhaps mirrored: one more product, in another colour."""
    views = views[:, torch.randperm(3)]
    return views.flip(-1) if torch.rand(()) < 0.5 else views


def moved(pictures):
    """Each picture tilted by up to 25 degrees, at 0.8 to 1.4 times its size, shifted by up to 15 % of its side."""
    n = len(pictures)
    angle, size = uniform(n, -0.44, 0.44), uniform(n, 0.8, 1.4)
    cos, sin = angle.cos() / size, angle.sin() / size
    shift = uniform((2, n), -0.3, 0.3)  # the grid goes from -1 to 1
    where = torch.stack([cos, -sin, shift[0], sin, cos, shift[1]], dim=1).view(n, 2, 3)
    grid = functional.affine_grid(where, pictures.shape, align_corners=False)
    return functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def relit(pictures):
    """Each picture brighter or darker, with more or less contrast, in a tinted light, with noise."""
    n = len(pictures)
    light = uniform((n, 1, 1, 1), 0.4, 1.25) * uniform((n, 3, 1, 1), 0.92, 1.08)
    middle = pictures.mean(dim=(1, 2, 3), keepdim=True)
    pictures = middle + uniform((n, 1, 1, 1), 0.7, 1.3) * (pictures - middle)
    return light * pictures + uniform((n, 1, 1, 1), 0, 0.04) * torch.randn_like(pictures)


def covered(pictures):
    """Half of the pictures with a rectangle of one colour over them, a quarter to a half of the side wide and high."""
    for picture in pictures:
        if torch.rand(()) < 0.5:
            height, width = torch.randint(EDGE // 4, EDGE // 2, (2,)).tolist()
            top, left = torch.randint(EDGE // 2, (2,)).tolist()
            picture[:, top : top + height, left : left + width] = torch.rand(3, 1, 1)
    return pictures


def uniform(shape, low, high):
    """Random numbers between `low` and `high`."""
    return low + (high - low) * torch.rand(shape)


# ---- the network ----------------------------------------------------------------------------------------------------
def layer(n_in, n_out, size=3, stride=1):
    """A convolution; its outputs brought to mean 0 and deviation 1 over the batch; what is negative cut off."""
    convolution = nn.Conv2d(n_in, n_out, size, stride, padding=size // 2)
    return nn.Sequential(convolution, nn.BatchNorm2d(n_out), nn.ReLU())


class SmallNetwork(nn.Module):
    """Four layers of filters on 32, 32, 16 and 8 places each way, the mean over all places, and one matrix."""

    def __init__(self):
        super().__init__()
        self.first = layer(3, 24, size=5, stride=2)
        self.others = nn.Sequential(layer(24, 48), nn.MaxPool2d(2), layer(48, 96), nn.MaxPool2d(2), layer(96, 128))
        self.matrix = nn.Linear(128, N_DIMS)

    def forward(self, pixels):
        """From (n, 3, 64, 64) in 0..1 to the embedding, (n, 96) of length 1, and the first layer's (n, 24, 32, 32)."""
        activation = self.first(pixels)
        features = self.others(activation)  # (n, 128, 8, 8)
        embedding = self.matrix(features.mean(dim=(2, 3)))  # (n, 128) -> (n, 96)
        return embedding / embedding.norm(dim=1, keepdim=True), activation


# ---- the training ---------------------------------------------------------------------------------------------------
def contrastive_loss(embeddings, products):
    """How hard it is to tell the pictures of the same product from the others of the batch.

    Each picture chooses among all the others, with odds that grow with the cosine: the loss is minus the mean logarithm
    of the probability that it chooses one of its own product.

    Parameters
    ----------
    embeddings : tensor, shape (n, n_dims)
        Of length 1.
    products : tensor, shape (n,)
        The number of each picture's product; each product equally often, at least twice.

    References
    ----------
    P. Khosla et al., Supervised contrastive learning, NeurIPS 2020, equation 2.
    """
    scores = embeddings @ embeddings.T / TEMPERATURE  # (n, n)
    itself = torch.eye(len(scores), dtype=torch.bool)
    log_probability = scores.masked_fill(itself, -torch.inf).log_softmax(dim=1)
    same = (products[:, None] == products) & ~itself
    return -log_probability[same].mean()


def draw_batch(pictures):
    """Some products, some shots of each: (n, 3, EDGE, EDGE) from 0 to 1, and the numbers of their products (n,)."""
    chosen = torch.randperm(len(pictures))[:N_PRODUCTS]
    shots = torch.rand(len(chosen), len(studio.SHOTS)).argsort(dim=1)[:, :N_VIEWS]  # no shot twice
    batch = pictures[chosen[:, None], shots]  # (n_products, n_views, EDGE, EDGE, 3)
    return augmented(batch.permute(0, 1, 4, 2, 3) / 255), chosen.repeat_interleave(N_VIEWS)


def train(network, pictures, n_steps):
    """Let the loss fall, step by step: the steps grow at first, and shrink to nothing towards the end."""
    pictures = torch.from_numpy(pictures)
    network.to(memory_format=torch.channels_last)  # the order in which a processor convolves fastest
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.006, total_steps=n_steps)
    network.train()
    bar = tqdm(range(n_steps), "train", unit="step")
    for _ in bar:
        batch, products = draw_batch(pictures)
        loss = contrastive_loss(network(batch)[0], products)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        pace.step()
        bar.set_postfix(loss=f"{loss.item():.2f}")


# ---- the files ------------------------------------------------------------------------------------------------------
def plain(network):
    """A copy for use: each layer's two steps, convolution and scaling, made into one convolution."""
    copy = SmallNetwork()
    copy.load_state_dict(network.state_dict())
    copy.eval()
    for step in (copy.first, *copy.others):
        if isinstance(step, nn.Sequential):
            step[0], step[1] = fuse_conv_bn_eval(step[0], step[1]), nn.Identity()
    return copy


def save(network, path):
    """Write one ONNX file without a trace of the machine, and check that it gives the same numbers."""
    pixels = torch.rand(3, 3, EDGE, EDGE, generator=torch.Generator().manual_seed(SEED))
    options = dict(opset_version=18, external_data=False, dynamo=True, verbose=False)
    names = dict(input_names=["pixels"], output_names=["embedding", "activation"])
    torch.onnx.export(network, (pixels,), path, dynamic_shapes=({0: torch.export.Dim("n")},), **options, **names)
    onnx.save(without_notes(onnx.load(path)), path)
    with torch.no_grad():
        expected = network(pixels)
    written = onnxruntime.InferenceSession(path).run(None, {"pixels": pixels.numpy()})
    difference = max(np.abs(a.numpy() - b).max() for a, b in zip(expected, written))
    if not difference < 1e-5:
        raise SystemExit(f"{path.name} differs from the network in torch by {difference:.1e}")
    print(f"{path.name}: {path.stat().st_size:,} bytes, differs from torch by at most {difference:.0e}")


def without_notes(model):
    """The model without what the exporter noted about source files."""
    for part in (model.graph, *model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    del model.graph.value_info[:]
    return model


def first_filters(network):
    """The first layer's filters, (24, 3, 5, 5), and what is added to the result of each, (24,)."""
    convolution = network.first[0]
    return convolution.weight.detach().numpy(), convolution.bias.detach().numpy()


def main():
    """Read the options, render, train, and write the network before and after."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1500, help="how many batches to learn from")
    parser.add_argument("--extra-products", type=int, default=600, metavar="N", help="to render; a multiple of 10")
    parser.add_argument("--renders", type=Path, metavar="FILE", help="an .npy that keeps the renders")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=HERE / "models", metavar="FOLDER")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    network = SmallNetwork()
    untrained = plain(network)
    train(network, all_pictures(options.extra_products, options.renders), options.steps)
    write(untrained, plain(network), options.out)


def all_pictures(n_extra, kept=None):
    """What is learnt from: (n_products, 5, EDGE, EDGE, 3) uint8."""
    if kept and kept.exists():
        extra = np.load(kept)
    else:
        extra = extra_pictures(n_extra)
        if kept:
            np.save(kept, extra)
    return np.concatenate([shipped_pictures(), extra])


def write(untrained, trained, folder):
    """The network before and after training, and the first layer's filters of both for whoever draws them."""
    folder.mkdir(parents=True, exist_ok=True)
    save(untrained, folder / "small_network_untrained.onnx")
    save(trained, folder / "small_network.onnx")
    before, after = first_filters(untrained), first_filters(trained)
    names = ("untrained_filters", "untrained_added", "filters", "added")
    np.savez(folder / "small_network_filters.npz", **dict(zip(names, (*before, *after))))


if __name__ == "__main__":
    main()
