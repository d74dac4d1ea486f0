"""Weather of an hour as people read it."""

from dataclasses import dataclass

from stations.models import HourlyReading
from stations.upwind import POINTS


@dataclass(frozen=True)
class Weather:
    """None and "" are missing; humidity in whole percent."""

    temperature_c: float | None
    humidity: int | None
    wind: str

    @property
    def words(self) -> str:
        """气温 9.3 ℃ · 湿度 45% · 东北风 1.2 米/秒; "" when nothing is known."""
        parts = [
            "" if self.temperature_c is None else f"气温 {self.temperature_c:.1f} ℃",
            "" if self.humidity is None else f"湿度 {self.humidity}%",
            self.wind,
        ]
        return " · ".join(part for part in parts if part)


def of(row: HourlyReading | None) -> Weather:
    if row is None:
        return Weather(None, None, "")
    tenths = row.temperature_dc
    return Weather(
        temperature_c=None if tenths is None else tenths / 10,
        humidity=row.humidity_percent,
        wind=wind(row.wind_deg, row.wind_speed_cms),
    )


def wind(angle: int | None, speed: int | None) -> str:
    """北风 1.2 米/秒; degrees it blows from, cm/s; "" when either is missing."""
    if angle is None or speed is None:
        return ""
    return f"{POINTS[round(angle / 45) % 8]}风 {speed / 100:.1f} 米/秒"
