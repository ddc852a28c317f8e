"""Data folders with photos of the network's size: small enough to carry to a machine with a GPU.

Tables and names of files stay, so that commands take the packed folders for the originals.
"""

import io
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare

QUALITY = 90  # 12 KB a photo of 256 pixels


def pack_photos(root: Path, files: Sequence[Path], out: Path, preprocessing: Preprocessing, workers: int = 2) -> None:
    """Photos below `root` as WebP below `out`, under the same names: files are recognised by content."""
    with ThreadPoolExecutor(workers) as pool:  # Pillow decodes and encodes outside the GIL
        list(pool.map(lambda file: _pack(file, out / file.relative_to(root), preprocessing), files))


def copy_tables(root: Path, folders: Sequence[Path], out: Path) -> None:
    """The CSV tables directly in these folders below `root`."""
    for table in (table for folder in folders for table in sorted(folder.glob("*.csv"))):
        copy = out / table.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(table, copy)


def _pack(file: Path, packed: Path, preprocessing: Preprocessing) -> None:
    stored = io.BytesIO()
    Image.fromarray(prepare(file.read_bytes(), preprocessing)).save(stored, "WEBP", quality=QUALITY, method=2)
    packed.parent.mkdir(parents=True, exist_ok=True)
    packed.write_bytes(stored.getvalue())
