"""Avatar packages as bytes: write, open safely, name. See ``docs/package-format.md``."""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from avatar_serving.avatars import glb, scene
from avatar_serving.avatars.manifest import Manifest, file_entry, package_id
from avatar_serving.avatars.pictures import decode_webp
from avatar_serving.avatars.rig import PortraitRig
from avatar_serving.errors import PackageInvalid
from avatar_serving.safety.consent import Consent
from avatar_serving.zips import open_zip

MANIFEST = "manifest.json"
FILES = ("avatar.glb", "background.webp", "thumbnail.webp")
FILES_OF = {"portrait": FILES, "gaussian": ("avatar.glb", "splats.ply", *FILES[1:])}
"""By type of avatar."""
MAYBE = (scene.FILE,)
"""Of portraits, what some have besides."""
MAX_PACKAGE_BYTES = 32 * 2**20
MAX_FILE_BYTES = 64 * 2**20
MAX_MANIFEST_BYTES = 2**20
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What the library raises, somewhere, on damaged archives."""
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Package:
    """An opened package whose hashes are right."""

    manifest: Manifest
    files: Mapping[str, bytes]


def write(manifest: Manifest, files: Mapping[str, bytes]) -> bytes:
    """A zip with *files* in order, their hashes and the package's id put into the manifest. The
    same input gives the same bytes."""
    entries = {name: file_entry(content) for name, content in files.items()}
    complete = manifest.model_copy(update={"files": entries, "id": package_id(entries)})
    text = json.dumps(complete.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {MANIFEST: text.encode(), **files}.items():
            archive.writestr(_member(name), content, compresslevel=6)
    return out.getvalue()


def read(package: bytes) -> Package:
    """Open and verify a package.

    Raises:
        PackageInvalid: it is damaged, hostile or of another version; says how.
    """
    if len(package) > MAX_PACKAGE_BYTES:
        raise PackageInvalid(f"the package is larger than {MAX_PACKAGE_BYTES // 2**20} MB")
    try:
        with open_zip(package) as archive:
            members = _checked_members(archive)
            manifest = _manifest(_content(archive, members[MANIFEST], MAX_MANIFEST_BYTES))
            files = {
                name: _content(archive, member, MAX_FILE_BYTES)
                for name, member in members.items()
                if name != MANIFEST
            }
    except UNREADABLE as error:
        raise PackageInvalid(f"not a readable zip file: {error}") from error
    _verify(manifest, files)
    return Package(manifest, files)


def inspect(package: bytes) -> Manifest:
    """The manifest of a package whose hashes are right. Raises PackageInvalid."""
    return read(package).manifest


def load(package: bytes) -> PortraitRig:
    """The rig of a package, ready to be posed and drawn. Raises PackageInvalid."""
    opened = read(package)
    if opened.manifest.type != "portrait":
        raise PackageInvalid(f"a {opened.manifest.type} avatar has no meshes to look at")
    model = glb.read(opened.files["avatar.glb"])
    size = opened.manifest.image_size
    background = decode_webp(opened.files["background.webp"])
    if background.shape != (size, size, 3):
        raise PackageInvalid(f"background.webp is not {size} x {size} pixels")
    rest = opened.manifest.rest_weights
    return PortraitRig(
        model.mouth, model.eyes, model.skin, background, model.pivot, rest, model.yaw
    )


def with_details(
    package: bytes,
    *,
    name: str,
    description: str = "",
    voice: str = "",
    persona: str = "",
    consent: Mapping[str, Any] | None = None,
    created_at: datetime | None = None,
) -> bytes:
    """The same avatar with what its maker says of it. The id stays, for it is of the content.

    *created_at* is now unless given.
    """
    opened = read(package)
    at = created_at or datetime.now(UTC).replace(microsecond=0)
    details = {
        "name": name, "description": description, "voice": voice, "persona": persona,
        "created_at": at, "consent": None if consent is None else Consent.model_validate(consent),
    }  # fmt: skip
    return write(opened.manifest.model_copy(update=details), opened.files)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, EPOCH)
    # WebP does not shrink further.
    stored = name.endswith(".webp")
    member.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    member.create_system = 3
    member.external_attr = 0o644 << 16
    return member


def _checked_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by name: exactly those of the format, each once, so that no name can lead out
    of a folder that somebody unpacks the package into."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    for files in (*FILES_OF.values(), (*FILES, *MAYBE)):
        if sorted(names) == sorted((MANIFEST, *files)):
            found = dict(zip(names, infos, strict=True))
            return {name: found[name] for name in (MANIFEST, *files)}
    known = ", ".join((MANIFEST, *FILES))
    raise PackageInvalid(f"a package holds {known}, perhaps {', '.join(MAYBE)}, and nothing else")


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    if member.file_size > limit:
        raise PackageInvalid(f"{member.filename} unpacks to more than {limit // 2**20} MB")
    if member.flag_bits & 1:
        raise PackageInvalid(f"{member.filename} is encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise PackageInvalid(f"{member.filename} is packed in an unusual way")
    # Reading is bounded by the size in the header, which was checked.
    with archive.open(member) as file:
        return file.read()


def _manifest(text: bytes) -> Manifest:
    try:
        document = json.loads(text)
        if isinstance(document, dict) and document.get("version") not in (1, 2, None):
            raise PackageInvalid(f"version {document['version']!r} of the format is not known")
        return Manifest.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PackageInvalid(f"{MANIFEST}: {where}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise PackageInvalid(f"{MANIFEST} is not JSON") from error


def _verify(manifest: Manifest, files: Mapping[str, bytes]) -> None:
    maybe = set(MAYBE) if manifest.type == "portrait" else set[str]()
    if set(manifest.files) != set(files) or set(files) - maybe != set(FILES_OF[manifest.type]):
        raise PackageInvalid(f"{MANIFEST} does not list the package's files")
    for name, content in files.items():
        if manifest.files[name] != file_entry(content):
            raise PackageInvalid(f"{name} is not what {MANIFEST} says: its hash or size differs")
    if package_id(manifest.files) != manifest.id:
        raise PackageInvalid("the id is not that of the content")
