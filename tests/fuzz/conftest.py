from collections.abc import Iterator

import pytest

from tests.fuzz.ledger import Ledger


@pytest.fixture(scope="module")
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """Of a module's inputs; what they cost altogether is checked when all are done."""
    kept = Ledger(request.module.__name__.rpartition("test_")[2])
    yield kept
    kept.close()
