"""Tests by the environment ``torch``: ``python -m scripts.environment torch --test tests/torch``.

In the base environment, which has no torch, they are not collected.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.folder_weights import Shelf, shelf_in

collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The libraries warn of each other; ours are errors elsewhere."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Two slow cores are shared with others."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with shelf_in(tmp_path_factory.mktemp("shelf")) as shelf:
        yield shelf


@pytest.fixture
def no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock file of the project, and an empty cache."""
    monkeypatch.setenv("AVATAR_CACHE", str(tmp_path))
    monkeypatch.delenv("AVATAR_WEIGHTS_LOCK", raising=False)
