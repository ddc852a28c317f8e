#!/usr/bin/env bash
# Inference on a GPU, proven within minutes on a bare machine with Python 3.12 and PyTorch (docs/gpu.md).
#
#     infra/gpu/check.sh WHEELS PHOTOS [DEADLINE]      e.g. infra/gpu/check.sh wheels ccby/attribution.csv 480
#     DEVICE=cpu infra/gpu/check.sh WHEELS PHOTOS      the same steps without a GPU
#
# WHEELS: folder of wheels beyond what the machine has: onnxruntime-gpu, the needs of our server, and our own for its
# metadata (the code is this checkout). PHOTOS: a table of photographs with a column `file`. DEADLINE: seconds for
# everything. Figures and a log go to $OUT (default: gpu-check), `python -m tests.load.gpu_report $OUT` makes the tables.
# A failing step fails alone; each has a time limit. Without onnxruntime-gpu (243 MB) PyTorch's steps and nvJPEG remain.
set -uo pipefail

wheels=${1:?folder of wheels} photos=${2:?table of photographs} deadline=${3:-480}
device=${DEVICE:-cuda} out=$(realpath -m "${OUT:-gpu-check}")
wheels=$(realpath "$wheels") photos=$(realpath "$photos")
cd "$(dirname "$0")/../.." || exit
mkdir -p "$out"
site=$(mktemp -d) python=${PYTHON:-python3}
trap 'rm -rf "$site"' EXIT
log=$out/log.txt results=()
full=services/inference/model_repository half=.cache/model_repository_gpu
batches=1,2,4,8,16,32,64,128,256 few_batches=1,32,256 seconds=0.3
half_variants=raw,bound,server,server-clients started="$full $half" two=$half
patience=1 # times each limit
if [ "$device" = cpu ]; then # which takes minutes to warm a float16 model for batches of 256: it is not served
  batches=1,8 few_batches=1 seconds=0.2 half_variants=raw,bound started=$full two=$full patience=5
fi

# step NAME LIMIT COMMAND...: runs the command within its limit and the deadline's rest, and notes how it ended.
step() {
  local name=$1 limit=$2 began=$SECONDS code
  local left=$((deadline - SECONDS))
  limit=$((limit * patience))
  shift 2
  if [ "$left" -lt 5 ]; then
    results+=("$name: skipped, no time left")
    return 1
  fi
  printf '\n== %s, at %d s: %s\n' "$name" "$SECONDS" "$*" | tee -a "$log"
  timeout --kill-after=5 "$((limit < left ? limit : left))" "$@" 2>&1 | tee -a "$log"
  code=${PIPESTATUS[0]}
  results+=("$name: $([ "$code" = 0 ] && echo passed || echo "FAILED ($code)"), $((SECONDS - began)) s")
  return "$code"
}

machine() {
  nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv || true
  "$python" -c 'import sys, torch; print(sys.version); print("torch", torch.__version__, torch.cuda.is_available())'
  nproc
}

install() {
  "$python" -m pip install --quiet --no-index --no-deps --no-compile --no-cache-dir --target "$site" "$wheels"/*.whl
  # onnxruntime.preload_dlls() searches CUDA's packages beside itself; the machine has them beside PyTorch.
  local nvidia
  nvidia=$("$python" -c 'import importlib.util as u; print(u.find_spec("nvidia").submodule_search_locations[0])' 2>/dev/null) &&
    [ ! -e "$site/nvidia" ] && ln -s "$nvidia" "$site/nvidia"
  "$python" -c 'import onnxruntime as o; print(o.__file__, o.__version__, o.get_available_providers())'
}

throughput() { # JSON VARIANTS BATCHES OPTIONS...
  local file=$1 variants=$2 sizes=$3
  shift 3
  "$python" -m tests.load.inference --device "$device" --json "$out/$file" --variants "$variants" --batches "$sizes" \
    --seconds "$seconds" "$@"
}

search_libraries() { # beside PyTorch, by the loader: what preload_dlls did not find
  LD_LIBRARY_PATH=$(find -L "$site/nvidia" -maxdepth 3 -name lib -type d -printf '%p:')${LD_LIBRARY_PATH:-}
  export LD_LIBRARY_PATH
}

export -f machine install throughput
export python site wheels out device seconds
export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TORCHINDUCTOR_CACHE_DIR=$site/inductor
PYTHONPATH=$(printf "$PWD/%s:" services/{core,gateway,worker,inference,cli} training .)$site
export PYTHONPATH

step machine 30 bash -c machine
step install 60 bash -c install
step 'float16 models' 60 "$python" -m critic_training.publish.repository "$full" "$half" --precision float16
start() { # shellcheck disable=SC2086 - two folders
  step "$1" 75 "$python" -m tests.load.readiness $started --device "$device" --json "$out/readiness.json"
}
start 'ready on the device' || { search_libraries && start 'ready, with LD_LIBRARY_PATH'; }
step parity 60 "$python" -m training.research.half_scores --photos "$photos" --device "$device" --json "$out/parity.json"
step 'float16' 100 bash -c "throughput float16.json $half_variants $batches --repository $half"
step 'float32' 45 bash -c "throughput float32.json raw,bound,server $few_batches --repository $full"
step 'two versions' 30 "$python" -m tests.load.readiness "$two" --versions 2 --seconds 2 --device "$device" \
  --json "$out/readiness.json"
step memory 45 "$python" -m tests.load.memory_plateau --seconds 10 --device "$device" --json "$out/memory.json"
step PyTorch 90 bash -c "throughput float16.json eager,compiled $few_batches --repository $half"
step decoding 30 "$python" -m tests.load.decode --photos "$photos" --device "$device" --seconds 1 --json "$out/decode.json"
step alexnet 30 bash -c \
  "throughput alexnet.json raw,bound $few_batches --repository $half --model aesthetics-alexnet"

printf '\n' | tee -a "$log"
printf '%s\n' "${results[@]}" "all: $SECONDS s" | tee -a "$log"
! printf '%s\n' "${results[@]}" | grep -q -e FAILED -e skipped
