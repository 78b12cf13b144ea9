"""The claims of an author's proof in English."""

from grader.authoring.branches import Branches
from grader.authoring.proof import Claim

STATEMENTS = {
    "signatures": "starter and solution have the same signatures",
    "texts": "the statement has a title, and every explanation ends in a question",
    "inputs": "every case can be drawn",
    "reference": "the reference answers every case",
    "starter": "starter fails",
    "solution": "solution passes",
    "right variant": "right variant {name} passes",
    "misconception": "misconception {name} is caught",
    "degenerate": "degenerate {name} is caught",
    "branches": "a misconception in one branch only is caught",
}
# By what a wrong idea is refused, by the kind of finding.
REFUSALS = {
    "wrong_shape": "shape",
    "wrong_count": "number of arrays",
    "wrong_dtype": "dtype",
    "wrong_parameters": "names of the parameters",
    "wrong_start": "initial values",
}

MOST_NAMED = 5  # survivors


def in_words(claim: Claim) -> str:
    """The claim in one sentence, with by how much it holds or why it does not."""
    statement = STATEMENTS[claim.subject].format(name=claim.name)
    if claim.subject == "misconception" and claim.ran:
        statement += " and named"
    detail = claim.reason or _detail(claim)
    return f"{statement}: {detail}" if detail else statement


def _detail(claim: Claim) -> str:
    row = claim.row
    if claim.subject == "starter":
        return "" if claim.holds else "it earned points"
    if claim.branches:
        return _of_branches(claim.branches)
    if row is None:
        return ""
    if claim.subject in ("solution", "right variant"):
        narrow = f'"{claim.case}" allows only {row.margin:.2g} times its error'
        return "" if claim.holds else narrow if claim.outcome == "right" else "it lost points"
    if claim.ran:
        return "" if claim.holds else f"it is {claim.outcome}, named {', '.join(claim.named) or 'nothing'}"
    if row.deciding is None or row.margin <= 1:
        return "no case tells it from the solution"
    cell = row.cells[row.deciding]
    how = (
        f"refused: {REFUSALS.get(cell.refused, cell.refused)}"
        if cell and cell.refused
        else f"{row.margin:.2g} times what is allowed"
    )
    return f'by "{claim.case}", {how}'


def _of_branches(found: Branches) -> str:
    """How many are caught, and what is not: "eps_twice where rank is 3"."""
    total = found.caught + len(found.survivors)
    if not found.survivors:
        return f"{found.caught} of {total}"
    missed = [f"{one.misconception} where {one.trait[0]} is {one.trait[1]}" for one in found.survivors]
    more = [f"and {len(missed) - MOST_NAMED} more"] if len(missed) > MOST_NAMED else []
    return f"{found.caught} of {total}; not {', '.join([*missed[:MOST_NAMED], *more])}"
