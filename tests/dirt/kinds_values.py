"""Dirt inside single values: dates, numbers, identifiers, spaces, words."""

from tests.dirt.catalogue import Excluded, Family, Kind, Refused, Rejected, Repaired, Settled
from tests.dirt.deliveries import (
    border_json,
    collections_csv,
    courses_csv,
    dossiers_json,
    dossiers_xlsx,
    invoices_json,
    invoices_xlsx,
    notice_xml,
    population_csv,
    records_csv,
    schools_csv,
    shops_csv,
    taxpayers_csv,
    work_files_html,
    work_files_xlsx,
)

_DAY = work_files_xlsx(ket_thuc=44624)
DATES = Family(
    "Ngày viết thành chữ",
    "Dates as text",
    "S02, S04, S10, S11, S14",
    (
        Kind("date_text", "dd/MM/yyyy", "dd/MM/yyyy", "04/03/2022", Repaired(_DAY), work_files_xlsx()),
        Kind(
            "date_text_with_time", "dd/MM/yyyy HH:mm:ss", "dd/MM/yyyy HH:mm:ss", "04/03/2022 16:30:00",
            Repaired(_DAY), work_files_xlsx(ket_thuc="04/03/2022 16:30:00"),
        ),
        Kind(
            "date_range", "Khoảng ngày", "A range of days", "15-17/3/2022",
            Rejected("unreadable_date", "ngay_ket_thuc"), work_files_html(ket_thuc="15-17/3/2022"),
        ),
        Kind(
            "date_range_of_course", "Khoảng ngày của lớp học: tính ngày cuối",
            "A range of days of a course: its last day counts", "15-17/8/2022",
            Repaired(courses_csv()), courses_csv(ngay_ket_thuc="15-17/8/2022"),
        ),
        Kind(
            "date_impossible", "Ngày không có thật", "A day that does not exist", "31/02/2022",
            Rejected("unreadable_date", "ngay_ket_thuc"), work_files_html(ket_thuc="31/02/2022"),
        ),
        Kind(
            "date_implausible", "Năm vô lý", "A year that cannot be", "04/03/0022",
            Rejected("unreadable_date", "ngay_ket_thuc"), work_files_html(ket_thuc="04/03/0022"),
        ),
    ),
)  # fmt: skip

_IN_DONG = collections_csv("45500000", "12000000", title="Đơn vị tính: đồng")
_NOON = dossiers_json(NgayTiepNhan="02/03/2022 09:00:00")
DATE_SHAPES = Family(
    "Các dạng ngày khác",
    "Other shapes of dates",
    "S02, S04, S08, S10, S14",
    (
        Kind("date_compact", "yyyyMMddHHmmss", "yyyyMMddHHmmss", "20220302090000", Repaired(_NOON), dossiers_json()),
        Kind(
            "date_year_first", "yyyy/MM/dd", "yyyy/MM/dd", "2022/03/02 09:00:00",
            Repaired(_NOON), dossiers_json(NgayTiepNhan="2022/03/02 09:00:00"),
        ),
        Kind(
            "date_compact_minutes", "yyyyMMddHHmm (XML1), khi hợp đồng dữ liệu không liệt kê",
            "yyyyMMddHHmm (XML1), where the contract does not list it", "202201050830",
            Rejected("unreadable_date", "ngay_tao"), records_csv(ngay_tao="202201050830"),
        ),
        Kind(
            "date_utc", "Giờ UTC: 17 giờ Z đã là ngày hôm sau", "UTC: 17:00 Z is the next day here",
            "2022-03-04T17:00:00Z", Repaired(invoices_json()), invoices_json(tdlap="2022-03-04T17:00:00Z"),
        ),
        Kind(
            "date_microseconds", "ISO có phần triệu giây, không múi giờ", "ISO with microseconds, no zone",
            "2022-03-07T10:00:00.000000", Repaired(notice_xml("2022-03-07T10:00:00")),
            notice_xml("2022-03-07T10:00:00.000000"),
        ),
        Kind(
            "date_serial", "Số ngày của bảng tính", "A spreadsheet's day number", "44624",
            Repaired(work_files_html()), work_files_html(ket_thuc="44624"),
        ),
        Kind(
            "date_epoch", "Số giây từ 1970", "Seconds since 1970", "1646413200",
            Rejected("unreadable_date", "ngay_lap"), invoices_json(tdlap="1646413200"),
        ),
        Kind(
            "date_broken_quotes", "Ngày lẫn dấu nháy", "A date with broken quotes", "2022’-‘03’-‘05’",
            Rejected("unreadable_date", "ngay_lap"), invoices_json(tdlap="2022’-‘03’-‘05’"),
        ),
    ),
)  # fmt: skip

