"""No verdict of a check depends on luck: every answer of the banks on five seeds; `seeds.py` beside this file tries sixty."""

import pytest

from tests.exercises.banks import all_banks
from tests.exercises.seeds import surprises


@pytest.mark.parametrize("name", sorted(all_banks()))
def test_every_answer_gets_the_same_verdict_and_reason_on_every_seed(name):
    assert surprises(name, range(1, 6)) == {}
