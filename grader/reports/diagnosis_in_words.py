"""The catalogue's second half: a diagnosis, and the line at which a program goes wrong, in words."""

from collections.abc import Sequence
from functools import singledispatch

from grader.findings import of_errors
from grader.findings.base import Finding, Spot
from grader.findings.of_errors import Diagnosis, Idea, Line, Trait
from grader.reports.sentences import place

Said = tuple[str, str]  # what is so, and a question that leads on


def text(found: Diagnosis) -> str:
    """A diagnosis: what is so, and a question at the end."""
    if len(found.ideas) == 1:
        return f"The mistake: {found.ideas[0].title}. {found.ideas[0].text}"
    if found.ideas:
        titles = "; and ".join(idea.title for idea in found.ideas)
        return f"Two mistakes at once: {titles}. {' '.join(map(_question, found.ideas))}"
    told = [said(one) for one in found.observations]
    return " ".join([*(sentence for sentence, _ in told), told[-1][1]]) if told else ""


def _question(idea: Idea) -> str:
    """The last sentence of its text."""
    return idea.text[idea.text.rindex(". ") + 2 :] if ". " in idea.text else idea.text


@singledispatch
def said(finding: Finding) -> Said:
    """What the errors show, and the question that it raises."""
    raise TypeError(f"the catalogue has no sentence for {type(finding).__name__}")


# In which cases

_BY_RANK = "Which line of your code depends on how many axes x has?"
_IN_HALF = "In which dtype does each step of yours work, and how many digits does it keep?"
TRAITS: dict[str, Said] = {
    "jit": ("your code runs under jax.jit", "What in your code needs a value that jit does not know yet?"),
    "vmap": (
        "your code is mapped by jax.vmap",
        "Which line of your code depends on how many axes there are, or where they stand?",
    ),
    "bfloat16": ("x is bfloat16", _IN_HALF),
    "float16": ("x is float16", "What are the largest and the smallest number that float16 holds?"),
    "half_precision": ("x is in half precision", _IN_HALF),
    "large_mean": (
        "the mean is large beside the spread",
        "Where do you subtract large numbers that are nearly equal?",
    ),
    "small_spread": ("the values are close together", "What in your formula decides when the variance is small?"),
    "constant_groups": (
        "all values of a group are the same",
        "What is the variance there, and what do you divide by?",
    ),
    "one_group": ("there is one group", "What happens in your code to the axis that counts the groups?"),
    "one_channel_a_group": (
        "every channel is a group of its own",
        "What are mean and variance of a single value?",
    ),
    "one_sample": (
        "the first axis of x has length one",
        "Which line of your code treats an axis of length one in another way than a longer one?",
    ),
    "several_devices": (
        "x is cut over several devices",
        "Which of your values does a device know of its own piece alone?",
    ),
    "two_devices": ("x lies on two devices", "Where does your code take the number of pieces from?"),
    "two_mesh_axes": (
        "the devices are arranged along two axes",
        "Which devices hold pieces of one sample, and which hold others?",
    ),
    "own_parameters": ("the parameters are not ones and zeros", "How do your parameters enter the formula?"),
}


def trait(found: Trait) -> Said:
    """Words that complete "wrong where ...", and a question."""
    match found.name:
        case "rank":
            return f"x has {found.number} {'axis' if found.number == 1 else 'axes'}", _BY_RANK
        case "rank_at_least":
            return f"x has {found.number} axes or more", _BY_RANK
        case "rank_at_most":
            return f"x has {found.number} axes or fewer", _BY_RANK
        case "default":
            return f"{found.argument} is left to its default", f"Which default has your {found.argument}?"
        case "argument":
            question = f"What does your code do with {found.argument}, and what would it do with another?"
            return f"{found.argument}={found.value}", question
    return TRAITS[found.name]


def _where(traits: Sequence[Trait]) -> str:
    """The first; and since these cases cannot tell which of them matters, the others too."""
    first, *others = (trait(one)[0] for one in traits)
    return f"{first} (the same cases in which {' and '.join(others)})" if others else first


@said.register
def _(found: of_errors.WrongOnlyWhere) -> Said:
    return f"Everything is right except where {_where(found.traits)}.", trait(found.traits[0])[1]


@said.register
def _(found: of_errors.RightOnlyWhere) -> Said:
    told = f"Nothing is right except where {_where(found.traits)}."
    return told, "What makes that case easier than the others?"


# In which values

