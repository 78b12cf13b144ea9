"""What submissions may not call: whatever normalises already."""

FORBIDDEN = (
    "groupnorm_jax",
    "exercises",
    *(
        f"flax.{api}.{name}"
        for api in ("linen", "nnx")
        for name in ("BatchNorm", "GroupNorm", "InstanceNorm", "LayerNorm", "RMSNorm")
    ),
    *(
        f"flax.{module}.{name}"
        for module in ("linen.normalization", "nnx.nn.normalization", "linen.experimental.layers_with_named_axes")
        for name in ("_compute_stats", "_normalize", "_l2_normalize")
    ),
    *(f"flax.core.nn.{name}_norm" for name in ("batch", "layer", "group")),
    "flax.linen.experimental.layers_with_named_axes.LayerNorm",
    "jax.nn.standardize",
    *("jax.experimental.pallas.ops.", "jax.experimental.pallas.ops.gpu.", "jax.experimental.pallas.ops.tpu."),
)
