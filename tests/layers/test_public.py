"""What is public: its names, its signatures, its types, its docstrings and their examples, and what importing it loads."""

import doctest
import importlib
import inspect
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import jax
import pytest
from flax import linen, nnx

import groupnorm_jax
import groupnorm_jax.convert
import groupnorm_jax.nnx

MODULES = (groupnorm_jax, groupnorm_jax.nnx, groupnorm_jax.convert)
PUBLIC = {f"{module.__name__}.{name}": getattr(module, name) for module in MODULES for name in module.__all__}
LAYERS = {name: value for name, value in PUBLIC.items() if name.endswith("Norm")}
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)}
METHODS = {f"{name}.__call__": layer.__call__ for name, layer in LAYERS.items()}
each = pytest.mark.parametrize("name", sorted(PUBLIC))
each_layer = pytest.mark.parametrize("name", sorted(LAYERS))


@pytest.mark.parametrize("module", MODULES)
def test_all_is_sorted_and_all_that_is_public(module):
    defined = {n for n in dir(module) if getattr(getattr(module, n), "__module__", None) == module.__name__}
    assert module.__all__ == sorted(module.__all__)
    assert {n for n in defined if not n.startswith("_")} == set(module.__all__)


@each
def test_it_bears_its_public_name(name):
    found = PUBLIC[name]
    assert f"{found.__module__}.{found.__qualname__}" == name
    assert pickle.loads(pickle.dumps(found)) is found


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'groupnorm_jax' has no attribute 'BatchNorm'"):
        _ = groupnorm_jax.BatchNorm


@each_layer
def test_a_layer_shows_its_arguments(name):
    call = inspect.signature(LAYERS[name].__call__).parameters
    more = [] if name.endswith("MyGroupNorm") else ["mask", "scale", "bias", "residual"]
    assert list(call) == ["self", "x", *more]
    assert all(p.kind == p.KEYWORD_ONLY and p.default is None for n, p in call.items() if n in more)
    made = inspect.signature(LAYERS[name].__init__).parameters.values()
    for parameter in (*call.values(), *made):
        assert parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}, parameter


def sections(docstring):
    """Google's sections: title -> text."""
    found, title = {}, ""
    for line in inspect.cleandoc(docstring).splitlines():
        if line.endswith(":") and line[:-1].isalpha():
            title = line[:-1]
        found[title] = found.get(title, "") + line + "\n"
    return found


@pytest.mark.parametrize("name", sorted({**FUNCTIONS, **METHODS}))
def test_help_names_each_argument_and_says_what_comes_back_and_what_is_refused(name):
    function = {**FUNCTIONS, **METHODS}[name]
    said = sections(function.__doc__)
    for parameter in inspect.signature(function).parameters.values():
        stars = "*" * (parameter.kind == parameter.VAR_POSITIONAL)
        assert parameter.name == "self" or f"\n  {stars}{parameter.name}: " in said["Args"], parameter
    assert "shape" in said["Returns"] or "Moments" in said["Returns"] or "arrays" in said["Returns"]
    assert "TypeError: If" in said["Raises"]


@each_layer
def test_help_on_a_layer_names_each_setting_with_the_formula_and_its_source(name):
    layer = LAYERS[name]
    said = sections(layer.__doc__)
    settings = said["Attributes" if issubclass(layer, linen.Module) else "Args"]
    flaxs_own = {"self", "parent", "name"}
    for parameter in inspect.signature(layer.__init__).parameters.values():
        assert parameter.name in flaxs_own or f"\n  {parameter.name}: " in settings, parameter
        if isinstance(parameter.default, float):
            assert f"{parameter.default:.0e}".replace("e-0", "e-") in settings
    assert "``y = " in said[""]
    assert "ones" in said[""]
    assert "https://arxiv.org/abs/" in said["References"]


@pytest.mark.full
@each
def test_examples_run(name):
    found = PUBLIC[name]
    tests = doctest.DocTestFinder(recurse=False).find(found, name, globs={}, module=False)
    assert sum(len(test.examples) for test in tests) > 1, f"{name} has no example"
    said, runner = [], doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF)
    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):  # Flax is in some of them
        for test in tests:
            runner.run(test, out=said.append)
    assert not runner.summarize(verbose=False).failed, "".join(said)


def loaded_by(code):
    """Which of these packages the code loads, in a new interpreter."""
    names = ("click", "flax", "grader", "optax", "rich")
    ask = f"import sys, json; print(json.dumps([n for n in {names} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{ask}"], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_importing_it_loads_nothing_of_the_grader_and_no_flax():
    assert loaded_by("from groupnorm_jax import group_norm, moments, convert") == set()


@pytest.mark.full
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("from groupnorm_jax import GroupNorm, LayerNorm", "import flax.linen"),
        ("import groupnorm_jax.nnx", "import flax.nnx"),
    ],
)
def test_a_layer_loads_what_flax_loads_and_nothing_else(ours, theirs):
    assert loaded_by(ours) <= loaded_by(theirs)


@pytest.mark.full
def test_all_types_are_known(tmp_path):
    bin_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--ignoreexternal", "--verifytypes", "groupnorm_jax"],
        cwd=tmp_path,
        env={**os.environ, "PATH": bin_first, "VIRTUAL_ENV": sys.prefix},
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)["typeCompleteness"]
    unknown = [s["name"] for s in found["symbols"] if s["isExported"] and not s["isTypeKnown"]]
    unsure = [s["name"] for s in found["symbols"] if s["isTypeAmbiguous"]]
    assert found["exportedSymbolCounts"]["withKnownType"] >= len(PUBLIC)
    assert (unknown, unsure, found["completenessScore"]) == ([], [], 1)


@pytest.mark.parametrize("name", sorted(set(groupnorm_jax.nnx.__all__) - {"MyGroupNorm"}))
def test_only_the_import_changes(name):
    """Where Flax has the layer, ours is made and called in Flax's own words."""
    for ours, theirs in ((groupnorm_jax, linen), (importlib.import_module("groupnorm_jax.nnx"), nnx)):
        if not hasattr(theirs, name):
            continue
        mine, flaxs = (inspect.signature(getattr(module, name).__init__).parameters for module in (ours, theirs))
        assert set(flaxs) <= set(mine)
        called, flaxs = (inspect.signature(getattr(module, name).__call__).parameters for module in (ours, theirs))
        assert set(flaxs) <= set(called)
