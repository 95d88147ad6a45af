"""Traffic as values: the entries, the log, and what can be made of them."""
