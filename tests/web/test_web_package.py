"""What the web client's packaging promises, checked without Node."""

import json
import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "web"


def test_every_dependency_is_pinned_to_one_version() -> None:
    package = json.loads((WEB / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert versions
    assert [
        name for name, v in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", v)
    ] == []


def test_the_lock_file_records_hashes_but_no_download_addresses() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []


def test_the_page_asks_no_other_site_for_anything() -> None:
    sources = [WEB / "index.html", *(WEB / "src").rglob("*.ts*"), *(WEB / "src").rglob("*.css")]
    foreign = re.compile(r"""(?:src|href|import|from|url|fetch)\s*[=(]?\s*["'(]?https?://""")
    assert [path.name for path in sources if foreign.search(path.read_text())] == []
