"""HTTP: routes, what every call goes through before its handler, and how answers and errors are written.

For: the order token (401), scope (403), parameters and headers (400, 415), then the handler; commit before the answer.
Not: what an operation does; each handler is told its `Call` and returns a status and an object.
"""

import json
import logging
import re
import uuid

from aiohttp import web

from . import access, alterations, auth, shapes
from .hub import HUB
from .refusals import Faults, Refusal, strict_json

LOG = logging.getLogger("second_hub")
PARTNER_HEADERS = ("editorName", "applicationName", "softwareVersion")


class Call:
    """One request whose caller is known."""

    def __init__(self, hub, request, caller):
        self.hub, self.request, self.caller = hub, request, caller
        self.ids, self.query, self.partner_info = {}, request.query, None

    def one(self, name, default=None):
        """The last value of a query parameter."""
        values = self.query.getall(name, [])
        return values[-1] if values else default

    def number(self, name, default):
        """A query parameter that counts: 0 and below stand for the default, decimals lose theirs (both free)."""
        given = self.one(name)
        if given is None:
            return default
        try:
            if self.hub.broken("number-with-a-tail"):
                given = (re.match(r"-?\d+", given) or [given])[0]
            value = int(float(given)) if len(given) < 20 else int(given)
        except (ValueError, OverflowError):
            raise Refusal(400, f"{name}: not a number") from None
        if value < 0 or given != str(value) or (value == 0 and name == "maxResult"):
            if self.hub.usual("odd-batches"):
                raise Refusal(400, f"{name}: not a number of things")
        return value if value > 0 else default

    async def body(self, shape, faults=None, given_back=False):
        """The JSON body, checked; with `faults` the caller goes on gathering and refuses by itself."""
        if not self.hub.usual("media-types"):
            media_type_is(self.request, "application/json")
        try:
            value = strict_json((await self.request.read()).decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise Refusal(400, "/: this is not UTF-8") from None
        gathered = Faults() if faults is None else faults
        lenient = self.hub.usual("unknown-fields")
        shapes.check(value, shape, gathered, given_back=given_back or lenient)
        if self.hub.broken("unknown-field-breaks") and any("unknown property" in one for one in gathered.found):
            raise KeyError("unknown property")
        if lenient:
            gathered.found = [one for one in gathered.found if not one.endswith("unknown property")]
        gathered.found = alterations.overlooked(self.hub, gathered.found, shape in (
            shapes.SUBSCRIPTION, shapes.ORGANIZATION, shapes.PROCESS))
        if self.hub.usual("email"):
            gathered.found = [one for one in gathered.found if not one.endswith("outside the narrow pattern")]
        if faults is None or not isinstance(value, dict):
            self.refuse(gathered)
        if self.hub.broken("ascii-only"):
            value = _each_text(value, lambda text: text.encode("latin-1", "replace").decode("latin-1"))
        return _each_text(value, str.strip) if self.hub.broken("trimmed") else value

    def refuse(self, faults):
        hub, first_only = self.hub, self.hub.broken("first-fault-only")
        if hub.broken("first-fault-of-referential") and "/referential/" in self.request.path:
            first_only = True
        if hub.broken("deep-faults-last"):
            shallow = [one for one in faults.found if one.count("/") < 2]
            faults.found = shallow or faults.found
        faults.refuse(only_first=first_only)


def _each_text(value, change):
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(one, change) for one in value]
    if isinstance(value, dict):
        return {name: _each_text(one, change) for name, one in value.items()}
    return value


def media_type_is(request, wanted):
    if request.headers.get("Content-Type", "").split(";")[0].strip().lower() != wanted:
        raise Refusal(415, f"Content-Type: {wanted} is expected")


def _partner_info(hub, request):
    faults, info = Faults(), {}
    for name in PARTNER_HEADERS:
        value = request.headers.get(name)
        if value is not None:
            info[name] = value
            limit = 49 if hub.broken("headers-49") else 10_000 if hub.broken("headers-any-length") else 50
            if len(value) > limit:
                faults.add(name, "longer than 50 characters")
    faults.refuse()
    if hub.broken("all-headers-or-none") and len(info) < len(PARTNER_HEADERS):
        return None
    return info or None


