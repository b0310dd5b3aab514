"""`langson publish-to-postgres`: the current release in a PostgreSQL schema, for BI tools."""

from typing import Annotated

import typer

from pipelines.cli_options import HomeOption, say
from pipelines.errors import LangsonError

ADDRESS = "LANGSON_BI_POSTGRES_URL"
"""The variable that holds the server's address; it is never an argument, and never shown."""


def publish_to_postgres(
    schema: Annotated[str, typer.Option(help="Schema để ghi | The schema to write to")] = "langson",
    home: HomeOption = None,
) -> None:
    """Ghi bản hiện hành vào PostgreSQL (địa chỉ ở LANGSON_BI_POSTGRES_URL) | The current release to PostgreSQL."""
    import json
    import os

    from publishing.dictionary.declared import declared_tables
    from publishing.postgres import PostgresError, publish

    from pipelines.home import MANIFEST, home_from
    from pipelines.release.store import find_release

    url = os.environ.get(ADDRESS)
    if not url:
        raise LangsonError(f"chưa đặt {ADDRESS}=postgresql://… | {ADDRESS} is not set")
    if not MANIFEST.exists():
        raise LangsonError(f"chưa có {MANIFEST}: make setup | is not there: make setup")
    release = find_release(home_from(home), None)
    declared = declared_tables(json.loads(MANIFEST.read_text(encoding="utf-8")))
    try:
        done = publish(release.path, declared, url, schema)
    except PostgresError as error:
        raise LangsonError(str(error)) from error
    if not done.is_changed:
        say(f"{schema}: đã là bản {done.release_id}, không đổi gì | already {done.release_id}, nothing changed")
        return
    say(
        f"{schema}: bản {done.release_id}, {len(done.rows)} bảng, {sum(done.rows.values())} dòng"
        f" | release {done.release_id}, {len(done.rows)} tables, {sum(done.rows.values())} rows"
    )
