#!/bin/sh
# Exiv2 (PyPI: pyexiv2, with its own libexiv2; under darktable, digiKam and RawTherapee) refuses a whole XMP packet in which
# one namespace has two prefixes in two scopes. "Namespaces in XML" allows it, and ExifTool and expat read it. A program
# that adds a property with a prefix of its own (lxml: ns0) makes all edits in a sidecar unreadable.
set -eu
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work"
python3 -m venv venv && venv/bin/pip install -q pyexiv2==2.15.5 pillow==12.0.0
cat >check.py <<'PY'
import io, pyexiv2
from PIL import Image
from xml.etree import ElementTree
pyexiv2.set_log_level(4)
XMP, RDF = "http://ns.adobe.com/xap/1.0/", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PACKET = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about=""
 xmlns:{{0}}="{XMP}" {{0}}:Rating="3"><dc:source xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:{{1}}="{XMP}">here</dc:source>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
def read(first, second):
    packet = PACKET.format(first, second)
    rating = ElementTree.fromstring(packet).find(f".//{{{RDF}}}Description").get(f"{{{XMP}}}Rating")
    photo = io.BytesIO()
    Image.new("RGB", (8, 8)).save(photo, "JPEG", xmp=packet.encode())
    with pyexiv2.ImageData(photo.getvalue()) as image:
        return rating, image.read_xmp()
print("libexiv2", pyexiv2.__exiv2_version__)
one, two = read("xmp", "xmp"), read("ns0", "xmp")
print("one prefix:  expat reads", one[0], "- Exiv2 reads", one[1])
print("two prefixes: expat reads", two[0], "- Exiv2 reads", two[1])
assert one == ("3", {"Xmp.xmp.Rating": "3", "Xmp.dc.source": "here"}), one
assert two == ("3", {}), two
PY
venv/bin/python check.py
# Seen: libexiv2 0.28.7; "one prefix: expat reads 3 - Exiv2 reads {...}", "two prefixes: expat reads 3 - Exiv2 reads {}".
