"""Rounding of published figures (数值修约, GB/T 8170): the one helper. Pure."""

from decimal import Decimal
from fractions import Fraction

Exact = Decimal | Fraction | int


def half_even(value: Exact, places: int = 0) -> Decimal:
    """Round once, a tie to the even neighbour (四舍六入五成双), to `places` decimals.

    Exact for every Decimal, Fraction and int, however long. Floats are refused: their binary
    tail decides ties by accident. Zero never carries a minus sign.
    """
    if isinstance(value, float):
        raise TypeError("修约只接受十进制数，不接受浮点数")
    scaled = round(Fraction(value) * 10**places)
    return Decimal(scaled).scaleb(-places)
