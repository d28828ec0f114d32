"""The référentiel: subscriptions, organizations, démarches.

For: operations 10, 11 and 18 to 27. Free choices: a second one of what exists is a 409, an empty list of
organizations and an unknown one to modify are 404 and 400, no Content-Range, subscriptions become active only by
their status (the nightly batch never comes), closed lists without an enum are open, accessMode SFTP is refused.
Not: what a deposit makes of it.
"""

import re
import uuid

from . import access, alterations, moments, shapes, transitions
from .hub import without_nulls
from .refusals import Faults, Refusal
from .web import answer

DATES = ("activateDateTime", "validateDateTime", "rejectDateTime", "endDateTime", "updateDateTime",
         "creationDateTime", "createDateTime")
SUBSCRIPTION_ORDERS = {
    "id": "id", "datapass_id": "datapassId", "process_code": "processCode", "access_mode": "accessMode",
    "notification_frequency": "notificationFrequency", "status": "status", "email": "email",
    "activate_date_time": "activateDateTime", "validate_date_time": "validateDateTime",
    "reject_date_time": "rejectDateTime", "end_date_time": "endDateTime", "update_date_time": "updateDateTime",
    "creation_date_time": "creationDateTime", "rejection_reason": "rejectionReason",
    "si_type": "type", "si_company_register": "companyRegister", "si_branch_code": "branchCode"}
ORGANIZATION_ORDERS = {
    "type": "type", "company_register": "companyRegister", "branche_code": "branchCode", "branch_code": "branchCode",
    "name": "name", "code": "code", "country": "country", "postal_code": "postalCode", "territory": "territory",
    "email": "email", "status": "status", "phone_number": "phoneNumber"}
PATH_ID = re.compile(r"\w{1,20}-[0-9]{14}-[\w-]{1,10}")


def _dated(hub, thing, listed=False):
    shown = {name: moments.write(value, hub.zone) if name in DATES and value is not None else value
             for name, value in thing.items()}
    return hub.fit(alterations.of_referential(hub, thing, shown, listed))


def _instants(body):
    return {name: moments.read(value) if name in DATES and value is not None else value
            for name, value in body.items()}


def _page(call, things, default=None):
    start, size = call.number("offSet", 0), call.number("maxResult", default)
    if call.hub.broken("offset-in-pages") and size:
        start *= size
    if call.hub.broken("page-of-hundred-at-most") and size:
        size = min(size, 100)
    if call.hub.broken("last-one-lost") and start and size and start + size >= len(things):
        things = things[:-1]
    if call.hub.broken("organization-offset-ignored") and call.request.path.endswith("/organizations"):
        start = 0
    if call.hub.broken("organization-max-ignored") and call.request.path.endswith("/organizations"):
        size = None
    if call.hub.broken("offset-by-one") and start:
        start -= 1
    return things[start:] if size is None else things[start:start + size]


def _exists(hub, said):
    return Refusal(400 if hub.usual("conflict") else 409, "This already exists" if hub.usual("wording") else said)


def _listed(call, found, view, unit):
    """A page; with its Content-Range when that is turned back."""
    page = [view(call.hub, one, True) for one in _page(call, found)]
    if not call.hub.usual("content-range"):
        return 200, page
    start = call.number("offSet", 0)
    if call.hub.broken("total-of-page"):
        found = page
    if call.hub.broken("total-unfiltered") and unit == "Susbscriptions":
        found = call.hub.store["subscription"]
    if call.hub.broken("range-end-after"):
        start += 1
    response = answer(call.request, 200, page)
    response.headers["Content-Range"] = f"{unit} {start}-{max(start, start + len(page) - 1)}/{len(found)}"
    return response


def _ordered(things, value_of, descending):
    """Sorted by a value; what has none comes last."""
    with_value = [one for one in things if value_of(one) is not None]
    return (sorted(with_value, key=value_of, reverse=descending)
            + [one for one in things if value_of(one) is None])


# Subscriptions

