"""The command line. It only reads arguments and prints: every command's work is in a module it imports when called."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipelines.cli_bi import publish_to_postgres
from pipelines.cli_confirm import confirm_app
from pipelines.cli_explain import explain
from pipelines.cli_options import (
    ByOption,
    HomeOption,
    ReasonOption,
    say,
)
from pipelines.cli_sandbox import sandbox_app
from pipelines.cli_sql import sql
from pipelines.errors import LangsonError
from pipelines.load_ahead import collect_rarely

app = typer.Typer(
    help="Đo các chỉ tiêu chuyển đổi số của tỉnh Lạng Sơn | Measures the targets of Lạng Sơn's digital directive",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(sandbox_app, name="sandbox")
app.add_typer(confirm_app, name="confirm")
app.command()(explain)
app.command()(sql)
app.command()(publish_to_postgres)


class Method(StrEnum):
    """How units are ranked."""

    LEVEL = "level"
    PROGRESS = "progress"


def main() -> None:
    """Run the command line; an expected error is one message and exit code 1."""
    import sys

    collect_rarely()
    try:
        app(standalone_mode=True)
    except LangsonError as error:
        say(str(error), error=True)
        sys.exit(1)


def _stop(code: int) -> NoReturn:
    raise typer.Exit(code)


@app.command()
def run(
    inbox: Annotated[
        str | None,
        typer.Option(help="DIR/<source_code>/…, sftp://… hay | or s3://…: số liệu thật | real deliveries"),
    ] = None,
    home: HomeOption = None,
    source: Annotated[str | None, typer.Option(help="Chỉ nhận nguồn này | Take in this source only")] = None,
    as_of: Annotated[datetime | None, typer.Option(help="Thời điểm tính | The moment counted up to")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Dựng vào thư mục khác, không đụng bản hiện hành | Build elsewhere")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Mô phỏng khác: hạt giống | Another sandbox: its seed")] = None,
    scale: Annotated[
        float | None, typer.Option(min=0.0001, help="Mô phỏng khác: cỡ | Another sandbox: its scale")
    ] = None,
    dirty: Annotated[bool | None, typer.Option("--dirty/--clean", help="Mô phỏng khác: có lỗi | With dirt")] = None,
) -> None:
    """Nhận số liệu mới, tính, kiểm tra và phát hành | Take in, compute, gate and release."""
    from pipelines.cli_views import progress, show_outcome
    from pipelines.home import home_for_intake, names_real_deliveries
    from pipelines.run import Request
    from pipelines.run import run as run_all
    from pipelines.sandbox_step import wants_sandbox

    asked = (seed, scale, dirty) != (None, None, None)
    # In an operator's environment nothing is simulated unless it is asked for.
    is_real = inbox is not None or (not asked and names_real_deliveries(home is not None))
    place = home_for_intake(home, is_real)
    simulate = (seed, scale, dirty) if out is None and not is_real and wants_sandbox(place, inbox) else None
    with progress() as step:
        outcome = run_all(Request(place, inbox, source, as_of, out, simulate), step)
    show_outcome(outcome)
    _stop(outcome.exit_code)


@app.command()
def check(
    source: Annotated[str, typer.Argument(help="Mã nguồn | The source's code")],
    files: Annotated[list[Path], typer.Argument(help="Tệp cần đọc thử | Files to read")],
    as_json: Annotated[bool, typer.Option("--json", help="In JSON | Print JSON")] = False,
) -> None:
    """Đọc thử tệp, không nhận vào | Read files without landing them."""
    from sources.door.inspect import inspect
    from sources.registry import contracts

    from pipelines.cli_views import show_inspections

    if source not in contracts():
        raise LangsonError(
            f"không có nguồn {source}; các nguồn: {', '.join(contracts())} | there is no source {source}"
        )
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise LangsonError(f"không thấy tệp {', '.join(missing)} | no such file")
    found = [inspect(source, path) for path in files]
    show_inspections(found, as_json)
    _stop(3 if any(item.refusal for item in found) else 0)


@app.command()
def status(home: HomeOption = None) -> None:
    """Bản hiện hành, số liệu chờ và việc cần người xem | What is current, and what waits for a person."""
    from pipelines.cli_views import show_status
    from pipelines.home import home_from

    show_status(home_from(home))


@app.command()
def rejects(
    delivery: Annotated[str, typer.Argument(help="Mã lượt nhận | The delivery's id")],
    xlsx: Annotated[bool, typer.Option("--xlsx", help="Ghi tệp Excel gửi trả | Write an Excel file to send")] = False,
    out: Annotated[Path | None, typer.Option(help="Tên tệp Excel | The Excel file's name")] = None,
    home: HomeOption = None,
) -> None:
    """Các dòng bị loại của một lượt nhận và vì sao | The rejected rows of one delivery, and why."""
    from pipelines.home import home_from
    from pipelines.rejects import rejected_rows, workbook_name, write_workbook

    receipt, rows = rejected_rows(home_from(home), delivery)
    if xlsx or out is not None:
        path = out or Path(workbook_name(receipt))
        write_workbook(path, receipt, rows)
        say(f"{path}: {len(rows)} dòng bị loại | rejected rows")
        return
    from pipelines.cli_views import show_rejects

    show_rejects(receipt, rows)


@app.command()
def rank(
    rules: Annotated[
        Path | None, typer.Option(help="Quy tắc khác, dạng scoring.yml | Other rules, shaped like scoring.yml")
    ] = None,
    bloc: Annotated[str, typer.Option(help="departments, districts, communes")] = "departments",
    month: Annotated[datetime | None, typer.Option(formats=["%Y-%m"], help="Tháng, như 2022-12 | A month")] = None,
    method: Annotated[Method, typer.Option(help="level: mức đạt, progress: tiến bộ | the method")] = Method.LEVEL,
    home: HomeOption = None,
) -> None:
    """Xếp hạng thi đua; với --rules: ai lên, ai xuống và vì sao | The ranking; with --rules, who moves and why."""
    from pipelines.cli_views import show_ranking
    from pipelines.home import home_from
    from pipelines.ranking import rank as rank_units
    from pipelines.release.store import find_release

    release = find_release(home_from(home), None)
    first = month.date().replace(day=1) if month else None
    show_ranking(rank_units(release.path, rules, bloc, first, method.value))


@app.command("releases")
def list_releases(home: HomeOption = None) -> None:
    """Các bản phát hành | The releases."""
    from pipelines.cli_views import show_releases
    from pipelines.home import home_from

    show_releases(home_from(home))


@app.command()
def rollback(
    release_id: Annotated[str | None, typer.Argument(help="Bản cần lùi về | Where to go back to")] = None,
    unpin: Annotated[
        bool, typer.Option("--unpin", help="Thôi ghim, trở lại bản mới nhất | Back to the newest")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Lùi về bản trước và ghim lại | Go back to an earlier release and pin it."""
    from pipelines.holders import sole_use
    from pipelines.home import home_from
    from pipelines.release import store
    from pipelines.release.judgement import required_checks

    place = home_from(home)
    with sole_use(place, "langson rollback"):
        if unpin:
            newest = store.unpin(place, required_checks())
            say(f"thôi ghim; bản hiện hành | no longer pinned; current: {newest.release_id}")
            return
        target = store.rollback(place, release_id, required_checks())
    say(f"bản hiện hành: {target.release_id}, đã ghim; thôi ghim: langson rollback --unpin | current is pinned there")


