"""`langson confirm …`: writes what a person decided, with reason, name and moment, into `decisions/`.

Only what can have an effect is written: each kind is checked against what this home refused, rejected or holds back.
The next `langson run` applies it, and so does every rebuild of a later moment.
"""

import os
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sources.door.intake import now_local, was_shrunk
from sources.door.receipts import read_receipts
from sources.registry import contracts
from sources.units import load_aliases, load_units
from sources.units.text import exact_words

from pipelines.errors import LangsonError
from pipelines.files import write_text
from pipelines.home import Home, decisions_folder
from pipelines.inputs import newest_moment
from pipelines.rejects import find_delivery
from pipelines.release.store import current_id, find_release

CONFIRMATIONS, ALIASES = "confirmations.yml", "unit_aliases.yml"
_HEADER = "# Do `langson confirm` ghi | Written by `langson confirm`\n"


def confirm_shrink(home: Home, delivery: str, reason: str, by: str) -> dict[str, Any]:
    """A delivery that was refused for having shrunk is right as it is: the next run takes it in."""
    receipt = find_delivery(home, delivery)
    if receipt.outcome != "refused" or not was_shrunk(receipt.reason):
        raise LangsonError(
            f"lượt nhận {receipt.delivery_id} không bị trả lại vì ít dòng đi: {receipt.reason or receipt.outcome} | "
            "this delivery was not refused for having shrunk"
        )
    receipts = read_receipts(home.root)
    # In the order of reception: two of one second are told apart by it.
    since = receipts[next(n for n, one in enumerate(receipts) if one.delivery_id == receipt.delivery_id) :]
    made_good = [one.delivery_id for one in since if one.outcome == "accepted" and one.place == receipt.place]
    if made_good:
        raise LangsonError(
            f"sau đó đã nhận bản khác cùng kỳ ({made_good[-1]}) | another delivery of that window was accepted since"
        )
    known = _loaded(CONFIRMATIONS, "confirmations")
    if any(entry.get("what") == "shrink" and entry.get("sha256") == receipt.sha256 for entry in known):
        raise LangsonError("lượt nhận này đã được xác nhận | this delivery is confirmed already")
    entry = {
        "what": "shrink",
        "source_code": receipt.source_code,
        "dataset": receipt.dataset,
        "unit_code": receipt.part,
        "file_name": receipt.file_name,
        "sha256": receipt.sha256,
    }
    return _append(home, CONFIRMATIONS, "confirmations", entry, reason, by)


def confirm_value(
    home: Home, indicator: str, definition: str, unit_code: str, period: date, reason: str, by: str
) -> dict[str, Any]:
    """A value beyond its indicator's bounds is really so: the next release computes it."""
    import pyarrow.parquet as pq

    if not current_id(home):
        raise LangsonError("chưa có bản phát hành nào | there is no release yet")
    values = pq.read_table(
        find_release(home, None).path / "parquet" / "fct_indicator_value.parquet",
        filters=[("indicator_code", "=", indicator), ("period_start", "=", period.replace(day=1))],
        columns=["definition", "unit_code", "status"],
    ).to_pylist()
    found = [row["status"] for row in values if (row["definition"], row["unit_code"]) == (definition, unit_code)]
    place = f"{indicator} ({definition}) {unit_code} {period:%m/%Y}"
    if not found:
        raise LangsonError(f"bản hiện hành không có {place} | the current release has no such value")
    if "held" not in found:
        raise LangsonError(f"{place} không bị giữ ({found[0]}) | this value is not held")
    entry = {
        "what": "bounds",
        "indicator_code": indicator,
        "definition": definition,
        "unit_code": unit_code,
        "period_start": period.replace(day=1),
    }
    known = _loaded(CONFIRMATIONS, "confirmations")
    if any(all(one.get(name) == value for name, value in entry.items()) for one in known):
        raise LangsonError(f"{place} đã được xác nhận, hãy chạy langson run | confirmed already: langson run")
    return _append(home, CONFIRMATIONS, "confirmations", entry, reason, by)


