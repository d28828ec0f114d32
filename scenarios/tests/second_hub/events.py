"""Events of a case, with their files.

For: operations 3, 6, 7, 9, 16 and 28. Free choices: files are controlled at SENT, an unsent event is its author's
alone, caseNewStatus acts at creation and only with STATUS_UPDATE and ATTACH_DEPOSIT (not at all under PRES-2021), an
acknowledgement notifies nobody, an infected file blocks nothing.
Not: the status table, which is in transitions.
"""

import uuid

from . import access, alterations, files, moments, shapes, transitions
from .refusals import Faults, Refusal

ACTIONS = ("ATTACH_DEPOSIT", "STATUS_UPDATE", "ATTACH_DL", "ATTACH_DL_ALL", "COM_ADD", "SENDING_MESSAGE")


def view(hub, caller, event, alone=True):
    """An event as this caller sees it: the SI's comment is not for an OSL."""
    hidden = event["side"] == "SI" and caller.scope == "OSL" and not hub.broken("comment-shown")
    shown = {name: event[name] for name in (
        "id", "transmitter", "message", "comment", "actionType", "author", "notification", "status",
        "caseCurrentStatus", "caseNewStatus", "partnerAttributes", "partnerInfo")}
    if hub.broken("partner-info-of-folder"):
        shown["partnerInfo"] = hub.store["folder"][hub.store["case"][event["case"]]["folder"]]["partnerInfo"]
    shown.update(comment=None if hidden else event["comment"],
                 createDateTime=moments.write(event["createDateTime"], hub.zone),
                 updateDateTime=moments.write(event["updateDateTime"], hub.zone))
    if event["attachments"] or hub.usual("nulls"):
        shown["attachments"] = hub.order(files.view(one) for one in event["attachments"])
    return hub.fit(alterations.of_event(hub, caller, event, shown, alone))


def _check(call, case, folder, body, faults):
    hub, action = call.hub, body.get("actionType")
    process = hub.store["process"][folder["processCode"]]
    if isinstance(action, str) and action not in ACTIONS:
        faults.add("/actionType", "no such action")
    attached = body.get("attachments") or []
    if action == "ATTACH_DEPOSIT" and not attached:
        faults.add("/attachments", "ATTACH_DEPOSIT brings at least one file")
    if action in ACTIONS and action != "ATTACH_DEPOSIT" and attached:
        faults.add("/attachments", "only ATTACH_DEPOSIT brings files")
    if body.get("message") and not process["messageToTransmitter"]:
        faults.add("/message", "this démarche takes no messages")
    if hub.broken("stale-refused") and body.get("caseCurrentStatus") not in (None, case["status"]):
        faults.add("/caseCurrentStatus", "the case has another status by now")
    if hub.broken("frozen-when-closed") and case["status"] == "CLOSED" and action != "ATTACH_DEPOSIT":
        faults.add("", "this case is closed")
    wanted = body.get("caseNewStatus")
    if isinstance(wanted, str) and len(wanted) <= 15 and wanted not in transitions.STATUSES:
        faults.add("/caseNewStatus", "no status")
    if hub.usual("late-event-formats"):
        for place, one in enumerate(attached if isinstance(attached, list) else ()):
            inner = Faults()
            shapes.check(one, shapes.EVENT_FILE, inner)
            unchecked = hub.broken("osl-files-unchecked") and call.caller.scope == "OSL" or (
                hub.broken("si-files-unchecked") and call.caller.scope == "SI") or (
                hub.broken("first-event-file-only") and place > 0)
            for fault in () if inner or unchecked else files.not_allowed(hub, process, call.caller.scope, one, types=False):
                faults.add(f"/attachments/{place}", fault)
    if case["status"] in ("HUBEE_RECEIVED", "HUBEE_COMPLETED") and not (faults or hub.usual("early-events")):
        faults.add("", "the recipient does not know of this case yet")


