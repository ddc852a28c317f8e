#!/bin/sh
# Chromium turns JPEG, AVIF and PNG by their EXIF orientation, but no WebP, and no PNG whose eXIf chunk follows the pixels.
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0 playwright==1.56.0
cd "$folder" && ./venv/bin/python - "${CHROMIUM:-/usr/bin/chromium}" <<'PYTHON'
import base64
import io
import struct
import sys
import zlib

from PIL import Image
from playwright.sync_api import sync_playwright

SIZE = """async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const { width, height } = await createImageBitmap(new Blob([bytes]), { imageOrientation: "from-image" });
    return [width, height];
}"""
EXIF = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHLL", 274, 3, 1, 6) + bytes(4)
picture = Image.new("RGB", (64, 48), (200, 30, 30))


def saved(kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def png_with_exif_behind_the_pixels():
    plain, body = saved("PNG"), b"eXIf" + EXIF
    end = plain.index(b"IEND") - 4
    return plain[:end] + struct.pack(">L", len(EXIF)) + body + struct.pack(">L", zlib.crc32(body)) + plain[end:]


files = {kind: saved(kind, exif=b"Exif\0\0" + EXIF) for kind in ("JPEG", "PNG", "AVIF", "WEBP")}
files["PNG, EXIF last"] = png_with_exif_behind_the_pixels()
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
    page = browser.new_page()
    sizes = {name: tuple(page.evaluate(SIZE, base64.b64encode(data).decode())) for name, data in files.items()}
    print("Chromium", browser.version, sizes)
    browser.close()
assert Image.open(io.BytesIO(files["WEBP"])).getexif()[274] == 6
turned = {name for name, size in sizes.items() if size == (48, 64)}
assert turned == {"JPEG", "PNG", "AVIF"}, "Chromium changed"
PYTHON
