"""Shapes of what clients send: required properties, lengths, patterns, and the check that gathers every fault.

For: contract §5, read strictly: an unknown property, or one that only the hub sets, is refused (both free).
Not: JSON Schema, and not the shapes of answers.
"""

import re

from . import moments

SIRET = re.compile(r"[0-9]{14}")
PHONE = re.compile(r"(\+?[0-9]{10,20})?")
# The documented pattern is narrow: no plus sign, short top-level domains.
EMAIL = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,4}")
BRANCH = re.compile(r"[\w-]{1,10}")


class Field:
    """One property: its kind, whether a request must carry it, and its limits."""

    def __init__(self, kind, required=False, limit=None, pattern=None, inner=None, least=0, null=None, values=None):
        self.kind, self.required, self.limit, self.pattern = kind, required, limit, pattern
        self.inner, self.least, self.values = inner, least, values
        self.null = (not required) if null is None else null


class Shape:
    """The properties of an object; `hub_sets` are those that a request should not carry."""

    def __init__(self, hub_sets=(), **fields):
        self.hub_sets, self.fields = frozenset(hub_sets), fields


def text(limit, required=False, pattern=None, **more):
    return Field("text", required, limit, pattern, **more)


def email(required=False):
    return Field("text", required, 320, EMAIL)


def _is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool) and -2**63 <= value < 2**63


def check(value, shape, faults, where="", given_back=False):
    """Gathers the faults of an object; `given_back` allows what only the hub sets (a PUT of what a GET gave)."""
    if not isinstance(value, dict):
        faults.add(where, "an object is expected")
        return
    for name in value:
        if name in shape.fields or (name in shape.hub_sets and given_back):
            continue
        faults.add(f"{where}/{name}", "only the hub sets this" if name in shape.hub_sets else "unknown property")
    for name, field in shape.fields.items():
        if name not in value:
            if field.required:
                faults.add(f"{where}/{name}", "absent, though mandatory")
        elif value[name] is None:
            if not field.null:
                faults.add(f"{where}/{name}", "null, though mandatory")
        else:
            _check_field(value[name], field, faults, f"{where}/{name}", given_back)


def _check_field(value, field, faults, where, given_back):
    kind = field.kind
    if kind == "text":
        if not isinstance(value, str):
            faults.add(where, "a text is expected")
        elif field.limit and len(value) > field.limit:
            faults.add(where, f"longer than {field.limit} characters")
        elif field.pattern and not field.pattern.fullmatch(value):
            faults.add(where, "outside the narrow pattern" if field.pattern is EMAIL and "@" in value else "malformed")
        elif field.values and value not in field.values:
            faults.add(where, "not one of " + ", ".join(field.values))
    elif kind == "whole":
        if not _is_whole(value) or value < field.least:
            faults.add(where, f"a whole number from {field.least} is expected")
    elif kind == "boolean":
        if not isinstance(value, bool):
            faults.add(where, "true or false is expected")
    elif kind == "date":
        try:
            moments.read(value)
        except (TypeError, ValueError, OverflowError):
            faults.add(where, "not a date")
    elif kind == "object":
        check(value, field.inner, faults, where, given_back)
    elif kind == "list":
        _check_list(value, field, faults, where, given_back)


def _check_list(value, field, faults, where, given_back):
    if not isinstance(value, list):
        faults.add(where, "a list is expected")
        return
    if len(value) < field.least:
        faults.add(where, f"at least {field.least} expected")
    for place, item in enumerate(value):
        if isinstance(field.inner, Shape):
            check(item, field.inner, faults, f"{where}/{place}", given_back)
        elif not isinstance(item, str):
            faults.add(f"{where}/{place}", "a text is expected")


def listed(inner, required=False, least=0):
    return Field("list", required, inner=inner, least=least)


def _organization(*hub_sets):
    return Shape(hub_sets, type=text(20, True), companyRegister=text(14, True, SIRET), branchCode=text(10, True, BRANCH))