def _ids(hub, request, names):
    """Path ids, in their one spelling; an organization or a démarche is named by itself."""
    ids = {}
    for name in names:
        given = request.match_info[name]
        try:
            if len(given) != 36:
                raise ValueError(given)
            ids[name] = str(uuid.UUID(given))
        except ValueError:
            if hub.broken("id-breaks") and name == "e":
                raise
            raise Refusal(400, "An id of the path is no UUID") from None
    return ids


def answer(request, status, thing=None):
    """A JSON answer, compressed when the client takes it."""
    if thing is None:
        return web.Response(status=status)
    response = web.Response(status=status, body=json.dumps(thing).encode(),
                            headers={"Content-Type": "application/json; charset=utf-8"})
    if "gzip" in request.headers.get("Accept-Encoding", "").lower() or request.app[HUB].broken("gzip-always"):
        response.enable_compression(web.ContentCoding.gzip)
    return response


async def errors(request, handler):
    """Turns refusals into answers; what nobody expected is a 500 that tells nothing."""
    hub = request.app[HUB]
    try:
        response = await handler(request)
    except Refusal as refusal:
        body = refusal.body()
        if hub.broken("token-errors-array") and hasattr(refusal, "error"):
            body = refusal.plain
        for one in body.get("errors", ()):
            if hub.broken("code-as-text"):
                one["code"] = str(one["code"])
            if hub.broken("code-of-its-own"):
                one["code"] = 1000 + one["code"]
            if hub.broken("message-empty"):
                one["message"] = ""
        response = answer(request, refusal.status, body)
        if hub.broken("errors-as-text"):
            response.headers["Content-Type"] = "text/plain; charset=utf-8"
        if refusal.status == 401:
            scheme = "Basic" if hasattr(refusal, "error") else "Bearer"
            response.headers["WWW-Authenticate"] = f'{scheme} realm="hub"'
    except web.HTTPRequestEntityTooLarge:
        response = answer(request, 413, Refusal(413, "Too large").body())
    except (web.HTTPException, ConnectionError):
        raise
    except Exception:  # pylint: disable=broad-except
        LOG.exception("%s %s", request.method, request.path)
        response = answer(request, 500, Refusal(500, "The hub failed").body())
    finally:
        hub.store.commit()
    return response


def operation(number, handler, ids=(), query=(), public=None):
    """Wraps the handler of one operation of the matrix."""
    async def run(request):
        hub = request.app[HUB]
        if public and hub.broken(public) and "Authorization" not in request.headers:
            caller = hub.credentials[next(name for name, one in hub.credentials.items() if one.scope == "ADMIN")]
        else:
            caller = auth.caller_of(hub, request)
        if not access.allowed(hub, number, caller.scope):
            raise Refusal(403, "This scope gives no right to it")
        call = Call(hub, request, caller)
        unknown = [name for name in request.query if name not in query]
        if unknown and not hub.usual("unknown-parameters"):
            raise Refusal(400, *(f"{name}: unknown parameter" for name in unknown))
        if request.method in ("GET", "DELETE") and "Content-Type" in request.headers and not hub.usual("media-types"):
            raise Refusal(400, "Content-Type: there is no content to describe")
        call.ids = _ids(hub, request, [name for name in ids if name not in ("o", "code")])
        call.ids.update((name, request.match_info[name]) for name in ids if name in ("o", "code"))
        call.partner_info = _partner_info(hub, request)
        result = await handler(call)
        return result if isinstance(result, web.StreamResponse) else answer(request, *result)
    return run


def override(number, handler, ids, instead=None):
    """A POST that means PATCH, when its header says so and the contract has it."""
    patch = operation(number, handler, ids)

    async def run(request):
        hub = request.app[HUB]
        said = request.headers.get("X-HTTP-Method-Override", "").upper() == "PATCH"
        if hub.broken("override-any-value") and "X-HTTP-Method-Override" in request.headers:
            said = True
        if said and hub.newest or (instead and hub.broken(instead)):
            return await patch(request)
        auth.caller_of(hub, request)
        raise Refusal(400, "X-HTTP-Method-Override: PATCH is expected")
    return run
