"""Opens zip files of strangers: nothing is written to disk or unpacked that is too large."""

import zipfile
from dataclasses import dataclass

from avatar_serving.avatars.package import MAX_FILE_BYTES, MAX_PACKAGE_BYTES, UNREADABLE
from avatar_serving.errors import PackageInvalid
from avatar_serving.zips import open_zip

MAX_MEMBERS = 200
MAX_UNPACKED_BYTES = 128 * 2**20
JUNK = ("__MACOSX/",)
"""What archivers add of their own; hidden files are left out as well."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of the one folder in an archive, by their names in it."""

    name: str
    files: dict[str, bytes]


def member_names(data: bytes) -> list[str]:
    """Raises PackageInvalid: not a zip, or too large a one."""
    if len(data) > MAX_PACKAGE_BYTES:
        raise PackageInvalid(f"the file is larger than {MAX_PACKAGE_BYTES // 2**20} MB")
    try:
        with open_zip(data) as archive:
            return archive.namelist()
    except UNREADABLE as error:
        raise PackageInvalid(f"not a readable zip file: {error}") from error


def only_folder(data: bytes, wanted: tuple[str, ...]) -> Folder:
    """The *wanted* files, as far as they are there, of the one folder of a zip.

    Raises:
        PackageInvalid: not a zip, damaged, hostile, or with no entry for exactly one folder.
    """
    member_names(data)
    try:
        with open_zip(data) as archive:
            infos = _checked(archive)
            folder = _folder(infos)
            files = {
                info.filename.removeprefix(folder): archive.read(info)
                for info in infos
                if info.filename.removeprefix(folder) in wanted and not info.is_dir()
            }
    except UNREADABLE as error:
        raise PackageInvalid(f"not a readable zip file: {error}") from error
    return Folder(folder.rstrip("/"), files)


def _checked(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = [info for info in archive.infolist() if not info.filename.startswith(JUNK)]
    names = [info.filename for info in infos]
    if len(infos) > MAX_MEMBERS or len(set(names)) != len(names):
        raise PackageInvalid(f"the zip holds the same name twice, or over {MAX_MEMBERS} files")
    for info in infos:
        _check_name(info.filename)
        _check_member(info)
    if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise PackageInvalid(f"the zip unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MB")
    return infos


def _check_name(name: str) -> None:
    parts = name.rstrip("/").split("/")
    if name.startswith("/") or "\\" in name or ":" in name or {"..", ".", ""} & set(parts):
        raise PackageInvalid(f"the zip holds a name that leads elsewhere: {name[:60]!r}")


def _check_member(info: zipfile.ZipInfo) -> None:
    name = info.filename[:60]
    if info.file_size > MAX_FILE_BYTES:
        raise PackageInvalid(f"{name} unpacks to more than {MAX_FILE_BYTES // 2**20} MB")
    if info.flag_bits & 1:
        raise PackageInvalid(f"{name} is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise PackageInvalid(f"{name} is packed in an unusual way")


def _folder(infos: list[zipfile.ZipInfo]) -> str:
    """The name of the one folder, with its slash."""
    folders = [info.filename for info in infos if info.is_dir()]
    if not folders:
        raise PackageInvalid(
            "the zip has no entry for its folder, without which players do not open it; "
            "zip the folder itself (zip -r), not its files"
        )
    if len(folders) > 1:
        raise PackageInvalid("the zip holds more than one folder")
    return folders[0]
