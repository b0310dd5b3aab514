"""Counts of some indicators made again from the landing files, by rules written out from the directive's formulas.

Nothing here reads a dbt model. One thing is taken from the warehouse: which unit a row's own text means (`base_` tables
by delivery and row number), since names are resolved in staging; where the landing has a unit's code, that is used.
"""

from calendar import monthrange
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd  # noqa: TID253 - these rules are nothing without it


class Landing:
    """The landing of a home, and the units of one day."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._read: dict[tuple[str, str, bool], pd.DataFrame] = {}
        self.receipts = pd.read_parquet(home / "landing" / "receipts.parquet")
        self.receipts = self.receipts[self.receipts.outcome == "accepted"]
        self.units = pd.read_parquet(home / "releases" / "current" / "parquet" / "dim_unit.parquet")

    def subtree(self, unit_code: str, day: date) -> dict[str, str]:
        """Code and level of the unit and of every unit below it on a day."""
        units = self.units[(self.units.valid_from <= day) & (self.units.valid_to.isna() | (self.units.valid_to >= day))]
        codes = {unit_code}
        while True:
            wider = codes | set(units[units.parent_unit_code.isin(codes)].unit_code)
            if wider == codes:
                return dict(units[units.unit_code.isin(codes)][["unit_code", "unit_level"]].itertuples(index=False))
            codes = wider

    def rows(self, source: str, dataset: str, with_unit: bool = False) -> pd.DataFrame:
        """Every landed row of every accepted delivery, with the delivery's part, window and moment."""
        if (source, dataset, with_unit) in self._read:
            return self._read[source, dataset, with_unit].copy()
        files = f"{self.home}/landing/{source}/{dataset}/**/*.parquet"
        landed = duckdb.sql(f"from read_parquet('{files}', union_by_name = true, hive_partitioning = false)").to_df()
        received = self.receipts[(self.receipts.source_code == source) & (self.receipts.dataset == dataset)]
        rows = landed.merge(
            received[["delivery_id", "part", "window_start", "window_end", "received_at"]],
            left_on="_delivery_id",
            right_on="delivery_id",
        )
        if with_unit:
            with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as warehouse:
                columns = "unit_code, office_unit_code" if dataset == "tax_register" else "unit_code"
                unit = warehouse.sql(
                    f"select delivery_id, row_number as _row_number, {columns} from base_{source}__{dataset}"
                ).to_df()
            rows = rows.merge(unit, on=["delivery_id", "_row_number"])
            rows = rows[rows.unit_code.notna()]
        self._read[source, dataset, with_unit] = rows
        return rows.copy()

    def register(self, source: str, dataset: str, key: str, updated: str) -> pd.DataFrame:
        """The newest row of each thing; what it leaves empty is told by the newest row that says it."""
        rows = self.rows(source, dataset, with_unit=True)
        rows["_newest"] = rows[updated].fillna(rows.received_at)
        order = ["_newest", "received_at", "delivery_id", "_row_number"]
        return rows.sort_values(order, ascending=False).groupby(key, as_index=False, sort=False).first()

    def snapshot(self, source: str, dataset: str, month: date, max_age: int, with_unit: bool = True) -> pd.DataFrame:
        """The rows of each sender's newest state up to the month's end that is young enough, its newest delivery."""
        rows = self.rows(source, dataset, with_unit)
        end = pd.Timestamp(month_end(month))
        closed = pd.to_datetime(rows.window_end)
        rows = rows[(closed <= end) & (closed + pd.DateOffset(months=max_age) > end)]
        rows = rows[rows.window_end == rows.groupby("part").window_end.transform("max")]
        rows = rows.sort_values(["received_at", "delivery_id", "_row_number"])
        return rows[rows.delivery_id == rows.groupby("part").delivery_id.transform("last")]


