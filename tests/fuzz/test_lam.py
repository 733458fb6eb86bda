"""LAM chat zips: spoiled as zips, and in their files. What is accepted is drawn."""

import pytest
from hypothesis import given

from avatar_serving.avatars import package
from avatar_serving.exchange.lam_reader import read_lam
from tests.fuzz.archives import spoiled_zip
from tests.fuzz.ledger import Ledger, inputs
from tests.fuzz.test_packages import LAM, draw_accepted

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(7200)]


@inputs()
@given(data=spoiled_zip(LAM))
def test_a_lam_zip_is_read_or_refused(ledger: Ledger, data: bytes) -> None:
    with ledger.trying():
        made = read_lam(data)
        assert package.inspect(made).type == "gaussian"
        draw_accepted(made)
