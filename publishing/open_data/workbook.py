"""Tables as XLSX workbooks: text stays text, a date is a date, nothing is a formula, the header stays in sight.

The sheets are written as text by DuckDB and packed here, because no library does it within a release's time: for the
5.6 million cells of one year, DuckDB's own `excel` extension takes 10 s and 18 MB, this 4 s and 4 MB. XlsxWriter takes
14 s and 3.6 MB for each million cells (constant_memory, measured on 20,000 rows of `fct_measure_value`). A cell does
not carry its address, which the format leaves to the writer (ECMA-376, part 1, 18.3.1.4, `r` is optional): a cell
stands right of the one before it. Addresses alone would be four fifths of the file.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZipFile

from publishing.open_data.archive import new_archive, new_member
from publishing.open_data.cells import Cells, cells_of, starts_like_formula
from publishing.tables import Tables

ROWS_OF_A_SHEET = 1_000_000
"""Excel ends at 1,048,576; a longer table goes on in a second sheet."""
LARGEST_WHOLE_NUMBER = 2**53
"""Above it Excel would round: its numbers are doubles."""
LONGEST_TEXT = 32_767
FIRST_DAY = "1900-03-01"
"""Before it Excel counts a day that never was."""
NOTE_SHEET = "Đọc trước"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEADER, DATE, MOMENT, QUOTED, WRAPPED = 1, 2, 3, 4, 5
"""Numbers of the cell formats of STYLES. QUOTED shows Excel that a text is one, although it begins like a formula."""
STYLES = (
    f'{HEAD}<styleSheet {MAIN}><numFmts count="1"><numFmt numFmtId="164" '
    'formatCode="dd/mm/yyyy\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font>'
    '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
    '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" '
    'wrapText="1"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


def write_workbook(
    tables: Tables, names: Sequence[str], path: Path, note: Sequence[str], rows_of_a_sheet: int = ROWS_OF_A_SHEET
) -> None:
    """Write some tables as sheets of one workbook, the paragraphs of `note` as its first sheet.

    Raises ValueError for what Excel cannot hold: a whole number above 2^53, one that is not finite, a day before
    March 1900, a text of more than 32,767 letters.
    """
    columns = {name: cells_of(tables, name) for name in names}
    texts, harmful = _make_texts(tables, columns)
    numbers = {text: number for number, text in enumerate(texts)}
    sheets = [NOTE_SHEET]
    with new_archive(path) as archive:
        _write_part(archive, "xl/worksheets/sheet1.xml", _note_sheet(note))
        for name in names:
            _require_holdable(tables, name, columns[name])
            count = tables.rows(f'select count(*) as count from "{name}"')[0]["count"]
            for number, start in enumerate(range(0, max(count, 1), rows_of_a_sheet), start=1):
                sheets.append(name if number == 1 else f"{name}_{number}")
                with new_member(archive, f"xl/worksheets/sheet{len(sheets)}.xml") as member:
                    length = min(rows_of_a_sheet, count - start)
                    for piece in _sheet(tables, name, columns[name], numbers, harmful, start, length):
                        member.write(piece.encode())
        _write_part(archive, "xl/sharedStrings.xml", _shared_strings(texts))
        _write_part(archive, "xl/styles.xml", STYLES)
        for part, content in _frame(sheets):
            _write_part(archive, part, content)


def _write_part(archive: ZipFile, name: str, content: str) -> None:
    with new_member(archive, name) as member:
        member.write(content.encode())


def _make_texts(tables: Tables, columns: dict[str, list[Cells]]) -> tuple[list[str], int]:
    """Make the enum `workbook_text` of a workbook's texts; the texts in order, and how many begin like a formula.

    Those come first, so that a cell's number tells whether it is one of them.
    """
    found = [
        f'select distinct {column.text} as text from "{name}"'
        for name, cells in columns.items()
        for column in cells
        if column.is_text
    ]
    headers = sorted({column.name for cells in columns.values() for column in cells})
    found.append("select unnest(" + repr(headers) + ") as text")
    tables.connection.execute(
        "create or replace temp table workbook_texts as "
        f"select text, {starts_like_formula('text')} as is_harmful "
        f"from ({' union '.join(found)}) where text is not null"
    )
    tables.connection.execute("drop type if exists workbook_text")
    tables.connection.execute(
        "create type workbook_text as enum (select text from workbook_texts order by is_harmful desc, text)"
    )
    rows = tables.rows("select text, is_harmful from workbook_texts order by is_harmful desc, text")
    return [row["text"] for row in rows], sum(row["is_harmful"] for row in rows)


def _require_holdable(tables: Tables, name: str, cells: list[Cells]) -> None:
    for column in cells:
        if column.kind == "BIGINT":
            fault = f"abs({column.quoted}) > {LARGEST_WHOLE_NUMBER}"
        elif column.kind == "DOUBLE":
            fault = f"not isfinite({column.quoted})"
        elif column.is_text:
            fault = f"length({column.text}) > {LONGEST_TEXT}"
        elif column.kind in ("DATE", "TIMESTAMP"):
            fault = f"{column.quoted} < date '{FIRST_DAY}'"
        else:
            continue
        found = tables.rows(f'select {column.quoted} as value from "{name}" where {fault} limit 1')
        if found:
            shown = str(found[0]["value"])[:60]
            raise ValueError(f"{name}.{column.name}: {shown} is nothing that Excel can hold exactly")


def _cell(column: Cells, harmful: int) -> str:
    """The SQL expression of a cell's XML; a text column already holds its texts' numbers."""
    if column.is_text:
        begin = "'<c t=\"s\"><v>'"
        if harmful:
            begin = f'case when {column.quoted} < {harmful} then \'<c s="{QUOTED}" t="s"><v>\' else {begin} end'
        value = column.quoted
    elif column.kind == "DATE":
        begin, value = f"'<c s=\"{DATE}\"><v>'", f"{column.quoted} - date '1899-12-30'"
    elif column.kind == "TIMESTAMP":
        begin, value = f"'<c s=\"{MOMENT}\"><v>'", f"epoch_us({column.quoted}) / 86400000000.0 + 25569"
    elif column.kind == "BOOLEAN":
        begin, value = "'<c t=\"b\"><v>'", f"{column.quoted}::integer"
    else:
        begin, value = "'<c><v>'", column.quoted
    return f"if({column.quoted} is null, '<c/>', concat({begin}, {value}, '</v></c>'))"


def _sheet(
    tables: Tables, name: str, cells: list[Cells], numbers: Mapping[str, int], harmful: int, start: int, length: int
) -> Iterator[str]:
    """A sheet's XML in pieces: the header, then `length` rows from row `start` on."""
    everything = f"A1:{_letters(len(cells))}{length + 1}"
    yield f'{HEAD}<worksheet {MAIN}><dimension ref="{everything}"/><sheetViews><sheetView workbookViewId="0">'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    for number, column in enumerate(cells, start=1):
        width = max(len(column.name) + 3, 18 if column.kind == "TIMESTAMP" else 11)
        yield f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData><row>"
    yield "".join(f'<c s="{HEADER}" t="s"><v>{numbers[column.name]}</v></c>' for column in cells)
    yield "</row>"
    row = ", ".join(_cell(column, harmful) for column in cells)
    # Each text becomes its number once, before anything is written: naming so large an enum is what costs.
    coded = [f"enum_code(({c.text})::workbook_text) as {c.quoted}" if c.is_text else c.quoted for c in cells]
    page = f'select {", ".join(coded)} from "{name}" limit {length} offset {start}'
    cursor = tables.connection.execute(f"select concat('<row>', {row}, '</row>') as xml from ({page})")
    while rows := cursor.fetchmany(20_000):
        yield "".join(xml for (xml,) in rows)
    yield f'</sheetData><autoFilter ref="{everything}"/></worksheet>'


