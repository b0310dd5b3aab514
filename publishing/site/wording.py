"""Words that only the site needs, Vietnamese and English: what a published code means to a reader."""

Pair = tuple[str, str]

GROUPS: dict[str, Pair] = {
    "departments": ("Sở, ban, ngành", "Departments"),
    "districts": ("Huyện, thành phố và xã", "Districts and communes"),
    "enterprises": ("Doanh nghiệp, thương mại, hạ tầng", "Enterprises, trade, coverage"),
    "public_services": ("Giáo dục, y tế", "Education and health"),
}
LEVELS: dict[str, Pair] = {
    "province": ("Toàn tỉnh", "Province"),
    "department": ("Sở, ban, ngành", "Departments"),
    "district": ("Huyện, thành phố", "Districts"),
    "commune": ("Xã, phường, thị trấn", "Communes"),
}
TIERS: dict[str, Pair] = {
    "department": ("cơ quan cấp tỉnh", "provincial offices"),
    "district": ("cơ quan cấp huyện", "district offices"),
    "commune": ("cơ quan cấp xã", "commune offices"),
    "place": ("địa bàn (người, hộ, doanh nghiệp, trường, cơ sở y tế)", "the place: people, firms, schools, facilities"),
}
PERIOD_RULES: dict[str, Pair] = {
    "cumulative": ("lũy kế từ ngày bắt đầu đến hết tháng", "to date: from the start to the month's end"),
    "received_since_start": (
        "lũy kế những gì tiếp nhận từ ngày bắt đầu",
        "to date: what was received from the start on",
    ),
    "state": ("trạng thái vào ngày cuối tháng", "the state on the month's last day"),
    "year_on_year": ("lũy kế, so với cùng các tháng năm trước", "to date, over the same months of the year before"),
}
ACCUMULATIONS: dict[str, Pair] = {
    "flow": ("cộng qua các tháng", "months add up"),
    "distinct_to_date": ("đếm mỗi đối tượng một lần từ đầu năm", "distinct things to date"),
    "stock": ("trạng thái cuối tháng", "state at the month's end"),
}
METHODS: dict[str, Pair] = {
    "level": ("Mức đạt", "Level"),
    "progress": ("Tiến bộ", "Progress"),
}
METHOD_NOTES: dict[str, Pair] = {
    "level": ("đạt được bao nhiêu phần chỉ tiêu", "how much of the target is reached"),
    "progress": ("đã đi bao nhiêu đường từ mốc gốc tới chỉ tiêu", "how much of the way from the baseline is made"),
}
SCORE_REASONS: dict[str, Pair] = {
    "denominator_too_small": ("mẫu số quá nhỏ", "too few things counted"),
    "no_baseline": ("không có mốc gốc", "no baseline"),
    "baseline_too_small": ("mẫu số ở mốc gốc quá nhỏ", "too few things counted at the baseline"),
    "no_target": ("không có mức chỉ tiêu", "no target"),
    "source_missing": ("thiếu số liệu", "data missing"),
    "before_start": ("chưa đến kỳ", "not started"),
    "held": ("bị giữ, chờ xác nhận", "held, to be confirmed"),
    "no_denominator": ("không phát sinh", "nothing to count"),
    "not_applicable": ("không áp dụng", "not applicable"),
}
FORECASTS: dict[str, Pair] = {
    "actual": ("đã đến 31/12", "31 December is reached"),
    "run_rate": ("nếu số phát sinh ba tháng gần nhất tiếp diễn", "if the last three months' flows go on"),
    "trend": ("nếu đà ba tháng gần nhất tiếp diễn", "if the last three months' rise goes on"),
    "value_continues": ("nếu giữ nguyên giá trị", "if the value stays"),
    "too_few_months": ("chưa đủ tháng để dự báo", "too few months to forecast"),
    "not_available": ("không dự báo được", "cannot be forecast"),
}
DELIVERY: dict[str, Pair] = {
    "on_time": ("đúng hạn", "on time"),
    "late": ("muộn", "late"),
    "missing": ("thiếu", "missing"),
    "refused": ("bị trả lại", "refused"),
    "not_yet_due": ("chưa đến hạn", "not yet due"),
}
CHECK_OUTCOMES: dict[str, Pair] = {
    "passed": ("đạt", "passed"),
    "failed": ("không đạt", "failed"),
    "fail": ("không đạt", "failed"),
    "warn": ("cảnh báo", "warned"),
    "error": ("không chạy được", "could not run"),
    "skipped": ("không chạy", "not run"),
}
CHECK_STAGES: dict[str, Pair] = {
    "dbt": ("khi tính", "while computing"),
    "gate": ("cổng công bố", "release gate"),
    "correction": ("đính chính có còn cần", "corrections still needed"),
}
SEVERITIES: dict[str, Pair] = {"error": ("chặn công bố", "blocks"), "warn": ("cảnh báo", "warning")}
REVISIONS: dict[str, Pair] = {
    "late": ("số liệu nộp muộn", "late delivery"),
    "resent": ("nộp lại", "sent again"),
    "correction": ("đính chính", "correction"),
    "confirmation": ("đã xác nhận", "confirmation"),
    "definition": ("đổi cách tính", "definition"),
    "code": ("đổi chương trình tính", "code"),
}
KINDS: dict[str, Pair] = {
    "indicator": ("chỉ tiêu đo được", "measured"),
    "context": ("số liệu tham khảo", "context"),
    "not_countable": ("không đếm được", "not countable"),
}
COMPARATORS = {">=": "≥", ">": ">"}
STATUS_NOTES: dict[str, Pair] = {
    "computed": ("có đủ số liệu, đã tính", "the data is there and was counted"),
    "source_missing": (
        "một kỳ hoặc một bên gửi chưa có số liệu dù đã quá hạn; không tính thay",
        "a month or a sender has no delivery past its grace; nothing is filled in",
    ),
    "before_start": ("chỉ tiêu chưa bắt đầu tính", "the indicator had not begun"),
    "held": (
        "giá trị nằm ngoài giới hạn, chờ người xác nhận; không xét đạt",
        "outside its bounds, waits to be confirmed; not judged",
    ),
    "no_denominator": ("mẫu số bằng 0: không phát sinh gì để tính", "the denominator is 0: nothing to count"),
    "not_applicable": ("đơn vị không được giao chỉ tiêu này", "the unit was not given this target"),
}
BAND_ICONS = {
    "achieved": "✓",
    "on_track": "↗",
    "needs_acceleration": "»",
    "limited": "▽",
    "falling_back": "↘",
    "not_available": "–",
}
