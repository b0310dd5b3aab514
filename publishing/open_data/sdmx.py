"""Indicator values as SDMX-CSV 2.0 with their structure as SDMX-JSON 2.0: what statistical offices exchange.

The structure is written by pysdmx; the rows by DuckDB, in the form pysdmx writes them (a test reads them back with
pysdmx and holds both together), because pysdmx takes several seconds for what DuckDB does in a fifth of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pysdmx.io.json.sdmxjson2.writer.v2_0.structure import write
from pysdmx.model import (
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    Organisation,
    Role,
)
from pysdmx.model.message import Header
from sources.catalogue.model import Text

from publishing.dictionary.declared import Table
from publishing.open_data.archive import new_archive, new_member
from publishing.tables import Tables
from publishing.words import MATURITY, MATURITY_EN, STATUS, STATUS_EN

AGENCY = "LANGSON"
FLOW = "INDICATOR_VALUE"
CONCEPTS = "CS_INDICATOR_VALUE"
VERSION = "1.0.0"
DATA = "indicator_values.csv"
STRUCTURE = "structure.json"

OBSERVATION_STATUS = {
    ("computed", "final"): "A",
    ("computed", "provisional"): "P",
    ("held", "final"): "V",
    ("held", "provisional"): "V",
    ("source_missing", "final"): "O",
    ("source_missing", "provisional"): "O",
    ("no_denominator", "final"): "M",
    ("no_denominator", "provisional"): "M",
    ("not_applicable", "final"): "M",
    ("not_applicable", "provisional"): "M",
    ("before_start", "final"): "M",
    ("before_start", "provisional"): "M",
}
"""Which code of SDMX's CL_OBS_STATUS a status and a maturity are. A held value is there but not validated; what has
nothing to count, is not asked of a unit or has not begun cannot exist; our own status stands beside it untouched."""

CL_OBS_STATUS = {
    "A": Text("Giá trị bình thường", "Normal value"),
    "P": Text("Giá trị tạm tính", "Provisional value"),
    "V": Text("Giá trị chưa được xác nhận", "Unvalidated value"),
    "O": Text("Thiếu giá trị", "Missing value"),
    "M": Text("Thiếu giá trị; số liệu không thể có", "Missing value; data cannot exist"),
}
"""The part of SDMX's list (version 2.2) that is used, with its own English names."""


@dataclass(frozen=True)
class Part:
    """One component: its SDMX name, its column, its role and type, and the code list it draws from, if any."""

    code: str
    column: str
    role: Role
    kind: DataType = DataType.STRING
    codes: str | None = None


PARTS = (
    Part("FREQ", "'M'", Role.DIMENSION, codes="CL_FREQ"),
    Part("DIRECTIVE", "directive_code", Role.DIMENSION, codes="CL_DIRECTIVE"),
    Part("INDICATOR", "indicator_code", Role.DIMENSION, codes="CL_INDICATOR"),
    Part("DEFINITION", "definition", Role.DIMENSION, codes="CL_DEFINITION"),
    Part("REF_AREA", "unit_key", Role.DIMENSION, codes="CL_UNIT"),
    Part("TIME_PERIOD", "strftime(period_start, '%Y-%m')", Role.DIMENSION, DataType.PERIOD),
    Part("OBS_VALUE", "value", Role.MEASURE, DataType.DOUBLE),
    Part("NUMERATOR", "numerator", Role.ATTRIBUTE, DataType.BIG_INTEGER),
    Part("DENOMINATOR", "denominator", Role.ATTRIBUTE, DataType.BIG_INTEGER),
    Part("TARGET_NUMERATOR", "target_numerator", Role.ATTRIBUTE, DataType.BIG_INTEGER),
    Part("TARGET_DENOMINATOR", "target_denominator", Role.ATTRIBUTE, DataType.BIG_INTEGER),
    Part("IS_MET", "is_met", Role.ATTRIBUTE, DataType.BOOLEAN),
    Part("OBS_STATUS", "obs_status", Role.ATTRIBUTE, codes="CL_OBS_STATUS"),
    Part("STATUS", "status", Role.ATTRIBUTE, codes="CL_STATUS"),
    Part("DATA_MATURITY", "data_maturity", Role.ATTRIBUTE, codes="CL_DATA_MATURITY"),
)
OWN_WORDS = {
    "FREQ": Text("Chu kỳ", "Frequency"),
    "TIME_PERIOD": Text("Tháng", "Month"),
    "OBS_STATUS": Text("Tình trạng quan sát theo SDMX", "Observation status of SDMX"),
}
"""Names of what is no column of the table; every other name is the column's description."""


