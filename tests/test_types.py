"""What is public has known types, so that an editor completes it and a type checker checks its use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PUBLIC = {
    "groupnorm_jax": ("groupnorm_jax",),
    "grader": ("grader.notebook", "grader.course", "grader.report", "grader.findings"),
}


@pytest.mark.full
@pytest.mark.parametrize("package", sorted(PUBLIC))
def test_every_public_name_has_a_known_type(package, tmp_path):
    here = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": sys.prefix}
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--ignoreexternal", "--verifytypes", package],
        cwd=tmp_path,
        env={**os.environ, **here},
        capture_output=True,
        text=True,
        check=False,
    )
    symbols = json.loads(done.stdout)["typeCompleteness"]["symbols"]
    modules = PUBLIC[package]
    public = [s for s in symbols if s["name"].startswith(tuple(f"{m}." for m in modules)) or s["name"].count(".") == 1]
    assert len(public) > 100
    assert [s["name"] for s in public if not s["isTypeKnown"]] == []
