"""Inputs are nearly right, and the same for the same seed."""

from __future__ import annotations

import json

import pytest

from tests.fuzz.mutation import LONGEST, Mutator, seeds
from tests.fuzz.targets import Targets


@pytest.mark.parametrize("target", Targets.NAMES)
def test_each_target_has_seeds_of_real_messages(target: str) -> None:
    assert len(seeds(target)) > 10


def test_the_same_seed_gives_the_same_inputs() -> None:
    first, second, other = (Mutator(seeds("json"), seed) for seed in (1, 1, 2))
    inputs = [first.next() for _ in range(50)]
    assert inputs == [second.next() for _ in range(50)]
    assert inputs != [other.next() for _ in range(50)]


def test_inputs_stay_small_and_differ() -> None:
    mutator = Mutator(seeds("json"), 3)
    inputs = [mutator.next() for _ in range(500)]
    assert max(map(len, inputs)) <= LONGEST
    assert len(set(inputs)) > 450


def test_much_of_it_is_still_json() -> None:
    mutator = Mutator(seeds("json"), 3)
    number = 0
    for _ in range(500):
        try:
            json.loads(mutator.next())
            number += 1
        except ValueError:
            continue
    assert 50 < number < 450
