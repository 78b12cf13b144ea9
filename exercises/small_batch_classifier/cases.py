"""``train``: a classifier of handwritten digits, trained on batches of two."""

import numpy as np

from grader.course import Accuracy, Case, Entry, Exercise, Made, Reference

from . import _digits
from ._programs import VARIANTS
from ._wrong import MISCONCEPTIONS

CASES = (
    Case(
        name="held-back digits",
        check=Accuracy(at_least=0.95, classes=10, alone=20),
        arguments={"seed": 1},
        x=Made(by=_digits.held_back),
        parameters={"images": Made(by=_digits.images), "labels": Made(by=_digits.labels)},
        points=10,
    ),
)

SPEC = Exercise(
    title="A classifier trained at batch size 2",
    order=100,
    entry=Entry(name="train", kind="training", arguments={"seed": int}),
    reference=Reference(
        value=lambda arrays, _: _digits.classes_of(arrays["x"]),
        moved=lambda arrays, *_: np.zeros(len(arrays["x"])),
    ),
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=VARIANTS,
    forbidden=("groupnorm_jax", "exercises", "sklearn"),
    seconds=240.0,
    practice="The digits and their labels are public, so that whoever looks them up needs no training: "
    "practice, and no points for grades.",
    hints=(
        "Write the module first and look at shapes alone: two images of 8 x 8 in, two rows of ten scores out. "
        "Initialise it, apply it to zeros.",
        "Choose a norm by the axes it takes its mean over. If the batch is among them, an image's scores depend on the "
        "image beside it, and with two of them that is nearly all they depend on.",
        "The loss takes parameters, images and labels, and gives one number: how unlikely the right classes are, the "
        "mean of the two. Its gradient is with respect to the parameters alone.",
        "A step takes parameters, the optimizer's state and a batch, and gives new parameters and a new state. "
        "Nothing is changed in place: what a step does not return, or you do not keep, is lost.",
        "Compile the step, once. All batches have the same shapes, so that thousands of steps cost seconds.",
        "Print the loss of every hundredth step, as a mean over the last hundred: a single batch of two says little. "
        "It begins near 2.3, the logarithm of 10, and should fall below 0.2. If it jumps about, try smaller steps.",
    ),
    production="Group normalization was proposed for the very case of this exercise: detectors and segmentation "
    "networks see one or two large images a device, and batch statistics of so few are noise. The convolutions of "
    "diffusion models use it too; language models use layer or root mean square normalization, with the statistics of "
    "one position. Where batch normalization stays, its statistics are averaged over all devices of a step, or its "
    "running averages are frozen while a network is tuned further. It needs a state beside the parameters, and two "
    "modes, and many a fault comes from the wrong one of them. Layers without batch statistics are the same in "
    "training and in use.",
)
