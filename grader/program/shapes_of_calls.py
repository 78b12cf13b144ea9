"""The shapes of collective operations, and of equations that hold sub-programs."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from grader.program.program import Form
from grader.program.sizes import Shape, checked_axes, need, replaced, without

# --- collective operations ---


def _devices(names: Sequence[str], mesh: Mapping[str, int]) -> int:
    need(len(set(names)) == len(names) > 0)
    return math.prod(mesh[name] for name in names)


def _alike(shapes: list[Shape], given: Mapping[str, Any], mesh: Mapping[str, int]) -> list[Shape]:
    _devices(given["axes"], mesh)
    return shapes


def _all_gather(shapes: list[Shape], given: Mapping[str, Any], mesh: Mapping[str, int]) -> list[Shape]:
    (shape,), axis = shapes, given["all_gather_dimension"]
    count = _devices(given["axis_name"], mesh)
    if given["tiled"]:
        checked_axes([axis], len(shape))
        return [replaced(shape, axis, shape[axis] * count)]
    need(0 <= axis <= len(shape))
    return [(*shape[:axis], count, *shape[axis:])]


def _reduce_scatter(shapes: list[Shape], given: Mapping[str, Any], mesh: Mapping[str, int]) -> list[Shape]:
    (shape,), axis = shapes, given["scatter_dimension"]
    count = _devices(given["axis_name"], mesh)
    checked_axes([axis], len(shape))
    if given["tiled"]:
        need(shape[axis] % count == 0)
        return [replaced(shape, axis, shape[axis] // count)]
    need(shape[axis] == count)
    return [without(shape, [axis])]


def _all_to_all(shapes: list[Shape], given: Mapping[str, Any], mesh: Mapping[str, int]) -> list[Shape]:
    (shape,), split, joined = shapes, given["split_axis"], given["concat_axis"]
    count = _devices(given["axis_name"], mesh)
    checked_axes([split], len(shape))
    need(shape[split] % count == 0)
    cut = replaced(shape, split, shape[split] // count)
    return [replaced(cut, joined, cut[joined] * count)]


def _ppermute(shapes: list[Shape], given: Mapping[str, Any], mesh: Mapping[str, int]) -> list[Shape]:
    count = _devices(given["axis_name"], mesh)
    need(all(0 <= device < count for pair in given["perm"] for device in pair))
    for devices in zip(*given["perm"], strict=True):
        need(len(set(devices)) == len(devices))
    return shapes


def _axis_index(shapes: list[Shape], given: Mapping[str, Any], mesh: Mapping[str, int]) -> list[Shape]:
    _devices(given["axis_name"], mesh)
    need(not shapes)
    return [()]


COLLECTIVE = {
    **dict.fromkeys(("psum", "pmax", "pmin"), _alike),
    "all_gather": _all_gather,
    "reduce_scatter": _reduce_scatter,
    "all_to_all": _all_to_all,
    "ppermute": _ppermute,
    "axis_index": _axis_index,
}

# --- control flow: sub-programs must take what they are given and return what is claimed ---


def _returned(body: Any) -> list[Form]:
    return [body.form(o) for o in body.outputs]


def _jit(taken: Sequence[Form], claimed: Sequence[Form], given: Mapping[str, Any]) -> list[Shape]:
    need(list(given["body"].inputs) == list(taken) and _returned(given["body"]) == list(claimed))
    return [form.shape for form in claimed]


def _scan(taken: Sequence[Form], claimed: Sequence[Form], given: Mapping[str, Any]) -> list[Shape]:
    body, length = given["body"], given["length"]
    consts, carry = given["num_consts"], given["num_carry"]
    need(length >= 0 and consts >= 0 and carry >= 0 and consts + carry <= len(taken))
    over = taken[consts + carry :]
    need(all(form.shape[0] == length for form in over))
    rows = [Form(form.dtype, form.shape[1:]) for form in over]
    need(list(body.inputs) == [*taken[: consts + carry], *rows])
    returned = _returned(body)
    need(returned[:carry] == list(taken[consts : consts + carry]) and len(returned) >= carry)
    need([f.dtype for f in returned] == [f.dtype for f in claimed])
    return [*(f.shape for f in returned[:carry]), *((length, *f.shape) for f in returned[carry:])]


def _while(taken: Sequence[Form], claimed: Sequence[Form], given: Mapping[str, Any]) -> list[Shape]:
    cond, body = given["cond"], given["body"]
    of_cond, of_body = given["cond_nconsts"], given["body_nconsts"]
    need(of_cond >= 0 and of_body >= 0 and of_cond + of_body <= len(taken))
    carry = list(taken[of_cond + of_body :])
    need(list(cond.inputs) == [*taken[:of_cond], *carry] and _returned(cond) == [Form("bool", ())])
    need(list(body.inputs) == [*taken[of_cond : of_cond + of_body], *carry])
    need(_returned(body) == carry == list(claimed))
    return [form.shape for form in carry]


def _cond(taken: Sequence[Form], claimed: Sequence[Form], given: Mapping[str, Any]) -> list[Shape]:
    need(taken[0].shape == () and taken[0].dtype in ("bool", "int32"))
    for branch in given["branches"]:
        need(list(branch.inputs) == list(taken[1:]) and _returned(branch) == list(claimed))
    return [form.shape for form in claimed]


def _shard_map(taken: Sequence[Form], claimed: Sequence[Form], given: Mapping[str, Any]) -> list[Shape]:
    body, mesh = given["body"], dict(given["mesh"])
    pieces = [piece(form, cut, mesh) for form, cut in zip(taken, given["in_specs"], strict=True)]
    need(list(body.inputs) == pieces)
    returned = [piece(form, cut, mesh) for form, cut in zip(claimed, given["out_specs"], strict=True)]
    need(_returned(body) == returned)
    return [form.shape for form in claimed]


def piece(form: Form, cut: Sequence[Sequence[str]], mesh: Mapping[str, int]) -> Form:
    """The part of a value that one device has.

    Raises:
      ValueError: if the axes are not divisible by the devices along them.
    """
    named = [name for names in cut for name in names]
    need(len(cut) <= len(form.shape) and len(set(named)) == len(named))
    counts = [math.prod(mesh[name] for name in names) for names in cut] + [1] * (len(form.shape) - len(cut))
    need(all(n % count == 0 for n, count in zip(form.shape, counts, strict=True)))
    return Form(form.dtype, tuple(n // count for n, count in zip(form.shape, counts, strict=True)))


CONTROL = {"jit": _jit, "scan": _scan, "while": _while, "cond": _cond, "shard_map": _shard_map}
