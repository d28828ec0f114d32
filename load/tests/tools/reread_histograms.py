"""Reads the histograms of a campaign with another implementation than ours (the PyPI package hdrhistogram) and holds them
against its report and its .hgrm files. Usage: reread_histograms.py DIRECTORY. Exit 0 when everything agrees."""

import json
import pathlib
import sys

from hdrh.histogram import HdrHistogram

CLOCKS = {"response": "response_time", "service": "service_time", "first_byte": "time_to_first_byte"}
PERCENTILES = {"p50": 50, "p90": 90, "p99": 99, "p99_9": 99.9, "p99_99": 99.99}
# Three significant digits: a value may be told as the other end of its bucket.
TOLERANCE = 0.001


def read(path):
    """The sum of the histograms of each tag."""
    totals = {}
    for line in path.read_text().splitlines():
        if not line.startswith("Tag="):
            continue
        tag, _start, _length, _max, encoded = line.split(",", 4)
        total = totals.setdefault(tag[len("Tag="):], HdrHistogram(1, 3_600_000_000, 3))
        total.decode_and_add(encoded)
    return totals


def agrees(ours, total, percentile):
    """Whether a value is at that percentile; implementations round the rank up or to the nearest, so one more is allowed."""
    low = total.get_value_at_percentile(percentile)
    high = total.get_value_at_percentile(min(100, percentile + 100 / total.get_total_count()))
    return low * (1 - TOLERANCE) - 1 <= ours <= high * (1 + TOLERANCE) + 1


def differences(directory):
    report = json.loads((directory / "report.json").read_text())
    totals = read(directory / "histograms.hlog")
    compared = 0
    for timed in report["operations"] + report["journeys"]:
        for clock, field in CLOCKS.items():
            figures = timed[field]
            if figures is None:
                continue
            tag = f"{clock}.{timed['name']}"
            total = totals[tag]
            if total.get_total_count() != figures["count"]:
                yield f"{tag}: {total.get_total_count()} values, {figures['count']} in the report"
            for name, percentile in PERCENTILES.items():
                ours = figures[f"latency_us_{name}"]
                compared += 1
                if not agrees(ours, total, percentile):
                    theirs = total.get_value_at_percentile(percentile)
                    yield f"{tag} {name}: {theirs} µs, {ours} in the report"
            last = [
                line.split() for line in (directory / "percentiles" / f"{tag}.hgrm").read_text().splitlines()
                if line.strip() and line.split()[0][0].isdigit()
            ][-1]
            if int(last[2]) != figures["count"]:
                yield f"{tag}.hgrm: {last[2]} values, {figures['count']} in the report"
    if compared == 0:
        yield "nothing was compared"
    print(f"{compared} percentiles of {len(totals)} series compared", file=sys.stderr)


if __name__ == "__main__":
    found = list(differences(pathlib.Path(sys.argv[1])))
    print("\n".join(found))
    sys.exit(1 if found else 0)
