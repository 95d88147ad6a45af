"""Recorded traffic as plain values: the entries, the log that holds them, and a filter for them."""
