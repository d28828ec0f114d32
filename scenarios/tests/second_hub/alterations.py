"""What defects do to answers and to checked bodies: mistakes that only change what is shown or overlooked.

For: keeping the modules of the right hub readable; each function is asked once, where an answer is made.
Not: defects of behaviour, which stand where the behaviour is.
"""

import re

from . import moments

# Faults of a body that a defect does not see, by what is said of them.
OVERLOOKED = {
    "lengths-of-first-only": r"/\w+/[1-9]\d*/.*: longer than",
    "lengths-of-deep-things": r"/\w+/\d+/\w+/.*: longer than|/applicant/.*: longer than",
    "administrator-email-any": r"/localAdministrator/email: (malformed|outside)",
    "applicant-email-any": r"/applicant/email: (malformed|outside)",
    "mobile-any": r"/localAdministrator/mobileNumber: malformed",
    "organization-phone-any": r"/phoneNumber: malformed",
    "folder-without-files": r"/attachments: at least 1",
    "folder-without-cases": r"/cases: at least 1",
    "file-without-recipients": r"/attachments/\d+/recipients: at least 1",
    "null-names": r"/applicant/\w+: null",
    "numbers-as-names": r"/applicant/\w+: a text is expected",
    "times-any": r"/timeBefore\w+: a whole number",
    "activated-any": r"/isActivated: true or false",
    "validation-any": r"/subscriptionValidation: not one of",
    "subscription-status-any": r"/status: not one of",
    "notification-as-text": r"/notification: true or false",
    "notification-may-be-left-out-of-deposit": r"/notification: absent",
}
REFERENTIAL_ONLY = {
    "referential-lengths": r".*: longer than",
}


def overlooked(hub, found, referential):
    """The faults that are left, once those that a defect does not see are taken out."""
    table = {**OVERLOOKED, **(REFERENTIAL_ONLY if referential else {})}
    patterns = [pattern for name, pattern in table.items() if hub.broken(name)]
    return [one for one in found if not any(re.match(pattern, one) for pattern in patterns)]


def of_folder(hub, shown, folder):
    """A folder as answers show it."""
    if hub.broken("folder-update-frozen"):
        shown["updateDateTime"] = shown["createDateTime"]
    if hub.broken("folder-create-moves"):
        shown["createDateTime"] = shown["updateDateTime"]
    if hub.broken("recipients-all"):
        every = [one["externalId"] for one in shown["cases"]]
        shown["attachments"] = [{**one, "recipients": every} for one in shown["attachments"]]
    if hub.broken("recipients-first-only"):
        shown["attachments"] = [{**one, "recipients": one["recipients"][:1]} for one in shown["attachments"]]
    if hub.broken("folder-hides-attributes"):
        shown["cases"] = [{**one, "partnerAttributes": None} for one in shown["cases"]]
    if hub.broken("case-status-of-folder"):
        shown["cases"] = [{**one, "status": shown["globalStatus"]} for one in shown["cases"]]
    if hub.broken("close-date-hidden"):
        shown["closeDateTime"] = None
    if hub.broken("every-case-first-recipient"):
        first = hub.store["case"][folder["cases"][0]]["recipient"]
        shown["cases"] = [{**one, "recipient": first} for one in shown["cases"]]
    if hub.broken("case-update-of-folder"):
        shown["cases"] = [{**one, "updateDateTime": shown["updateDateTime"]} for one in shown["cases"]]
    if hub.broken("partner-info-of-last-caller") and folder.get("last"):
        shown["partnerInfo"] = folder["last"]
    return shown


def of_case(hub, shown, folder):
    """A case as answers show it when it is read by itself."""
    if hub.broken("case-update-frozen"):
        shown["updateDateTime"] = shown["createDateTime"]
    if hub.broken("case-dates-of-folder"):
        shown["updateDateTime"] = moments.write(folder["updateDateTime"], hub.zone)
    if hub.broken("case-create-moves"):
        shown["createDateTime"] = shown["updateDateTime"]
    if hub.broken("case-hides-attributes"):
        shown["partnerAttributes"] = None
    if hub.broken("case-number-of-folder"):
        shown["externalId"] = folder["externalId"]
    if hub.broken("case-close-date-missing"):
        shown["closeDateTime"] = None
    if hub.broken("case-files-pending"):
        shown["attachments"] = [{**one, "status": "RECEIVED"} for one in shown["attachments"]]
    if hub.broken("case-attributes-of-first"):
        shown["partnerAttributes"] = hub.store["case"][folder["cases"][0]]["partnerAttributes"]
    if hub.broken("case-recipient-of-first"):
        shown["recipient"] = hub.store["case"][folder["cases"][0]]["recipient"]
    return shown


