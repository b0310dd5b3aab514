"""Every cause for which a person is told something: what it is called, and what to do.

`docs/operating.md` has a heading for each, whose anchor is the code with hyphens; a message points there.
"""

from dataclasses import dataclass

RUNBOOK = "docs/operating.md"


@dataclass(frozen=True)
class Cause:
    """One kind of trouble. `title_*` are headings; `todo_*` are what a message says to do, in a sentence or two."""

    code: str
    title_vi: str
    title_en: str
    todo_vi: str
    todo_en: str

    @property
    def anchor(self) -> str:
        """The heading's anchor in the runbook."""
        return self.code.replace("_", "-")

    @property
    def runbook(self) -> str:
        """Where the whole procedure is."""
        return f"{RUNBOOK}#{self.anchor}"


_ALL = (
    Cause(
        "delivery_refused",
        "Lượt nhận bị từ chối",
        "Delivery refused",
        "Gửi lý do này cho bên gửi (`langson rejects MÃ`, mã trong ngoặc) và xin bản đúng; "
        "nếu số liệu giảm thật thì `langson confirm shrink MÃ`.",
        "Send the reason to the sender (`langson rejects ID`, the id in brackets) and ask for a right one; "
        "if it really shrank, `langson confirm shrink ID`.",
    ),
    Cause(
        "delivery_late",
        "Lượt nhận quá hạn",
        "Delivery late",
        "Nhắc bên gửi; các đơn vị liên quan không có số cho tới khi nhận được.",
        "Remind the sender; the units concerned have no numbers until it comes.",
    ),
    Cause(
        "pull_not_configured",
        "Chưa khai báo địa chỉ hoặc mật khẩu để lấy số liệu",
        "Address or secret of a fetched source not set",
        "Đặt các biến môi trường được nêu tên rồi khởi động lại dịch vụ.",
        "Set the variables that are named and restart the service.",
    ),
    Cause(
        "pull_unreachable",
        "Hệ thống nguồn không trả lời",
        "Source system does not answer",
        "Kiểm tra mạng và hệ thống nguồn; lượt sau tự hỏi lại, không mất kỳ nào.",
        "Check the network and the source system; it is asked again by itself and no window is lost.",
    ),
    Cause(
        "pull_login_refused",
        "Hệ thống nguồn không cho đăng nhập",
        "Source system refuses the login",
        "Xin lại tài khoản hoặc mật khẩu của hệ thống nguồn, đặt vào biến môi trường.",
        "Ask the source system's owner for a working account and put it in the environment.",
    ),
    Cause(
        "pull_rejected",
        "Hệ thống nguồn từ chối yêu cầu",
        "Source system rejects the request",
        "Giao diện của nguồn có thể đã đổi: đối chiếu với `pull` trong source.yml.",
        "The source's interface may have changed: compare it with `pull` in source.yml.",
    ),
    Cause(
        "pull_incomplete",
        "Số liệu lấy về không đủ một kỳ",
        "Fetched answers are not a whole window",
        "Báo đơn vị vận hành nguồn; không gì được giữ lại, lượt sau tự hỏi lại.",
        "Tell the source's operator; nothing was kept and it is asked again by itself.",
    ),
    Cause(
        "inbox_unreachable",
        "Không đọc được hộp nhận",
        "Inbox unreachable",
        "Kiểm tra LANGSON_INBOX, ổ đĩa hoặc máy chủ, và các thư mục bên trong.",
        "Check LANGSON_INBOX, the disk or server, and the folders in it.",
    ),
    Cause(
        "inbox_file_failed",
        "Tệp trong hộp nhận không tải được",
        "File of the inbox could not be fetched",
        "Kiểm tra tệp và quyền đọc trên máy chủ; lượt sau tự thử lại.",
        "Check the file and its permissions on the server; it is tried again by itself.",
    ),
    Cause(
        "candidate_refused",
        "Bản dự thảo không qua cổng kiểm tra",
        "Candidate refused by the gate",
        "Xem lý do từng kiểm tra; bản hiện hành giữ nguyên cho tới khi sửa xong hoặc xác nhận.",
        "See each check's reason; current stays until it is put right or confirmed.",
    ),
    Cause(
        "value_held",
        "Giá trị vượt ngưỡng, bị giữ",
        "Value held",
        "Hỏi đơn vị; nếu đúng thì `langson confirm value`, nếu sai thì xin lượt nhận đúng.",
        "Ask the unit; if it is right, `langson confirm value`, if not, ask for a right delivery.",
    ),
    Cause(
        "correction_stale",
        "Nguồn đã sửa, bỏ dòng sửa cũ",
        "Correction no longer needed",
        "Nguồn đã gửi số đúng: bỏ mục này khỏi corrections.yml; lịch sử git giữ lại nó.",
        "The source now sends it right: remove this entry of corrections.yml; git keeps it.",
    ),
    Cause(
        "run_crashed",
        "Lượt chạy hỏng",
        "Run crashed",
        "Xem nhật ký của lượt chạy trong Dagster; bản hiện hành không bị ảnh hưởng.",
        "See the run's log in Dagster; current is not affected.",
    ),
)

CAUSES = {cause.code: cause for cause in _ALL}
"""By code."""
