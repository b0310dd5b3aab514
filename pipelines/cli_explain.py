"""`langson explain`: where one published value comes from."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_options import HomeOption, say
from pipelines.errors import LangsonError


def explain(
    indicator: Annotated[str, typer.Argument(help="Mã chỉ tiêu, như a5 | The indicator's code")],
    unit: Annotated[str, typer.Option(help="Mã, mã@ngày hoặc đúng tên đơn vị | The unit's code, key or exact name")],
    period: Annotated[datetime, typer.Option(formats=["%Y-%m"], help="Tháng, như 2022-09 | A month")],
    definition: Annotated[str, typer.Option(help="Cách tính | The definition")] = "headline",
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON | Print JSON")] = False,
    rows: Annotated[
        bool, typer.Option("--rows", help="Kèm các dòng đã nhận được tính | With the landed rows that were counted")
    ] = False,
    csv: Annotated[Path | None, typer.Option(help="Ghi mọi dòng ra tệp CSV | All the rows as a CSV file")] = None,
) -> None:
    """Giải trình một giá trị: định nghĩa, tử, mẫu, lượt nhận, kiểm tra | Where one published value comes from."""
    from publishing.explain import NotPublished
    from publishing.explain import explain as explained_by
    from publishing.tables import open_tables

    from pipelines.cli_explain_view import show_counted, show_explanation, show_explanation_json
    from pipelines.home import home_from
    from pipelines.release.store import find_release

    place = home_from(home)
    release = find_release(place, None)
    with open_tables(release.path) as tables:
        try:
            found = explained_by(tables, indicator, unit, period.date(), definition)
        except NotPublished as error:
            raise LangsonError(str(error)) from error
    if not as_json:
        show_explanation(found)
    counted = None
    if rows or csv is not None:
        from pipelines.explain_rows import counted_rows, write_csv

        counted = counted_rows(place, found)
        written = 0 if csv is None else write_csv(csv, counted)
        if not as_json:
            show_counted(counted)
        if csv is not None and not as_json:
            say(f"{csv}: {written} dòng | rows")
    if as_json:
        show_explanation_json(found, counted)
