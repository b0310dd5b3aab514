"""Options that several commands share, and how a command speaks."""

from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[Path | None, typer.Option("--home", help="Kho dữ liệu | The home to work in")]
SeedOption = Annotated[int, typer.Option(help="Hạt giống ngẫu nhiên | The random seed")]
ScaleOption = Annotated[float, typer.Option(min=0.0001, help="1.0 là cỡ thật của tỉnh | 1.0 is the real province")]
DirtyOption = Annotated[
    bool, typer.Option("--dirty/--clean", help="Có lỗi như hệ thống thật | With the dirt of real systems")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Vì sao, căn cứ nào | Why, and by what")]
ByOption = Annotated[str, typer.Option("--by", help="Ai quyết định | Who decides")]
SEED, SCALE = 2022, 0.02


def say(text: str, error: bool = False) -> None:
    """One message, as wide as it is."""
    from rich.console import Console
    from rich.text import Text

    Console(stderr=error, soft_wrap=True).print(Text(("Lỗi | Error: " if error else "") + text))
