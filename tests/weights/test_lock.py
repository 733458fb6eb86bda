"""The lock file of the project."""

from pathlib import Path

import pytest

from avatar_serving.errors import InvalidRequest
from avatar_serving.weights.lock import Lock, read_lock
from avatar_serving.weights.uris import LocalFile, parse_address

NOTICE = Path(__file__).parents[2] / "NOTICE"


@pytest.fixture(scope="module")
def lock() -> Lock:
    return read_lock()


def test_names_are_unique(lock: Lock) -> None:
    names = [weight.name for weight in lock.weights]
    assert len(names) == len(set(names)) > 20


def test_every_source_is_pinned_and_pieces_add_up(lock: Lock) -> None:
    for weight in lock.weights:
        for pin in weight.pins:
            for parts in pin.sources:
                assert sum(part.size for part in parts) == pin.size, weight.name
                assert not any(isinstance(parse_address(p.uri), LocalFile) for p in parts)


def test_known_content(lock: Lock) -> None:
    by_name = {weight.name: weight.pins[0].sha256 for weight in lock.weights if weight.pins}
    assert by_name["qwen2.5-0.5b"].startswith("1d9614638d18024d")
    assert by_name["kokoro"].startswith("6e742170d309016e")
    voices = {pin.path for pin in lock.get("kokoro-voices").pins}
    assert len(voices) == 54
    assert {"af_heart.bin", "zf_xiaoxiao.bin"} <= voices


def test_notice_has_every_weight_with_its_licence(lock: Lock) -> None:
    rows = [line for line in NOTICE.read_text().splitlines() if "|" in line]
    for weight in lock.weights:
        row = next((r for r in rows if f" {weight.name} " in f" {r} "), None)
        assert row is not None, f"NOTICE lacks {weight.name}"
        assert weight.licence in row, weight.name


def test_lock_file_that_is_wrong_says_where(tmp_path: Path) -> None:
    (tmp_path / "lock.yaml").write_text("version: 1\nweights: [{name: x, kind: file}]")
    with pytest.raises(InvalidRequest, match=r"(?s)lock.yaml.*sha256"):
        read_lock(tmp_path / "lock.yaml")
    with pytest.raises(InvalidRequest, match="absent.yaml"):
        read_lock(tmp_path / "absent.yaml")