def _subscription_view(hub, one, listed=False):
    organization = hub.store["organization"].get(access.key(one["subscriber"]), {})
    return _dated(hub, {**one, "subscriber": without_nulls({**one["subscriber"], "name": organization.get("name")}),
                        "localAdministrator": without_nulls(one["localAdministrator"])}, listed)


def _may_see(call, one):
    scope = call.caller.scope
    return scope != access.OSL or one["processCode"] in call.caller.processes or call.hub.broken("all-subscriptions")


async def list_subscriptions(call):
    """GET /subscriptions."""
    found = [one for one in call.hub.store["subscription"].values() if _may_see(call, one)]
    codes = call.query.getall("processCode", [])
    register, status, actor = call.one("companyRegister"), call.one("status"), call.one("delegationActorEmail")
    if call.hub.broken("actor-filter-ignored"):
        actor = None
    if call.hub.broken("last-code-only"):
        codes = codes[-1:]
    if call.hub.broken("status-filter-alone") and (codes or register):
        status = None
    if call.hub.broken("register-filter-alone") and codes:
        register = None
    if call.hub.broken("order-or-filter") and call.one("orderBy"):
        codes, register, status, actor = [], None, None, None
    if call.hub.broken("status-by-beginning") and status:
        status = next((one for one in ("Actif", "Inactif", "Refusé", "Suspendu") if one[:1] == status[:1]), status)
    found = [one for one in found
             if (not codes or one["processCode"] in codes)
             and (register is None or one["subscriber"]["companyRegister"] == register)
             and (status is None or one["status"] == status)
             and (actor is None or (isinstance(one["delegationActor"], dict)
                                    and one["delegationActor"].get("email") == actor))]
    order = call.one("orderBy")
    if call.hub.broken("page-then-sort"):
        found = sorted(found, key=lambda one: one["id"])
        found = _page(call, found) + [one for one in found if one not in _page(call, found)]
    if order is None:
        found = sorted(found, key=lambda one: one["id"])
    else:
        said = re.fullmatch(r"(asc|desc)\((\w+)\)", order)
        if not said or said[2] not in SUBSCRIPTION_ORDERS:
            raise Refusal(400, "orderBy: asc or desc of a field is expected")
        name = SUBSCRIPTION_ORDERS[said[2]]
        if call.hub.broken("one-order-only"):
            name = "processCode"
        if call.hub.broken("register-order-ignored") and said[2].startswith("si_"):
            return _listed(call, sorted(found, key=lambda one: one["id"]), _subscription_view, "Susbscriptions")
        found = _ordered(found, lambda one: one["subscriber"].get(name) if said[2].startswith("si_") else one[name],
                         said[1] == "desc" and not call.hub.broken("always-ascending"))
    return _listed(call, found, _subscription_view, "Susbscriptions")


def _subscription(call):
    one = call.hub.store["subscription"].get(call.ids["s"])
    if one is None:
        raise Refusal(404, "No such subscription")
    if not _may_see(call, one):
        raise Refusal(403, access.NOT_YOURS)
    return one


async def read_subscription(call):
    """GET /subscriptions/{s}."""
    return 200, _subscription_view(call.hub, _subscription(call))


