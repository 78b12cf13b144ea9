"""From a student's file or notebook to the text of a program."""