@app.command()
def seal(
    year: Annotated[int, typer.Argument(help="Năm xét | The year that is judged")],
    reason: ReasonOption,
    by: ByOption,
    release_id: Annotated[
        str | None, typer.Option("--release", help="Mặc định bản hiện hành | Default: current")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Niêm phong bản dùng để xét thưởng | Freeze the release that a year is judged by."""
    from pipelines.holders import sole_use
    from pipelines.home import home_from
    from pipelines.release.seal import maturity
    from pipelines.release.seal import seal as freeze

    place = home_from(home)
    with sole_use(place, "langson seal"):
        sealed = freeze(place, year, release_id, reason, by)
    values = ", ".join(f"{name}: {count}" for name, count in maturity(sealed, year).items())
    say(f"giá trị của năm {year} | values of {year}: {values}")
    say(f"đã niêm phong | sealed: {sealed.path}; langson verify {sealed.release_id} --rebuild")


@app.command()
def verify(
    release_id: Annotated[str | None, typer.Argument(help="Mặc định bản hiện hành | Default: current")] = None,
    home: HomeOption = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Dựng lại bản đã niêm phong từ số liệu đã nhận | Make a sealed one again")
    ] = False,
) -> None:
    """Băm lại mọi tệp của một bản và xét lại cổng kiểm tra | Hash a release again and check its gate."""
    from pipelines.home import home_from
    from pipelines.release import store
    from pipelines.release.judgement import required_checks

    place = home_from(home)
    problems = store.verify(place, release_id, required_checks())
    found = store.find_release(place, release_id)
    name = found.release_id
    if rebuild and not problems:
        from pipelines.run import verify_seal

        problems = verify_seal(place, found)
    if problems:
        raise LangsonError(f"{name}:\n" + "\n".join(problems))
    say(f"{name}: nguyên vẹn và đã qua cổng kiểm tra | whole, and passed its gate")
    if rebuild:
        say("dựng lại từ số liệu đã nhận, giống từng byte | made again from the landing, the same byte for byte")


@app.command(hidden=True)
def env(home: HomeOption = None) -> None:
    """In biến môi trường cho dagster và dbt (make dev dùng) | Print the environment for dagster and dbt."""
    import shlex

    from pipelines.home import home_from

    place = home_from(home)
    place.enter()
    for name, value in place.environment().items():
        typer.echo(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