def _stored_subscription(hub, body, kept):
    made = {name: body.get(name) for name in shapes.SUBSCRIPTION.fields}
    made = _instants(made)
    made["subscriber"] = {name: body["subscriber"][name] for name in ("type", "companyRegister", "branchCode")}
    if hub.broken("put-merges"):
        made = {name: kept.get(name) if value is None else value for name, value in made.items()}
    if hub.broken("status-reset-by-put"):
        made["status"] = made["status"] or "Inactif"
    if hub.broken("auto-when-absent") and not kept:
        made["status"] = made["status"] or "Actif"
    if hub.broken("administrator-email-only"):
        made["localAdministrator"] = {"email": made["localAdministrator"]["email"]}
    if hub.broken("administrator-mobile-lost"):
        made["localAdministrator"] = {name: value for name, value in made["localAdministrator"].items()
                                      if name != "mobileNumber"}
    if hub.broken("delegation-lost"):
        made["delegationActor"] = None
    if hub.broken("delegation-documented-only") and isinstance(made["delegationActor"], dict):
        made["delegationActor"] = {name: value for name, value in made["delegationActor"].items() if name in (
            "firstName", "lastName", "email", "function", "phoneNumber", "mobileNumber")}
    if hub.broken("activation-lost"):
        made["activateDateTime"] = kept.get("activateDateTime")
    if hub.broken("activation-without-offset") and body.get("activateDateTime"):
        made["activateDateTime"] = moments.read(body["activateDateTime"][:19] + "Z")
    if hub.broken("other-dates-lost"):
        made.update(validateDateTime=None, rejectDateTime=None, endDateTime=None)
    if hub.broken("reason-lost-by-put") and kept:
        made["rejectionReason"] = None
    if hub.broken("frequency-lowered"):
        made["notificationFrequency"] = made["notificationFrequency"].lower()
    if hub.broken("mode-lost-by-put") and kept:
        made["accessMode"] = kept["accessMode"]
    made["status"] = made["status"] or kept.get("status") or "Inactif"
    made["updateDateTime"] = moments.now()
    if hub.usual("activation") and made["status"] == "Inactif" and (made["activateDateTime"] or 9e99) < moments.now():
        made["status"] = "Actif"
    if hub.broken("born-again"):
        kept = {**kept, "creationDateTime": None}
    if hub.broken("subscription-update-frozen"):
        made["updateDateTime"] = kept.get("creationDateTime") or moments.now()
    return {**made, "id": kept.get("id") or str(uuid.uuid4()),
            "creationDateTime": kept.get("creationDateTime") or moments.now()}


async def create_subscription(call):
    """POST /subscriptions."""
    hub, faults = call.hub, Faults()
    body = await call.body(shapes.SUBSCRIPTION, faults)
    code, subscriber = body.get("processCode"), body.get("subscriber")
    process = hub.store["process"].get(code) if isinstance(code, str) else None
    if isinstance(code, str) and process is None:
        faults.add("/processCode", "no such démarche")
        if hub.broken("subscribed-to-unknown"):
            faults.found.pop()
    elif process and not process["isActivated"]:
        faults.add("/processCode", "this démarche is not active")
    own = Faults()
    shapes.check(subscriber, shapes.SUBSCRIPTION.fields["subscriber"].inner, own)
    if not own and access.key(subscriber) not in hub.store["organization"] and not hub.broken("subscriber-unknown"):
        faults.add("/subscriber", "nobody here")
    if hub.broken("datapass-id-32") and isinstance(body.get("datapassId"), int) and body["datapassId"] >= 2**31:
        faults.add("/datapassId", "too large")
    if hub.broken("empty-phone-refused") and "" in [
            (body.get("localAdministrator") or {}).get(name) for name in ("phoneNumber", "mobileNumber")]:
        faults.add("/localAdministrator", "a number is expected")
    call.refuse(faults)
    if not hub.broken("second-subscription") and any(
            one["processCode"] == code and access.key(one["subscriber"]) == access.key(subscriber)
            for one in hub.store["subscription"].values()):
        raise _exists(hub, "This organization takes part in this démarche, or has asked to")
    made = _stored_subscription(hub, body, {})
    if hub.broken("reason-lost"):
        made["rejectionReason"] = None
    hub.store.put("subscription", made)
    return 201, _subscription_view(hub, made)


async def replace_subscription(call):
    """PUT /subscriptions/{s}: takes back what GET gave."""
    hub, kept, faults = call.hub, _subscription(call), Faults()
    body = await call.body(shapes.SUBSCRIPTION, faults, given_back=True)
    if hub.broken("put-needs-status") and not body.get("status"):
        faults.add("/status", "absent, though mandatory")
    if hub.broken("put-refuses-name") and "name" in (body.get("subscriber") or {}):
        faults.add("/subscriber/name", "unknown property")
    call.refuse(faults)
    if body["processCode"] != kept["processCode"] or access.key(body["subscriber"]) != access.key(kept["subscriber"]):
        raise Refusal(400, "/: the démarche and the subscriber stay")
    made = hub.store.put("subscription", _stored_subscription(hub, body, kept))
    return 200, _subscription_view(hub, made)


