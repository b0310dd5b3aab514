"""The checks people see in the web UI: of the landing (they never block) and of the candidate (they do)."""