ORGANIZATION_ID = _organization()
APPLICANT = Shape(firstName=text(255, True), lastName=text(255, True), email=email())
_FILE = dict(fileName=text(255, True), type=text(100, True), size=Field("whole", True, least=1),
             mimeType=text(255, True))
FOLDER_FILE = Shape(("id", "status"), recipients=listed(str, True, 1), **_FILE)
EVENT_FILE = Shape(("id", "status"), **_FILE)
FOLDER_CASE = Shape(("id", "status", "updateDateTime", "transmissionDateTime"),
                    recipient=Field("object", True, inner=ORGANIZATION_ID), externalId=text(30, True),
                    partnerAttributes=text(1024))
FOLDER = Shape(("id", "globalStatus", "createDateTime", "updateDateTime", "partnerInfo"), processCode=text(30, True),
               closeDateTime=Field("date"), applicant=Field("object", True, inner=APPLICANT),
               externalId=text(30, True), cases=listed(FOLDER_CASE, True, 1),
               attachments=listed(FOLDER_FILE, True, 1))
FOLDER_CHANGE = Shape(globalStatus=text(None, True), closeDateTime=Field("date"))
STATUS_CHANGE = Shape(status=text(None, True))
EVENT = Shape(("id", "transmitter", "createDateTime", "updateDateTime", "status", "partnerInfo"), message=text(1000),
              comment=text(1000), actionType=text(100, True), author=text(255),
              notification=Field("boolean", True, null=True), caseCurrentStatus=text(15), caseNewStatus=text(15),
              partnerAttributes=text(1024), attachments=listed(EVENT_FILE))
LOCAL_ADMINISTRATOR = Shape(email=email(True), firstName=text(255), lastName=text(255), function=text(255),
                            phoneNumber=text(None, pattern=PHONE), mobileNumber=text(None, pattern=PHONE))
SUBSCRIPTION = Shape(
    ("id", "creationDateTime"), datapassId=Field("whole", True, least=-2**63), processCode=text(30, True),
    subscriber=Field("object", True, inner=_organization("name")),
    accessMode=text(None, values=("PORTAIL", "API")), notificationFrequency=text(20, True),
    activateDateTime=Field("date"), validateDateTime=Field("date"), rejectDateTime=Field("date"),
    endDateTime=Field("date"), updateDateTime=Field("date"), delegationActor=Field("any"),
    rejectionReason=text(1000), status=text(20, values=("Actif", "Inactif", "Refusé", "Suspendu")), email=email(),
    localAdministrator=Field("object", True, inner=LOCAL_ADMINISTRATOR))
ORGANIZATION = Shape(
    ("createDateTime", "updateDateTime"), type=text(20, True), companyRegister=text(14, True, SIRET),
    branchCode=text(10, True, BRANCH), name=text(100, True), code=text(10), country=text(100),
    postalCode=text(15, True), territory=text(255, True), email=email(True),
    phoneNumber=text(None, pattern=PHONE), status=text(20, True))
PROCESS = Shape(
    ("creationDateTime", "updateDateTime"), code=text(30, True), name=text(100, True), description=text(1000),
    isActivated=Field("boolean", True), osl=Field("object", True, inner=_organization("name")),
    attachmentFormatsEnabled=listed(str, True), siAttachmentFormatsEnabled=listed(str),
    attachmentTypesEnabled=listed(str, True), attachmentMaxSizeEnabled=Field("whole", True),
    statusBeforeFileDeletion=text(15, True), timeBeforeFileDeletion=Field("whole", True),
    timeBeforeArchiving=Field("whole", True), timeBeforeFolderDeletion=Field("whole", True),
    messageToTransmitter=Field("boolean", True), messageWithStatus=Field("any", True),
    authorizedAwaiting=Field("any", True), subscriptionValidation=text(20, True, values=("Auto", "Manual")),
    legalJustification=text(1000))
