"""Wheels without a module inside, for packages of which only the name is needed."""

import base64
import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path

from scripts.environment.recipes import Stub


def write_stubs(stubs: Iterable[Stub], folder: Path) -> None:
    """Put a wheel for each of *stubs* into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for stub in stubs:
        _write(stub, folder / f"{_stem(stub)}-py3-none-any.whl")


def _stem(stub: Stub) -> str:
    return f"{stub.name.replace('-', '_')}-{stub.version}"


def _write(stub: Stub, wheel: Path) -> None:
    inside = f"{_stem(stub)}.dist-info"
    files = {
        f"{inside}/METADATA": (
            f"Metadata-Version: 2.1\nName: {stub.name}\nVersion: {stub.version}\n"
            "Summary: Only the name of a package, no module inside\n"
        ),
        f"{inside}/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: avatar-serving\nRoot-Is-Purelib: true\n"
            "Tag: py3-none-any\n"
        ),
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        record = f"{inside}/RECORD"
        lines = [_record_line(name, text) for name, text in files.items()]
        archive.writestr(record, "\n".join([*lines, f"{record},,"]) + "\n")


def _record_line(name: str, text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
    return f"{name},sha256={digest.decode()},{len(text)}"
