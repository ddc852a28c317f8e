#!/bin/sh
# imagecodecs decodes a JPEG XL of 10 bits to uint16 with values up to 1023, and says nowhere that white is 1023.
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q imagecodecs==2026.3.6 numpy==2.4.6
cd "$folder" && ./venv/bin/python - <<'PYTHON'
import imagecodecs, numpy as np

print("imagecodecs", imagecodecs.__version__)
data = imagecodecs.jpegxl_encode(np.full((16, 16, 3), 1023, np.uint16), bitspersample=10, lossless=True)
back = imagecodecs.jpegxl_decode(data)
print(back.dtype, back.max())
assert back.dtype == np.uint16 and back.max() == 1023, "imagecodecs changed"
PYTHON
