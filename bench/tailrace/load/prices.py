"""AWS's list prices of us-east-1 in US dollars, as they stood at `AS_OF`; other regions differ.

Each carries how sure it is: "doc" was read in AWS's price list or on a pricing page, "field" in many public
bills, "unv" has to be read from AWS's price list before anybody relies on it.
"""

from dataclasses import dataclass
from typing import Literal

AS_OF = "September 2026"
MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """Dollars for one unit, and how sure that is."""

    dollars: float
    sure: Literal["doc", "field", "unv"]


PUT_UNIT = Price(0.014 / MILLION, "field")  # 25 KB of a record, rounded up
INGESTED_GB = Price(0.08, "unv")  # of an on-demand stream; a record is rounded up to 1 KB
RETRIEVED_GB = Price(0.04, "unv")  # of an on-demand stream
LAMBDA_REQUEST = Price(0.20 / MILLION, "unv")
LAMBDA_GB_SECOND = Price(0.0000166667, "unv")
WRITE_UNIT = Price(0.625 / MILLION, "doc")  # 1 KB of an item, rounded up; twice in a transaction
READ_UNIT = Price(0.125 / MILLION, "unv")  # 4 KB read consistently, rounded up
