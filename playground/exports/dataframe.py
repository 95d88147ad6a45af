"""A record as a pandas DataFrame, if pandas is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from playground.exports.flat import COLUMNS, flat
from playground.traffic.record import Record

if TYPE_CHECKING:
    import pandas

# Numbers that may be missing; without this pandas would make floats of them.
_WHOLE: Final = dict.fromkeys(("cause", "code"), "Int64")


def to_dataframe(record: Record) -> pandas.DataFrame:
    """Return a record as a DataFrame with `COLUMNS`, indexed by `seq`; `at` is a time in UTC.

    Raises:
        ModuleNotFoundError: If pandas is not installed.
    """
    try:
        import pandas
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "expected pandas to be installed, and it is not; run %pip install pandas in a cell"
        ) from None
    frame = pandas.DataFrame([flat(record, entry) for entry in record], columns=COLUMNS)
    frame["at"] = pandas.to_datetime(frame["at"], unit="s", utc=True)
    return frame.astype(_WHOLE).set_index("seq")
