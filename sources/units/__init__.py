"""Administrative units: the dated lists, and the one resolver of every spelling a delivery may use for them."""

from sources.units.aliases import Alias, load_aliases
from sources.units.model import Generation, Unit, generation_on, load_generations, load_units, unit_tables
from sources.units.resolution import resolution_table
from sources.units.resolver import Resolution, UnitResolver, resolver_of_2022

__all__ = [
    "Alias",
    "Generation",
    "Resolution",
    "Unit",
    "UnitResolver",
    "generation_on",
    "load_aliases",
    "load_generations",
    "load_units",
    "resolution_table",
    "resolver_of_2022",
    "unit_tables",
]
