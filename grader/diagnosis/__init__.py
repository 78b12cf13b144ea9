"""What a wrong answer shows about the idea behind it."""
