"""The IPython side: cells, their names and their output. It imports nothing else of the project."""
