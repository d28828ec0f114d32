"""Who may call what, and what belongs to whom.

For: the matrix of contract §4 (disputed cells refused, the side that the reference hub does not take) and the rule
that data belongs to its parties.
Not: authentication.
"""

from .refusals import Refusal

OSL, SI, ADMIN, DATAPASS = "OSL", "SI", "ADMIN", "DATAPASS"
FOLDER_SIDE, CASE_SIDE, ENROLMENT = {OSL, ADMIN}, {OSL, SI, ADMIN}, {ADMIN, DATAPASS}
MATRIX = {
    1: FOLDER_SIDE, 2: FOLDER_SIDE, 3: CASE_SIDE, 4: FOLDER_SIDE, 5: CASE_SIDE, 6: CASE_SIDE, 7: CASE_SIDE,
    8: FOLDER_SIDE, 9: CASE_SIDE, 10: FOLDER_SIDE, 11: FOLDER_SIDE, 12: {OSL, SI}, 13: {OSL, SI}, 14: {SI, ADMIN},
    15: {SI, ADMIN}, 16: CASE_SIDE, 17: FOLDER_SIDE, 18: ENROLMENT, 19: {ADMIN}, 20: {ADMIN}, 21: {ADMIN},
    22: {ADMIN}, 23: {ADMIN}, 24: {ADMIN}, 25: {ADMIN}, 26: {ADMIN}, 27: {ADMIN}, 28: CASE_SIDE}
# What the newest documents add; taken when `cells` is turned back.
DISPUTED = {10: {DATAPASS}, 11: {DATAPASS}, 12: {ADMIN}, 13: {ADMIN}, 14: {OSL}, 15: {OSL}, 19: {DATAPASS},
            20: {DATAPASS}, 21: {DATAPASS}, 22: {DATAPASS}, 23: {DATAPASS}, 26: {OSL}}

NOT_YOURS = "This application has no right to it"


def allowed(hub, operation, scope):
    if hub.broken("si-reads-folders") and operation == 8 and scope == SI:
        return True
    if hub.broken("datapass-creates-processes") and operation == 24 and scope == DATAPASS:
        return True
    return scope in MATRIX[operation] or (hub.usual("cells") and scope in DISPUTED.get(operation, ()))


def key(organization):
    """The identifier of an organization, as paths spell it."""
    return f"{organization['type']}-{organization['companyRegister']}-{organization['branchCode']}"


def owns_folder(hub, caller, folder):
    """ADMIN; the OSL of the démarche; or, when it was deposited for another's démarche, who deposited it."""
    if caller.scope == ADMIN or (hub.broken("osl-by-scope") and caller.scope == OSL):
        return True
    if caller.scope == SI:
        return hub.broken("si-reads-folders") and any(owns_case(hub, caller, hub.store["case"][one])
                                                      for one in folder["cases"])
    if folder["foreign"]:
        return caller.scope == OSL and folder["owner"] == key(caller.organization)
    return caller.scope == OSL and folder["processCode"] in caller.processes


def owns_case(hub, caller, case):
    """The folder's owner, or the recipient with a credential of that démarche."""
    folder = hub.store["folder"][case["folder"]]
    if caller.scope != SI:
        return owns_folder(hub, caller, folder)
    recipient, own = dict(case["recipient"]), dict(caller.organization)
    if hub.broken("siret-is-enough"):
        recipient["branchCode"] = own["branchCode"]
    return recipient == own and folder["processCode"] in caller.processes and not folder["foreign"]


def folder_of(hub, caller, folder_id):
    """A folder of the caller's: 404 when there is none, 403 when it is another's."""
    folder = hub.store["folder"].get(folder_id)
    if folder is None:
        raise Refusal(404, "No such folder")
    if not owns_folder(hub, caller, folder):
        raise Refusal(404 if hub.broken("not-yours-404") else 403, NOT_YOURS)
    return folder


def case_of(hub, caller, case_id, unless=None):
    """A case of the caller's, and its folder."""
    case = hub.store["case"].get(case_id)
    if case is None:
        raise Refusal(404, "No such case")
    if not owns_case(hub, caller, case) and not (unless and hub.broken(unless)):
        raise Refusal(404 if hub.broken("not-yours-404") else 403, NOT_YOURS)
    return case, hub.store["folder"][case["folder"]]


def event_of(hub, caller, case_id, event_id):
    """An event under its own case, with that case and its folder; an unsent one only for its author's side."""
    case, folder = case_of(hub, caller, case_id)
    event = hub.store["event"].get(event_id)
    if event is None:
        raise Refusal(404, "No such event")
    if event["case"] != case_id:
        if not hub.broken("event-through-own-case"):
            mine = owns_case(hub, caller, hub.store["case"][event["case"]])
            raise Refusal(404 if mine and hub.usual("foreign-file") else 403, NOT_YOURS)
    elif hub.usual("unsent-hidden"):
        pass
    elif event["status"] == "IN_PROGRESS" and caller.scope not in (event["side"], ADMIN):
        raise Refusal(403, NOT_YOURS)
    return event, case, folder