def of_applicant(hub, applicant):
    """The applicant, in a case."""
    if hub.broken("case-applicant-without-email"):
        return {**applicant, "email": None}
    return applicant


def of_event(hub, caller, event, shown, alone):
    """An event as answers show it, alone or in its case."""
    if hub.broken("event-update-frozen"):
        shown["updateDateTime"] = shown["createDateTime"]
    if hub.broken("event-create-moves"):
        shown["createDateTime"] = shown["updateDateTime"]
    if hub.broken("comment-in-case") and not alone:
        shown["comment"] = event["comment"]
    if hub.broken("comment-alone") and alone:
        shown["comment"] = event["comment"]
    if hub.broken("comment-after-received") and event["status"] == "RECEIVED":
        shown["comment"] = event["comment"]
    if hub.broken("comment-of-deposits") and event["actionType"] == "ATTACH_DEPOSIT":
        shown["comment"] = event["comment"]
    if hub.broken("comment-kept-from-all"):
        shown["comment"] = None
    if hub.broken("comment-of-osl-lost") and event["side"] == "OSL":
        shown["comment"] = None
    if hub.broken("author-hidden-from-others") and caller.scope != event["side"]:
        shown["author"] = None
    if hub.broken("message-of-osl-hidden") and event["side"] == "OSL" and caller.scope == "SI":
        shown["message"] = None
    if hub.broken("current-status-live"):
        shown["caseCurrentStatus"] = hub.store["case"][event["case"]]["status"]
    if hub.broken("new-status-hidden"):
        shown["caseNewStatus"] = None
    if hub.broken("notification-shown-true"):
        shown["notification"] = True
    if hub.broken("partner-info-only-alone") and not alone:
        shown["partnerInfo"] = None
    if hub.broken("event-attributes-of-case"):
        shown["partnerAttributes"] = hub.store["case"][event["case"]]["partnerAttributes"]
    if hub.broken("transmitter-in-case") and not alone:
        shown["transmitter"] = hub.store["case"][event["case"]]["recipient"]
    if hub.broken("case-events-without-files") and not alone:
        shown["attachments"] = []
    if hub.broken("second-file-described-as-first") and shown.get("attachments"):
        first = event["attachments"][0]
        shown["attachments"] = [{**one, "fileName": first["fileName"], "type": first["type"],
                                 "mimeType": first["mimeType"], "size": first["size"]}
                                for one in shown["attachments"]]
    return shown


def of_notification(hub, notification, shown, event):
    """A notification as answers show it."""
    folder = hub.store["case"].get(notification["caseId"], {}).get("folder")
    folder = hub.store["folder"].get(folder)
    if hub.broken("notified-when-read"):
        shown["dateTime"] = moments.write(moments.now(), hub.zone)
    if hub.broken("notified-at-deposit") and folder:
        shown["dateTime"] = moments.write(folder["createDateTime"], hub.zone)
    if hub.broken("transmitter-always-osl") and folder:
        shown["transmitter"] = hub.osl_of(folder)
    if hub.broken("transmitter-is-recipient"):
        shown["transmitter"] = shown["recipient"]
    if hub.broken("first-case-id") and folder:
        shown["caseId"] = folder["cases"][0]
    if hub.broken("latest-event-id") and event:
        shown["eventId"] = hub.store["case"][event["case"]]["events"][-1]
    return shown


def of_referential(hub, one, shown, listed):
    """A subscription, an organization or a démarche as answers show it."""
    if "subscriber" in shown:
        if hub.broken("subscriber-nameless"):
            shown["subscriber"] = {**shown["subscriber"], "name": None}
        if hub.broken("list-lacks-status") and listed:
            shown["status"] = None
        if hub.broken("list-lacks-administrator") and listed:
            shown["localAdministrator"] = {"email": shown["localAdministrator"]["email"]}
        if hub.broken("list-hides-delegation") and listed:
            shown["delegationActor"] = None
        if hub.broken("activation-of-creation"):
            shown["activateDateTime"] = shown["creationDateTime"]
    return shown
