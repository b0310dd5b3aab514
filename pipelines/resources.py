"""What the assets work with. Tests put their own in its place."""

from pathlib import Path

import dagster as dg

from pipelines.home import Home, home_from


class HomeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The home of this process; an empty root means the one of the environment."""

    root: str = ""

    def get(self) -> Home:
        return home_from(Path(self.root) if self.root else None)