_FIRST_OF_THEM = "Which step gives the first of them: a root of something negative, or a division of 0 by 0?"
_OTHERWISE = "Which step of yours treats some values in another way than others?"


@said.register
def _(found: of_errors.NotFinite) -> Said:
    return f"{found.count} of {found.size} values are not finite numbers.", _FIRST_OF_THEM


@said.register
def _(_found: of_errors.NothingFinite) -> Said:
    return "No value of the output is a finite number.", _FIRST_OF_THEM


@said.register
def _(found: of_errors.ReturnsInput) -> Said:
    name = "x itself" if found.name == "x" else f"{found.name}, whatever x is"
    return f"The output is {name}.", "Which step should have changed it, and is its result used?"


@said.register
def _(_found: of_errors.AllEqual) -> Said:
    return "All values of the output are the same.", "Which step makes them so, and what is it given?"


@said.register
def _(_found: of_errors.OtherPlaces) -> Said:
    told = "The output holds the right values, but in other places."
    return told, "Which of your steps exchanges axes, and which brings them back?"


@said.register
def _(found: of_errors.SomeParts) -> Said:
    right, wrong = " and the ".join(found.right), " and the ".join(found.wrong)
    told = f"The {right} {'are' if len(found.right) > 1 else 'is'} right; what is wrong is the {wrong}."
    return told, "Which of your steps lies between the one and the other?"


@said.register
def _(found: of_errors.OnlyOne) -> Said:
    which = {0: f"first {found.part}", -1: f"last {found.part}"}.get(found.at, f"{found.part} {found.at}")
    question = f"What is different in your code from one {found.part} to the next?"
    return f"Only the {which} is {found.outcome}.", question


@said.register
def _(found: of_errors.OnlySign) -> Said:
    return f"Only {'positive' if found.positive else 'negative'} values are wrong.", _OTHERWISE


@said.register
def _(found: of_errors.OnlyBeyond) -> Said:
    return f"Only values beyond {found.size:.3g} in size are wrong.", _OTHERWISE


# Off by what

_MEANINGS = {"-1": "the sign is reversed", "sqrt(2)": "the square root of 2"}


@said.register
def _(found: of_errors.Scaled) -> Said:
    meaning = _MEANINGS.get(found.meaning, f"{found.meaning} for n values that share a mean") if found.meaning else ""
    number = f"{_numbers(found.least, found.most)}{f': {meaning}' if meaning else ''}"
    question = "Which step of yours multiplies or divides all values of a case by one number?"
    return f"{_before(found.before, 'your values are')} the right ones times {number}.", question


@said.register
def _(found: of_errors.Shifted) -> Said:
    told = f"Your values are the right ones plus {_numbers(found.least, found.most)}."
    return told, "Which step of yours adds one number to all values?"


@said.register
def _(found: of_errors.OtherArgument) -> Said:
    name = found.argument
    given = f"where {name} is left out" if found.left_out else f"whatever {name} is given"
    words = {
        "is": f"{name}={found.number:g}, {given}",
        "times": f"{found.number:g} times {name}",
        "square": f"the square of {name}",
        "root": f"the square root of {name}",
    }
    question = "Which default does the statement give it?" if found.left_out else f"What does your code do with {name}?"
    return f"Your values are right for {words[found.relation]}.", question


_TIMES_EACH = {
    "group": "By what does the formula divide the values of a group?",
    "channel": "By what does the formula multiply the values of a channel, and divide those of a group?",
}
_PLUS_EACH = {
    "group": "What does the formula subtract from the values of a group?",
    "channel": "What does the formula add to the values of a channel, and subtract from those of a group?",
}


@said.register
def _(found: of_errors.ScaledEach) -> Said:
    trend = {0: "", 1: ", the larger, the wider it is", -1: ", the smaller, the wider it is"}[found.trend]
    begun = _before(found.before, f"the values of each {found.part} are")
    return f"{begun} the right ones times a number of its own{trend}.", _TIMES_EACH[found.part]


@said.register
def _(found: of_errors.ShiftedEach) -> Said:
    return f"The values of each {found.part} are the right ones plus a number of its own.", _PLUS_EACH[found.part]


@said.register
def _(found: of_errors.Unrecognised) -> Said:
    told = "No known mistake gives these values, nor is there one number by which they are off."
    if found.some:
        return told, "Only some of the values are wrong: what do they have in common?"
    return told, "Which of your steps can you check by hand, on two or three numbers?"


def _before(added: str, words: str) -> str:
    """The words as the beginning of a sentence."""
    return f"Before {added} is added, {words}" if added else words[0].upper() + words[1:]


