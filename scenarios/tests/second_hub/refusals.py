"""Refusals: the exceptions that handlers raise, and the bodies that they become.

For: one place for error bodies; all the faults of a request are told in one answer, one entry each.
Not: the quoted wording of the error guide; the contract leaves the words free, so these are others.
"""

import json


class Refusal(Exception):
    """A request that is answered with an error status."""

    def __init__(self, status, *messages):
        super().__init__(status, *messages)
        self.status = status
        self.messages = messages

    def body(self):
        return {"errors": [{"code": self.status, "message": text} for text in self.messages]}


class GatewayRefusal(Refusal):
    """A 401 in the gateway's own format."""

    def __init__(self, number, message, description):
        super().__init__(401, message)
        self.fault = {"fault": {"code": number, "message": message, "description": description}}

    def body(self):
        return self.fault


class TokenRefusal(Refusal):
    """An error of the token endpoint, as RFC 6749 §5.2 wants it."""

    def __init__(self, status, error, description):
        super().__init__(status, description)
        self.error = {"error": error, "error_description": description}
        self.plain = {"errors": [{"code": status, "message": description}]}

    def body(self):
        return self.error


class Faults:
    """What is wrong with a request, gathered before anything is refused."""

    def __init__(self):
        self.found = []

    def add(self, where, what):
        self.found.append(f"{where or '/'}: {what}")

    def __bool__(self):
        return bool(self.found)

    def refuse(self, only_first=False):
        """Raises when something was found."""
        if self.found:
            raise Refusal(400, *(self.found[:1] if only_first else self.found))


def strict_json(raw):
    """Parses JSON as RFC 8259 has it: no NaN, no infinities; anything that fails is a 400."""
    def constant(name):
        raise ValueError(name)
    try:
        return json.loads(raw, parse_constant=constant)
    except (ValueError, RecursionError):
        raise Refusal(400, "/: this is not JSON") from None
