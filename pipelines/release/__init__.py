"""From the warehouse to a release: candidate, gate, publication. No Dagster here, so each step is tested in milliseconds."""
