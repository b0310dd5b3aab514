"""The truth at another seed: the same tests in a file of their own, which another worker takes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_truth import (
    Numbers,
    built,
    test_every_measure_of_every_tier_unit_and_month_equals_the_truth,
    test_every_numerator_and_denominator_equals_the_truth,
    test_is_met_is_what_the_exact_fraction_says,
    test_no_row_disappears,
    test_nothing_implemented_is_missing_once_every_delivery_came,
)

pytestmark = pytest.mark.slow
__all__ = [
    "test_every_measure_of_every_tier_unit_and_month_equals_the_truth",
    "test_every_numerator_and_denominator_equals_the_truth",
    "test_is_met_is_what_the_exact_fraction_says",
    "test_no_row_disappears",
    "test_nothing_implemented_is_missing_once_every_delivery_came",
]


@pytest.fixture(scope="module", params=[False, True], ids=["seed77-clean", "seed77-dirty"])
def numbers(request: pytest.FixtureRequest, sandbox_warehouse: Callable[[int, bool], Path]) -> Numbers:
    """Another province at the same scale."""
    return built(sandbox_warehouse(77, request.param), request.param)