NUMBERS = Family(
    "Số viết theo nhiều cách",
    "Numbers written in several ways",
    "S04, S07, S09, S15",
    (
        Kind(
            "decimal_comma", "Dấu phẩy thập phân", "A decimal comma", "1100,5",
            Repaired(invoices_json(tgtttbso=1100.5)), invoices_json(tgtttbso="1100,5"),
        ),
        Kind(
            "thousands_dot", "Dấu chấm ngăn nghìn", "Dots between thousands", "1.234.567,5",
            Repaired(invoices_json(tgtttbso=1234567.5)), invoices_json(tgtttbso="1.234.567,5"),
        ),
        Kind(
            "count_thousands", "Số đếm có dấu ngăn nghìn", "A count with separators", "1.234",
            Repaired(population_csv()), population_csv(so_nguoi="1.234"),
        ),
        Kind(
            "count_as_decimal", "Số đếm thành số thập phân", "A count that became a decimal", "1234.0",
            Repaired(population_csv()), population_csv(so_nguoi="1234.0"),
        ),
        Kind(
            "number_of_two_meanings", "Một dấu phẩy trước ba chữ số", "One comma before three digits", "1,234",
            Rejected("unreadable_number", "tong_tien_thanh_toan"), invoices_json(tgtttbso="1,234"),
        ),
        Kind(
            "percent_text", "Phần trăm thành chữ", "A percentage as text", "97,92%",
            Rejected("unreadable_number", "tong_tien_thanh_toan"), invoices_xlsx(tien="97,92%"),
        ),
        Kind(
            "count_in_words", "Số viết bằng lời", "A number in words", "một trăm",
            Rejected("unreadable_integer", "so_nguoi"), population_csv(so_nguoi="một trăm"),
        ),
        Kind(
            "amounts_in_millions", "Giá trị tính bằng triệu đồng, ghi trên bảng",
            "Values in millions of đồng, said above the table", "Đơn vị tính: triệu đồng",
            Repaired(_IN_DONG), collections_csv("45,5", "12", title="Đơn vị tính: triệu đồng"),
        ),
        Kind(
            "amounts_in_millions_by_heading", "Giá trị tính bằng triệu đồng, ghi ở tên cột",
            "Values in millions of đồng, said in the heading", "Giá trị KDTM (triệu đồng)",
            Repaired(_IN_DONG), collections_csv("45,5", "12", header=" (triệu đồng)"),
        ),
        Kind(
            "amounts_in_nothing_said", "Bảng tổng hợp không ghi đơn vị tính",
            "A summary that does not say what it counts in", "45,5",
            Refused(("gt_giao_dich", "Đơn vị tính")), collections_csv("45,5", "12"),
        ),
    ),
)  # fmt: skip

IDENTIFIERS = Family(
    "Mã số bị hiểu là số",
    "Identifiers taken for numbers",
    "S07, S10, S11, S14",
    (
        Kind(
            "commune_zero_lost", "Mã xã mất số 0", "A commune code without its zero", "6184",
            Repaired(records_csv()), records_csv(ma_xa="6184"),
        ),
        Kind(
            "commune_decimal", "Mã xã thêm .0", "A commune code with .0", "6184.0",
            Repaired(records_csv()), records_csv(ma_xa="6184.0"),
        ),
        Kind(
            "tax_zero_lost", "Mã số thuế mất số 0", "A tax code without its zero", "100000010",
            Repaired(taxpayers_csv(mst="0100000010")), taxpayers_csv(mst="100000010"),
        ),
        Kind(
            "tax_decimal", "Mã số thuế thêm .0", "A tax code with .0", "4900001028.0",
            Repaired(taxpayers_csv()), taxpayers_csv(mst="4900001028.0"),
        ),
        Kind(
            "tax_exponent", "Mã số thuế thành số mũ", "A tax code in powers of ten", "4.9E+09",
            Rejected("invalid_tax_code", "mst"), taxpayers_csv(mst="4.9E+09"),
        ),
        Kind(
            "tax_check_digit", "Mã số thuế sai số kiểm tra", "A tax code whose check digit fails", "4900001029",
            Rejected("invalid_tax_code", "mst"), taxpayers_csv(mst="4900001029"),
        ),
        Kind(
            "citizen_zero_lost", "Số định danh mất số 0", "A citizen number without its zero", "20190000002",
            Repaired(records_csv()), records_csv(so_cccd="20190000002"),
        ),
        Kind(
            "citizen_decimal", "Số định danh thêm .0", "A citizen number with .0", "20190000002.0",
            Repaired(records_csv()), records_csv(so_cccd="20190000002.0"),
        ),
        Kind(
            "invoice_zeros", "Số hóa đơn có số 0 đứng đầu", "An invoice number with leading zeros", "00000002",
            Repaired(invoices_json()), invoices_json(shdon="00000002"),
        ),
        Kind(
            "invoice_decimal", "Số hóa đơn thêm .0", "An invoice number with .0", "2.0",
            Repaired(invoices_json()), invoices_json(shdon="2.0"),
        ),
        Kind(
            "school_decimal", "MA_TRUONG đọc thành số thập phân", "MA_TRUONG read as a decimal", "20183402.0",
            Repaired(schools_csv()), schools_csv(ma="20183402.0"),
        ),
        Kind(
            "telephone_zero_lost", "Số điện thoại mất số 0", "A telephone number without its zero", "600000002",
            Repaired(shops_csv()), shops_csv(sdt="600000002"),
        ),
    ),
)  # fmt: skip