def month_end(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _between(days: pd.Series, first: date, month: date) -> pd.Series:
    days = pd.to_datetime(days)
    return (days >= pd.Timestamp(first)) & (days < pd.Timestamp(month_end(month)) + pd.Timedelta(days=1))


def _of(rows: pd.DataFrame, units: dict[str, str], levels: tuple[str, ...]) -> pd.DataFrame:
    return rows[rows.unit_code.isin([code for code, level in units.items() if level in levels])]


def dossiers(landing: Landing, unit: str, month: date, levels: tuple[str, ...]) -> tuple[int, int]:
    """a5, b6: received in the year (accepted status), and those of channel 2 among them."""
    rows = landing.register("online_public_services", "dossiers", "ma_ho_so", "ngay_cap_nhat")
    accepted = rows.trang_thai_ho_so.fillna("2").isin(["2", *map(str, range(4, 11))])
    rows = rows[accepted & _between(rows.ngay_tiep_nhan, date(month.year, 1, 1), month)]
    rows = _of(rows, landing.subtree(unit, month_end(month)), levels)
    return int((rows.kenh_thuc_hien == "2").sum()), len(rows)


def digitised(landing: Landing, unit: str, month: date, levels: tuple[str, ...]) -> tuple[int, int]:
    """a6a: of the dossiers with components received since 1 June, those with a digitised one."""
    rows = landing.register("online_public_services", "dossiers", "ma_ho_so", "ngay_cap_nhat")
    accepted = rows.trang_thai_ho_so.fillna("2").isin(["2", *map(str, range(4, 11))])
    rows = rows[accepted & _between(rows.ngay_tiep_nhan, date(2022, 6, 1), month) & (rows.so_thanh_phan > 0)]
    rows = _of(rows, landing.subtree(unit, month_end(month)), levels)
    return int(rows.ho_so_co_thanh_phan_so_hoa.fillna(False).astype(bool).sum()), len(rows)


def work_files(landing: Landing, unit: str, month: date, levels: tuple[str, ...]) -> tuple[int, int]:
    """a2, b2a, b2b: work files closed in the year, and those handled wholly online."""
    rows = landing.rows("e_office", "work_files", with_unit=True)
    rows["_newest"] = rows.ngay_cap_nhat.fillna(rows.received_at)
    rows = rows.sort_values(["_newest", "received_at", "delivery_id", "_row_number"]).groupby("ma_hscv").tail(1)
    rows = rows[_between(rows.ngay_ket_thuc, date(month.year, 1, 1), month)]
    rows = _of(rows, landing.subtree(unit, month_end(month)), levels)
    return int((rows.hinh_thuc_xu_ly == "dien_tu").sum()), len(rows)


def _population(landing: Landing, units: dict[str, str], month: date, without: str | None) -> int:
    """The newest figure of the year or before; the list has the codes of communes."""
    rows = landing.rows("reference", "population")
    rows = rows[pd.to_datetime(rows.ngay_thong_ke).dt.year <= month.year]
    rows = rows[rows.ngay_thong_ke == rows.ngay_thong_ke.max()]
    order = ["received_at", "delivery_id", "_row_number"]
    rows = rows.sort_values(order).groupby(["ma_xa", "nhom_tuoi"], as_index=False).tail(1)
    return int(rows[rows.ma_xa.isin(list(units)) & (rows.nhom_tuoi != without)].so_nguoi.sum())


def citizen_app(landing: Landing, unit: str, month: date, levels: tuple[str, ...]) -> tuple[int, int]:
    """b7: activated accounts of people of 15 and over, of the population of 15 and over."""
    units = landing.subtree(unit, month_end(month))
    rows = landing.snapshot("citizen_app", "accounts", month, 3)
    rows = rows.sort_values("_row_number").groupby(["unit_code", "nhom_tuoi"], as_index=False).tail(1)
    rows = _of(rows[rows.nhom_tuoi != "0-14"], units, levels)
    return int(rows.so_tai_khoan_kich_hoat.sum()), _population(landing, units, month, "0-14")


def health_records(landing: Landing, unit: str, month: date, levels: tuple[str, ...]) -> tuple[int, int]:
    """d2c: people with an active record, each once and where the record touched last says, of all people."""
    units = landing.subtree(unit, month_end(month))
    rows = landing.snapshot("health_records", "records", month, 3)
    known = rows[rows.so_cccd.notna() & rows.ma_the_bhyt.notna()].groupby("ma_the_bhyt").so_cccd.min()
    rows = rows[(rows.trang_thai == "hoat_dong") & (pd.to_datetime(rows.ngay_tao) <= pd.to_datetime(rows.window_end))]
    person = rows.so_cccd.fillna(rows.ma_the_bhyt.map(known)).fillna(rows.ma_the_bhyt).fillna(rows.ma_ho_so)
    rows = rows.assign(person=person, touched=rows.ngay_cap_nhat_cuoi.fillna(rows.ngay_tao))
    order = ["touched", "ngay_tao", "ma_ho_so", "delivery_id", "_row_number"]
    people = _of(rows.sort_values(order).groupby("person").tail(1), units, levels)
    return len(people), _population(landing, units, month, None)


def e_invoices(landing: Landing, unit: str, month: date, levels: tuple[str, ...]) -> tuple[int, int]:
    """c3: active enterprises of the tax register (no branches), and those with an accepted registration."""
    rows = landing.snapshot("e_invoices", "tax_register", month, 3)
    rows = rows.sort_values("_row_number").groupby("mst").tail(1)
    rows = rows[(rows.loai_nnt == "DN") & (rows.trang_thai == "hoat_dong") & ~rows.mst.str.contains("-")]
    rows = _of(rows[rows.office_unit_code.notna()], landing.subtree(unit, month_end(month)), levels)
    told = landing.rows("e_invoices", "registrations")
    sent = landing.receipts[
        (landing.receipts.source_code == "e_invoices") & (landing.receipts.dataset == "registrations")
    ]
    pairs = told[["_delivery_id", "_row_number", "part", "ngay", "received_at"]].merge(
        sent[["part", "window_start", "window_end", "received_at"]], on="part", suffixes=("", "_newer")
    )
    day = pd.to_datetime(pairs.ngay).dt.normalize()
    covers = (day >= pd.to_datetime(pairs.window_start)) & (day <= pd.to_datetime(pairs.window_end))
    replaced = pairs[covers & (pairs.received_at_newer > pairs.received_at)][["_delivery_id", "_row_number"]]
    told = told.merge(replaced.drop_duplicates(), how="left", indicator=True)
    told = told[(told._merge == "left_only") & (told.trang_thai_xac_nhan == 1)]
    told = told[pd.to_datetime(told.ngay).dt.normalize() <= pd.Timestamp(month_end(month))]
    return int(rows.mst.isin(set(told.mst)).sum()), len(rows)


PLACES = ("commune", "district", "province")
RULES = {
    "a2": (work_files, ("department",)),
    "a5": (dossiers, ("department",)),
    "a6a": (digitised, ("department",)),
    "b2a": (work_files, ("district",)),
    "b2b": (work_files, ("commune",)),
    "b6": (dossiers, ("district", "commune")),
    "b7": (citizen_app, PLACES),
    "c3": (e_invoices, PLACES),
    "d2c": (health_records, PLACES),
}
"""Indicator → its rule, and the levels of the offices (or places) whose rows count."""
