#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image: a Python of our own, and the grader in it.
set -euo pipefail
source=${AUTOGRADER_ROOT:-/autograder}/source
venv=${AUTOGRADER_VENV:-/opt/grader}

fit() { "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

python=
for candidate in python3.13 python3.12 python3.11 python3; do
    if fit "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then # Ubuntu 22.04's own is 3.10, and it has 3.11 beside it
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq python3.11 python3.11-venv || true
    if fit python3.11; then python=python3.11; fi
fi
if [ -n "$python" ]; then
    "$python" -m venv "$venv"
else # neither: one that uv brings
    python3 -m pip install -q uv
    python3 -m uv venv -q --seed --python 3.12 "$venv"
fi
"$venv/bin/python" -m pip install -q --no-cache-dir -r "$source/requirements.txt" "$source"/*.whl
"$venv/bin/python" -m grader doctor || true # for whoever reads the log: what isolates submissions there
