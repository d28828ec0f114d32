"""Holds a junit.xml to our schema, and reads it as a consumer does: what it says it counts is what is there.

Usage: junit.py SCHEMA FILE
"""

import sys

import xmlschema
from junitparser import Error, Failure, JUnitXml, Skipped

schema, path = sys.argv[1:]
xmlschema.validate(path, schema)
read = JUnitXml.fromfile(path)


def counted(kind, cases):
    return sum(any(isinstance(result, kind) for result in case.result) for case in cases)


everything = []
for suite in read:
    cases = list(suite)
    everything += cases
    assert suite.tests == len(cases), suite.name
    for kind, said in ((Failure, suite.failures), (Error, suite.errors), (Skipped, suite.skipped or 0)):
        assert said == counted(kind, cases), f"{suite.name}: {said} {kind.__name__}"
assert (read.tests, read.failures, read.errors) == (
    len(everything),
    counted(Failure, everything),
    counted(Error, everything),
), f"{path}: the totals are not those of the suites"
verdicts = [case for case in everything if case.name == "Verdict"]
assert len(verdicts) == 1, f"{path}: {len(verdicts)} verdicts"
print(f"{path}: {len(everything)} tests, {read.failures} failures, {read.errors} errors")
