"""dbt as the warehouse's assets start it."""

import importlib.metadata
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliResource
from packaging import version

from pipelines.home import DBT_PROJECT, Home


class FastDbt(DbtCliResource):
    """dbt without two starts of it that only answer what is known: its version, and an adapter for row counts."""

    def at(self, home: Home) -> "FastDbt":
        """dbt on the project as a home sees it: its relative paths then mean that home."""
        home.lay_dbt_project()
        return FastDbt(project_dir=str(home.dbt), profiles_dir=str(home.dbt), dbt_executable=self.dbt_executable)

    @cached_property
    def _cli_version(self) -> version.Version:
        return version.parse(importlib.metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Any) -> Any:
        return None


def dbt_resource() -> FastDbt:
    """dbt of this very environment, on our project."""
    executable = Path(sys.executable).with_name("dbt")
    return FastDbt(
        project_dir=str(DBT_PROJECT),
        profiles_dir=str(DBT_PROJECT),
        dbt_executable=str(executable if executable.exists() else "dbt"),
    )
