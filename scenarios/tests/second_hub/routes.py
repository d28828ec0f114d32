"""The table of routes: each operation of the matrix, its path, its handler, its parameters.

For: one page that shows all that this hub serves, and at which base paths.
Not: the portal's own operations (purge and archiving), which this hub leaves out; migration is refused to all.
"""

from aiohttp import web

from . import auth, cases, events, folders, notifications, referential
from .refusals import Refusal
from .web import HUB, answer, errors, operation, override

TELEDOSSIERS, REFERENTIAL, TOKEN = "/echanges/teledossiers/v1", "/annuaire/referential/v1", "/acces/token"


async def _token(request):
    response = answer(request, 200, await auth.give_token(request))
    response.headers["Cache-Control"] = "private, no-store"
    return response


async def _portal_only(request):
    auth.caller_of(request.app[HUB], request)
    raise Refusal(403, "Only the portal does this")


def application(hub):
    """The application of one hub."""
    app = web.Application(middlewares=[web.middleware(errors)], client_max_size=8 << 20)
    app[HUB] = hub
    add = app.router.add_route
    add("POST", TOKEN, _token)
    add("PUT", TELEDOSSIERS + "/cases/migrate", _portal_only)

    def serve(base, number, method, path, handler, ids=(), query=(), public=None):
        add(method, base + path, operation(number, handler, ids, query, public))

    base, event, paging = TELEDOSSIERS, "/cases/{c}/events/{e}", ("offSet", "maxResult", "orderBy")
    details = ("eventDetails",) if hub.newest else ()
    serve(base, 1, "POST", "/folders", folders.create)
    serve(base, 2, "PUT", "/folders/{f}/attachments/{a}", folders.upload, "fa")
    serve(base, 3, "POST", "/cases/{c}/events", events.create, "c")
    serve(base, 4, "PATCH", "/folders/{f}", folders.change, "f")
    serve(base, 5, "PATCH", "/cases/{c}", cases.change, "c")
    serve(base, 6, "PATCH", event, events.change, "ce")
    serve(base, 7, "PUT", event + "/attachments/{a}", events.upload, "cea")
    serve(base, 8, "GET", "/folders/{f}", folders.read, "f")
    serve(base, 9, "GET", event + "/attachments/{a}", events.download, "cea", public="one-door-open")
    serve(base, 12, "GET", "/notifications", notifications.read,
          query=("maxResult", "processCode", "processPriority", *details))
    serve(base, 13, "DELETE", "/notifications/{n}", notifications.delete, "n")
    serve(base, 14, "GET", "/cases/{c}", cases.read, "c", ("lite",))
    serve(base, 15, "GET", "/cases/{c}/attachments/{a}", cases.download, "ca")
    serve(base, 16, "GET", event, events.read, "ce")
    serve(base, 17, "DELETE", "/folders/{f}", folders.delete, "f")
    serve(base, 28, "DELETE", event, events.delete, "ce")
    add("POST", base + "/folders/{f}", override(4, folders.change, "f", "post-is-patch"))
    add("POST", base + "/cases/{c}", override(5, cases.change, "c"))
    add("POST", base + event, override(6, events.change, "ce"))
    base = REFERENTIAL
    serve(base, 10, "GET", "/subscriptions", referential.list_subscriptions,
          query=(*paging, "processCode", "status", "companyRegister", "delegationActorEmail"))
    serve(base, 11, "GET", "/subscriptions/{s}", referential.read_subscription, "s")
    serve(base, 18, "POST", "/subscriptions", referential.create_subscription)
    serve(base, 19, "PUT", "/subscriptions/{s}", referential.replace_subscription, "s")
    serve(base, 20, "POST", "/organizations", referential.create_organization)
    serve(base, 21, "PUT", "/organizations/{o}", referential.replace_organization, "o")
    serve(base, 22, "GET", "/organizations/{o}", referential.read_organization, "o")
    serve(base, 23, "GET", "/organizations", referential.list_organizations,
          query=(*paging, "type", "company_register"))
    serve(base, 24, "POST", "/processes", referential.create_process)
    serve(base, 25, "PUT", "/processes/{code}", referential.replace_process, ("code",))
    serve(base, 26, "GET", "/processes/{code}", referential.read_process, ("code",))
    serve(base, 27, "GET", "/processes", referential.list_processes, query=(*paging, "offset", "companyRegister"))
    return app
