#!/usr/bin/env bash
# The rated pool's training on a GPU, within eight minutes on a bare machine with Python 3.12 and PyTorch, without a network.
#
#     critic-train data pack "$CRITIC_DATA" --out packed && tar cf packed.tar -C packed .
#     python -m pip download --only-binary :all: --no-deps --dest wheels -r <(python infra/docker/requirements_of.py training)
#     infra/gpu/train.sh WHEELS PHOTOS [OPTIONS...]    e.g. infra/gpu/train.sh wheels packed.tar --hold-out 12
#
# WHEELS: folder of wheels beyond what the machine has (the needs of `critic-train pool`; the code is this checkout).
# PHOTOS: the archive. OPTIONS: of `critic-train pool`. checkpoint.pt, metrics.jsonl and a log go to $OUT (default:
# gpu-train); `critic-train people --run $OUT` goes on from there, on any CPU.
#
# Seen on an H200: the machine starts within a minute, 8,102 photos are 95 MB, six epochs take 101 s.
set -euo pipefail

wheels=$(realpath "${1:?folder of wheels}") photos=$(realpath "${2:?archive of packed photos}")
shift 2
out=$(realpath -m "${OUT:-gpu-train}") python=${PYTHON:-python3}
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out" "$work/photos" "$work/site"

"$python" -c 'import sys, torch; print(sys.version, torch.__version__, torch.cuda.is_available())' | tee "$out/log.txt"
tar xf "$photos" -C "$work/photos"
"$python" -m pip install --quiet --no-index --no-deps --no-compile --no-cache-dir --target "$work/site" "$wheels"/*.whl
export PYTHONPATH=services/core:training:$work/site CRITIC_DATA=$work/photos PYTHONUNBUFFERED=1
timeout --kill-after=5 480 "$python" -m critic_training.end_to_end.command --more "$CRITIC_DATA/more" --out "$out" \
  --cache "$work/cache" "$@" 2>&1 | tee -a "$out/log.txt"
