"""The members of an XLSX file that are the same whatever its sheet holds: of a plain list, and of a register.

A register has besides a table of shared strings, bold centred cells and a document title, as exports of offices do.
"""

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PACKAGE_TYPE = "application/vnd.openxmlformats-package"
_PROPERTIES = "metadata/core-properties"
_FONT = '<sz val="11"/><name val="Calibri"/></font>'


def _members(styles: str, types: str = "", of_package: str = "", of_book: str = "") -> list[tuple[str, str]]:
    """Name and text of each; `types` and the relationships are those of members that only a register has."""
    relationships = f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}'
    members = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="{_PACKAGE_TYPE}.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{types}</Types>'
        ),
        "_rels/.rels": f'{relationships}/officeDocument" Target="xl/workbook.xml"/>{of_package}</Relationships>',
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{relationships}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
            f'Type="{_OFFICE}/styles" Target="styles.xml"/>{of_book}</Relationships>'
        ),
        "xl/styles.xml": styles,
    }
    return [(name, HEAD + text) for name, text in members.items()]


def _styles(number_formats: str, fonts: str, cell_format: str) -> str:
    """Cells are plain, or with s="1" of the given format."""
    return (
        f'<styleSheet xmlns="{MAIN}">{number_formats}{fonts}'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>{cell_format}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _properties() -> str:
    """The document title says that everything in the file is made up."""
    moment = 'xsi:type="dcterms:W3CDTF">2022-01-01T00:00:00Z'
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/{_PROPERTIES}" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>MÔ PHỎNG / SIMULATED</dc:title>'
        f"<dcterms:created {moment}</dcterms:created><dcterms:modified {moment}</dcterms:modified></cp:coreProperties>"
    )


LIST_MEMBERS = _members(
    _styles(
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>',
        f'<fonts count="1"><font>{_FONT}</fonts>',
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>',
    )
)
"""Of a plain list: cells with s="1" are dates."""

REGISTER_MEMBERS = [
    *_members(
        _styles(
            "",
            f'<fonts count="2"><font>{_FONT}<font><b/>{_FONT}</fonts>',
            '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">'
            '<alignment horizontal="center"/></xf>',
        ),
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
        f'<Override PartName="/docProps/core.xml" ContentType="{_PACKAGE_TYPE}.core-properties+xml"/>',
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/{_PROPERTIES}" Target="docProps/core.xml"/>',
        f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>',
    ),
    ("docProps/core.xml", _properties()),
]
"""Of a register: cells with s="1" are bold and centred. It needs xl/sharedStrings.xml beside its sheet."""
