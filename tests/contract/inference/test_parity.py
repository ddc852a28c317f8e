"""`critic-train parity`: every server must agree with the published file, or the command fails."""

import csv
from pathlib import Path

import pytest
from PIL import Image
from tests.contract.inference.model_repository import SHIPPED
from tests.contract.inference.server_process import Server
from typer.testing import CliRunner

from critic_training.__main__ import app
from critic_training.export.difference import FLOAT32_BOUND, ParityError
from critic_training.export.parity_command import compare_all

PHOTOS = Path(__file__).parents[2] / "data"
CROPS = 10  # the last request of eleven photos is smaller than the others
MODEL = SHIPPED / "aesthetics" / "1"
ALEXNET = SHIPPED / "aesthetics-alexnet" / "1"


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """A photo and parts of it, which score differently."""
    folder = tmp_path_factory.mktemp("photos")
    with Image.open(PHOTOS / "rocket.jpg") as photo:
        for number in range(CROPS):
            left = photo.width * number // (2 * CROPS)
            photo.crop((left, 0, left + photo.width // 2, photo.height)).save(folder / f"{number}.png")
    return (PHOTOS / "rocket.jpg", *sorted(folder.glob("*.png")))


@pytest.mark.parametrize("model", [MODEL, ALEXNET], ids=lambda folder: folder.parent.name)
def test_a_server_that_serves_the_file_agrees_with_it(server: Server, model: Path, photos: tuple[Path, ...]) -> None:
    ((what, found),) = compare_all(model, photos, server.grpc, None)
    assert what == "the server"
    assert found.probability <= FLOAT32_BOUND


def test_a_server_that_serves_something_else_does_not(server: Server, photos: tuple[Path, ...], tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes((MODEL / "manifest.json").read_bytes())
    (tmp_path / "model.onnx").write_bytes((ALEXNET / "model.onnx").read_bytes())
    with pytest.raises(ParityError, match="the server differs"):
        compare_all(tmp_path, photos, server.grpc, None)


def test_the_command_fails_in_words_where_no_server_answers(photos: tuple[Path, ...], tmp_path: Path) -> None:
    table = tmp_path / "photos.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("file",), *((str(photo),) for photo in photos)])
    arguments = ["parity", str(MODEL), "--server", "127.0.0.1:9", "--photos", str(table), "--every", "1"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "no parity" in result.output
