"""Dirt that shows only across rows, deliveries or units: decided behind the door, each by a test named here."""

from tests.dirt.catalogue import Family, Kind, SameUnit, Settled

_TWICE = Settled(
    "a_dossier_sent_again_or_by_district_and_commune_counts_once",
    "đếm một lần: lần cập nhật mới nhất thay các lần trước",
    "counted once: the newest update takes the place of the others",
)
DUPLICATES = Family(
    "Một việc gửi nhiều lần",
    "One thing sent several times",
    "S03, S04, S06, S07, S14",
    (
        Kind("resync", "Đồng bộ lại cùng hồ sơ", "The same dossier synced again", "H37.…-0001 hai lần", _TWICE),
        Kind("district_and_commune", "Huyện gửi cả hồ sơ của xã, xã lại gửi", "The district's file holds its communes'",
             "H37.…-0001 của huyện và của xã", _TWICE),
        Kind("two_records_of_one", "Một người hai hồ sơ sức khỏe", "One person, two health records", "cùng số CCCD",
             Settled("records_of_one_citizen_number_or_insurance_tail_are_one_person",
                     "đếm một người", "counted as one person")),
        Kind("sent_again", "Cùng kỳ gửi lại", "The same period sent again", "HSSK_183_20220331 (2)",
             Settled("the_newest_delivery_stands_and_an_older_one_is_superseded",
                     "lần gửi mới thay lần cũ", "the newer delivery stands")),
    ),
)  # fmt: skip

BEYOND = Family(
    "Tử số lớn hơn mẫu số",
    "Numerator above denominator",
    "S11",
    (
        Kind("above_whole", "Giá trị vượt giới hạn", "A value beyond its bounds", "675 > 657",
             Settled("a_value_has_one_status_by_precedence_and_is_judged_on_integers",
                     "giữ lại chờ xác nhận: có số, không kết luận đạt hay không, kèm giá trị lần trước",
                     "held until confirmed: the counts stand, nothing is judged, the last good value is beside them")),
    ),
)  # fmt: skip

UNITS = Family(
    "Một đơn vị nhiều tên",
    "One unit under several names",
    "S02, S04, S09, S14",
    (
        Kind("unit_spellings", "Viết tắt, chữ hoa, thừa dấu cách, thiếu dấu", "Abbreviated, in capitals, badly spaced, "
             "without accents", "H.  CAO LỘC",
             SameUnit(("UBND huyện Cao Lộc", "H.  CAO LỘC", "huyen cao loc", "HUYỆN CAO LỘC, LẠNG SƠN"), "183")),
        Kind("unit_tone_place", "Dấu đặt hai kiểu", "Tone marks placed in two ways", "Hoà / Hòa",
             SameUnit(("Xã Hòa Bình, huyện Bình Gia", "Xã Hoà Bình, huyện Bình Gia"), "06103")),
        Kind("unit_within_part", "Xã trùng tên: của huyện gửi", "A commune's name used twice: that of the sender",
             "Xã Hòa Bình", SameUnit(("Xã Hòa Bình",), "06103", part="181")),
        Kind("unit_ambiguous", "Xã trùng tên, không rõ huyện", "A commune's name used twice, no district named",
             "Xã Hòa Bình", SameUnit(("Xã Hòa Bình",), None)),
        Kind("unit_unknown", "Đơn vị không có trong tỉnh", "No unit of the province", "Huyện Sóc Sơn",
             SameUnit(("Huyện Sóc Sơn", "Phòng Họp Số 2"), None)),
        Kind("unit_merged", "Xã đã sáp nhập 2024, 2025", "Communes merged in 2024 and 2025", "06007 → 05998",
             Settled("tests/test_units.py::test_the_mergers_leave_194_and_then_65_communes_and_lose_none",
                     "mỗi xã cũ có nơi đến, theo ngày", "every old commune has its successor, by date")),
        Kind("unit_code_reused", "Mã cũ dùng cho xã mới", "An old code used for a new commune", "37 mã năm 2025",
             Settled("tests/test_units.py::test_a_reused_code_means_the_unit_of_the_day",
                     "mã hiểu theo ngày của dữ liệu", "a code means the unit of the day")),
        Kind("unit_alias", "Tên cũ do người quyết định", "An old name a person decided on", "unit_aliases.yml",
             Settled("tests/test_units.py::test_an_alias_revives_a_spelling_from_the_moment_it_was_decided",
                     "dòng bị từ chối được tính lại", "the rejected rows come back")),
        Kind("village_former_name", "Thôn sáp nhập năm 2021 mang tên cũ", "Villages merged in 2021 under an old name",
             "Pác Cũ → Pác Mới",
             Settled("a_survey_row_means_the_village_of_that_name_in_its_commune_or_nobodys",
                     "tên cũ hiểu là thôn nay; tên cũ của hai thôn thì từ chối dòng",
                     "a former name means the village of today; that of two villages is rejected")),
    ),
)  # fmt: skip

PERIODS = Family(
    "Tháng báo cáo khác tháng dương lịch",
    "Reporting months that are no calendar months",
    "S01",
    (
        Kind("reporting_month", "Tháng báo cáo từ ngày 15 đến ngày 14", "The reporting month from the 15th to the 14th",
             "hạn gửi 15/03/2022",
             Settled("a_report_belongs_to_the_month_its_period_names_else_to_the_15th_to_14th_of_its_deadline",
                     "theo kỳ báo cáo; đột xuất hoặc không ghi kỳ thì theo hạn gửi, từ ngày 15 là tháng sau",
                     "by the period named; ad hoc or undated by its deadline, from the 15th the next month")),
    ),
)  # fmt: skip

_PLACE = "a_station_stands_where_its_coordinates_say_whichever_comes_first_and_nowhere_outside_the_province"
PLACES = Family(
    "Tọa độ viết nhiều cách",
    "Coordinates written in several ways",
    "S05, S09",
    (
        Kind("coordinates_swapped", "Kinh độ và vĩ độ đổi chỗ", "Longitude and latitude swapped",
             "21,92924/106,80808",
             Settled(_PLACE, "đổi lại theo phạm vi của tỉnh; ngoài tỉnh thì bỏ trống",
                     "put right by the bounds of the province; outside them left empty")),
        Kind("coordinates_commas", "Tọa độ dùng dấu phẩy thập phân", "Coordinates with decimal commas",
             "106,80808/21,92924", Settled(_PLACE, "đọc như dấu chấm", "read as points")),
    ),
)  # fmt: skip
