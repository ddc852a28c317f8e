"""Near duplicates of training photos leave the validation shards."""

import shutil
import tarfile
from pathlib import Path

from critic_training.data.split_leakage import remove_leaked
from critic_training.evaluation.copy_retrieval import alter

DATA = Path(__file__).parents[4] / "tests" / "data"


def shard(file: Path, photos: dict[str, bytes]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    folder = file.with_suffix("")
    folder.mkdir()
    with tarfile.open(file, "w") as opened:
        for key, photo in photos.items():
            for name, content in ((f"{key}.jpg", photo), (f"{key}.json", b"{}")):
                (folder / name).write_bytes(content)
                opened.add(folder / name, name)
    shutil.rmtree(folder)


def test_validation_photos_with_a_near_duplicate_in_training_leave_the_shards(tmp_path: Path) -> None:
    rocket, cat = (DATA / "rocket.jpg").read_bytes(), (DATA / "formats" / "jpeg.jpg").read_bytes()
    shard(tmp_path / "train" / "00000.tar", {"a": rocket, "broken": b"no photo"})
    shard(tmp_path / "validation" / "00000.tar", {"b": alter(rocket, 0), "c": cat, "d": b"no photo"})
    assert remove_leaked(tmp_path / "train", tmp_path / "validation", tmp_path / "leaked.csv") == 1
    with tarfile.open(tmp_path / "validation" / "00000.tar") as opened:
        assert opened.getnames() == ["c.jpg", "c.json", "d.jpg", "d.json"]
    assert (tmp_path / "leaked.csv").read_text("utf-8") == "photo,like\nb,a\n"
