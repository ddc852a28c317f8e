#!/bin/sh
# darktable-cli (Debian: darktable 4.2.1-4) exports a photo without its edits, with exit status 0, when Exiv2 does not read the
# sidecar that is named on the command line (here: one namespace with two prefixes, valid XML).
# Needs Debian 12 and root for apt-get, unless darktable-cli is here.
set -eu
command -v darktable-cli >/dev/null || apt-get install -y -qq --no-install-recommends darktable=4.2.1-4 >/dev/null
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work"
python3 -m venv venv && venv/bin/pip install -q pillow==12.0.0
venv/bin/python - <<'PY'
from pathlib import Path
from PIL import Image
Image.new("RGB", (120, 80), "teal").save("IMG.png")
XMP = "http://ns.adobe.com/xap/1.0/"
turned = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 rdf:about="" xmlns:xmp="{XMP}" xmp:Rating="3" xmlns:darktable="http://darktable.sf.net/" darktable:xmp_version="5"
 darktable:auto_presets_applied="1" darktable:history_end="1"><darktable:history><rdf:Seq><rdf:li darktable:num="0"
 darktable:operation="flip" darktable:enabled="1" darktable:modversion="2" darktable:params="06000000" darktable:multi_name=""
 darktable:multi_priority="0"/></rdf:Seq></darktable:history></rdf:Description></rdf:RDF></x:xmpmeta>"""
Path("one.xmp").write_text(turned)
Path("two.xmp").write_text(turned.replace("<darktable:history>", f'<darktable:history xmlns:ns0="{XMP}">'))
PY
darktable-cli --version | head -1
for sidecar in one two; do
  darktable-cli IMG.png $sidecar.xmp $sidecar.png --core --library :memory: --configdir settings --disable-opencl >log 2>&1
  venv/bin/python -c "from PIL import Image; print('$sidecar:', Image.open('$sidecar.png').size)" | tee -a sizes
done
printf 'one: (80, 120)\ntwo: (120, 80)\n' | cmp - sizes
# Seen: a turned photo with one prefix, (80, 120); the photo as it was taken with two, (120, 80).
