#!/bin/sh
# Exiv2 (PyPI: pyexiv2, with its own libexiv2) takes a sidecar for XMP by its first bytes alone: UTF-16, which the XMP
# specification (part 1, 7.1) allows, and a document whose root is rdf:RDF (x:xmpmeta is optional, part 1, 7.3.3) are "data
# of an unknown image type".
set -eu
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work"
python3 -m venv venv && venv/bin/pip install -q pyexiv2==2.15.5
cat >check.py <<'PY'
import pyexiv2
from pathlib import Path
from xml.etree import ElementTree
pyexiv2.set_log_level(4)
RDF = ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
       'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="3"/></rdf:RDF>')
WRAPPED = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{RDF}</x:xmpmeta>'
SIDECARS = {
    "UTF-8": WRAPPED.encode(),
    "UTF-16": ('<?xml version="1.0" encoding="UTF-16"?>' + WRAPPED).encode("utf-16"),
    "rdf:RDF": RDF.encode(),
}
def read(data):
    Path("IMG.xmp").write_bytes(data)
    ElementTree.fromstring(data)  # expat reads all of them
    try:
        with pyexiv2.Image("IMG.xmp") as sidecar:
            return sidecar.read_xmp()
    except RuntimeError as error:
        return str(error).split(":")[-1].strip()
print("libexiv2", pyexiv2.__exiv2_version__)
seen = {name: read(data) for name, data in SIDECARS.items()}
for name, result in seen.items():
    print(f"{name}: {result}")
assert seen["UTF-8"] == {"Xmp.xmp.Rating": "3"}, seen
assert all("unknown image type" in str(seen[name]) for name in ("UTF-16", "rdf:RDF")), seen
PY
venv/bin/python check.py
