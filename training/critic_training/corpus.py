"""All photos that a training run looks at, as pool5."""

from dataclasses import dataclass
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from torch import nn

from critic_core.contracts.manifest import DatasetCard, Preprocessing
from critic_training.dataset import Rated, read_rated, read_unrated
from critic_training.features import Pool5, extract

CARDS = {
    "oasis": (
        "train",
        "Photos from Pixabay, Wikipedia and Flickr under their own open licences; ratings free for research",
        "OASIS, Kurdi, Lozano and Banaji 2017; beauty ratings of Brielmann and Pelli 2019",
    ),
    "vessel": ("test", "Rights to the photos are not stated: research use", "Vessel et al., scene photographs"),
    "pool": ("pretrain", "Samples of public sets under their own terms; no rating is in it", "ImageNet and others"),
    "ccby": ("reference", "CC BY 2.0, author and page in attribution.csv", "Flickr"),
}


@dataclass(frozen=True)
class Corpus:
    """The rated sets with their labels, and pool5 of every set by name."""

    oasis: Rated
    vessel: Rated
    ccby: tuple[Path, ...]
    maps: dict[str, Pool5]

    def cards(self) -> tuple[DatasetCard, ...]:
        """For the manifest."""
        return tuple(
            DatasetCard(name=name, role=role, photos=len(self.maps[name].plain), licence=licence, source=source)
            for name, (role, licence, source) in CARDS.items()
        )


def look_at(data: Path, network: nn.Sequential, preprocessing: Preprocessing) -> Corpus:
    """Read and see everything under the data folder."""
    oasis, vessel = read_rated(data / "oasis"), read_rated(data / "vessel")
    ccby, pool = read_unrated(data / "ccby" / "attribution.csv"), read_unrated(data / "pool" / "index.csv")
    files = {"oasis": oasis.files, "vessel": vessel.files, "ccby": ccby, "pool": pool}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    maps = {}
    with Progress(*columns) as progress:
        for name, photos in files.items():
            task = progress.add_task(f"looking at {name}", total=len(photos))
            maps[name] = extract(photos, network, preprocessing, lambda n, task=task: progress.advance(task, n))  # type: ignore[misc]
    return Corpus(oasis, vessel, ccby, maps)
