import groupnorm_jax


def test_all_is_sorted_and_all_that_is_public():
    public = [n for n in vars(groupnorm_jax) if not n.startswith("_")]
    assert groupnorm_jax.__all__ == sorted(groupnorm_jax.__all__)
    assert set(groupnorm_jax.__all__) <= set(public)
    assert {n for n in public if getattr(vars(groupnorm_jax)[n], "__module__", "").startswith("groupnorm_jax")} == set(
        groupnorm_jax.__all__
    )
