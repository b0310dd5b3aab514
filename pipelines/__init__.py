"""Dagster code and the command line: they order the work; what a number means is decided elsewhere."""
