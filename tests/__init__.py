"""The tests. They are a package: what tests share is imported by its full name."""
