#!/bin/sh
# Pillow does not tell the code points (nclx) of an AVIF: PQ, HLG and P3 look like sRGB.
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0
cd "$folder" && ./venv/bin/python - <<'PYTHON'
import io
import PIL
from PIL import Image

print("Pillow", PIL.__version__)
out = io.BytesIO()
Image.new("RGB", (64, 48), (200, 30, 30)).save(out, "AVIF")
image = Image.open(io.BytesIO(out.getvalue()))
print("has nclx in the file:", b"nclx" in out.getvalue(), "- told by Pillow:", sorted(image.info))
assert b"nclx" in out.getvalue() and not any("nclx" in key or "cicp" in key for key in image.info), "Pillow changed"
PYTHON