async def create(call):
    """POST /cases/{c}/events."""
    hub, caller, faults = call.hub, call.caller, Faults()
    case, folder = access.case_of(hub, caller, call.ids["c"])
    body = await call.body(shapes.EVENT, faults)
    if hub.broken("notification-by-default"):
        faults.found = [one for one in faults.found if not one.startswith("/notification:")]
        body.setdefault("notification", True)
    if hub.broken("author-believed") or hub.usual("transmitter"):
        faults.found = [one for one in faults.found if not one.startswith("/transmitter:")]
    _check(call, case, folder, body, faults)
    call.refuse(faults)
    wanted = body.get("caseNewStatus")
    if hub.broken("silent-event-no-status") and not body["notification"]:
        wanted = None
    if hub.broken("osl-event-no-status") and caller.scope == "OSL":
        wanted = None
    if hub.broken("current-status-written") and not wanted:
        wanted = body.get("caseCurrentStatus")
    acts = (hub.newest and wanted and wanted != case["status"]
            and (body["actionType"] in ("STATUS_UPDATE", "ATTACH_DEPOSIT") or hub.usual("other-actions")))
    if acts:
        process = hub.store["process"][folder["processCode"]]
        transitions.check(hub, caller.scope, process, case, wanted, "/caseNewStatus")
    born = moments.now()
    transmitter = (hub.broken("author-believed") and body.get("transmitter")) or caller.organization
    event = {
        "id": str(uuid.uuid4()), "case": case["id"], "side": caller.scope, "transmitter": transmitter,
        "status": "IN_PROGRESS" if body["actionType"] == "ATTACH_DEPOSIT" else "SENT", "createDateTime": born,
        "updateDateTime": born, "partnerInfo": call.partner_info, "actionType": body["actionType"],
        "notification": bool(body["notification"]) or hub.broken("notification-always")}
    event.update((name, body.get(name)) for name in (
        "message", "comment", "author", "caseCurrentStatus", "caseNewStatus", "partnerAttributes"))
    event["attachments"] = [files.declare(hub, event, one) for one in body.get("attachments") or ()]
    hub.store.put("event", event)
    case["events"].append(event["id"])
    hub.store.put("case", case)
    if event["status"] == "SENT" or hub.broken("deposit-notifies-early"):
        _notify(hub, case, folder, event)
    if acts and not (event["status"] == "IN_PROGRESS" and hub.usual("acts-at-creation")):
        _act(hub, case, wanted)
    return 201, view(hub, caller, event)


def _act(hub, case, wanted):
    if wanted == "HUBEE_COMPLETED" and hub.usual("resent-twice"):
        wanted = "HUBEE_NOTIFIED"
    transitions.set_status(hub, case, wanted)


def _notify(hub, case, folder, event):
    """Tells the other side, when the event asks for it; an administrator's event is told to the SI."""
    silent = (hub.broken("only-updates-notify") and event["actionType"] not in ("STATUS_UPDATE", "ATTACH_DEPOSIT")
              or hub.broken("comment-is-silent") and event["actionType"] == "COM_ADD"
              or hub.broken("download-is-silent") and event["actionType"] in ("ATTACH_DL", "ATTACH_DL_ALL")
              or hub.broken("osl-deposit-silent") and event["side"] == "OSL" and event["actionType"] == "ATTACH_DEPOSIT"
              or hub.broken("no-status-no-notification") and not event["caseNewStatus"])
    if hub.broken("author-told-too") and event["notification"]:
        hub.notify(case["recipient"] if event["side"] == "SI" else hub.osl_of(folder), event["transmitter"],
                   folder["processCode"], case["id"], event)
    if hub.broken("all-recipients-told") and event["side"] == "OSL" and event["notification"]:
        for one in folder["cases"]:
            if one != case["id"]:
                hub.notify(hub.store["case"][one]["recipient"], event["transmitter"], folder["processCode"], one, event)
    if event["notification"] and not silent:
        recipient = hub.osl_of(folder) if event["side"] == "SI" else case["recipient"]
        hub.notify(recipient, event["transmitter"], folder["processCode"], case["id"], event)


async def read(call):
    """GET /cases/{c}/events/{e}."""
    event, _, _ = access.event_of(call.hub, call.caller, call.ids["c"], call.ids["e"])
    if event.get("deleted"):
        raise Refusal(404, "No such event")
    return 200, view(call.hub, call.caller, event)


async def change(call):
    """PATCH /cases/{c}/events/{e}: SENT by its author, RECEIVED by the other side."""
    hub, caller = call.hub, call.caller
    event, case, folder = access.event_of(hub, caller, call.ids["c"], call.ids["e"])
    wanted = (await call.body(shapes.STATUS_CHANGE))["status"]
    if wanted not in ("SENT", "RECEIVED"):
        raise Refusal(422, "/status: SENT or RECEIVED")
    authors = caller.scope == event["side"]
    if hub.broken("sent-by-other-side") and wanted == "SENT" or (
            hub.broken("author-acknowledges") and wanted == "RECEIVED"):
        authors = wanted == "SENT"
    if caller.scope != access.ADMIN and authors != (wanted == "SENT"):
        raise Refusal(403, "This is for the other side to set")
    early = hub.broken("received-before-sent") and wanted == "RECEIVED" and event["status"] == "IN_PROGRESS"
    again = hub.broken("received-is-sent-again") and wanted == "SENT" and event["status"] == "RECEIVED"
    if event["status"] != {"SENT": "IN_PROGRESS", "RECEIVED": "SENT"}[wanted] and not early and not again:
        raise Refusal(400, f"/status: {wanted} does not follow {event['status']}")
    if wanted == "SENT":
        _check_files(call, folder, event)
    event.update(status=wanted, updateDateTime=moments.now())
    if hub.broken("received-forgets-message") and wanted == "RECEIVED":
        event.update(message=None, partnerAttributes=None)
    if hub.broken("patch-takes-partner-info"):
        event["partnerInfo"] = call.partner_info
    hub.store.put("event", event)
    if wanted == "SENT" and not hub.broken("deposit-notifies-early"):
        _notify(hub, case, folder, event)
    if wanted == "SENT" and hub.usual("acts-at-creation") and hub.newest and event["caseNewStatus"]:
        _act(hub, case, event["caseNewStatus"])
    if wanted == "RECEIVED" and event["notification"] and hub.usual("acknowledgement"):
        author, other = (hub.osl_of(folder), case["recipient"])[::-1 if event["side"] == "SI" else 1]
        hub.notify(author, other, folder["processCode"], case["id"], event)
    return 204, None


