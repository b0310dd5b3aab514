"""`langson sql`: questions to the current release in SQL, in a session that can only read it."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli_options import HomeOption, say
from pipelines.errors import LangsonError

if TYPE_CHECKING:
    from publishing.sql_session import Answer, Session

MOST = 200
"""Rows shown on a screen; --csv prints them all."""


def sql(
    query: Annotated[
        str | None, typer.Argument(help="Câu lệnh SQL; không có thì hỏi đáp | SQL; without it, a prompt")
    ] = None,
    home: HomeOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="In kết quả dạng CSV | Print the answer as CSV")] = False,
) -> None:
    """Hỏi bản hiện hành bằng SQL, chỉ đọc | Ask the current release in SQL, read-only."""
    from publishing.sql_session import QueryRefused, open_session

    from pipelines.home import home_from
    from pipelines.release.store import find_release

    # `current` is followed once: every answer of the session is of one release.
    release = find_release(home_from(home), None)
    with open_session(release.path) as session:
        if query is None:
            _prompt(session, release.release_id)
            return
        try:
            for answer in session.ask(query):
                _print_csv(answer) if csv else _show(answer)
        except QueryRefused as error:
            raise LangsonError(str(error)) from error


def _prompt(session: "Session", release_id: str) -> None:
    """Read statements that end with `;` until the input does; a refused one is told and the next is read."""
    import readline  # noqa: F401 - gives input() its history and editing

    from publishing.sql_session import QueryRefused

    say(f"bản phát hành | release {release_id}; kết thúc câu bằng ; thoát: Ctrl-D | end with ; leave with Ctrl-D")
    pending = ""
    while True:
        try:
            pending += input("   ...> " if pending.strip() else "langson> ") + "\n"
        except EOFError:
            break
        except KeyboardInterrupt:
            pending = ""
            say("")
            continue
        if not pending.rstrip().endswith(";"):
            continue
        try:
            for answer in session.ask(pending):
                _show(answer)
        except QueryRefused as error:
            say(str(error), error=True)
        pending = ""


def _show(answer: "Answer") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from pipelines.sql_words import shown

    table = Table(*(escape(name) for name in answer.columns))
    for row in answer.rows[:MOST]:
        table.add_row(*(escape(shown(value)) for value in row))
    Console(highlight=False).print(table)
    more = f", hiện {MOST}; đủ với --csv | the first {MOST}; all with --csv" if len(answer.rows) > MOST else ""
    say(f"{len(answer.rows)} dòng | rows{more}")


def _print_csv(answer: "Answer") -> None:
    import csv
    import sys

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows(answer.rows)
