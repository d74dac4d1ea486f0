from decimal import Decimal
from fractions import Fraction

import pytest

from stations.rounding import half_even

TIES = [  # GB/T 8170: five goes to the even neighbour
    ("0.5", 0, "0"),
    ("1.5", 0, "2"),
    ("2.5", 0, "2"),
    ("3.5", 0, "4"),
    ("-0.5", 0, "0"),
    ("-1.5", 0, "-2"),
    ("2.05", 1, "2.0"),
    ("2.15", 1, "2.2"),
    ("4.05", 1, "4.0"),
    ("0.125", 2, "0.12"),
    ("2.5000000000000000000000000000000001", 0, "3"),  # not a tie, however far away the digit
    ("2.4999999999999999999999999999999999", 0, "2"),  # one step, never 2.5 first
]


@pytest.mark.parametrize(("value", "places", "expected"), TIES)
def test_a_tie_goes_to_the_even_neighbour(value, places, expected):
    assert str(half_even(Decimal(value), places)) == expected


def test_a_fraction_is_rounded_exactly():
    assert half_even(Fraction(1, 3), 2) == Decimal("0.33")
    assert half_even(Fraction(5, 2)) == 2


def test_a_float_is_refused():
    with pytest.raises(TypeError, match="浮点数"):
        half_even(2.5)
