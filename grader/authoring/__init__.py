"""The proof that an exercise teaches what it says, and the red team."""
