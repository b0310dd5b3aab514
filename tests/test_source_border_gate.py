"""The public answers of the border platform, whose firms are masked, are read to the last row."""

from pathlib import Path

import pytest

from sources.door.inspect import inspect

SAMPLES = Path(__file__).parents[1] / ".." / "shared" / "samples" / "cuakhauso"
ROWS = {
    "redacted_export-completed.json": 3,  # the declaration and two goods lines
    "redacted_import-plain.json": 3,
    "redacted_raw-json.json": 4,
}
MASKED, SYNTHETIC = "9999999999", "4900001010"


def sample(name: str) -> Path:
    if not (SAMPLES / name).exists():
        pytest.skip("the public samples of ../shared/samples/cuakhauso are not beside this checkout")
    return SAMPLES / name


@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_every_row_of_a_masked_answer_is_rejected_for_its_tax_code(name: str, rows: int) -> None:
    found = inspect("border_gate", sample(name))
    assert (found.refusal, found.rows_read, found.rows_landed, found.excluded) == ("", rows, 0, {})
    assert {reject["rule"] for reject in found.rejects} == {"invalid_tax_code"}
    assert len(found.rejects) == rows


@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_every_row_of_an_answer_lands_once_its_tax_codes_hold(name: str, rows: int, tmp_path: Path) -> None:
    text = sample(name).read_text(encoding="utf-8")
    path = tmp_path / name
    path.write_text(text.replace(MASKED, SYNTHETIC), encoding="utf-8")
    found = inspect("border_gate", path)
    assert (found.refusal, found.rows_read, found.rows_landed, found.rejects) == ("", rows, rows, [])
    assert found.window_start == "2026-05-01"


def test_a_vehicle_log_is_no_declaration_and_is_refused_naming_what_it_lacks() -> None:
    found = inspect("border_gate", sample("redacted_empty-vehicle-log.json"))
    assert found.rows_landed == 0
    assert "createdate" in found.refusal
