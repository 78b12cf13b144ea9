"""Wrong ideas about training a classifier: whole programs, and the signature that each leaves in its scores.

What a trained network answers cannot be computed beforehand. A signature is what all programs with the idea show and
no other does; where two could be meant, the words say both. ``given`` holds the images to classify ("x"), the batches
("images", "labels") and the right classes ("value"); ``answered`` the scores ("value"), and those of the first images
by themselves ("alone").
"""

import numpy as np

from grader.course import Arrays, Misconception

from ._programs import program

MOST = 0.75  # of the images, for an answer to be what it looks like
GUESSED = 0.3  # at most, by who knows nothing: a tenth, and what luck adds
FEW = 2  # classes; a single one is a collapse, whatever it comes from
SAME = 1e-4  # relative to the largest score: rounding stays below
APART = 0.05  # of the range of the scores: rounding stays far below, even in half precision


def _finite(answered: Arrays) -> bool:
    return all(np.isfinite(scores.astype(np.float64)).all() for scores in answered.values())


def _chosen(answered: Arrays) -> np.ndarray:
    return answered["value"].argmax(axis=1)


def _is_softmax_over_images(_: Arrays, answered: Arrays) -> bool:
    """The scores of one class add up to 1 over all images, so that an image by itself gets 1 for each class."""
    if not _finite(answered):
        return False
    return bool(
        np.allclose(answered["value"].sum(axis=0), 1, atol=1e-3) and np.allclose(answered["alone"], 1, atol=1e-3)
    )


def _has_neighbours(given: Arrays, answered: Arrays) -> bool:
    """Other scores by itself than beside the others; and more than that nobody can see."""
    if not _finite(answered) or _is_softmax_over_images(given, answered):
        return False
    alone = answered["alone"].astype(np.float64)
    beside = answered["value"][: len(alone)].astype(np.float64)
    return bool((np.abs(alone - beside) > APART * np.ptp(beside)).any())


def _by_itself(given: Arrays, answered: Arrays) -> bool:
    """Finite, and each image's own."""
    return _finite(answered) and not _has_neighbours(given, answered) and not _is_softmax_over_images(given, answered)


def _shift(given: Arrays, answered: Arrays) -> int:
    """By how much most classes are off, around the circle of all of them; 0 where there is no such number."""
    classes = answered["value"].shape[1]
    off = (_chosen(answered) - given["value"].astype(np.int64)) % classes
    shares = np.bincount(off, minlength=classes) / len(off)
    return int(shares.argmax()) if shares.max() > MOST else 0


def _is_shifted(given: Arrays, answered: Arrays) -> bool:
    return _by_itself(given, answered) and _shift(given, answered) != 0


def _is_upside_down(given: Arrays, answered: Arrays) -> bool:
    return _by_itself(given, answered) and bool((answered["value"].argmin(axis=1) == given["value"]).mean() > MOST)


def _is_the_same(answered: Arrays) -> bool:
    scores = answered["value"].astype(np.float64)
    return bool(np.ptp(scores, axis=0).max() <= SAME * np.abs(scores).max())


def _has_nothing_of_the_image(given: Arrays, answered: Arrays) -> bool:
    return _by_itself(given, answered) and _is_the_same(answered)


def _knows_one_batch(given: Arrays, answered: Arrays) -> bool:
    """Nothing but the two classes of the first or of the last batch."""
    ends = [set(given["labels"][at].astype(int).tolist()) for at in (0, -1)]
    chosen = set(_chosen(answered).tolist())
    return _by_itself(given, answered) and len(chosen) > 1 and chosen in ends


def _knows_nothing(given: Arrays, answered: Arrays) -> bool:
    """Several classes, and right as often as by guessing, and nothing else to see."""
    if not _by_itself(given, answered) or _knows_one_batch(given, answered):
        return False
    if len(set(_chosen(answered).tolist())) < FEW:
        return False
    right = (_chosen(answered) == given["value"]).mean()
    return bool(right < GUESSED and not (_is_shifted(given, answered) or _is_upside_down(given, answered)))


_OVER_BATCH = """

def over_batch(x, eps=1e-5):
    mean = x.mean(axis=(0, 1, 2))
    var = ((x - mean) ** 2).mean(axis=(0, 1, 2))
    return (x - mean) / jnp.sqrt(var + eps)
"""

MISCONCEPTIONS = (
    Misconception(
        name="neighbours_matter",
        title="scores that depend on which images stand beside an image",
        text="By itself an image gets other scores than beside the others. So it is with batch normalization in its "
        "training mode: mean and variance are those of whatever images come together, two in training, and here all "
        "of them or one. (So it is too where something is drawn anew at each call, as by dropout that is never "
        "switched off.) Which of your layers looks at more than one image at a time?",
        source=program(_OVER_BATCH, norm="over_batch"),
        shown=_has_neighbours,
    ),
    Misconception(
        name="softmax_over_images",
        title="a softmax over the images, not over the classes",
        text="For each class your scores add up to 1 over all images, so that one image by itself gets 1 for every "
        "class. A softmax shares out 1 among alternatives. What are the alternatives here: the images or the classes?",
        source=program(scores="jax.nn.softmax(model.apply(parameters, images), axis=0)"),
        shown=_is_softmax_over_images,
    ),
    Misconception(
        name="classes_shifted",
        title="classes that are all off by the same number",
        text="Your classifier has learned to tell the digits apart, but nearly all its answers are off by one and the "
        "same number. The labels are whole numbers from 0 to 9, and so are the places of the scores. Where in your "
        "program do labels become places, or places become labels?",
        source=program(loss="optax.softmax_cross_entropy(scores, jax.nn.one_hot(labels - 1, 10)).mean()"),
        shown=_is_shifted,
    ),
    Misconception(
        name="sign_reversed",
        title="the lowest score for the right class, not the highest",
        text="Your classifier tells the digits apart, but upside down: the right class has the lowest of the ten "
        "scores. Either each step makes larger what it should make smaller, or what you return are costs and not "
        "scores. Does your loss fall in training, and which of two scores stands for the likelier class?",
        source=program(scores="-jax.nn.log_softmax(model.apply(parameters, images))"),
        shown=_is_upside_down,
    ),
    Misconception(
        name="nothing_learned",
        title="parameters that know nothing of the labels, such as those of the start",
        text="The classes are as good as guessed, though they differ from image to image. The first parameters do "
        "that, before any step; and so do parameters that were trained with labels which are not their images' own. "
        "After ten steps, are the parameters that you classify with the ones you began with, and whose label is the "
        "first of a batch?",
        source=program(step="step(parameters, state, images, labels)"),
        shown=_knows_nothing,
    ),
    Misconception(
        name="nothing_of_the_image",
        title="scores in which nothing is left of the image",
        text="All images get the very same scores: on its way through your network, what tells one from the other is "
        "lost. So it is where steps that are too large have pushed every ReLU below 0, for good; and where a norm "
        "takes its mean over a single value, which then equals it. How large are the values after each of your layers, "
        "at the start and at the end, and over how many of them does each norm run?",
        source=program(norm="(lambda x: x)", optimizer="optax.sgd(3.0)"),
        shown=_has_nothing_of_the_image,
    ),
    Misconception(
        name="one_batch_known",
        title="the two classes of a single batch, and no others",
        text="Only two of the ten classes are ever given, and they are those of the first or of the last batch. A "
        "stream gives every batch once, and what is learned must be carried from one to the next. How many batches "
        "take part in the parameters you classify with?",
        source=program(batches="[next(batches)] * 400"),
        shown=_knows_one_batch,
    ),
)