# Organizations

async def list_organizations(call):
    """GET /organizations; an empty list is a 404 (free)."""
    kind, register, order = call.one("type"), call.one("company_register"), call.one("orderBy", "company_register")
    if call.hub.broken("register-forgets-type") and register:
        kind = None
    if call.hub.broken("organization-type-ignored"):
        kind = None
    if call.hub.broken("register-by-siren") and register:
        register = next((one["companyRegister"] for one in call.hub.store["organization"].values()
                         if one["companyRegister"][:9] == register[:9]), register)
    if call.hub.broken("organization-order-ignored"):
        order = "company_register"
    if order not in ORGANIZATION_ORDERS:
        raise Refusal(400, "orderBy: no such field")
    found = [one for one in call.hub.store["organization"].values()
             if kind in (None, one["type"]) and register in (None, one["companyRegister"])]
    found = _ordered(found, lambda one: one[ORGANIZATION_ORDERS[order]], False)
    if not _page(call, found) and not call.hub.usual("empty-404"):
        raise Refusal(404, "No organization is like this")
    return _listed(call, found, _dated, "Organizations")


def _organization(call, unknown):
    if not PATH_ID.fullmatch(call.ids["o"]):
        raise Refusal(400, "This is no identifier of an organization")
    found = call.hub.store["organization"].get(call.ids["o"])
    if found is None and call.hub.broken("branch-of-organization-forgotten"):
        found = next((one for name, one in call.hub.store["organization"].items()
                      if name.rsplit("-", 1)[0] == call.ids["o"].rsplit("-", 1)[0]), None)
    if found is None and call.hub.broken("put-creates-organization") and call.request.method == "PUT":
        return {"createDateTime": moments.now()}
    if found is None:
        raise Refusal(unknown, "No such organization")
    return found


async def read_organization(call):
    """GET /organizations/{o}."""
    return 200, _dated(call.hub, _organization(call, 404))


def _stored(hub, shape, body, **dates):
    lost = {"country-lost": ("country",), "phone-lost": ("phoneNumber",),
            "legal-lost": ("legalJustification",), "description-lost": ("description",),
            "territory-lost": ("territory",), "awaiting-lost": ("authorizedAwaiting", "messageWithStatus"),
            "organization-email-lost": ("email",)}
    gone = [field for name, fields in lost.items() if hub.broken(name) for field in fields]
    body = {name: value for name, value in body.items() if name not in gone}
    if hub.broken("referential-born-again"):
        dates = {name: moments.now() for name in dates}
    return {**{name: body.get(name) for name in shape.fields}, **dates, "updateDateTime": moments.now()}


def _closed_lists(call, name, value, values):
    if call.hub.usual("closed-lists") and value not in values:
        raise Refusal(400, f"/{name}: not one of {', '.join(values)}")


async def create_organization(call):
    """POST /organizations."""
    body = await call.body(shapes.ORGANIZATION)
    _closed_lists(call, "type", body["type"], ("SI", "OSL", "ADMIN", "ADM_NAT"))
    if call.hub.broken("one-branch-a-siret") and any(
            (one["type"], one["companyRegister"]) == (body["type"], body["companyRegister"])
            for one in call.hub.store["organization"].values()):
        raise _exists(call.hub, "This organization is known")
    if call.hub.broken("dash-refused") and "-" in body["branchCode"]:
        raise Refusal(400, "/branchCode: malformed")
    if access.key(body) in call.hub.store["organization"] and not call.hub.broken("post-replaces-organization"):
        raise _exists(call.hub, "This organization is known")
    made = _stored(call.hub, shapes.ORGANIZATION, body, createDateTime=moments.now())
    return 201, _dated(call.hub, call.hub.store.put("organization", made, access.key(body)))


