"""The course's exercises: a file for each notebook, found by themselves."""
