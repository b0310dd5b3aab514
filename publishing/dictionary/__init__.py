"""The dictionary of what is published: read from dbt's manifest and `indicators/`, where every word of it is declared.

Here belongs how tables, columns, measures and indicators are described to readers. Nothing about them is written here
except `vocabulary.yml`, the sentences behind the codes of `unit` and `adds_up`, and `after_gate.yml`, the two tables
that dbt does not make.
"""
