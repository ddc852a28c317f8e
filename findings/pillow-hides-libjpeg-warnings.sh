#!/bin/sh
# A JPEG with a lost sector decodes in Pillow without an error or a warning; libjpeg-turbo, strict, names the damage.
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0 simplejpeg==1.9.0 numpy==2.4.6
cd "$folder" && ./venv/bin/python - <<'PYTHON'
import io, warnings
import numpy as np, PIL, simplejpeg
from PIL import Image

warnings.simplefilter("error")
print("Pillow", PIL.__version__, "simplejpeg", simplejpeg.__version__)
rows = np.random.default_rng(0).integers(0, 255, (75, 100, 3), np.uint8)
out = io.BytesIO()
Image.fromarray(rows).resize((800, 600)).save(out, "JPEG", quality=90)
whole = out.getvalue()
half = len(whole) // 2
lost = whole[:half] + bytes(4096) + whole[half + 4096 :]
Image.open(io.BytesIO(lost)).load()
print("Pillow: no word")
try:
    simplejpeg.decode_jpeg(lost)
    raise SystemExit("simplejpeg changed")
except ValueError as error:
    print("simplejpeg:", error)
PYTHON
