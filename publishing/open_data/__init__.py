"""A release's tables in the formats that others read: Excel, SDMX, Data Package, DCAT, and their SHA-256 manifest.

Here belongs how the same rows are written once more. What a table means is read from `publishing.dictionary`; the
release's own `csv/`, `parquet/` and `indicators.duckdb` already are open data, and are named here, not copied.
"""
