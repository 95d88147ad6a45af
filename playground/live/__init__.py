"""Live code: which code is served, which was before, and noticing that a cell has changed it."""
