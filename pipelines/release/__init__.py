"""From the warehouse to a release: candidate, gate, publication. No Dagster here: each step is tested alone."""
