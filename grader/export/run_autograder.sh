#!/usr/bin/env bash
# Runs for each submission. It writes results.json, or nothing where the grader failed: Gradescope then says so and lets
# you run it again, while whatever we wrote would be taken for the learner's points.
set -u
root=${AUTOGRADER_ROOT:-/autograder}
venv=${AUTOGRADER_VENV:-/opt/grader}
cd / || exit 3
umask 077
rm -f "$root/results/results.json"
# Submissions run as nobody, behind a wall; these would keep them out without it too.
chmod go-rwx "$root/source" "$root/results" 2>/dev/null
exec env -i PATH=/usr/bin:/bin HOME="${HOME:-/root}" LANG=C.UTF-8 \
    "$venv/bin/python" -P -m grader.export.autograde "$root"
