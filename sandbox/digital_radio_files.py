"""The files of digital radio: Ds_Thiet_Bi.xlsx of the screen, the interface's answer, the department's list."""

import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

from sandbox.bulk_files import ListCell, write_list_xlsx
from sandbox.digital_radio import COMMUNE, DISTRICT, VILLAGE, Device, Radio, is_listed, is_locked
from sandbox.frame import AS_OF, Delivered, DirtTally, World
from sandbox.spelling import day_text, moment_text
from sandbox.workbooks import Cell, Header, Sheet, write_xlsx

SOURCE = "digital_radio"
_HEADER = (
    "Mã thiết bị", "Khu vực", "Thông tin chi tiết", "Vĩ độ", "Kinh độ", "Trạng thái", "Âm lượng", "Thông số môi trường",
    "Chương trình hiện tại", "Ngày tạo", "Kết nối lần cuối",
)  # fmt: skip
_STATES = {-1: "Tắt", 0: "Dừng phát", 1: "Đang phát", 2: "Đang kết nối lại", 3: "Lỗi", 99: "Tạm khóa"}
_LIST = ("STT", "Xã, phường, thị trấn", "Loại đài", "Số cụm loa", "Năm đầu tư", "Tình trạng")
_PAGE = 30


class RadioFiles:
    """Writes every delivery of one province's radio."""

    def __init__(self, radio: Radio, world: World, inbox: Path, tally: DirtTally) -> None:
        self._radio, self._world, self._inbox, self._tally = radio, world, inbox, tally
        self._deliveries: list[Delivered] = []

    def write_all(self) -> list[Delivered]:
        """Devices of every month (a book until June, the interface's answer from then on) and the list."""
        for turn, day in enumerate(self._radio.days):
            if day in self._radio.silent:
                self._tally.add(SOURCE, "file_never_sent", lost=1)
            else:
                self._deliver(turn, day)
        for turn, day in enumerate(self._radio.list_days):
            path = f"{SOURCE}/DanhSachTruyenThanh_{day:%Y%m%d}.xlsx"
            self._write_list(path, turn, day)
            self._sent(path, day, 12)
        return self._deliveries

    def _sent(self, path: str, day: date, days: int) -> None:
        moment = datetime(day.year, day.month, day.day, 9, 5) + timedelta(days=days)
        self._deliveries.append(Delivered(path, min(moment, AS_OF)))

    def _deliver(self, turn: int, day: date) -> None:
        dirt, delay = self._world.settings.dirt, 4
        devices = [device for device in self._radio.devices if is_listed(device, day)]
        book = turn < 6
        stem = f"{SOURCE}/{'Ds_Thiet_Bi' if book else 'device'}_{day:%Y%m%d}"
        path = f"{stem}.{'xlsx' if book else 'json'}"
        if dirt and turn == 2:
            self._write_book(f"{stem}_cu.xlsx", day, devices, renamed=True)
            self._sent(f"{stem}_cu.xlsx", day, delay)
            self._tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
            delay += 4
        elif dirt and turn == 7:
            self._write_answer(f"{stem}_trang1.json", day, devices[: min(_PAGE, len(devices) // 3)])
            self._sent(f"{stem}_trang1.json", day, delay)
            self._tally.add(SOURCE, "first_page_only_then_whole_answer", repairable=1)
            delay += 2
        elif dirt and turn == 4:
            delay += 50
            self._tally.add(SOURCE, "late_file", repairable=1)
        (self._write_book if book else self._write_answer)(path, day, devices)
        self._sent(path, day, delay)
        if dirt and turn == 10:
            again = f"{stem}_lan2.json"
            shutil.copyfile(self._inbox / path, self._inbox / again)
            self._sent(again, day, delay + 14)
            self._tally.add(SOURCE, "same_file_sent_twice", repairable=1)

    def _area(self, device: Device) -> list[str]:
        """The names of the device's area, the smallest first."""
        if device.lost == "unknown_area":
            return ["Xã Thượng Lâm Mới", "Huyện Hoa Sim", "Tỉnh Lạng Sơn"]
        above = [self._world.units[code].name for code in self._world.ancestors[device.unit]]
        return [device.village, *above] if device.village else above

    def _fields(self, device: Device, day: date) -> tuple[str, str, int, int | str, str, str]:
        """Latitude, longitude, status, volume, and the moments made and last connected; spoiled as marked."""
        number = int(device.code[2:])
        latitude, longitude = f"{21.4 + number % 97 / 97:.6f}", f"{106.2 + number % 89 / 89:.6f}"
        status = 99 if is_locked(device, day) else (-1, 0, 1, 2, 3)[(number + day.month) % 5]
        volume: int | str = number % 101
        kind = device.lost or device.spoiled
        if device.lost:
            self._tally.add(SOURCE, kind, lost=1)
        elif kind:
            self._tally.add(SOURCE, kind, repairable=1)
        if kind == "swapped_coordinates":
            latitude, longitude = longitude, latitude
        elif kind == "volume_out_of_range":
            volume = 140 if number % 2 else -5
        elif kind == "unreadable_volume":
            volume = "tối đa"
        elif kind == "unknown_status" and status != 99:
            status = 7
        return latitude, longitude, status, volume, *self._moments(device, day, kind)

    @staticmethod
    def _moments(device: Device, day: date, kind: str) -> tuple[str, str]:
        made = f"{device.created.isoformat()}T08:12:44.120000"
        if kind == "unreadable_date":
            made = "0000-00-00T00:00:00"
        last = max(device.connected, day - timedelta(days=int(device.code[-2:]) % 9))
        # Made and connected between the closing date and the export: the export shows it, the closing date does not.
        since = max(day, device.created)
        return made, f"{last.isoformat()}T21:05:09.5" if device.connected <= since else ""

    def _write_book(self, name: str, day: date, devices: list[Device], renamed: bool = False) -> None:
        lines: list[list[ListCell]] = []
        for device in devices:
            latitude, longitude, status, volume, made, connected = self._fields(device, day)
            line: list[ListCell] = [
                device.code, ", ".join(self._area(device)), "Cụm loa mô phỏng", latitude.replace(".", ","),
                longitude.replace(".", ","), _STATES.get(status, "Không xác định"), volume, "", "",
                _on_screen(made), _on_screen(connected),
            ]  # fmt: skip
            lines += [[len(lines) + 1, *line]] * (2 if device.spoiled == "listed_twice" else 1)
        header = ["STT", *("Lần cuối trực tuyến" if renamed and label == _HEADER[-1] else label for label in _HEADER)]
        write_list_xlsx(self._inbox / name, ["DANH SÁCH THIẾT BỊ (MÔ PHỎNG)"], header, lines)

    def _write_answer(self, name: str, day: date, devices: list[Device]) -> None:
        """All pages of one pull together: a device on the border of two pages is in both."""
        records = []
        for device in devices:
            latitude, longitude, status, volume, made, connected = self._fields(device, day)
            area = self._area(device)
            record = {
                "mac": device.code,
                "administrativeCode": {
                    "code": device.unit,
                    "name": area[0].split(" ", 1)[1],
                    "nameWithType": area[0],
                    "pathWithType": ", ".join(area),
                    "division": device.division,
                    "typeName": {VILLAGE: "thon", COMMUNE: "xa", DISTRICT: "huyen"}.get(device.division, "tinh"),
                },
                "description": "Cụm loa mô phỏng",
                "latitude": float(latitude),
                "longitude": float(longitude),
                "status": status,
                "volume": volume,
                "info": None,
                "sourceStream": {"sourceType": 5},
                "created": made,
                "lastConnected": connected or None,
            }
            records += [record] * (2 if device.spoiled == "listed_twice" else 1)
        answer = {"pagination": {"page_size": _PAGE, "page_count": -(-len(records) // _PAGE)}, "data": records}
        path = self._inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")

    def _write_list(self, name: str, turn: int, day: date) -> None:
        """One group of rows a district, as the department keeps it."""
        groups: list[tuple[str, list[list[Cell]]]] = []
        for district in self._world.of_level("district"):
            members: list[list[Cell]] = []
            for row in self._radio.rows:
                unit = self._world.units[row.commune]
                if unit.parent != district.code:
                    continue
                clusters, state = row.states[turn]
                text = unit.name
                if row.lost:
                    text = "Xã Thượng Lâm Mới"
                    self._tally.add(SOURCE, "unknown_commune", lost=1)
                members.append([text, row.kind, clusters, row.invested, state])
            groups.append((district.name, members))
        title = ["SỞ THÔNG TIN VÀ TRUYỀN THÔNG", "ĐÀI TRUYỀN THANH CẤP XÃ (MÔ PHỎNG)", f"Tính đến ngày {day_text(day)}"]
        write_xlsx(self._inbox / name, Sheet(title, Header(_LIST), groups, ["NGƯỜI LẬP BIỂU"]))


def _on_screen(moment: str) -> str:
    """dd/MM/yyyy HH:mm:ss of the interface's moment; nothing for none, and what is no moment as it is."""
    if not moment or moment.startswith("0000"):
        return moment
    return moment_text(datetime.fromisoformat(moment))