async def replace_organization(call):
    """PUT /organizations/{o}; of an unknown one, 400 (free)."""
    kept = _organization(call, 404 if call.hub.usual("unknown-to-modify") else 400)
    body = await call.body(shapes.ORGANIZATION, given_back=True)
    if access.key(body) != call.ids["o"]:
        raise Refusal(400, "/: an organization keeps its identifier")
    made = _stored(call.hub, shapes.ORGANIZATION, body, createDateTime=kept["createDateTime"])
    return 200, _dated(call.hub, call.hub.store.put("organization", made, call.ids["o"]))


# Démarches

async def list_processes(call):
    """GET /processes."""
    register, order = call.one("companyRegister"), call.one("orderBy", "code")
    field = re.sub(r"_(\w)", lambda found: found[1].upper(), order)
    if call.hub.broken("process-order-ignored"):
        field = "code"
    if call.hub.broken("process-filter-ignored"):
        register = None
    if len(order) > 20 or field not in shapes.PROCESS.fields:
        raise Refusal(400, "orderBy: no such field")
    found = [one for one in call.hub.store["process"].values() if register in (None, one["osl"]["companyRegister"])]
    found = _ordered(found, lambda one: one[field] if one[field] is None else str(one[field]), False)
    return _listed(call, found, _dated, "Processes")


def _process(call):
    found = call.hub.store["process"].get(call.ids["code"])
    if call.hub.broken("process-any-case") and found is None:
        found = next((one for code, one in call.hub.store["process"].items()
                      if code.lower() == call.ids["code"].lower()), None)
    if found is None:
        raise Refusal(404, "No such démarche")
    return found


async def read_process(call):
    """GET /processes/{code}."""
    return 200, _dated(call.hub, _process(call))


async def _process_body(call, given_back):
    faults = Faults()
    body = await call.body(shapes.PROCESS, faults, given_back)
    own = Faults()
    shapes.check(body.get("osl"), shapes.PROCESS.fields["osl"].inner, own, given_back=True)
    if not own and access.key(body["osl"]) not in call.hub.store["organization"]:
        faults.add("/osl", "nobody here")
    call.refuse(faults)
    _closed_lists(call, "statusBeforeFileDeletion", body["statusBeforeFileDeletion"], transitions.STATUSES)
    body["osl"] = {name: body["osl"][name] for name in ("type", "companyRegister", "branchCode")}
    stuck = {"formats-at-start": "attachmentFormatsEnabled", "types-at-start": "attachmentTypesEnabled",
             "size-at-start": "attachmentMaxSizeEnabled", "messages-at-start": "messageToTransmitter",
             "si-formats-at-start": "siAttachmentFormatsEnabled", "activation-at-start": "isActivated",
             "name-at-start": "name", "times-at-start": "timeBeforeArchiving"}
    for name, field in stuck.items():
        if call.hub.broken(name) and given_back:
            body[field] = call.hub.store["process"][body["code"]][field]
    return body


async def create_process(call):
    """POST /processes."""
    body = await _process_body(call, False)
    if body["code"] in call.hub.store["process"] and not call.hub.broken("post-replaces-process"):
        raise _exists(call.hub, "This démarche is known")
    made = _stored(call.hub, shapes.PROCESS, body, creationDateTime=moments.now())
    return 201, _dated(call.hub, call.hub.store.put("process", made, body["code"]))


async def replace_process(call):
    """PUT /processes/{code}."""
    kept = _process(call)
    body = await _process_body(call, True)
    if body["code"] != kept["code"]:
        raise Refusal(400, "/code: a démarche keeps its code")
    made = _stored(call.hub, shapes.PROCESS, body, creationDateTime=kept["creationDateTime"])
    return 200, _dated(call.hub, call.hub.store.put("process", made, kept["code"]))
