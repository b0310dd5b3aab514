"""What people see of a release: the site, the open data, the dictionary, the explanation. Reads a release's files only.

No Dagster here, no warehouse, no landing: whatever is shown was gated first.
"""
