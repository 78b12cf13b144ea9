"""What the tolerance rests on: right programs stay well below it, wrong ideas far above."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from exercises.loader import load, load_all
from grader.author import margins
from grader.judge import judge_value
from grader.plan import make_plan

SEEDS = range(10)


@pytest.mark.parametrize("exercise", load_all(), ids=lambda e: e.slug)
def test_every_misconception_exceeds_it_by_a_factor_of_five_at_every_seed(exercise):
    for seed in SEEDS:
        cases = make_plan(exercise, seed=seed).cases
        for misconception in exercise.spec.misconceptions:
            assert max(margins(exercise, cases, misconception).values()) > 5, (misconception.name, seed)


@pytest.mark.parametrize("transform", ["eager", "jit", "vmap"])
def test_every_right_variant_stays_below_half_of_it_at_every_seed(transform):
    """Judged in this process: half of the allowance is the margin, and the worst is printed."""
    exercise, worst = load("group_norm_nd"), {}
    seeds = SEEDS if transform == "jit" else SEEDS[:1]  # compiled once a shape; the others pay every time
    plans = [make_plan(exercise, seed=seed).cases for seed in seeds]
    for variant in exercise.spec.right_variants:
        namespace = {}
        exec(compile(variant.source, variant.name, "exec"), namespace)  # noqa: S102 - our own text
        for index, first in enumerate(plans[0]):
            if not first.parameters or (transform == "vmap" and first.x.ndim < 2):
                continue
            apply = namespace["MyGroupNorm"](**first.arguments).apply
            run = {"eager": apply, "jit": jax.jit(apply), "vmap": jax.vmap(apply, (None, 0))}[transform]
            for case in (plan[index] for plan in plans):
                variables = {"params": {k: jnp.asarray(v) for k, v in case.parameters.items()}}
                y = np.asarray(run(variables, jnp.asarray(case.x)))
                margin = judge_value(case, exercise.spec.reference, y, flatten=False).margin
                assert margin is not None
                worst[variant.name] = max(worst.get(variant.name, (0, "")), (margin, case.case.name))
    print({name: (round(m, 3), case) for name, (m, case) in worst.items()})  # noqa: T201 - shown when it fails
    assert max(worst.values())[0] < 0.5
