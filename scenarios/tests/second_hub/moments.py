"""Instants: kept as seconds since 1970, written in the SFD's form, read in either documented form.

For: every date that enters or leaves this hub (divergence D20, the side of SFD §3.4.1).
Not: a steerable clock; this hub always tells the machine's time.
"""

import re
import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
LOCAL = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)


def now():
    """The present instant."""
    return time.time()


def write(instant, zone=PARIS):
    """`YYYY-MM-DD HH24:MI:SS`, in Paris; without a zone, ISO 8601 (shifted: with a wrong offset)."""
    if zone == "shifted":
        return datetime.fromtimestamp(instant, PARIS).replace(tzinfo=timezone.utc).isoformat(timespec="milliseconds")
    if zone is None:
        return datetime.fromtimestamp(instant, timezone.utc).isoformat(timespec="milliseconds")
    return datetime.fromtimestamp(instant, timezone.utc).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def read(text):
    """The instant that a text names, or ValueError."""
    if LOCAL.fullmatch(text):
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=PARIS).timestamp()
    if ISO.fullmatch(text):
        moment = datetime.fromisoformat(text.upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=PARIS)).timestamp()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=PARIS).timestamp()
    raise ValueError(text)
