"""One module a kind of check: how an answer is judged, and what a misconception answers."""
