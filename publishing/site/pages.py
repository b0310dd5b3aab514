"""What every page writer is given, and how a page is made of a template."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, Template

from publishing.site.maps import Geography
from publishing.site.paths import root_of
from publishing.site.release import Release

Page = tuple[str, str]
"""A path under `site/` and the page's HTML."""
Pages = Iterator[Page]


@dataclass(frozen=True)
class Desk:
    """The release being shown, the environment its pages are made with, how a map draws each level of units."""

    release: Release
    environment: Environment
    geographies: Mapping[str, Geography]

    def page(self, path: str, template: str, **context: Any) -> Page:
        """One page of a template, which is told its own path and the way to the site's root."""
        return path, _template(self.environment, template).render(page=path, root=root_of(path), **context)


@cache
def _template(environment: Environment, name: str) -> Template:
    return environment.get_template(name)
