"""An inbox in S3-compatible storage, through fsspec. An object is there only once it is whole."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import botocore.exceptions
import s3fs

from sources.transports.inbox import Found, Gone, InboxFailed, Lost, Mark, Options, named, shown

ENDPOINT, REGION = "LANGSON_INBOX_S3_ENDPOINT", "LANGSON_INBOX_S3_REGION"
KEY, SECRET = "LANGSON_INBOX_S3_KEY", "LANGSON_INBOX_S3_SECRET"


class S3Store:
    """`s3://bucket/prefix` at the endpoint that a variable names (Amazon's own without it)."""

    atomic = True

    def __init__(self, address: str, environment: Mapping[str, str], options: Options) -> None:
        parts = urlsplit(address)
        self._place = shown(address)
        self._root = f"{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
        if not parts.netloc:
            raise InboxFailed(self._place, "not_configured", "cần s3://kho/thư_mục", "needs s3://bucket/prefix")
        self._files = s3fs.S3FileSystem(
            # Only what the variables name: no profile or role that happens to be on this machine.
            key=named(environment, KEY, self._place, "mã truy cập", "the access key"),
            secret=named(environment, SECRET, self._place, "khóa bí mật", "the secret key"),
            endpoint_url=environment.get(ENDPOINT) or None,
            client_kwargs={"region_name": environment.get(REGION) or "us-east-1"},
            config_kwargs={
                "connect_timeout": options.timeout_seconds,
                "read_timeout": options.timeout_seconds,
                "retries": {"max_attempts": 0},
            },
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        self._files.retries = 1  # trying again is our caller's, with its own pauses

    @contextmanager
    def _translated(self, place: str) -> Iterator[None]:
        import aiohttp

        try:
            yield
        except FileNotFoundError as error:
            raise Gone(place) from error
        except PermissionError as error:
            raise InboxFailed(
                place, "login_refused", "kho từ chối mã truy cập hay khóa", "the storage refuses the key"
            ) from error
        except (botocore.exceptions.ParamValidationError, ValueError) as error:
            raise self._refused(place) from error
        except OSError as error:
            if _is_refusal(error.__cause__):
                raise self._refused(place) from error
            raise Lost(type(error).__name__) from error
        except (TimeoutError, aiohttp.ClientError, botocore.exceptions.BotoCoreError) as error:
            raise Lost(type(error).__name__) from error

    def _refused(self, place: str) -> InboxFailed:
        return InboxFailed(place, "rejected", "kho không nhận yêu cầu này", "the storage refuses the request")

    def listing(self) -> list[Found]:
        """Every object below the prefix."""
        try:
            with self._translated(self._place):
                self._files.ls(self._root.partition("/")[0], detail=False)  # a bucket that is not there is no empty one
                objects = self._files.find(self._root, detail=True)
        except Gone as error:
            raise InboxFailed(self._place, "rejected", "không có kho này", "there is no such bucket") from error
        return [
            Found(path, path.removeprefix(self._root).lstrip("/"), _mark(entry))
            for path, entry in sorted(objects.items())
            if entry["type"] == "file"
        ]

    def mark(self, found: Found) -> Mark:
        """How the object is now."""
        with self._translated(found.path):
            return _mark(self._files.info(found.path, refresh=True))

    def copy(self, found: Found, target: Path) -> None:
        """The object's bytes; fewer than the storage said are a lost connection."""
        with self._translated(found.path):
            self._files.get_file(found.path, str(target))
        if target.stat().st_size != found.mark.size:
            raise Lost("short")

    def close(self) -> None:
        """Nothing is held open between calls."""


def _is_refusal(error: BaseException | None) -> bool:
    """Whether the storage says that the request itself is wrong: asking again would change nothing."""
    if not isinstance(error, botocore.exceptions.ClientError):
        return False
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return 400 <= status < 500 and status not in (408, 429)


def _mark(entry: Mapping[str, object]) -> Mark:
    modified = entry["LastModified"]
    nanoseconds = int(modified.timestamp()) * 1_000_000_000  # type: ignore[attr-defined]
    return Mark(int(str(entry["size"])), nanoseconds, str(entry.get("ETag") or "").strip('"'))
