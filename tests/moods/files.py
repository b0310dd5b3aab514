"""Bad moods of inboxes on servers, each with the way it ends."""

from tests.moods.catalogue import Failed, Mood, Recovered, Refused, Transport, Waits

MOODS = (
    Mood("server_down", "máy chủ không chạy", "server down", Failed("unreachable", "")),
    Mood("wrong_password", "sai mật khẩu", "wrong password", Failed("login_refused", "")),
    Mood("unknown_host_key", "khóa máy chủ chưa biết", "unknown host key", Failed("login_refused", "")),
    Mood("changed_host_key", "khóa máy chủ đã đổi", "changed host key", Failed("login_refused", "")),
    Mood("no_password_set", "chưa đặt mật khẩu", "no password set", Failed("not_configured", "")),
    Mood(
        "password_in_the_address", "mật khẩu ghi trong địa chỉ", "password in the address",
        Failed("not_configured", ""),
    ),
    Mood("no_such_folder", "thư mục không có trên máy chủ", "no such folder", Failed("rejected", "")),
    Mood("folder_of_no_source", "thư mục không phải nguồn nào", "folder of no source", Failed("rejected", "")),
    Mood(
        "connection_lost_mid_file_once", "mất kết nối giữa tệp, lần sau được", "connection lost mid-file once",
        Recovered(),
    ),
    Mood(
        "connection_lost_mid_file_always", "mất kết nối giữa tệp mọi lần", "connection lost mid-file always",
        Failed("incomplete", ""),
    ),
    Mood("file_grows_between_looks", "tệp đang lớn lên giữa hai lần xem", "file grows between looks", Waits()),
    Mood("file_just_written", "tệp vừa được ghi", "file just written", Waits()),
    Mood("half_uploaded_temporary_name", "tên tạm của tệp tải lên dở", "half-uploaded temporary name", Waits()),
    Mood("same_name_new_bytes", "cùng tên, nội dung mới", "same name, new bytes", Recovered()),
    Mood("zip_of_several_deliveries", "nhiều lượt gửi trong một tệp nén", "zip of several deliveries", Recovered()),
    Mood("broken_zip", "tệp nén hỏng", "broken zip", Refused("")),
    Mood("zip_that_points_outside", "tệp nén trỏ ra ngoài", "zip that points outside", Refused("")),
    Mood("storage_down", "kho S3 không chạy", "storage down", Failed("unreachable", "")),
    Mood("storage_refuses_the_key", "kho S3 từ chối khóa", "storage refuses the key", Failed("login_refused", "")),
    Mood("no_such_bucket", "kho S3 không có", "no such bucket", Failed("rejected", "")),
)  # fmt: skip

TRANSPORT = Transport(
    "Hộp thư đến: thư mục, SFTP, S3",
    "Inboxes: folders, SFTP, S3",
    MOODS,
    "tests/test_transport_files.py::test_each_mood_ends_as_the_list_says_and_tells_no_secret",
)
