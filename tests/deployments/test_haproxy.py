"""How many connections HAProxy is told to hold."""

import pytest

from deployments import haproxy


@pytest.mark.parametrize(("open_files", "held"), [(20_000, 4096), (1024, 307), (100, 1)])
def test_it_holds_what_it_may_open(open_files, held):
    assert haproxy.connections(open_files) == held
    assert held == 1 or held * 2.5 + 36 <= open_files, "two sockets each, pipes, its own"
