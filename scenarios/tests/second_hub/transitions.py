"""Statuses of a case: the list, the table of incoming statuses, and who may set which.

For: a strict hub, which takes the incoming statuses of contract §6 and no others, checks who sets them, and says 400
to the status that the case has already (all free).
Not: the statuses of folders, events and attachments.
"""

from . import moments
from .refusals import Refusal

STATUSES = ("HUBEE_RECEIVED", "HUBEE_COMPLETED", "HUBEE_NOTIFIED", "SENT", "SI_RECEIVED", "SI_INTG_ERROR",
            "IN_PROGRESS", "ADD_AWAITING", "REFUSED", "DONE", "CLOSED", "ARCHIVED")
_TREATED = {"SI_RECEIVED", "IN_PROGRESS", "ADD_AWAITING"}
INCOMING = {
    "SENT": {"HUBEE_NOTIFIED"}, "SI_RECEIVED": {"SENT"}, "IN_PROGRESS": {"SI_RECEIVED"},
    "ADD_AWAITING": {"IN_PROGRESS"}, "REFUSED": _TREATED, "DONE": _TREATED, "SI_INTG_ERROR": _TREATED | {"DONE"},
    "CLOSED": _TREATED | {"DONE", "REFUSED"},
    # Resending (cinématiques 12 and 13), and SFD annex 4.1's only incoming status.
    "HUBEE_COMPLETED": {"HUBEE_RECEIVED", "SI_INTG_ERROR", "ADD_AWAITING"},
    # Reopening, from any status that follows a notification.
    "HUBEE_NOTIFIED": set(STATUSES) - {"HUBEE_RECEIVED", "HUBEE_COMPLETED", "HUBEE_NOTIFIED", "ARCHIVED"},
}
FOR_SI = {"SENT", "SI_RECEIVED", "SI_INTG_ERROR", "IN_PROGRESS", "ADD_AWAITING", "REFUSED", "DONE"}
FOR_OSL = {"CLOSED", "HUBEE_NOTIFIED", "HUBEE_COMPLETED"}


def check(hub, scope, process, case, wanted, where):
    """Refuses a status that may not follow, or not from this caller."""
    present = case["status"]
    for name, late, early in (("done-from-progress-only", "DONE", ("SI_RECEIVED", "ADD_AWAITING")),
                              ("refused-not-from-awaiting", "REFUSED", ("ADD_AWAITING",)),
                              ("closed-not-when-refused", "CLOSED", ("REFUSED",)),
                              ("closed-when-done-only", "CLOSED", ("SI_RECEIVED", "IN_PROGRESS", "ADD_AWAITING")),
                              ("no-failure-once-done", "SI_INTG_ERROR", ("DONE",)),
                              ("reopened-when-closed-only", "HUBEE_NOTIFIED", ("DONE", "REFUSED", "IN_PROGRESS"))):
        if hub.broken(name) and wanted == late and present in early:
            raise Refusal(400, f"{where}: {wanted} does not follow {present}")
    closed = hub.broken("closed-for-ever") and present == "CLOSED"
    if hub.usual("same-status") and wanted == present or (hub.usual("transitions") and not closed):
        return
    if present not in INCOMING.get(wanted, ()) or closed:
        raise Refusal(400, f"{where}: {wanted} does not follow {present}")
    if (scope == "SI" and wanted not in FOR_SI) or (scope == "OSL" and wanted not in FOR_OSL):
        raise Refusal(403, f"{where}: {wanted} is for the other side to set")
    if wanted == "ADD_AWAITING" and process["authorizedAwaiting"] is False:
        raise Refusal(400, f"{where}: this démarche does not wait for complements")


def set_status(hub, case, wanted):
    """Writes a status; a case that is sent again is told to the SI by the sweep."""
    case.update(status=wanted, updateDateTime=moments.now())
    if wanted == "CLOSED":
        case["closeDateTime"] = case["updateDateTime"]
    if wanted == "HUBEE_COMPLETED":
        hub.to_notify[case["id"]] = None
    hub.store.put("case", case)
