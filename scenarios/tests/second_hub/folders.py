"""Folders: creation, files, completion, closing, deletion.

For: operations 1, 2, 4, 8 and 17. Free choices: numbers are checked strictly and may be used again, formats are
controlled at completion, and so is the right to a démarche (SFD §3.5.5 puts RC001 at step 6.1).
Not: notifications, which the sweep creates.
"""

import asyncio
import re
import uuid

from . import access, alterations, files, moments, shapes, transitions
from .hub import without_nulls
from .refusals import Faults, Refusal

NUMBER = re.compile(r"[A-Za-z0-9]{1,5}-?[A-Za-z0-9]{1,5}-?[A-Za-z0-9]{13}")


def _case_view(hub, case):
    return hub.fit({
        "id": case["id"], "status": case["status"], "recipient": case["recipient"], "externalId": case["externalId"],
        "updateDateTime": moments.write(case["updateDateTime"], hub.zone), "partnerAttributes": case["partnerAttributes"],
        "transmissionDateTime": case["transmissionDateTime"] and moments.write(case["transmissionDateTime"], hub.zone)})


def view(hub, folder):
    """A folder as answers show it."""
    zone = hub.zone
    return hub.fit(alterations.of_folder(hub, {
        "id": folder["id"], "globalStatus": folder["globalStatus"], "processCode": folder["processCode"],
        "createDateTime": moments.write(folder["createDateTime"], zone),
        "updateDateTime": moments.write(folder["updateDateTime"], zone),
        "closeDateTime": folder["closeDateTime"] and moments.write(folder["closeDateTime"], zone),
        "applicant": folder["applicant"], "externalId": folder["externalId"], "partnerInfo": folder["partnerInfo"],
        "cases": hub.order(_case_view(hub, hub.store["case"][one]) for one in folder["cases"]),
        "attachments": hub.order({**files.view(one), "recipients": one["recipients"]}
                                for one in folder["attachments"])}, folder))


def _numbers(body, faults):
    number = body.get("externalId")
    if not isinstance(number, str):
        return
    if len(number) <= 30 and not NUMBER.fullmatch(number):
        faults.add("/externalId", "not an OSL code (5), a démarche code (5) and a number (13)")
    seen = set()
    for place, case in enumerate(_objects(body.get("cases"))):
        own = case.get("externalId")
        if isinstance(own, str) and not re.fullmatch(re.escape(number) + "-[A-Za-z0-9]{2}", own):
            faults.add(f"/cases/{place}/externalId", "not the folder's number, a dash and two characters")
        if isinstance(own, str) and own in seen:
            faults.add(f"/cases/{place}/externalId", "two cases of one number")
        seen.add(own if isinstance(own, str) else None)


def _objects(value):
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def subscribed(hub, organization, code):
    """Whether deposits may be addressed to an organization."""
    taken = {"Actif", "Suspendu"} if hub.broken("suspended-is-active") else {"Actif"}
    taken |= {"Refusé"} if hub.broken("refused-is-active") else set()
    taken |= {"Inactif"} if hub.broken("inactive-is-active") else set()
    return any((one["processCode"] == code or hub.broken("subscribed-to-anything")) and one["status"] in taken
               and (access.key(one["subscriber"]) == access.key(organization)
                    or hub.broken("subscribed-by-siret")
                    and one["subscriber"]["companyRegister"] == organization["companyRegister"])
               for one in hub.store["subscription"].values())


def _recipients(hub, body, faults):
    code = body.get("processCode")
    for place, case in enumerate(_objects(body.get("cases"))):
        recipient, own = case.get("recipient"), Faults()
        shapes.check(recipient, shapes.ORGANIZATION_ID, own)
        if own or place and hub.broken("first-recipient-only"):
            continue
        if hub.broken("existence-by-siret") and recipient["companyRegister"] in [
                one["companyRegister"] for one in hub.store["organization"].values()]:
            continue
        if access.key(recipient) not in hub.store["organization"]:
            faults.add(f"/cases/{place}/recipient", f"{access.key(recipient)} " + (
                "does not exist" if hub.usual("wording") else "is nobody here"))
        elif code in hub.store["process"] and not subscribed(hub, recipient, code):
            faults.add(f"/cases/{place}/recipient", f"{access.key(recipient)} takes no part in {code}")


