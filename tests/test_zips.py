"""Zips of strangers are opened only where their list of files is short."""

import io
import struct
import zipfile

import pytest

from avatar_serving.avatars import package
from avatar_serving.errors import PackageInvalid
from avatar_serving.exchange import archive
from avatar_serving.zips import MAX_DIRECTORY_BYTES, open_zip


def end_record(directory_bytes: int, comment: bytes = b"") -> bytes:
    fields = (0x06054B50, 0, 0, 1, 1, directory_bytes, 0, len(comment))
    return struct.pack("<IHHHHIIH", *fields) + comment


def entries(count: int, extra: bytes = b"") -> bytes:
    """A list of files that are not there."""
    fields = (0x02014B50, 20, 20, 0, 0, 0, 0, 0, 0, 0, 6, len(extra), 0, 0, 0, 0, 0)
    head = struct.pack("<IHHHHHHIIIHHHHHII", *fields)
    return b"".join(head + b"%06x" % number + extra for number in range(count))


def small_zip(comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        written.writestr("name", b"content")
        written.comment = comment
    return out.getvalue()


def refused(data: bytes, match: str) -> None:
    with pytest.raises(zipfile.BadZipFile, match=match):
        open_zip(data)


@pytest.mark.parametrize("comment", [b"", b"by an archiver"])
def test_an_ordinary_zip_is_opened(comment: bytes) -> None:
    with open_zip(small_zip(comment)) as opened:
        assert opened.namelist() == ["name"] and opened.read("name") == b"content"


def test_a_list_of_very_many_files_is_not_read() -> None:
    listed = entries(1 + MAX_DIRECTORY_BYTES // 52)
    for comment in (b"", b"comment"):
        refused(listed + end_record(len(listed), comment), "list of files")
    for reader in (package.read, archive.member_names, lambda d: archive.only_folder(d, ())):
        with pytest.raises(PackageInvalid, match="list of files"):
            reader(listed + end_record(len(listed)))


def test_long_extra_fields_count() -> None:
    listed = entries(2, bytes(40_000))
    refused(listed + end_record(len(listed)), "list of files")


def test_the_end_that_python_reads_is_the_one_that_is_measured() -> None:
    long, short = end_record(2**24), end_record(0)
    refused(short + long, "list of files")
    inside = end_record(2**24, comment=short + b"!")
    with open_zip(inside) as opened:
        assert opened.namelist() == [], "the last of two, as Python has it"


def test_the_form_for_large_files_is_refused() -> None:
    locator = struct.pack("<IIQI", 0x07064B50, 0, 0, 1)
    refused(bytes(56) + locator + end_record(0), "ZIP64")


@pytest.mark.parametrize("data", [b"", b"PK", bytes(100), small_zip()[:-1], b"PK\x05\x06"])
def test_what_is_no_zip(data: bytes) -> None:
    refused(data, "not a zip")