def confirm_refused_value(
    home: Home, what: str, indicator: str, unit_code: str, period: date, reason: str, by: str
) -> dict[str, Any]:
    """A final value that jumped, or is gone, for which the gate refused the candidate, is really so.

    `what` is `jump` or `lost_coverage`. The next `langson run` makes the candidate again: it passes if that was all.
    """
    from pipelines.release.candidate import staged_candidate
    from pipelines.release.judgement import Case, lost_values, unconfirmed_jumps
    from pipelines.release.suites import parameters

    judged = {"jump": unconfirmed_jumps, "lost_coverage": lost_values}[what]
    parent = find_release(home, None)
    case = Case(staged_candidate(home).path, parent.path, home.definitions, parameters())
    found = sorted({(code, unit, month) for code, _, unit, month, *_ in judged(case)})
    place = (indicator, unit_code, period.replace(day=1))
    if place not in found:
        shown = "; ".join(f"{code} {unit} {month:%m/%Y}" for code, unit, month in found[:20]) or "không có | none"
        raise LangsonError(
            f"bản dự thảo không bị chặn vì {indicator} {unit_code} {period:%m/%Y}; bị chặn vì: {shown} | "
            "the candidate was not refused for this value"
        )
    entry = {"what": what, "indicator_code": indicator, "unit_code": unit_code, "period_start": place[2]}
    known = _loaded(CONFIRMATIONS, "confirmations")
    if any(all(one.get(name) == value for name, value in entry.items()) for one in known):
        raise LangsonError("đã được xác nhận, hãy chạy langson run | confirmed already: langson run")
    return _append(home, CONFIRMATIONS, "confirmations", entry, reason, by)


def confirm_alias(
    home: Home, source: str, dataset: str, text: str, unit_code: str, reason: str, by: str, part: str = ""
) -> dict[str, Any]:
    """A spelling that resolved to no unit means this one: the rows that hold it count from the next run on."""
    contract = contracts().get(source)
    if contract is None or dataset not in contract.datasets:
        raise LangsonError(f"không có số liệu {source}.{dataset} | there is no such dataset")
    moment = newest_moment(home)
    named = [unit for unit in load_units() if unit.unit_code == unit_code]
    if not named:
        raise LangsonError(f"không có đơn vị {unit_code} | there is no such unit")
    if moment and not any(unit.in_force(_last_day(home, moment)) for unit in named):
        raise LangsonError(f"đơn vị {unit_code} không có hiệu lực trong năm đo | the unit is not in force in that year")
    if not _is_unresolved(home, source, dataset, text, part):
        raise LangsonError(
            f"số liệu {source}.{dataset} không có cách viết chưa nhận diện «{text}» | no row of that dataset spells an "
            "unresolved unit so; see `langson rejects DELIVERY`"
        )
    for known in _loaded(ALIASES, "aliases"):
        where = (str(known.get("source_code") or ""), str(known.get("part") or ""))
        if exact_words(str(known.get("text"))) == exact_words(text) and where in ((source, part), ("", part)):
            raise LangsonError(
                f"«{text}» đã được quyết định là {known.get('unit_code')}; hãy chạy langson run | decided already"
            )
    entry = {"text": text, "unit_code": unit_code, "source_code": source, **({"part": part} if part else {})}
    return _append(home, ALIASES, "aliases", entry, reason, by)


def _last_day(home: Home, moment: datetime) -> date:
    """The day whose units are meant: as in the last run's definitions."""
    import pyarrow.parquet as pq

    ends: list[date] = (
        pq.read_table(home.definitions / "directive.parquet", columns=["ends"]).column("ends").to_pylist()
    )
    return min(moment.date(), max(ends))