async def create(call):
    """POST /folders."""
    hub, caller, faults = call.hub, call.caller, Faults()
    body = await call.body(shapes.FOLDER, faults)
    process = hub.store["process"].get(body.get("processCode")) if isinstance(body.get("processCode"), str) else None
    if process is None and isinstance(body.get("processCode"), str):
        if not faults:
            status = 400 if hub.usual("unknown-process") else 404 if caller.scope == access.ADMIN else 403
            raise Refusal(status, "This démarche is out of reach")
        faults.add("/processCode", "no such démarche")
    if not hub.usual("numbering"):
        _numbers(body, faults)
    _turned_back(call, body, process, faults)
    _recipients(hub, body, faults)
    if hub.broken("number-burnt"):
        if body.get("externalId") in hub.burnt:
            faults.add("/externalId", "already used")
        elif faults:
            hub.burnt.add(body.get("externalId"))
    if faults and hub.broken("refused-notifies") and process:
        for case in _objects(body.get("cases")):
            inner = Faults()
            shapes.check(case, shapes.FOLDER_CASE, inner)
            if not inner and subscribed(hub, case["recipient"], body["processCode"]):
                hub.notify(case["recipient"], process["osl"], body["processCode"], str(uuid.uuid4()))
    call.refuse(faults)
    folder = _store(call, body)
    return 201, view(hub, folder)


def _turned_back(call, body, process, faults):
    """The controls that this hub makes later or never, when they are turned back to the usual place."""
    hub, known = call.hub, {one.get("externalId") for one in _objects(body.get("cases"))}
    if process and hub.usual("foreign-deposit") and call.caller.scope == access.OSL:
        if process["code"] not in call.caller.processes:
            raise Refusal(403, access.NOT_YOURS)
    if process and hub.usual("inactive-process") and not process["isActivated"]:
        faults.add("/processCode", "not active")
    if hub.usual("numbers-again") and any(one["externalId"] == body.get("externalId")
                                          for one in hub.store["folder"].values()):
        faults.add("/externalId", "already exists")
    for place, one in enumerate(_objects(body.get("attachments"))):
        inner = Faults()
        shapes.check(one, shapes.FOLDER_FILE, inner)
        if inner or place and hub.broken("first-file-only"):
            continue
        for fault in files.not_allowed(hub, process, "OSL", one) if process and hub.usual("late-formats") else ():
            faults.add(f"/attachments/{place}", fault)
        if hub.usual("stray-file") and not set(one["recipients"]) <= known:
            faults.add(f"/attachments/{place}/recipients", "no case of this folder")


def _store(call, body):
    hub, caller, born = call.hub, call.caller, moments.now()
    folder = {"id": str(uuid.uuid4()), "globalStatus": "HUBEE_RECEIVED", "processCode": body["processCode"],
              "createDateTime": born, "updateDateTime": born,
              "closeDateTime": body.get("closeDateTime") and moments.read(body["closeDateTime"]),
              "applicant": without_nulls(body["applicant"]), "externalId": body["externalId"],
              "partnerInfo": call.partner_info, "cases": [], "attachments": [],
              "owner": access.key(caller.organization),
              "foreign": caller.scope == access.OSL and body["processCode"] not in caller.processes}
    for sent in body["cases"]:
        said = body["cases"][0] if hub.broken("shared-attributes") else sent
        case = hub.store.put("case", {
            "id": str(uuid.uuid4()), "folder": folder["id"], "status": "HUBEE_RECEIVED",
            "recipient": sent["recipient"], "externalId": sent["externalId"],
            "partnerAttributes": said.get("partnerAttributes"), "createDateTime": born, "updateDateTime": born,
            "transmissionDateTime": None, "closeDateTime": None, "events": []})
        folder["cases"].append(case["id"])
    folder["attachments"] = [{**files.declare(hub, folder, one), "recipients": one["recipients"]}
                             for one in body["attachments"]]
    return hub.store.put("folder", folder)


async def read(call):
    """GET /folders/{f}."""
    return 200, view(call.hub, access.folder_of(call.hub, call.caller, call.ids["f"]))


async def upload(call):
    """PUT /folders/{f}/attachments/{a}."""
    hub = call.hub
    folder = access.folder_of(hub, call.caller, call.ids["f"])
    attachment = next((one for one in folder["attachments"] if one["id"] == call.ids["a"]), None)
    if attachment is None and hub.broken("upload-through-own-folder"):
        folder = hub.owner_of_file.get(call.ids["a"], folder)
        attachment = next((one for one in folder["attachments"] if one["id"] == call.ids["a"]), None)
    if attachment is None:
        raise Refusal(404, "No such file in this folder")

    def still_open():
        if hub.store["folder"].get(folder["id"]) is None:
            raise Refusal(404, "No such folder")
        if folder["globalStatus"] != "HUBEE_RECEIVED":
            raise Refusal(400, "The folder takes no more files")
    still_open()
    return await files.receive(call, "folder", folder, attachment, still_open)


