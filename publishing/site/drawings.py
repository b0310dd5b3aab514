"""Small pictures drawn on the server as SVG: they need no script, and what they show stands in words beside them."""

from collections.abc import Sequence

from markupsafe import Markup, escape

SPARK_WIDTH, SPARK_HEIGHT = 112, 30
BAR_WIDTH = 120


def _at(number: float) -> str:
    """A coordinate, as short as it can be written."""
    return f"{number:.1f}".removesuffix(".0")


def spark(values: Sequence[float | None], targets: Sequence[float | None], label: str) -> Markup:
    """A line through the months (a gap where there is none) with the target as a dashed line; both from zero."""
    known = [value for value in values if value is not None]
    if not known:
        return Markup("")
    target = next((target for target in reversed(targets) if target is not None), None)
    top = max(known + ([] if target is None else [target])) or 1.0
    step = (SPARK_WIDTH - 8) / max(len(values) - 1, 1)

    def height(value: float) -> str:
        return _at(SPARK_HEIGHT - 3 - value / top * (SPARK_HEIGHT - 6))

    path, drawing = [], False
    for position, value in enumerate(values):
        if value is not None:
            path.append(f"{'L' if drawing else 'M'}{_at(4 + position * step)} {height(value)}")
        drawing = value is not None
    last = max(position for position, value in enumerate(values) if value is not None)
    rule = "" if target is None else f'<path class="goal" d="M0 {height(target)}H{SPARK_WIDTH}"/>'
    return Markup(
        f'<svg class="spark" role="img" aria-label="{escape(label)}" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}"'
        f' width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}">{rule}<path class="line" d="{"".join(path)}"/>'
        f'<circle cx="{_at(4 + last * step)}" cy="{height(known[-1])}" r="3"/></svg>'
    )


def bar(value: float | None, target: float | None, is_met: bool | None, width: int = BAR_WIDTH) -> Markup:
    """A value as a bar with the target as a mark; full width is 100 %, or the larger of the two above that.

    For the eye only: the figures stand beside it.
    """
    if value is None:
        return Markup("")
    full = max(1.0, value, target or 0.0)
    kind = {True: "met", False: "unmet", None: "unjudged"}[is_met]
    mark = (
        ""
        if target is None
        else f'<path class="goal" d="M{_at(max(1.0, min(width - 1.0, target / full * width)))} 0V10"/>'
    )
    return Markup(
        f'<svg class="gauge {kind}" aria-hidden="true" viewBox="0 0 {width} 10" width="{width}" height="10">'
        f'<rect class="track" y="2" width="{width}" height="6" rx="3"/>'
        f'<rect class="fill" y="2" width="{_at(max(0.0, value) / full * width)}" height="6" rx="3"/>{mark}</svg>'
    )


def progress(done: int, total: int) -> Markup:
    """So many of so many, as one segment each."""
    width = 100 / max(total, 1)
    parts = "".join(
        f'<rect class="{"done" if position < done else "open"}" x="{_at(position * width)}"'
        f' width="{_at(max(width - 0.8, 0.4))}" height="8"/>'
        for position in range(total)
    )
    return Markup(
        f'<svg class="progress" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">{parts}</svg>'
    )
