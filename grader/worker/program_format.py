"""A traced program as JSON: the form, the caps, and the primitives. Worker and judge both keep to this.

A program is ``{"constants": [...], "arguments": [...], "outputs": [...], "body": sub-program}``. Its arguments and
outputs are names, in the order of the body's. A constant is ``[dtype, shape, base64 of the little-endian bytes]``.

A sub-program is ``{"inputs": [[dtype, shape], ...], "constants": [index, ...], "equations": [...], "outputs":
[operand, ...]}``. Its values are numbered as they come: inputs, constants, and the results of each equation. An operand
is the number of an earlier value, or a scalar ``[dtype, value]``, where a value that is not finite is "nan", "inf" or
"-inf". So a program cannot refer to what does not exist yet, and has no cycles.

An equation is ``[primitive, [operand, ...], [[dtype, shape], ...], parameters, line]``; line 0 is unknown.
"""

EQUATIONS_CAP = 4_000  # in all sub-programs together
CONSTANTS_CAP = 1 << 20  # bytes of all constants together
NESTING_CAP = 24  # sub-programs within each other
OPERANDS_CAP = 256  # of one equation, or one sub-program's inputs, constants or outputs
RANK_CAP = 12
ENTRIES_CAP = 256  # in a list of integers or names
ELEMENTS_CAP = 1 << 22  # of one value
DEVICES_CAP = 16  # of one mesh
OPAQUE = "opaque"  # in place of a dtype that does not cross, such as that of a random key

# JAX's names, which differ from version to version, and the one used here. A name that is not here stays as it is.
SAME = {
    "add_any": "add",
    "pjit": "jit",
    "closed_call": "jit",
    "core_call": "jit",
    "core_closed_call": "jit",
    "remat": "jit",
    "remat2": "jit",
    "checkpoint": "jit",
    "remat_call": "jit",
    "custom_jvp_call": "jit",
    "custom_vjp_call": "jit",
    "custom_vjp_call_jaxpr": "jit",
    "copy_p": "copy",
    "pvary": "copy",
    "pcast": "copy",
    "pbroadcast": "copy",
    "reshard": "copy",
    "sharding_constraint": "copy",
    "stop_gradient": "copy",
    "scatter_add": "scatter-add",
    "scatter_mul": "scatter-mul",
    "scatter_min": "scatter-min",
    "scatter_max": "scatter-max",
    "psum2": "psum",
    "psum_invariant": "psum",
    "all_gather_invariant": "all_gather",
    "psum_scatter": "reduce_scatter",
}

# Primitive -> its parameters that cross, each with its type. "program" is a sub-program, "names" a list of mesh axes,
# "cuts" a list (one for each array) of lists (one for each of its axes) of names, "mesh" pairs of a name and a size.
_REDUCED = {"axes": "ints"}
_CUMULATIVE = {"axis": "int", "reverse": "bool"}
_WINDOW = {
    "window_dimensions": "ints",
    "window_strides": "ints",
    "padding": "pairs",
    "base_dilation": "ints",
    "window_dilation": "ints",
}
_GATHER = {
    "offset_dims": "ints",
    "collapsed_slice_dims": "ints",
    "start_index_map": "ints",
    "operand_batching_dims": "ints",
    "start_indices_batching_dims": "ints",
    "slice_sizes": "ints",
    "mode": "str",
    "fill_value": "number",
}
_SCATTER = {
    "update_window_dims": "ints",
    "inserted_window_dims": "ints",
    "scatter_dims_to_operand_dims": "ints",
    "operand_batching_dims": "ints",
    "scatter_indices_batching_dims": "ints",
    "mode": "str",
}
_ELEMENTWISE = (
    "abs acos acosh add and asin asinh atan atan2 atanh cbrt ceil clamp copy cos cosh div eq erf erfc exp exp2 "
    "expm1 floor ge gt imag integer_pow is_finite le log log1p logistic lt max min mul ne neg not "
    "optimization_barrier or population_count pow real rem round rsqrt select_n shift_left shift_right_arithmetic "
    "shift_right_logical sign sin sinh sqrt square sub tan tanh xor"
)
PARAMETERS: dict[str, dict[str, str]] = {
    **{name: {} for name in _ELEMENTWISE.split()},
    "integer_pow": {"y": "int"},
    "round": {"rounding_method": "str"},
    "convert_element_type": {"new_dtype": "dtype"},
    "reduce_precision": {"exponent_bits": "int", "mantissa_bits": "int"},
    **{f"reduce_{name}": _REDUCED for name in ("sum", "max", "min", "prod", "and", "or", "xor")},
    **{name: {"axes": "ints", "index_dtype": "dtype"} for name in ("argmax", "argmin")},
    **dict.fromkeys(("cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp"), _CUMULATIVE),
    **{f"reduce_window_{name}": _WINDOW for name in ("sum", "max", "min")},
    "broadcast_in_dim": {"shape": "ints", "broadcast_dimensions": "ints"},
    "reshape": {"new_sizes": "ints"},
    "squeeze": {"dimensions": "ints"},
    "expand_dims": {"dimensions": "ints"},
    "transpose": {"permutation": "ints"},
    "rev": {"dimensions": "ints"},
    "concatenate": {"dimension": "int"},
    "stack": {"axis": "int"},
    "unstack": {"axis": "int"},
    "split": {"sizes": "ints", "axis": "int"},
    "pad": {"padding_config": "triples"},
    "iota": {"dtype": "dtype", "shape": "ints", "dimension": "int"},
    "slice": {"start_indices": "ints", "limit_indices": "ints", "strides": "ints?"},
    "dynamic_slice": {"slice_sizes": "ints"},
    "dynamic_update_slice": {},
    "gather": _GATHER,
    **dict.fromkeys(("scatter", "scatter-add", "scatter-mul", "scatter-min", "scatter-max"), _SCATTER),
    "sort": {"dimension": "int", "num_keys": "int"},
    "top_k": {"k": "int", "axis": "int"},
    "dot_general": {"contracting": "intlists", "batch": "intlists"},
    "conv_general_dilated": {
        "window_strides": "ints",
        "padding": "pairs",
        "lhs_dilation": "ints",
        "rhs_dilation": "ints",
        "lhs_spec": "ints",
        "rhs_spec": "ints",
        "out_spec": "ints",
        "feature_group_count": "int",
        "batch_group_count": "int",
    },
    "jit": {"body": "program"},
    "scan": {"body": "program", "length": "int", "reverse": "bool", "num_consts": "int", "num_carry": "int"},
    "while": {"cond": "program", "body": "program", "cond_nconsts": "int", "body_nconsts": "int"},
    "cond": {"branches": "programs"},
    "shard_map": {"body": "program", "mesh": "mesh", "in_specs": "cuts", "out_specs": "cuts"},
    **{name: {"axes": "names"} for name in ("psum", "pmax", "pmin")},
    "all_gather": {"axis_name": "names", "all_gather_dimension": "int", "tiled": "bool"},
    "all_to_all": {"axis_name": "names", "split_axis": "int", "concat_axis": "int"},
    "reduce_scatter": {"axis_name": "names", "scatter_dimension": "int", "tiled": "bool"},
    "ppermute": {"axis_name": "names", "perm": "pairs"},
    "axis_index": {"axis_name": "names"},
}

# Called back on the host, so the program is more than what was traced. Those without results change no value.
CALLBACKS = ("pure_callback", "io_callback")
# Collective operations, whose operands cross between devices.
COLLECTIVES = ("psum", "pmax", "pmin", "all_gather", "all_to_all", "reduce_scatter", "ppermute")
