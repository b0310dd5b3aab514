"""From an SFTP inbox: what a person decided is counted, and a whole run leaves no secret anywhere."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.confirm import confirm_alias, confirm_shrink
from pipelines.definitions_step import write_definitions
from pipelines.home import Home
from pipelines.intake import take_in
from pipelines.rejects import rejected_rows
from sandbox.sftp_server import PASSWORD, serve
from sources.door.personal import KEY_VARIABLE
from sources.door.receipts import read_receipts
from sources.transports import sftp
from tests.dbt_home import build

HEADER = "ma_ho_so,so_cccd,ma_the_bhyt,nam_sinh,gioi_tinh,ma_xa,ngay_tao,ngay_cap_nhat_cuoi,trang_thai"
PLACES = ("05977", "Xã Đồi Cũ")


def records(number: int) -> bytes:
    lines = [
        f"HS{one:06d},0202{one:08d},TE120{one:010d},1980,Nam,{PLACES[one % 2]},05/01/2022,,hoạt động"
        for one in range(number)
    ]
    return ("\n".join([HEADER, *lines]) + "\n").encode()


@pytest.mark.slow
def test_what_was_decided_of_deliveries_from_sftp_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decisions = tmp_path / "decisions"
    decisions.mkdir()
    home = Home(tmp_path / "home")
    name = "health_records/HSSK_178_20220131.csv"
    with serve(tmp_path / "server") as server:
        settings = {
            KEY_VARIABLE: "0d" * 32,
            "LANGSON_DECISIONS": str(decisions),
            sftp.KNOWN_HOSTS: str(server.known_hosts),
            sftp.PASSWORD: PASSWORD,
            "LANGSON_INBOX_SETTLE_SECONDS": "0",
        }
        for variable, value in settings.items():
            monkeypatch.setenv(variable, value)
        server.put(name, records(40))
        take_in(home, server.address)
        server.put(name, records(20))
        [half] = take_in(home, server.address)
        write_definitions(home)
        confirm_shrink(home, half.delivery_id, "hai trạm đã chuyển đi", "Sở Y tế")
        confirm_alias(home, "health_records", "records", PLACES[1], "05977", "tên cũ của xã", "Sở Nội vụ")
        take_in(home, server.address)
        write_definitions(home)
    build(home.root)
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        deliveries = warehouse.execute("select outcome, rows_landed from deliveries").fetchall()
        [(people,)] = warehouse.execute(
            "select value_to_date from fct_measure_value where measure_code = 'people_with_health_record' "
            "and unit_code = '05977' and period_start = date '2022-01-01'"
        ).fetchall()
    assert sorted(deliveries) == [("refused", 0), ("standing", 20), ("superseded", 40)]
    assert people == 20, "the half that the alias revived, and none of those who left"
    taken = [one for one in read_receipts(home.root) if one.outcome == "accepted"][-1]
    assert (taken.rows_landed, rejected_rows(home, taken.delivery_id)[1]) == (20, [])
    shutil.rmtree(tmp_path / "server")
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written and [path for path in written if PASSWORD.encode() in path.read_bytes()] == []


@pytest.mark.slow
def test_a_whole_run_from_sftp_leaves_no_secret(grown: Path) -> None:
    home, canary = grown / "home", PASSWORD.encode()
    assert (home / "releases/current/indicators.duckdb").exists()
    written = [path for path in home.rglob("*") if path.is_file()]
    assert [path for path in written if canary in path.read_bytes()] == []
    said = json.loads((grown / "said.json").read_text(encoding="utf-8"))
    assert "sftp://" in (home / "intake.json").read_text(encoding="utf-8")
    assert PASSWORD not in said["run"] + said["errors"]
