import dataclasses
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_serving.avatars import package
from avatar_serving.avatars.plain import plain_package
from avatar_serving.errors import PackageInvalid
from tests.avatars.pictures import colourful

PACKAGE = plain_package(colourful())
CONSENT = {"agreed": True, "statement": "This is a picture of me", "at": "2026-11-21T04:00:00Z"}


def rewritten(**members: bytes) -> bytes:
    """PACKAGE with members replaced or added; an underscore in a name stands for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PACKAGE)) as old, zipfile.ZipFile(out, "w") as new:
        contents = {name: old.read(name) for name in old.namelist()}
        for name, content in contents.items() | {}.items():
            contents[name] = members.pop(name.replace(".", "_"), content)
        for name, content in (contents | members).items():
            new.writestr(name, content)
    return out.getvalue()


def manifest_with(**changes: object) -> bytes:
    with zipfile.ZipFile(io.BytesIO(PACKAGE)) as archive:
        return json.dumps(json.loads(archive.read("manifest.json")) | changes).encode()


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert plain_package(colourful()) == PACKAGE
    assert plain_package(colourful()[::-1]) != PACKAGE


def test_details_are_kept_and_the_id_stays() -> None:
    at = datetime(2026, 11, 21, 4, tzinfo=UTC)
    named = package.with_details(
        PACKAGE, name="Ada", description="A person.", voice="v", persona="Kind.",
        consent=CONSENT, created_at=at,
    )  # fmt: skip
    manifest, before = package.inspect(named), package.inspect(PACKAGE)
    assert (manifest.name, manifest.description) == ("Ada", "A person.")
    assert (manifest.voice, manifest.persona) == ("v", "Kind.")
    assert manifest.created_at == at
    assert manifest.consent is not None and manifest.consent.agreed
    assert manifest.id == before.id
    assert package.read(named).files == package.read(PACKAGE).files


def test_manifest_speaks_the_documented_names() -> None:
    with zipfile.ZipFile(io.BytesIO(PACKAGE)) as archive:
        document = json.loads(archive.read("manifest.json"))
    assert document["schema"] == "avatar-serving/package"
    assert document["version"] == 1 and document["type"] == "portrait"
    assert len(document["rest_weights"]) == 55
    assert list(document["files"]) == ["avatar.glb", "background.webp", "thumbnail.webp"]


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (b"", "zip"),
        (b"PK\x03\x04 no zip", "zip"),
        (PACKAGE[: len(PACKAGE) // 2], "zip"),
        (rewritten(**{"../../evil": b"x"}), "nothing else"),
        (rewritten(**{"extra.txt": b"x"}), "nothing else"),
        (rewritten(background_webp=b"other"), "background.webp"),
        (rewritten(avatar_glb=b""), "avatar.glb"),
        (rewritten(manifest_json=b"{"), "JSON"),
        (rewritten(manifest_json=b"[]"), "manifest.json"),
        (rewritten(manifest_json=manifest_with(version=2)), "version 2"),
        (rewritten(manifest_json=manifest_with(id="0" * 32)), "id"),
        (rewritten(manifest_json=manifest_with(rest_weights=[0.0] * 54)), "rest_weights"),
        (rewritten(manifest_json=manifest_with(surprise=1)), "surprise"),
        (rewritten(manifest_json=b"[" * 100_000), "JSON"),
        (b"\0" * (package.MAX_PACKAGE_BYTES + 1), "larger"),
    ],
)
def test_what_is_damaged_or_hostile_is_refused(damaged: bytes, said: str) -> None:
    with pytest.raises(PackageInvalid, match=said):
        package.load(damaged)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PACKAGE)) as old:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                bomb = name == "avatar.glb"
                new.writestr(name, bytes(package.MAX_FILE_BYTES + 1) if bomb else old.read(name))
    with pytest.raises(PackageInvalid, match="unpacks to more"):
        package.read(out.getvalue())


def test_a_member_given_twice_is_refused() -> None:
    out = io.BytesIO(PACKAGE)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("avatar.glb", b"second")
    with pytest.raises(PackageInvalid, match="nothing else"):
        package.read(out.getvalue())


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(PACKAGE) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_noticed_or_changes_nothing(place: int, change: int) -> None:
    flipped = bytearray(PACKAGE)
    flipped[place] ^= change
    try:
        found = package.read(bytes(flipped))
    except PackageInvalid:
        return
    original = package.read(PACKAGE)
    assert dataclasses.replace(found, manifest=original.manifest) == original
