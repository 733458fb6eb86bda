from pathlib import Path

import pytest

from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.stylise.adapter_shelf import AdapterShelf
from avatar_serving.stages.stylise.diffusion import DiffusionStyliseConfig
from avatar_serving.training.record import (
    WEIGHTS_FILE,
    AdapterRecord,
    digest,
    find_record,
    records,
)


@pytest.fixture
def record(tmp_path: Path) -> AdapterRecord:
    folder = tmp_path / "guide"
    folder.mkdir()
    (folder / WEIGHTS_FILE).write_bytes(b"weights")
    consent = Consent(agreed=True, statement="This is me.")
    made = AdapterRecord(
        name="guide", model="sdxl-base-1.0", licence="MIT", consent=consent,
        pictures=4, steps=10, loss=0.5, sha256=digest(folder),
    )  # fmt: skip
    made.write(folder)
    return made


def test_a_record_is_found_by_name(record: AdapterRecord, tmp_path: Path) -> None:
    (tmp_path / "in-training").mkdir()
    assert records(tmp_path) == [record] == [find_record(tmp_path, "guide")]


@pytest.mark.parametrize("name", ["nobody", "../guide", "", "in-training"])
def test_what_has_no_record_is_no_adapter(record: AdapterRecord, tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        find_record(tmp_path, name)


def test_other_weights_are_not_taken(record: AdapterRecord, tmp_path: Path) -> None:
    (tmp_path / "guide" / WEIGHTS_FILE).write_bytes(b"others")
    with pytest.raises(NotFound, match="not those that were recorded"):
        find_record(tmp_path, "guide")


def test_an_engine_offers_what_was_trained_for_its_model(
    record: AdapterRecord, tmp_path: Path
) -> None:
    engine = DiffusionStyliseConfig(trained=str(tmp_path))
    assert [choice.id for choice in engine.drawing_choices().adapter] == ["guide"]
    other = DiffusionStyliseConfig(trained=str(tmp_path), model="another")
    assert other.drawing_choices().adapter == ()
    assert adapter_folder(engine, "guide") == tmp_path / "guide"
    with pytest.raises(InvalidRequest, match="belongs to the model sdxl-base-1.0"):
        adapter_folder(other, "guide")


def adapter_folder(config: DiffusionStyliseConfig, name: str) -> Path:
    return AdapterShelf(config.model, config.adapters, config.trained).folder(name)
