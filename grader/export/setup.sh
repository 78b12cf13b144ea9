#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image: a Python of our own, and the grader in it.
set -euo pipefail
source=${AUTOGRADER_ROOT:-/autograder}/source
venv=${AUTOGRADER_VENV:-/opt/grader}
version=PYTHON_VERSION # the one that the exercise was tried on: its libraries' versions may ask for it

fit() { "$1" -c "import ensurepip, sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null; }

python=
for candidate in "python$version" python3; do
    if fit "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then # Ubuntu 22.04's own is 3.10, and it has 3.11 beside it
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq "python$version" "python$version-venv" || true
    if fit "python$version"; then python=python$version; fi
fi
if [ -n "$python" ]; then
    "$python" -m venv "$venv"
else # neither: one that uv brings
    python3 -m pip install -q uv
    python3 -m uv venv -q --seed --python "$version" "$venv"
fi
"$venv/bin/python" -m pip install -q --no-cache-dir -r "$source/requirements.txt" "$source"/*.whl
"$venv/bin/python" -m grader doctor || true # for whoever reads the log: what isolates submissions there
