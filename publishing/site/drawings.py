"""Small pictures drawn on the server as SVG: they need no script, and what they show stands in words beside them."""

from collections.abc import Sequence

from markupsafe import Markup

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
    rule = (
        ""
        if target is None
        else Markup('<path class="goal" d="M0 {0}H{1}"/>').format(height(target), SPARK_WIDTH)
    )
    return Markup(
        '<svg class="spark" role="img" aria-label="{label}" viewBox="0 0 {width} {high}" width="{width}" height="{high}">'
        '{rule}<path class="line" d="{path}"/><circle cx="{x}" cy="{y}" r="3"/></svg>'
    ).format(
        label=label,
        width=SPARK_WIDTH,
        high=SPARK_HEIGHT,
        rule=rule,
        path="".join(path),
        x=_at(4 + last * step),
        y=height(known[-1]),
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
        else Markup('<path class="goal" d="M{0} 0V10"/>').format(_at(max(1.0, min(width - 1.0, target / full * width))))
    )
    return Markup(
        '<svg class="bar {kind}" aria-hidden="true" viewBox="0 0 {width} 10" width="{width}" height="10">'
        '<rect class="track" y="2" width="{width}" height="6" rx="3"/><rect class="fill" y="2" width="{length}" height="6"'
        ' rx="3"/>{mark}</svg>'
    ).format(kind=kind, width=width, length=_at(max(0.0, value) / full * width), mark=mark)


def progress(done: int, total: int) -> Markup:
    """So many of so many, as one segment each."""
    width = 100 / max(total, 1)
    parts = Markup("").join(
        Markup('<rect class="{}" x="{}" width="{}" height="8"/>').format(
            "done" if position < done else "open", _at(position * width), _at(max(width - 0.8, 0.4))
        )
        for position in range(total)
    )
    return Markup(
        '<svg class="progress" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">{}</svg>'
    ).format(parts)
