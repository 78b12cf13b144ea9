"""What the commands share: exit codes and options."""

import click

RIGHT, WRONG, MISUSE, FAILURE, STOPPED = 0, 1, 2, 3, 130
EXIT_CODES = {"right": RIGHT, "wrong": WRONG, "not_checked": FAILURE}
LARGEST_SEED = 2**31 - 1  # what PRNGKey takes everywhere, and what a float holds exactly

seed_option = click.option(
    "--seed", type=click.IntRange(0, LARGEST_SEED), default=0, show_default=True, help="Draws every input."
)
