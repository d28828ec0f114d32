"""The queues of notifications.

For: operations 12 and 13. A batch is drawn at random from the queue; nothing depends on its order.
Not: their creation, which is in hub and events.
"""

import random

from . import access, alterations, moments
from .refusals import Refusal

DETAILS = ("true", "false")


def _view(hub, notification, details):
    shown = {name: notification[name] for name in ("id", "recipient", "transmitter", "processCode", "caseId",
                                                   "eventId")}
    shown["dateTime"] = moments.write(notification["dateTime"], hub.zone)
    event = hub.store["event"].get(notification["eventId"])
    if details and event:
        status = notification["was"] if hub.broken("details-frozen") else event["status"]
        shown.update(eventActionType=event["actionType"], eventStatus=status)
    return hub.fit(alterations.of_notification(hub, notification, shown, event))


def _queue(hub, caller):
    own = caller.organization
    if hub.broken("branch-forgotten"):
        found = [one for one in hub.store["notification"].values()
                 if {**one["recipient"], "branchCode": None} == {**own, "branchCode": None}]
    elif hub.broken("type-forgotten"):
        found = [one for one in hub.store["notification"].values()
                 if {**one["recipient"], "type": None} == {**own, "type": None}]
    else:
        found = list(hub.inbox.get(access.key(own), {}).values())
    return [one for one in found if one["processCode"] in caller.processes or hub.broken("demarche-forgotten")]


async def read(call):
    """GET /notifications; processPriority is taken, and changes nothing (recorded)."""
    hub = call.hub
    size = call.number("maxResult", 20 if hub.broken("batch-of-twenty") else 25)
    if hub.broken("batch-at-most-25"):
        size = min(size, 25)
    if hub.broken("batch-at-most-30"):
        size = min(size, 30)
    details = call.one("eventDetails", "false")
    if details not in DETAILS:
        raise Refusal(400, "eventDetails: true or false")
    queue, codes = _queue(hub, call.caller), call.query.getall("processCode", [])
    if hub.broken("batch-before-filter"):
        queue = queue[:size]
    if hub.broken("last-filter-only"):
        codes = codes[-1:]
    if hub.usual("comma"):
        codes = [one for joined in codes for one in joined.split(",")]
    if hub.broken("filter-or-limit") and call.one("maxResult") is not None:
        codes = []
    if hub.broken("unknown-filter-ignored"):
        codes = [one for one in codes if one in hub.store["process"]]
    if hub.broken("filter-any-case"):
        lowered = [code.lower() for code in codes]
        codes = [one["processCode"] for one in queue if one["processCode"].lower() in lowered] or codes
    if hub.broken("filter-by-beginning"):
        codes = [one["processCode"] for one in queue if one["processCode"].startswith(tuple(codes or ("-",)))] or codes
    if codes:
        queue = [one for one in queue if one["processCode"] in codes]
    priority = call.query.getall("processPriority", [])
    if hub.broken("priority-filters") and priority:
        queue = [one for one in queue if one["processCode"] in priority]
    if hub.broken("once-a-case"):
        queue = list({one["caseId"]: one for one in queue}.values())
    batch = random.sample(queue, min(size, len(queue)))
    if (hub.broken("details-without-filter") and codes
            or hub.broken("details-in-default-batch") and call.one("maxResult")):
        details = "false"
    shown = [_view(hub, one, details == "true") for one in batch]
    if hub.broken("reading-removes"):
        for one in batch:
            hub.forget(one)
    return 200, shown


async def delete(call):
    """DELETE /notifications/{n}."""
    hub, caller = call.hub, call.caller
    notification = hub.store["notification"].get(call.ids["n"])
    if notification is None:
        if hub.broken("hidden-not-deleted"):
            return 204, None
        raise Refusal(404, "No such notification")
    own = notification["recipient"] == caller.organization and (
        notification["processCode"] in caller.processes or hub.broken("deletes-across-demarches"))
    if hub.broken("deletes-across-branches") and caller.scope == "SI":
        own = own or notification["recipient"]["companyRegister"] == caller.organization["companyRegister"]
    if not (own or hub.broken("deletes-for-others")):
        raise Refusal(403, access.NOT_YOURS)
    if hub.broken("deletes-all-of-case"):
        for one in list(hub.store["notification"].values()):
            if one["caseId"] == notification["caseId"] and one["recipient"] == notification["recipient"]:
                hub.forget(one)
        return 204, None
    hub.forget(notification)
    return 204, None
