"""Readings of cold stores: what is stored and counted of a door, a thermometer and a battery.

A second handler, so that the tests show which of their claims hold for any.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from handler.once import Analysis, Body, Dimension, Measure, Reason, RejectedError, Total

ZONE = Dimension("Zone", "chilled", "frozen")
WARMEST = {"chilled": Decimal(7), "frozen": Decimal(-18)}
"""Degrees Celsius above which a reading is an excursion."""


@dataclass(frozen=True)
class Reading:
    """What a sensor sends."""

    store: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}-[0-9]{2}$")]
    zone: Literal["chilled", "frozen"]
    celsius: int | Decimal
    battery: Annotated[int, msgspec.Meta(ge=0, le=100)]
    doorOpen: bool = False  # noqa: N815  its name in the event


def analyse(event: Body) -> Analysis:
    """Return what is stored and counted of a reading."""
    try:
        reading = msgspec.convert(event, Reading)
    except msgspec.ValidationError as error:
        raise RejectedError(Reason.BAD_VALUE, str(error)) from None
    if not -90 <= reading.celsius <= 60:
        raise RejectedError(Reason.BAD_VALUE, "its celsius is outside of what a sensor measures")
    zone = ZONE.of(reading.zone)
    too_warm = reading.celsius > WARMEST[reading.zone]
    return Analysis(
        {"store": reading.store, "zone": reading.zone, "excursion": too_warm},
        measures=(Measure("Excursions", int(too_warm), dimensions=(zone,)),),
        totals=(
            Total("celsius", reading.celsius, squares=True),
            Total("excursions", int(too_warm)),
            Total("doorsOpen", int(reading.doorOpen)),
            Total("store", key=reading.store),
        ),
        dimensions=(zone,),
    )
