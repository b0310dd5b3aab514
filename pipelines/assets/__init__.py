"""The assets, one module per stage of the way of the data."""
