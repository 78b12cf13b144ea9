#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image: a virtual environment with the grader.
set -euo pipefail
source=${AUTOGRADER_ROOT:-/autograder}/source
venv=${AUTOGRADER_VENV:-/opt/grader}
version=PYTHON_VERSION # the version that the exercise was tested on; the pinned libraries may need it

fit() { "$1" -c "import ensurepip, sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null; }

python=
for candidate in "python$version" python3; do
    if fit "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then # Ubuntu 22.04 has 3.10 by default and offers 3.11
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq "python$version" "python$version-venv" || true
    if fit "python$version"; then python=python$version; fi
fi
if [ -n "$python" ]; then
    "$python" -m venv "$venv"
else # no package has it: let uv install it
    python3 -m pip install -q uv
    python3 -m uv venv -q --seed --python "$version" "$venv"
fi
"$venv/bin/python" -m pip install -q --no-cache-dir -r "$source/requirements.txt" "$source"/*.whl
"$venv/bin/python" -m grader doctor || true # log how well submissions are isolated there
