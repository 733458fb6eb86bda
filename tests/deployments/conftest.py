import httpx
import pytest

from tests.deployments.serving import gateway


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with gateway(tmp_path_factory.mktemp("data")) as (services, url):
        yield services, url


@pytest.fixture
def rest(served):
    with httpx.Client(base_url=served[1], timeout=30) as client:
        yield client
