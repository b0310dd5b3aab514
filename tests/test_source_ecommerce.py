"""Two operators' lists at the door: one person is one hash however the telephone is written, and nobody is readable."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sources.door.intake import accept
from sources.door.personal import KEY_VARIABLE
from sources.door.reading import Arrival

FIXTURES = Path(__file__).parents[1] / "sources" / "ecommerce" / "fixtures"
LISTS = ("clean_postmart_shops_20220131.csv", "dirty_voso_shops_20220131.csv")


def test_a_household_is_the_same_hash_in_both_operators_lists_and_its_place_one_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, bytes(range(32)).hex())
    receipts = accept(tmp_path, [Arrival(FIXTURES / name, "ecommerce") for name in LISTS], "inbox")
    landed = {receipt.part: pq.read_table(tmp_path / receipt.landing_path).to_pylist() for receipt in receipts}
    postmart, voso = landed["postmart"], landed["voso"]
    assert (postmart[0]["ma_ho"], postmart[0]["sdt"]) == (voso[0]["ma_ho"], voso[0]["sdt"])
    assert postmart[1]["sdt"] == voso[1]["sdt"]  # 0600000002 and +84 600 000 002
    assert postmart[2]["sdt"] is None
    assert [row["dia_ban"] for row in voso] == ["Thị trấn Đồng Đăng - Huyện Cao Lộc", "XÃ TÂN THANH - H. Văn Lãng"]
    kept = " ".join(str(value) for rows in landed.values() for row in rows for value in row.values())
    assert not any(word in kept for word in ("600000001", "600000002", "giả lập", "HO-0000001"))
