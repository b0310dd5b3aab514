"""A simulated Lạng Sơn: its offices, people and firms, the truth about them, and every source system's export of it.

Every person, number and file made here is synthetic. This package never imports `sources`: it is the independent oracle
the pipeline is tested against, so what it counts is counted from its own entities.
"""
