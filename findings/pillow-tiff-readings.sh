#!/bin/sh
# Pillow reads some valid TIFFs as other pictures, without a warning. tifffile, which wrote them, reads them back.
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6 imagecodecs==2026.3.6
cd "$folder" && ./venv/bin/python - <<'PYTHON'
import numpy as np, PIL, tifffile
from PIL import Image

print("Pillow", PIL.__version__, "tifffile", tifffile.__version__)
ramp = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
rgb = np.dstack([ramp, ramp[::-1], ramp[:, ::-1]])
tifffile.imwrite("planar.tif", np.moveaxis(rgb, 2, 0), photometric="rgb", planarconfig="separate")
tifffile.imwrite("white-is-zero.tif", 65535 - ramp, photometric="miniswhite")
tifffile.imwrite("grey32.tif", ramp.astype(np.uint32) * 65537, photometric="minisblack")

planar = np.asarray(Image.open("planar.tif")).astype(int)
off = np.abs(planar - rgb // 257).mean()
print(f"planar RGB of 16 bits: mean error {off:.0f} of 255 levels")
white = np.asarray(Image.open("white-is-zero.tif")).astype(int)
negative = np.abs(white - (65535 - ramp.astype(int))).max() == 0
print("16 bits, white is zero: read as a negative:", negative)
grey = np.asarray(Image.open("grey32.tif"))
print("unsigned 32 bits:", grey.dtype, "lowest value", grey.min())
assert off > 20 and negative and grey.min() < 0, "Pillow changed"
PYTHON