def _is_unresolved(home: Home, source: str, dataset: str, text: str, part: str) -> bool:
    import pyarrow.parquet as pq

    path = home.definitions / "unit_resolution.parquet"
    if not path.exists():
        raise LangsonError("chưa chạy lần nào: langson run | nothing was run yet")
    spelled = pq.read_table(path, filters=[("source_code", "=", source), ("dataset", "=", dataset)]).to_pylist()
    return any(
        row["unit_code"] is None
        and exact_words(row["name_text"] or row["code_text"]) == exact_words(text)
        and part in ("", row["part"])
        for row in spelled
    )


def _moment_of_deciding(home: Home) -> datetime:
    """Now; in a simulated home a second after all it knows, for its clock is that of its deliveries."""
    if home.origin() != "sandbox":
        return now_local()
    if not os.environ.get("LANGSON_DECISIONS"):
        raise LangsonError(
            "kho mô phỏng: hãy đặt LANGSON_DECISIONS tới một thư mục riêng, để không lẫn vào decisions/ | "
            "a simulated home: let LANGSON_DECISIONS name a folder of its own, so that no trial counts as decided"
        )
    newest = newest_moment(home)
    if newest is None:
        raise LangsonError("chưa nhận được số liệu nào | nothing was received yet")
    published = find_release(home, None).as_of if current_id(home) else newest
    return max(newest, published) + timedelta(seconds=1)


def _loaded(name: str, under: str) -> list[dict[str, Any]]:
    path = decisions_folder() / name
    return _list_in(path.read_text(encoding="utf-8"), name, under) if path.exists() else []


def _list_in(text: str, name: str, under: str) -> list[dict[str, Any]]:
    try:
        found = yaml.safe_load(text) or []
    except yaml.YAMLError as error:
        raise LangsonError(f"{name} không đọc được: {error} | is not readable YAML") from error
    found = found.get(under) or [] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise LangsonError(f"{name}: phải là một danh sách | must be a list")
    return found


def _append(home: Home, name: str, under: str, entry: dict[str, Any], reason: str, by: str) -> dict[str, Any]:
    """Add one entry at the end of a list; what stands there, comments too, stays as it is."""
    for what, option in ((reason, "--reason"), (by, "--by")):
        if not what.strip():
            raise LangsonError(f"{option} không được để trống | {option} must not be empty")
    whole = {**entry, "reason": reason.strip(), "decided_by": by.strip(), "decided_at": _moment_of_deciding(home)}
    path = decisions_folder() / name
    before = path.read_text(encoding="utf-8") if path.exists() else _HEADER + "[]\n"
    known = _list_in(before, name, under)
    after = _with_entry(before, under, whole)
    try:
        fits = _list_in(after, name, under) == [*known, whole]
    except LangsonError:
        fits = False
    if not fits:
        raise LangsonError(
            f"{path} viết theo kiểu khác, hãy tự thêm mục này: {_as_yaml(whole)} | "
            "the file is written in another way: add this entry by hand"
        )
    write_text(path, after)
    if name == ALIASES:
        _check_aliases(path, before, whole["decided_at"])
    return whole


def _check_aliases(path: Path, before: str, moment: datetime) -> None:
    """Read the file as a run will; what it cannot read is taken back."""
    try:
        load_aliases(path.parent, moment)
    except ValueError as error:
        write_text(path, before)
        raise LangsonError(str(error)) from error


def _as_yaml(entry: dict[str, Any]) -> str:
    return yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=1_000_000, default_flow_style=False)


def _with_entry(text: str, under: str, entry: dict[str, Any]) -> str:
    """The file's text with one more entry, indented as the others are; an empty list `[]` makes room for it."""
    items = re.search(r"^( *)- ", text, re.M)
    indent = items.group(1) if items else ""
    emptied = re.sub(r"^\[\][ \t]*\n?", "", text, count=1, flags=re.M)
    if emptied == text:
        emptied = re.sub(rf"^{under}:[ \t]*\[\][ \t]*$", f"{under}:", text, count=1, flags=re.M)
    if emptied and not emptied.endswith("\n"):
        emptied += "\n"
    return emptied + "".join(f"{indent}{line}\n" for line in _as_yaml(entry).splitlines())
