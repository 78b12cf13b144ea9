"""What every peer's test calls: one case of the exercise, in plain JAX and NumPy, from files beside this one."""

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np

_FOLDER = Path(__file__).parent
_CASES = json.loads((_FOLDER / "cases.json").read_text("utf-8"))
_ARRAYS = np.load(_FOLDER / "cases.npz")
NAMES = [case["name"] for case in _CASES]


def check(entry: Any, index: int) -> None:
    """Raises AssertionError where the submission is wrong."""
    case = _CASES[index]
    x, key = jax.numpy.asarray(_ARRAYS[f"{index}/x"]), jax.random.PRNGKey(case["seed"])
    module = entry(**case["arguments"])
    if case["kind"] == "raises":
        np.testing.assert_raises(Exception, module.init, key, x)
    elif case["kind"] == "parameters":
        found = module.init(key, x)["params"]
        np.testing.assert_equal(sorted(found), case["parameters"])
        for name in case["parameters"]:
            np.testing.assert_equal(found[name].shape, _ARRAYS[f"{index}/{name}"].shape)
            np.testing.assert_array_equal(found[name], _ARRAYS[f"{index}/{name}"])
    else:
        given = {name: jax.numpy.asarray(_ARRAYS[f"{index}/{name}"]) for name in case["parameters"]}
        y = module.apply({"params": given} if given else module.init(key, x), x)
        np.testing.assert_allclose(np.ravel(y), _ARRAYS[f"{index}/expected"], rtol=0, atol=case["allowed"])