def write_sdmx_files(tables: Tables, table: Table, folder: Path) -> None:
    """Write `sdmx/indicator_values.zip` (one SDMX-CSV 2.0 file) and `sdmx/structure.json` below `folder`.

    `table` is how fct_indicator_value is declared. Raises ValueError for a status not in OBSERVATION_STATUS.
    """
    folder.mkdir()
    _require_statuses(tables)
    scratch = folder / "scratch.csv"
    cells = ", ".join(f'{part.column} as "{part.code}"' for part in PARTS)
    lines = ", ".join(
        f"('{status}', '{maturity}', '{code}')" for (status, maturity), code in OBSERVATION_STATUS.items()
    )
    tables.connection.execute(
        "create or replace temp table observation_status as "
        f"from (values {lines}) as line (status, data_maturity, obs_status)"
    )
    values = (
        "select fact.*, (select obs_status from observation_status as line where line.status = fact.status "
        "and line.data_maturity = fact.data_maturity) as obs_status from fct_indicator_value as fact"
    )
    key = "directive_code, indicator_code, definition, unit_key, period_start"
    tables.connection.execute(
        f"copy (select 'dataflow' as \"STRUCTURE\", '{AGENCY}:{FLOW}({VERSION})' as \"STRUCTURE_ID\", "
        f"'I' as \"ACTION\", {cells} from ({values}) order by {key}) to '{scratch}' (format csv, header)"
    )
    with new_archive(folder / "indicator_values.zip") as archive, new_member(archive, DATA) as member:
        member.write(scratch.read_bytes())
    scratch.unlink()
    release = tables.rows("select release_id, as_of, is_simulated from release_info")[0]
    header = Header(
        id=release["release_id"],
        test=release["is_simulated"],
        prepared=release["as_of"],
        sender=Organisation(id=AGENCY),
    )
    write(structures(tables, table), folder / STRUCTURE, header=header)


def structures(tables: Tables, table: Table) -> list[Codelist | ConceptScheme | DataStructureDefinition | Dataflow]:
    """The code lists, the concepts, the data structure and the dataflow of the indicator values of this release."""
    lists = {name: _codelist(name, codes) for name, codes in _codes(tables).items()}
    described = {column.name: column.description for column in table.columns}
    concepts = {
        part.code: Concept(
            part.code,
            name=(OWN_WORDS.get(part.code) or described[part.column]).both,
            dtype=part.kind,
            codes=lists[part.codes] if part.codes else None,
            urn=f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={AGENCY}:{CONCEPTS}({VERSION}).{part.code}",
        )
        for part in PARTS
    }
    scheme = ConceptScheme(CONCEPTS, agency=AGENCY, version=VERSION, name=table.name, items=list(concepts.values()))
    components = Components(
        [
            Component(
                part.code,
                part.role is Role.DIMENSION or part.code == "OBS_STATUS",
                part.role,
                concepts[part.code],
                local_dtype=None if part.codes else part.kind,
                local_codes=lists[part.codes] if part.codes else None,
                attachment_level="O" if part.role is Role.ATTRIBUTE else None,
            )
            for part in PARTS
        ]
    )
    shape = DataStructureDefinition(
        "DSD_INDICATOR_VALUE", agency=AGENCY, version=VERSION, name=table.description.both, components=components
    )
    flow = Dataflow(FLOW, agency=AGENCY, version=VERSION, name=table.description.both, structure=shape)
    return [*lists.values(), scheme, shape, flow]


def _require_statuses(tables: Tables) -> None:
    query = "select distinct status, data_maturity from fct_indicator_value order by all"
    unknown = [pair for row in tables.rows(query) if (pair := tuple(row.values())) not in OBSERVATION_STATUS]
    if unknown:
        raise ValueError(f"fct_indicator_value: no SDMX observation status is declared for {unknown}")


def _codes(tables: Tables) -> dict[str, Mapping[str, Text]]:
    """Every code list: its codes and their names, as the release has them."""

    def told(query: str) -> dict[str, Text]:
        return {row["code"]: Text(row["vi"], row["en"]) for row in tables.rows(query)}

    return {
        "CL_FREQ": {"M": Text("Hằng tháng", "Monthly")},
        "CL_DIRECTIVE": told(
            "select distinct directive_code as code, directive_code as vi, directive_code as en "
            "from dim_indicator order by 1"
        ),
        "CL_INDICATOR": told(
            "select indicator_code as code, min(label_vi) as vi, min(label_en) as en "
            "from dim_indicator group by 1 order by 1"
        ),
        "CL_DEFINITION": told(
            "select distinct definition as code, definition as vi, definition as en from dim_indicator order by 1"
        ),
        "CL_UNIT": told(
            "select unit_key as code, min(label_vi) as vi, min(label_en) as en "
            "from dim_unit group by 1 order by min(sort_key), 1"
        ),
        "CL_OBS_STATUS": CL_OBS_STATUS,
        "CL_STATUS": {code: Text(name, STATUS_EN[code]) for code, name in STATUS.items()},
        "CL_DATA_MATURITY": {code: Text(name, MATURITY_EN[code]) for code, name in MATURITY.items()},
    }


def _codelist(name: str, codes: Mapping[str, Text]) -> Codelist:
    items = [Code(code, name=text.both) for code, text in codes.items()]
    return Codelist(name, agency=AGENCY, version=VERSION, name=name, items=items)