async def change(call):
    """PATCH /folders/{f}: completion, closing, reopening; the rest of the list is refused (free)."""
    hub = call.hub
    folder = access.folder_of(hub, call.caller, call.ids["f"])
    body = await call.body(shapes.FOLDER_CHANGE)
    wanted = body["globalStatus"]
    if wanted not in transitions.STATUSES:
        raise Refusal(400 if hub.usual("folder-statuses") else 422, "/globalStatus: no status")
    if wanted == "HUBEE_COMPLETED":
        await _complete(call, folder)
    elif wanted == "CLOSED":
        _close(hub, folder, body)
    elif wanted == "HUBEE_NOTIFIED":
        if folder["globalStatus"] == "HUBEE_RECEIVED":
            raise Refusal(400, "/globalStatus: nothing was completed yet")
        if hub.broken("reopened-folder-notifies"):
            for one in folder["cases"]:
                hub.notify(hub.store["case"][one]["recipient"], hub.osl_of(folder), folder["processCode"], one)
        if folder["globalStatus"] != "HUBEE_COMPLETED":
            folder["globalStatus"] = wanted
    elif hub.usual("folder-statuses"):
        folder["globalStatus"] = wanted
    else:
        raise Refusal(400, "/globalStatus: not for a folder")
    if hub.broken("cases-reopened-too") and wanted != "HUBEE_COMPLETED":
        for one in folder["cases"]:
            hub.store.put("case", {**hub.store["case"][one], "status": wanted})
    folder["updateDateTime"] = moments.now()
    folder["last"] = call.partner_info
    hub.store.put("folder", folder)
    return 204, None


def _close(hub, folder, body):
    if not hub.usual("cases-first") and any(hub.store["case"][one]["status"] != "CLOSED" for one in folder["cases"]):
        raise Refusal(400, "/globalStatus: the cases are closed first")
    said = body.get("closeDateTime")
    if hub.broken("close-date-lost"):
        folder["closeDateTime"] = moments.now()
    elif said:
        folder["closeDateTime"] = moments.read(said[:19] + "Z" if hub.broken("offset-dropped") else said)
    folder["globalStatus"] = "CLOSED"
    if hub.broken("closing-forgets-applicant"):
        folder["applicant"] = {**folder["applicant"], "email": None}
    if hub.broken("closing-clears-queue"):
        for one in list(hub.store["notification"].values()):
            if one["caseId"] in folder["cases"]:
                hub.forget(one)
    if hub.broken("closing-folder-notifies"):
        for one in folder["cases"]:
            hub.notify(hub.store["case"][one]["recipient"], hub.osl_of(folder), folder["processCode"], one)


async def _complete(call, folder):
    hub = call.hub
    if folder["globalStatus"] != "HUBEE_RECEIVED":
        raise Refusal(400, "/globalStatus: the folder was completed before")
    if folder["foreign"] and not hub.broken("foreign-deposit") and call.caller.scope != access.ADMIN:
        raise Refusal(403, access.NOT_YOURS)
    process, faults = hub.store["process"][folder["processCode"]], Faults()
    for place, attachment in enumerate(folder["attachments"]):
        if place and hub.broken("first-file-only"):
            continue
        for fault in files.not_allowed(hub, process, "OSL", attachment):
            faults.add(f"/attachments/{attachment['id']}", fault)
        if hub.usual("pending-completion") and attachment["status"] == "PENDING":
            faults.add(f"/attachments/{attachment['id']}", "not received")
        if hub.broken("rejected-blocks") and "REJECTED" in (attachment["status"], attachment["verdict"]):
            faults.add(f"/attachments/{attachment['id']}", "rejected")
    call.refuse(faults)
    if hub.broken("completes-twice"):
        await asyncio.sleep(0.05)
        for one in folder["cases"]:
            case = hub.store["case"][one]
            hub.notify(case["recipient"], hub.osl_of(folder), folder["processCode"], one)
            hub.store.put("case", {**case, "status": "HUBEE_NOTIFIED"})
        folder["globalStatus"] = "HUBEE_NOTIFIED"
        return
    folder["globalStatus"] = "HUBEE_COMPLETED"
    hub.store.put("folder", folder)
    if hub.broken("lost-with-the-caller"):
        hub.store.commit()
        await asyncio.sleep(0.3)
    for one in folder["cases"]:
        case = hub.store["case"][one]
        if case["status"] == "HUBEE_RECEIVED":
            hub.store.put("case", {**case, "status": "HUBEE_COMPLETED"})
            hub.to_notify[one] = None


async def delete(call):
    """DELETE /folders/{f}."""
    hub = call.hub
    folder = access.folder_of(hub, call.caller, call.ids["f"])
    touched = folder["globalStatus"] != "HUBEE_RECEIVED" or any(hub.store["case"][one]["events"]
                                                                for one in folder["cases"])
    if touched and not hub.broken("deleted-when-complete"):
        raise Refusal(400, "The folder has left: it stays")
    for one in folder["cases"]:
        if not hub.broken("cases-outlive-folder"):
            hub.store.drop("case", one)
        hub.to_notify.pop(one, None)
    for attachment in folder["attachments"]:
        hub.owner_of_file.pop(attachment["id"], None)
        if attachment["stored"]:
            (hub.store.files / attachment["stored"]).unlink(missing_ok=True)
    hub.store.drop("folder", folder["id"])
    return 204, None
