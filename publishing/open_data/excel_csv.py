"""The CSV files once more, as a Vietnamese Excel reads them on a double click: `csv_excel.zip`.

UTF-8 with a byte-order mark, so that Vietnamese letters stay whole; semicolons between cells and a decimal comma, as
Windows set to Vietnamese expects; dates as dd/MM/yyyy, which that Excel reads as dates (and which no other setting
turns round unnoticed: a day above 12 stays text there). Text that begins like a formula gets an apostrophe in front.
Numbers are not touched. What Excel itself does to a text of digits (00655 becomes 655) no CSV file can prevent:
the note in the archive says so, and the XLSX files do not have the fault.
"""

from pathlib import Path

from publishing.open_data.archive import new_archive, new_member
from publishing.open_data.cells import Cells, cells_of, starts_like_formula
from publishing.tables import Tables

BYTE_ORDER_MARK = "\ufeff".encode()
NOTE = "DOC_TRUOC.txt"
FORMAT = "format csv, header, delimiter ';', dateformat '%d/%m/%Y', timestampformat '%d/%m/%Y %H:%M:%S'"


def write_excel_csv(tables: Tables, path: Path, note: str) -> None:
    """Write every table as one CSV file for Excel into the zip file at `path`, with a note for its reader."""
    scratch = path.with_suffix(".scratch")
    with new_archive(path) as archive:
        with new_member(archive, NOTE) as member:
            member.write(BYTE_ORDER_MARK + note.replace("\n", "\r\n").encode())
        for table in tables.names():
            shown = ", ".join(f"{_cell(column)} as {column.quoted}" for column in cells_of(tables, table))
            tables.connection.execute(f"copy (select {shown} from \"{table}\") to '{scratch}' ({FORMAT})")
            with new_member(archive, f"{table}.csv") as member, scratch.open("rb") as written:
                member.write(BYTE_ORDER_MARK)
                while block := written.read(1 << 20):
                    member.write(block)
    scratch.unlink()


def _cell(column: Cells) -> str:
    if column.is_text:
        text = column.text
        return f"case when {starts_like_formula(text)} then '''' || {text} else {text} end"
    if column.is_fraction:
        return f"replace({column.quoted}::varchar, '.', ',')"
    return column.quoted