def _numbers(least: float, most: float) -> str:
    """The number, or the least and the greatest of several."""
    return f"{least:.4g}" if least == most else f"a number of each case's own, from {least:.4g} to {most:.4g}"


# Gradients and training


@said.register
def _(_found: of_errors.GradientZero) -> Said:
    return (
        "The values are right, but the gradient is 0 everywhere: between x and the output something lets no gradient "
        "through, such as NumPy, a comparison, a rounding or stop_gradient."
    ), "Which step is it?"


@said.register
def _(_found: of_errors.GradientUndefined) -> Said:
    return (
        "The values are right, but the gradient is not a finite number everywhere: its formula divides by 0 where the "
        "value's does not, as that of a root at 0 does, even in a branch that jnp.where leaves out."
    ), "Which step is it?"


@said.register
def _(_found: of_errors.GradientOther) -> Said:
    return (
        "The values are right, and only the gradient is wrong: a step computes the right number, and its derivative is "
        "another, by stop_gradient or in a backward pass written by hand."
    ), "Which derivative can you check by hand, on two or three numbers?"


@said.register
def _(_found: of_errors.TrainingDiverged) -> Said:
    told = "Some scores are not finite numbers: something has grown without bound in training, or is divided by 0."
    return told, "What is the loss after 10 steps, after 100, after 1,000?"


@said.register
def _(_found: of_errors.OneClass) -> Said:
    told = "All images get the same class: whatever was learned, nothing of the image is left in the scores."
    return told, "After how many steps is that so, and how large are the parameters then?"


@said.register
def _(_found: of_errors.NoBetterThanChance) -> Said:
    return (
        "The classes are no better than guessed: nothing was learned, or what was learned does not classify."
    ), "Does the loss fall in training, and do you classify with the parameters that came out of it?"


@said.register
def _(_found: of_errors.LearnedTooLittle) -> Said:
    question = (
        "Is every batch used once, does the loss still fall at the end, and what do steps of half or twice the size do?"
    )
    return "It has learned something, but not enough.", question


# The line

_DOES = {
    "stop_gradient": "keeps the gradient out",
    "all_gather": "has every device send what it is given",
}


def line(found: Line) -> str:
    """Where the program goes wrong: the line with its text, what is right up to it, and what is never computed."""
    if found.spot is None:
        return _untraced(found)
    spot, right = found.spot, ", ".join(found.right)
    match found.what:
        case "departs":
            return "".join(_departs(found, spot))
        case "unfinished":
            last = found.called_from or spot
            told = f"Everything is right so far, but the result of {place(last)} is not yet the {found.missing}:"
            return f"{told}\n    {last.text}"
        case "aside":
            computed = f"{_begun(spot)} computes the right {found.right[-1]}, but another value is returned instead:"
            return f"{computed}\n    {spot.text}"
        case "returned":
            return f"Everything asked for is computed: {right}. Look at what {place(spot)} returns:\n    {spot.text}"
        case "default":
            return f"{_begun(spot)} gives {found.detail} its default:\n    {spot.text}"
        case "parameter":
            return f'{_begun(spot)} creates the parameter "{found.detail}":\n    {spot.text}'
        case "named":
            return f"{_begun(spot)} {_DOES.get(found.detail, f'calls {found.detail}')}:\n    {spot.text}"
    return _untraced(found)


def _departs(found: Line, spot: Spot) -> list[str]:
    does = f"rounds to {found.detail}" if found.detail else "is the first whose values are wrong"
    parts = [f"{_begun(spot)} {does}:\n    {spot.text}"]
    if found.called_from:
        parts.append(f"\nreached from {place(found.called_from)}:\n    {found.called_from.text}")
    right = [f"Right up to there: {', '.join(found.right)}."] if found.right else []
    last = f"The right {found.missing} is never computed." if found.missing else "Nothing else is asked for."
    parts.append(f"\n{' '.join([*right, last])}")
    return parts


def _untraced(found: Line) -> str:
    if found.detail == "numpy":
        return "No line can be named for wrong values: this program's steps cannot be followed one by one."
    first = f" Fix {place(found.spot)} first." if found.spot else ""
    told = "No line can be named for wrong values while the program does not run under jit: it cannot be traced."
    return f"{told}{first}"


def _begun(spot: Spot) -> str:
    """A line's place, to begin a sentence with."""
    words = place(spot)
    return f"{words[0].upper()}{words[1:]}"
