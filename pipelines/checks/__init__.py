"""The checks people see in the web UI: of the landing (they never block) and of the candidate (they do)."""

AFTER_ALL = {"dagster/priority": "-1"}
"""Of checks that block nothing: whoever waits for a release does not wait for them."""
