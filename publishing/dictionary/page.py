"""The dictionary for people: one HTML file that needs no other, runs nothing and asks nobody."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).parent


def dictionary_page(document: Mapping[str, Any]) -> str:
    """The page of a document made by `dictionary_document`."""
    style = (HERE / "dictionary.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.get_template("dictionary.html.j2")
    return template.render(**document, style=Markup(style), style_hash=digest)