def _note_sheet(note: Sequence[str]) -> str:
    rows = "".join(
        f'<row><c s="{HEADER if number == 0 else WRAPPED}" t="inlineStr"><is><t xml:space="preserve">{_safe(text)}</t>'
        "</is></c></row>"
        for number, text in enumerate(note)
    )
    return (
        f'{HEAD}<worksheet {MAIN}><dimension ref="A1:A{max(len(note), 1)}"/><sheetViews><sheetView showGridLines="0" '
        f'tabSelected="1" workbookViewId="0"/></sheetViews><cols><col min="1" max="1" width="110" customWidth="1"/>'
        f"</cols><sheetData>{rows}</sheetData></worksheet>"
    )


def _shared_strings(texts: Sequence[str]) -> str:
    items = "".join(f'<si><t xml:space="preserve">{_safe(text)}</t></si>' for text in texts)
    return f'{HEAD}<sst {MAIN} uniqueCount="{len(texts)}">{items}</sst>'


def _safe(text: str) -> str:
    """Text in XML: signs that XML cannot hold as the format writes them, `_x000D_`, and such a text itself escaped."""
    marked = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    marked = re.sub(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda sign: f"_x{ord(sign[0]):04X}_", marked)
    return escape(marked)


def _letters(number: int) -> str:
    """The letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _frame(sheets: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The parts that hold a workbook together, by their names."""
    numbered = list(enumerate(sheets, start=1))
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{KINDS}.worksheet+xml"/>'
        for number, _ in numbered
    )
    yield (
        "[Content_Types].xml",
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{KINDS}.sheet.main+xml"/>'
        f'{overrides}<Override PartName="/xl/styles.xml" ContentType="{KINDS}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KINDS}.sharedStrings+xml"/></Types>',
    )
    yield (
        "_rels/.rels",
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    entries = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>' for number, name in numbered
    )
    yield (
        "xl/workbook.xml",
        f'{HEAD}<workbook {MAIN} xmlns:r="{RELATIONS}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{entries}</sheets></workbook>",
    )
    related = [(f"worksheets/sheet{number}.xml", "worksheet") for number, _ in numbered]
    related += [("styles.xml", "styles"), ("sharedStrings.xml", "sharedStrings")]
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(related, start=1)
    )
    yield "xl/_rels/workbook.xml.rels", f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
