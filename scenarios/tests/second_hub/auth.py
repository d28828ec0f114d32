"""Tokens: how they are asked for, how long they live, and whose a request is.

For: RFC 6749 §4.4 in its only required form (form-urlencoded, HTTP Basic), short tokens, and a new token that ends
the older one of the same application (no document says that it survives).
Not: any right; a token tells who calls, `access` tells what for.
"""

import base64
import binascii
import secrets
import urllib.parse

from . import moments
from .hub import HUB
from .refusals import GatewayRefusal, Refusal, TokenRefusal

SCOPES = ("OSL", "SI", "ADMIN", "DATAPASS")


def _same(hub, given, kept):
    if hub.broken("secret-of-eight"):
        given, kept = given[:8], kept[:8]
    if hub.broken("secret-may-be-empty") and not given:
        return True
    if hub.broken("secret-with-a-tail"):
        given = given[:len(kept)]
    if hub.broken("secret-any-case"):
        given, kept = given.lower(), kept.lower()
    return secrets.compare_digest(given.encode(), kept.encode())


def _application(hub, request):
    """The credential of the Basic header; its parts may be form-encoded, as RFC 6749 §2.3.1 has them, or plain."""
    scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        client, _, secret = base64.b64decode(coded.strip(), validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        raise TokenRefusal(401, "invalid_client", "HTTP Basic is expected") from None
    for way in (str, urllib.parse.unquote_plus):
        kept = hub.credentials.get(way(client))
        if kept and _same(hub, way(secret), kept.secret):
            return kept
    raise TokenRefusal(401, "invalid_client", "Unknown application, or not its secret")


async def give_token(request):
    """POST of the token URL."""
    hub = request.app[HUB]
    application = _application(hub, request)
    media_type = request.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded" and not (hub.usual("token-form") and not media_type):
        raise TokenRefusal(400, "invalid_request", "A form is expected")
    form = urllib.parse.parse_qs((await request.read()).decode("utf-8", "replace"), keep_blank_values=True)
    if any(len(values) > 1 for values in form.values()) or "grant_type" not in form:
        raise TokenRefusal(400, "invalid_request", "grant_type is expected, once")
    if form["grant_type"] != ["client_credentials"] and not hub.broken("any-grant"):
        raise TokenRefusal(400, "unsupported_grant_type", "Only client_credentials")
    asked = form.get("scope", [application.scope])[0]
    if asked not in SCOPES and hub.broken("any-scope"):
        asked = application.scope
    if asked not in SCOPES:
        raise TokenRefusal(400, "invalid_scope", "No such scope")
    # Another scope than its own is not obtained: the token has the application's, and says so (RFC 6749 §3.3).
    if asked != application.scope and hub.usual("held-scope") and not hub.broken("scope-as-asked"):
        raise TokenRefusal(400, "invalid_scope", "Not this application's")
    scope = asked if hub.broken("scope-as-asked") else application.scope
    if hub.options.revoke_older_tokens and not hub.usual("older-token-ends"):
        for older in [key for key, one in hub.store["token"].items() if one["client"] == application.client]:
            hub.store.drop("token", older)
    token = secrets.token_urlsafe(9)
    hub.store.put("token", {"client": application.client, "scope": scope,
                            "ends": moments.now() + hub.options.token_life * (
                                0.5 if hub.broken("token-ends-early") else 1)}, token)
    if hub.broken("organization-one-token"):
        for older, one in list(hub.store["token"].items()):
            other = hub.credentials.get(one["client"])
            if older != token and other and other.organization == application.organization:
                hub.store.drop("token", older)
    if hub.broken("scope-not-said"):
        return {"access_token": token, "token_type": "Bearer", "expires_in": hub.options.token_life}
    if hub.broken("expires-in-milliseconds"):
        return {"access_token": token, "token_type": "Bearer", "expires_in": hub.options.token_life * 1000,
                "scope": scope}
    return {"access_token": token, "token_type": "Bearer", "expires_in": hub.options.token_life, "scope": scope}


def caller_of(hub, request):
    """The application whose token the request carries."""
    given = request.headers.get("Authorization")
    refusal = Refusal(401, "No right token") if hub.usual("gateway-401") else None
    if not given:
        raise refusal or GatewayRefusal(900902, "Missing Credentials", "No Authorization header came with the request")
    scheme, _, token = given.partition(" ")
    token = token.strip()
    kept = hub.store["token"].get(token) if scheme.lower() == "bearer" or hub.broken("any-scheme") else None
    if hub.broken("token-case-blind") and kept is None:
        kept = next((one for key, one in hub.store["token"].items() if key.lower() == token.lower()), None)
    if kept is None and hub.broken("token-prefix") and len(token) >= 8:
        kept = next((one for key, one in hub.store["token"].items() if key[:8] == token[:8]), None)
    late = kept and kept["ends"] <= moments.now() and not hub.broken("token-without-end")
    if kept is None or late:
        raise refusal or GatewayRefusal(900901, "Invalid Credentials", "The token is unknown, or it has ended")
    application = hub.credentials.get(kept["client"])
    if application is None:
        raise Refusal(403, "This application is no more")
    return application._replace(scope=kept["scope"])