def _check_files(call, folder, event):
    hub, faults = call.hub, Faults()
    process = hub.store["process"][folder["processCode"]]
    side = "OSL" if hub.broken("format-from-osl-list") else event["side"]
    if hub.broken("one-file-is-enough") and any(one["status"] == "RECEIVED" for one in event["attachments"]):
        return
    for attachment in event["attachments"]:
        if hub.broken("rejected-sent") and attachment["status"] == "REJECTED":
            continue
        where = f"/attachments/{attachment['id']}"
        if attachment["status"] not in (
                ("RECEIVED",) if hub.usual("infected-event") else ("RECEIVED", "CORRUPTED")) and not hub.broken("sent-unchecked"):
            faults.add(where, f"{attachment['status']}, so it cannot be sent")
        unchecked = hub.broken("osl-files-unchecked") and side == "OSL" or (
            hub.broken("si-files-unchecked") and side == "SI") or (
            hub.broken("first-event-file-only") and attachment is not event["attachments"][0])
        for fault in () if unchecked else files.not_allowed(hub, process, side, attachment, types=False):
            faults.add(where, fault)
    call.refuse(faults)


def _attachment(call, event):
    wanted = call.ids["a"]
    found = next((one for one in event["attachments"] if one["id"] == wanted), None)
    if found is None and call.hub.broken("event-file-through-own-event") and wanted in call.hub.owner_of_file:
        found = next(one for one in call.hub.owner_of_file[wanted]["attachments"] if one["id"] == wanted)
    if found is None:
        strange = wanted in call.hub.owner_of_file and not call.hub.usual("foreign-file")
        raise Refusal(*((403, access.NOT_YOURS) if strange else (404, "No such file")))
    return found


async def upload(call):
    """PUT /cases/{c}/events/{e}/attachments/{a}."""
    hub = call.hub
    event, _, _ = access.event_of(hub, call.caller, call.ids["c"], call.ids["e"])
    attachment = _attachment(call, event)

    def still_open():
        if hub.store["event"].get(event["id"]) is None:
            raise Refusal(404, "No such event")
        if event["status"] != "IN_PROGRESS":
            raise Refusal(400, "The event takes no more files")
    still_open()
    return await files.receive(call, "event", event, attachment, still_open)


async def download(call):
    """GET /cases/{c}/events/{e}/attachments/{a}."""
    event, _, _ = access.event_of(call.hub, call.caller, call.ids["c"], call.ids["e"])
    attachment = _attachment(call, event)
    if event["status"] == "IN_PROGRESS" and call.caller.scope not in (event["side"], access.ADMIN):
        raise Refusal(404, "The event was not sent")
    return await files.send(call, attachment)


async def delete(call):
    """DELETE /cases/{c}/events/{e}: an ATTACH_DEPOSIT that was not sent."""
    hub, caller = call.hub, call.caller
    event, _, _ = access.event_of(hub, caller, call.ids["c"], call.ids["e"])
    if caller.scope not in (event["side"], access.ADMIN) and not hub.broken("deleted-by-other-side"):
        raise Refusal(403, "This is for its author to delete")
    if hub.broken("deleted-only-when-empty") and any(one["stored"] for one in event["attachments"]):
        raise Refusal(400, "Files were received already")
    if event["status"] != "IN_PROGRESS" and not hub.broken("any-event-deleted"):
        raise Refusal(400, "Only an ATTACH_DEPOSIT that was not sent can be deleted")
    case = hub.store["case"][event["case"]]
    if hub.broken("delete-leaves-in-case"):
        event["deleted"] = True
        return 204, None
    case["events"].remove(event["id"])
    hub.store.put("case", case)
    for attachment in event["attachments"]:
        hub.owner_of_file.pop(attachment["id"], None)
    hub.store.drop("event", event["id"])
    return 204, None
