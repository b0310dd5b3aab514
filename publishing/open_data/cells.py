"""Which text Excel would take for a formula, and what a table's columns are in a file of cells."""

from dataclasses import dataclass

from publishing.tables import Tables

FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"
"""Text that begins so may be run as a formula by Excel, LibreOffice or Google Sheets; the wide forms count too."""


@dataclass(frozen=True)
class Cells:
    """One column: its name and DuckDB's type."""

    name: str
    kind: str

    @property
    def quoted(self) -> str:
        """The name as an SQL identifier."""
        return '"' + self.name.replace('"', '""') + '"'

    @property
    def is_text(self) -> bool:
        """Text, or a list of texts, whose members a cell shows joined by semicolons, as the plain CSV does."""
        return self.kind in ("VARCHAR", "VARCHAR[]")

    @property
    def text(self) -> str:
        """The SQL expression of a text column's cell."""
        return f"array_to_string({self.quoted}, ';')" if self.kind.endswith("[]") else self.quoted

    @property
    def is_fraction(self) -> bool:
        """A number that may have decimals."""
        return self.kind == "DOUBLE" or self.kind.startswith("DECIMAL")


def cells_of(tables: Tables, table: str) -> list[Cells]:
    """The columns of a table; raises ValueError for a type that no format here knows how to write."""
    columns = [Cells(row["column_name"], row["column_type"]) for row in tables.rows(f'describe "{table}"')]
    for column in columns:
        known = column.is_text or column.is_fraction or column.kind in ("BIGINT", "BOOLEAN", "DATE", "TIMESTAMP")
        if not known:
            raise ValueError(f"{table}.{column.name}: type {column.kind}, expected text, number, boolean, date or time")
    return columns


def starts_like_formula(expression: str) -> str:
    """An SQL condition: the text would be taken for a formula.

    No `in` list: DuckDB may turn a long one into a join, and rows leave a join in another order than they came.
    """
    signs = " || ".join(f"chr({ord(sign)})" for sign in FORMULA_STARTS)
    return f"({expression} <> '' and contains({signs}, left({expression}, 1)))"
