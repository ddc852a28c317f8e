#!/bin/sh
# ONNX Runtime 1.32 on Linux opens a database of telemetry in the home folder when it is imported, and names Microsoft's
# collector in its library; disable_telemetry_events() closes nothing, ORT_DISABLE_TELEMETRY=1 before the import does.
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q onnxruntime==1.32.0
mkdir "$folder/home"; cd "$folder"
cat >open_files.py <<'PYTHON'
import os, onnxruntime

onnxruntime.disable_telemetry_events()
paths = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
opened = sorted(os.path.basename(os.readlink(path)) for path in paths if os.path.exists(path))
print(*(name for name in opened if name.startswith("onnxruntime.db")))
PYTHON
default=$(HOME="$folder/home" ./venv/bin/python open_files.py)
disabled=$(HOME="$folder/home" ORT_DISABLE_TELEMETRY=1 ./venv/bin/python open_files.py)
echo "onnxruntime 1.32.0, open files: by default '$default', with ORT_DISABLE_TELEMETRY=1 '$disabled'"
grep -aq "mobile.events.data.microsoft.com" venv/lib/python3*/site-packages/onnxruntime/capi/onnxruntime_pybind11_state*.so
[ -n "$default" ] && [ -z "$disabled" ] || { echo "onnxruntime changed"; exit 1; }
