"""Many submissions: found, graded, written down as they go, and reported."""
