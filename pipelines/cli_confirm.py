"""`langson confirm …`: what people decide, written down for every run from that moment on."""

from datetime import datetime
from typing import Annotated

import typer

from pipelines.cli_options import ByOption, HomeOption, ReasonOption, say

confirm_app = typer.Typer(
    help="Ghi quyết định của người có trách nhiệm | Write down what a person decided", no_args_is_help=True
)


@confirm_app.command("shrink")
def confirm_shrink(
    delivery: Annotated[str, typer.Argument(help="Mã lượt nhận bị trả lại | The refused delivery's id")],
    reason: ReasonOption,
    by: ByOption,
    home: HomeOption = None,
) -> None:
    """Lượt nhận ít dòng đi là đúng thật | A delivery that shrank is right as it is."""
    from pipelines.confirm import confirm_shrink as write
    from pipelines.home import home_from

    _decided(write(home_from(home), delivery, reason, by))


@confirm_app.command("alias")
def confirm_alias(
    source: Annotated[str, typer.Argument(help="Mã nguồn | The source's code")],
    dataset: Annotated[str, typer.Argument(help="Bộ số liệu | The dataset")],
    text: Annotated[str, typer.Argument(help="Nguyên văn trong tệp | The text as the file has it")],
    unit_code: Annotated[str, typer.Argument(help="Mã đơn vị | The unit's code")],
    reason: ReasonOption,
    by: ByOption,
    part: Annotated[str, typer.Option(help="Chỉ khi bên này gửi | Only when this sender sends it")] = "",
    home: HomeOption = None,
) -> None:
    """Cách viết này là đơn vị nào | Which unit a spelling means."""
    from pipelines.confirm import confirm_alias as write
    from pipelines.home import home_from

    _decided(write(home_from(home), source, dataset, text, unit_code, reason, by, part))


@confirm_app.command("value")
def confirm_value(
    indicator: Annotated[str, typer.Argument(help="Mã chỉ tiêu | The indicator's code")],
    definition: Annotated[str, typer.Argument(help="Cách tính, như headline | The definition")],
    unit_code: Annotated[str, typer.Argument(help="Mã đơn vị | The unit's code")],
    period: Annotated[datetime, typer.Argument(formats=["%Y-%m"], help="Tháng, như 2022-03 | A month")],
    reason: ReasonOption,
    by: ByOption,
    home: HomeOption = None,
) -> None:
    """Giá trị vượt ngưỡng là đúng thật | A held value is really so."""
    from pipelines.confirm import confirm_value as write
    from pipelines.home import home_from

    _decided(write(home_from(home), indicator, definition, unit_code, period.date(), reason, by))


@confirm_app.command("jump")
def confirm_jump(
    indicator: Annotated[str, typer.Argument(help="Mã chỉ tiêu | The indicator's code")],
    unit_code: Annotated[str, typer.Argument(help="Mã đơn vị | The unit's code")],
    period: Annotated[datetime, typer.Argument(formats=["%Y-%m"], help="Tháng, như 2022-03 | A month")],
    reason: ReasonOption,
    by: ByOption,
    lost: Annotated[bool, typer.Option("--lost", help="Giá trị mất hẳn | It is gone, not moved")] = False,
    home: HomeOption = None,
) -> None:
    """Giá trị đã chốt nhảy vọt (hoặc mất) là đúng thật | A final value that jumped, or is gone, is really so."""
    from pipelines.confirm import confirm_refused_value as write
    from pipelines.home import home_from

    what = "lost_coverage" if lost else "jump"
    _decided(write(home_from(home), what, indicator, unit_code, period.date(), reason, by))


def _decided(entry: dict[str, object]) -> None:
    from pipelines.home import decisions_folder

    say(f"{decisions_folder()}: {', '.join(f'{name}={value}' for name, value in entry.items())}")
    say("langson run sẽ áp dụng; hãy đưa tệp vào kho mã | langson run applies it; commit the file")