SPACES = Family(
    "Dấu cách và tab thừa",
    "Stray tabs and spaces",
    "S08, S11, S14",
    (
        Kind(
            "tab_after_code", "Tab sau mã số thuế", "A tab after a tax code", "4900001028⇥",
            Repaired(taxpayers_csv()), taxpayers_csv(mst="4900001028\t"),
        ),
        Kind(
            "no_break_space", "Dấu cách không ngắt", "A no-break space", "␣04/03/2022␣",
            Repaired(work_files_xlsx()), work_files_xlsx(ket_thuc="\u00a004/03/2022\u00a0"),
        ),
        Kind(
            "double_space", "Hai dấu cách trong chữ", "Two spaces inside a text", "điện␣␣tử",
            Repaired(work_files_xlsx()), work_files_xlsx(hinh_thuc="điện  tử"),
        ),
    ),
)  # fmt: skip

WORDS = Family(
    "Từ viết tự do trong danh mục",
    "Free text where a list is meant",
    "S04, S10",
    (
        Kind(
            "currency", "VNĐ hay VND", "VNĐ or VND", "VNĐ",
            Repaired(invoices_xlsx()), invoices_xlsx(te="VNĐ"),
        ),
        Kind(
            "flag_co", "Có / x / 1: «Có»", "Có / x / 1: 'Có'", "Có",
            Repaired(dossiers_xlsx()), dossiers_xlsx(so_hoa="Có"),
        ),
        Kind(
            "flag_x", "Có / x / 1: «x»", "Có / x / 1: 'x'", "x",
            Repaired(dossiers_xlsx()), dossiers_xlsx(so_hoa="x"),
        ),
        Kind(
            "accents_and_case", "Mất dấu, chữ hoa", "Without accents, in capitals", "DIEN TU",
            Repaired(work_files_html()), work_files_html(hinh_thuc="DIEN TU"),
        ),
        Kind(
            "unknown_word", "Từ ngoài danh mục", "A word not in the list", "qua fax",
            Rejected("unknown_code", "hinh_thuc_xu_ly"), work_files_html(hinh_thuc="qua fax"),
        ),
        Kind(
            "unknown_status", "Trạng thái lạ không bị coi là tắt", "An unknown status is not taken for 'off'", "99",
            Rejected("unknown_code", "trang_thai_ho_so"), dossiers_json(TrangThaiHoSo="99"),
        ),
    ),
)  # fmt: skip

TESTS = Family(
    "Dòng thử của phần mềm",
    "Rows that test the software",
    "S04, S06, S11",
    (
        Kind(
            "test_dossier", "Hồ sơ thử", "A test dossier", "TEST.183-220301-0002",
            Excluded("test_dossier"), dossiers_json(MaHoSo="TEST.183-220301-0002"),
        ),
        Kind(
            "test_school", "Dòng «Test vnpt», mã 20 chữ số", "A row 'Test vnpt' with a code of 20 digits",
            "28764572970000000001, Test vnpt",
            Excluded("test_row"), schools_csv(ma="28764572970000000001", ten="Test vnpt"),
        ),
    ),
)  # fmt: skip

FLAGS = Family(
    "Cờ và trạng thái không đúng nghĩa",
    "Flags that do not mean what they say",
    "S05, S08",
    (
        Kind(
            "flag_is_finish", "isFinish là false cả khi đã xong: không đọc, chỉ đọc confirmFinish",
            "isFinish is false even when all is done: it is not read, confirmFinish is", '"isFinish": false',
            Repaired(border_json()), border_json(isFinish=False),
        ),
        Kind(
            "radio_status", "Trạng thái lạ của thiết bị hiện là Tắt", "A device's unknown status shown as 'off'", "7",
            Settled(
                "a_device_is_put_to_use_when_it_once_connected_and_is_not_locked_whatever_it_does_now",
                "trạng thái lạ không làm mất thiết bị: đã kết nối và không bị khóa là đã đưa vào sử dụng",
                "an unknown status loses no device: once connected and not locked is put to use",
            ),
        ),
    ),
)  # fmt: skip
