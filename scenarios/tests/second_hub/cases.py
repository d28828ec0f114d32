"""Cases: reading one, its files, its status.

For: operations 5, 14 and 15.
Not: events, and the status that an event brings.
"""

from . import access, alterations, events, files, moments, shapes, transitions
from .refusals import Refusal


def addressed(hub, case, folder):
    """The attachments of a folder that are this case's."""
    if hub.broken("lists-all-files"):
        return folder["attachments"]
    return [one for one in folder["attachments"] if case["externalId"] in one["recipients"]]


async def read(call):
    """GET /cases/{c}; `lite` leaves out the events and the applicant (free)."""
    hub = call.hub
    case, folder = access.case_of(hub, call.caller, call.ids["c"])
    lite = call.one("lite", "false").lower()
    if lite not in ("true", "false"):
        raise Refusal(400, "lite: true or false")
    view = hub.fit(alterations.of_case(hub, {
        "id": case["id"], "status": case["status"], "recipient": case["recipient"], "externalId": case["externalId"],
        "processCode": folder["processCode"], "createDateTime": moments.write(case["createDateTime"], hub.zone),
        "updateDateTime": moments.write(case["updateDateTime"], hub.zone),
        "transmissionDateTime": case["transmissionDateTime"] and moments.write(case["transmissionDateTime"], hub.zone),
        "closeDateTime": case["closeDateTime"] and moments.write(case["closeDateTime"], hub.zone),
        "partnerAttributes": case["partnerAttributes"],
        "attachments": hub.order(files.view(one) for one in addressed(hub, case, folder))}, folder))
    if lite == "true":
        return 200, view
    shown = [hub.store["event"][one] for one in case["events"]]
    shown = [one for one in shown if one["status"] != "IN_PROGRESS" or call.caller.scope in (one["side"], "ADMIN")
             or hub.usual("unsent-hidden")]
    if hub.broken("twenty-events"):
        shown = shown[-20:]
    if hub.broken("received-vanishes"):
        shown = [one for one in shown if one["status"] != "RECEIVED"]
    view["applicant"] = hub.fit(alterations.of_applicant(hub, folder["applicant"]))
    if shown or hub.usual("nulls"):
        view["events"] = hub.order(events.view(hub, call.caller, one, alone=False) for one in shown)
    return 200, view


async def download(call):
    """GET /cases/{c}/attachments/{a}: another case's file is 403 here (free), an unknown one 404."""
    hub = call.hub
    case, folder = access.case_of(hub, call.caller, call.ids["c"], unless="any-si-reads-files")
    wanted = call.ids["a"]
    mine = folder["attachments"] if hub.broken("sibling-file") else addressed(hub, case, folder)
    attachment = next((one for one in mine if one["id"] == wanted), None)
    if attachment is None and hub.broken("file-through-own-case") and wanted in hub.owner_of_file:
        attachment = next(one for one in hub.owner_of_file[wanted]["attachments"] if one["id"] == wanted)
    if attachment is None:
        strange = wanted in hub.owner_of_file and not hub.usual("foreign-file")
        raise Refusal(*((403, access.NOT_YOURS) if strange else (404, "No such file")))
    return await files.send(call, attachment)


async def change(call):
    """PATCH /cases/{c}: a status, as the strict table has it."""
    hub, scope = call.hub, call.caller.scope
    case, folder = access.case_of(hub, call.caller, call.ids["c"], unless=scope == "OSL" and "case-through-folder")
    body = await call.body(shapes.STATUS_CHANGE)
    wanted = body["status"].upper() if hub.broken("status-any-case") else body["status"]
    if wanted not in transitions.STATUSES:
        if hub.broken("refused-status-acts"):
            hub.store.put("case", {**case, "status": wanted[:15]})
        raise Refusal(400, "/status: no status")
    transitions.check(hub, scope, hub.store["process"][folder["processCode"]], case, wanted, "/status")
    transitions.set_status(hub, case, wanted)
    if hub.broken("patch-clears-attributes"):
        hub.store.put("case", {**hub.store["case"][case["id"]], "partnerAttributes": None})
    if hub.broken("closing-notifies") and wanted == "CLOSED":
        hub.notify(case["recipient"], hub.osl_of(folder), folder["processCode"], case["id"])
    if hub.broken("reopening-notifies") and wanted == "HUBEE_NOTIFIED":
        hub.notify(case["recipient"], hub.osl_of(folder), folder["processCode"], case["id"])
    if hub.broken("reopening-forgets-events") and wanted == "HUBEE_NOTIFIED":
        hub.store.put("case", {**hub.store["case"][case["id"]], "events": []})
    if hub.broken("done-clears-queue") and wanted in ("DONE", "REFUSED", "CLOSED"):
        for one in list(hub.store["notification"].values()):
            if one["caseId"] == case["id"]:
                hub.forget(one)
    if hub.broken("status-notifies") and scope == "SI":
        hub.notify(hub.osl_of(folder), case["recipient"], folder["processCode"], case["id"])
    if hub.broken("sibling-status"):
        for other in folder["cases"]:
            transitions.set_status(hub, hub.store["case"][other], wanted)
    return 204, None
