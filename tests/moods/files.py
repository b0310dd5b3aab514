"""Bad moods of the inboxes on servers, each with the way it ends and the cause that is told."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["recovered", "waits", "refused", "alerted"]
"""Taken whole after all; left to the next look; a refused delivery with its reason; told to a person, nothing kept."""


@dataclass(frozen=True)
class Mood:
    """One mood: `cause` is that of `InboxFailed`, empty when nothing failed."""

    name_vi: str
    name_en: str
    outcome: Outcome
    cause: str = ""


MOODS = (
    Mood("máy chủ không chạy", "server down", "alerted", "unreachable"),
    Mood("sai mật khẩu", "wrong password", "alerted", "login_refused"),
    Mood("khóa máy chủ chưa biết", "unknown host key", "alerted", "login_refused"),
    Mood("khóa máy chủ đã đổi", "changed host key", "alerted", "login_refused"),
    Mood("chưa đặt mật khẩu", "no password set", "alerted", "not_configured"),
    Mood("mật khẩu ghi trong địa chỉ", "password in the address", "alerted", "not_configured"),
    Mood("thư mục không có trên máy chủ", "no such folder", "alerted", "rejected"),
    Mood("thư mục không phải nguồn nào", "folder of no source", "alerted", "rejected"),
    Mood("mất kết nối giữa tệp, lần sau được", "connection lost mid-file once", "recovered"),
    Mood("mất kết nối giữa tệp mọi lần", "connection lost mid-file always", "alerted", "incomplete"),
    Mood("tệp đang lớn lên giữa hai lần xem", "file grows between looks", "waits"),
    Mood("tệp vừa được ghi", "file just written", "waits"),
    Mood("tên tạm của tệp tải lên dở", "half-uploaded temporary name", "waits"),
    Mood("cùng tên, nội dung mới", "same name, new bytes", "recovered"),
    Mood("nhiều lượt gửi trong một tệp nén", "zip of several deliveries", "recovered"),
    Mood("tệp nén hỏng", "broken zip", "refused"),
    Mood("tệp nén trỏ ra ngoài", "zip that points outside", "refused"),
    Mood("kho S3 không chạy", "storage down", "alerted", "unreachable"),
    Mood("kho S3 từ chối khóa", "storage refuses the key", "alerted", "login_refused"),
    Mood("kho S3 không có", "no such bucket", "alerted", "rejected"),
)
