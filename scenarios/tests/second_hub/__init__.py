"""A second hub, written from the contract alone.

For: trying the conformance suite against a hub that is right and yet takes every free choice the other way, and,
with one defect switched on, against a hub that is wrong in one known way.
Not: a hub for real télédossiers, nor an example to follow; the reference hub is the one to read for that.
"""
