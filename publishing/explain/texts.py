"""Words of the explanation that no table has: levels, roles, how months and units add up. Vietnamese, then English."""

from publishing.explain.model import Text

LEVELS = {
    "province": Text("tỉnh", "province"),
    "department": Text("sở, ban, ngành", "department"),
    "district": Text("huyện, thành phố", "district"),
    "commune": Text("xã, phường, thị trấn", "commune"),
    "place": Text("địa bàn", "place"),
}
ROLES = {"numerator": Text("Tử số", "Numerator"), "denominator": Text("Mẫu số", "Denominator")}
ACCUMULATIONS = {
    "flow": Text("cộng dồn các tháng từ đầu năm", "months add up since January"),
    "distinct_to_date": Text(
        "đối tượng khác nhau từ đầu năm, mỗi đối tượng một lần", "distinct things since January, each once"
    ),
    "stock": Text(
        "hiện trạng ngày cuối tháng, không cộng các tháng", "the state on the month's last day; months do not add up"
    ),
}
ROLLUPS = {
    "subtree": Text(
        "bằng tổng các đơn vị trực thuộc và phần của chính đơn vị", "the units below and its own, added up"
    ),
    "recount": Text(
        "đếm lại ở từng cấp, không bằng tổng các đơn vị trực thuộc",
        "counted afresh at each level, not the sum of the units below",
    ),
}
DELIVERY_ROLES = {
    "window": Text("trong thời gian được tính", "in the time counted"),
    "earlier": Text("trước đó, dòng có thể còn hiệu lực", "earlier, its rows may still hold"),
    "later": Text("sau đó, có thể mang dòng mới của cùng đối tượng", "later, may bring newer rows of the same things"),
}
OUTCOMES = {
    "standing": Text("đang dùng", "standing"),
    "superseded": Text("đã được thay", "superseded"),
    "refused": Text("bị trả lại", "refused"),
}
COUNTED_AFRESH = Text(
    "Đếm lại ở từng cấp: tổng các đơn vị trực thuộc không nhất thiết bằng số của đơn vị này.",
    "Counted afresh at each level: the units below need not add up to this unit.",
)
