#!/usr/bin/env bash
# Prints the paths of the ten photos to keep of a folder, best first: keepers.sh FOLDER
set -euo pipefail
photo-critic cull "$1" --keep 10 --json - | jq -r '.photos[].proposal | select(.verdict == "keep") | .path // .file_name'
