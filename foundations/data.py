"""MNIST without the network: 5,000 images are part of the package.

The full set replaces them if this machine has a copy of it. The ``source`` of :func:`load_mnist` names the set.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import urllib.request
import zlib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

#: Names a folder with the full set, or is the word "bundled": then only the subset is ever loaded.
VARIABLE = "FOUNDATIONS_MNIST"

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"

#: SHA-256 of the two files of the full set (the 10,000 test images are not used).
CHECKSUMS = {
    f"{IMAGES}.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    f"{LABELS}.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
}

#: Tried in order. The address that the lesson itself used is dead.
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
)

FULL, FULL_TRAIN = 60_000, 50_000
SUBSET_TRAIN = 4_000
PIXELS = 28 * 28


class Mnist(NamedTuple):
    """Handwritten digits, in two parts.

    ``x_train`` and ``x_valid``: float32 of shape (n, 784), 0.0 is paper and 1.0 is ink.
    ``y_train`` and ``y_valid``: int64 of shape (n,), the digits 0 to 9.
    ``source``: one sentence that names these images.
    """

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_valid: torch.Tensor
    y_valid: torch.Tensor
    source: str


def load_mnist(*, full: bool | None = None, download: bool = False) -> Mnist:
    """Load MNIST as float32 images and int64 labels; every call returns new tensors.

    Args:
        full: ``True`` asks for the 50,000 and 10,000 images of the full set, ``False`` for the bundled 4,000 and 1,000.
            By default the full set is used if this machine has a readable copy.
        download: fetch the full set (10 MB, once, into the cache folder) if no copy exists. Otherwise the network is
            never used.

    The function looks for a copy in the folder that the environment variable ``FOUNDATIONS_MNIST`` names, in ``data/``
    of the current folder, and in ``~/.cache/foundations/mnist``; each may hold the IDX files themselves or
    torchvision's ``MNIST/raw/``.

    Raises:
        FileNotFoundError: ``full=True``, and no copy exists.
        OSError: the download failed, or the downloaded file has the wrong checksum.
    """
    if full is False or (full is None and not download and os.environ.get(VARIABLE) == "bundled"):
        return _subset()
    damaged = ""
    for folder in _folders():
        try:
            return _full_set(folder)
        except FileNotFoundError:
            continue
        except (OSError, EOFError, ValueError, zlib.error) as error:
            damaged = damaged or f" (the copy in {folder} could not be read: {error})"
    if download:
        return _full_set(_download())
    if full:
        raise FileNotFoundError(
            f"the full MNIST set was not found{damaged}: set {VARIABLE} to a folder that holds {IMAGES}.gz and "
            f"{LABELS}.gz, or call load_mnist(full=True, download=True)"
        )
    return _subset(damaged)


def _subset(remark: str = "") -> Mnist:
    images, labels = _bundled()
    return _split(
        images,
        labels,
        SUBSET_TRAIN,
        "The bundled subset of MNIST: 4,000 training and 1,000 validation images" + remark,
    )


@lru_cache(maxsize=1)
def _bundled() -> tuple[np.ndarray, np.ndarray]:
    """Return images (5000, 784) and labels (5000,), uint8 and read-only; cached, so that a fork server shares them."""
    folder = resources.files("foundations.bundled")
    return (
        _parse_idx(gzip.decompress((folder / "mnist_5000_images.idx3.gz").read_bytes()), 3),
        _parse_idx(gzip.decompress((folder / "mnist_5000_labels.idx1.gz").read_bytes()), 1),
    )


def _full_set(folder: Path) -> Mnist:
    images, labels = _read_idx(folder, IMAGES, 3), _read_idx(folder, LABELS, 1)
    if images.shape != (FULL, PIXELS) or labels.shape != (FULL,):
        raise ValueError(f"it holds images of shape {images.shape} and labels of shape {labels.shape}")
    return _split(images, labels, FULL_TRAIN, f"The full MNIST set, 50,000 and 10,000 images, from {folder}")


def _split(images: np.ndarray, labels: np.ndarray, n_train: int, source: str) -> Mnist:
    def part(rows: slice) -> tuple[torch.Tensor, torch.Tensor]:
        x = torch.from_numpy(images[rows].astype(np.float32)).div_(255)
        return x, torch.from_numpy(labels[rows].astype(np.int64))

    return Mnist(*part(slice(n_train)), *part(slice(n_train, None)), f"{source}.")


def _read_idx(folder: Path, name: str, ndim: int) -> np.ndarray:
    """Read the file ``name`` in ``folder``, gzipped or unpacked (torchvision leaves both)."""
    packed = folder / f"{name}.gz"
    if packed.is_file():
        return _parse_idx(gzip.decompress(packed.read_bytes()), ndim)
    return _parse_idx((folder / name).read_bytes(), ndim)


def _parse_idx(content: bytes, ndim: int) -> np.ndarray:
    """Parse an IDX file of uint8 as a read-only array; images are flattened to (n, pixels).

    Format: 0, 0, 8 (meaning uint8), the number of axes, each size as a big-endian 4-byte number, the values.
    """
    start = 4 + 4 * ndim
    if content[:4] != bytes([0, 0, 8, ndim]) or len(content) < start:
        raise ValueError(f"it is not an IDX file of bytes with {ndim} axes")
    shape = [int.from_bytes(content[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(ndim)]
    values = np.frombuffer(content, np.uint8, offset=start)
    if values.size != int(np.prod(shape)):
        raise ValueError(f"it promises {shape} values and holds {values.size}")
    return values.reshape(shape[0], -1) if ndim > 1 else values


def _folders() -> Iterator[Path]:
    """Yield the folders that may hold a copy of the full set, each followed by torchvision's layout in it."""
    named = os.environ.get(VARIABLE)
    for root in (Path(named).expanduser() if named and named != "bundled" else None, Path("data"), _cache()):
        if root is not None:
            yield root
            yield root / "MNIST" / "raw"


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(home) / "foundations" / "mnist"


def _download() -> Path:
    """Fetch the full set into the cache folder; a file gets its name only after its checksum was verified."""
    folder = _cache()
    folder.mkdir(parents=True, exist_ok=True)
    for name, checksum in CHECKSUMS.items():
        content = _fetch(name, checksum)
        part = folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)
    return folder


def _fetch(name: str, checksum: str) -> bytes:
    troubles = []
    for mirror in MIRRORS:
        try:
            with urllib.request.urlopen(f"{mirror}/{name}", timeout=60) as answer:
                content: bytes = answer.read()
        except OSError as error:
            troubles.append(f"{mirror}: {error}")
            continue
        if hashlib.sha256(content).hexdigest() == checksum:
            return content
        troubles.append(f"{mirror}: its checksum is not the right one")
    raise OSError(f"{name} could not be downloaded ({'; '.join(troubles)})")
