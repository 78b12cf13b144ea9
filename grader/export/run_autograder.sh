#!/usr/bin/env bash
# Runs for each submission. It writes results.json, or nothing if the grader failed: Gradescope then reports the failure
# and lets you run it again, whereas any results.json would be taken for the student's points.
set -u
root=${AUTOGRADER_ROOT:-/autograder}
venv=${AUTOGRADER_VENV:-/opt/grader}
cd / || exit 3
umask 077
rm -f "$root/results/results.json"
# Submissions run in the sandbox as user nobody; these permissions keep them out even without it.
chmod go-rwx "$root/source" "$root/results" 2>/dev/null
exec env -i PATH=/usr/bin:/bin HOME="${HOME:-/root}" LANG=C.UTF-8 GRADER_DEBUG="${GRADER_DEBUG:-}" \
    "$venv/bin/python" -P -m grader.cli.autograde "$root"
