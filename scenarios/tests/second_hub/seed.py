"""What the hub holds when it starts: organizations, démarches, subscriptions, and the credentials of every role.

For: a hub on which each role of the target file can be played, on several démarches.
Not: real parties. The SIRET numbers are those that the contract quotes, or made up of a pattern; no person is named.
"""

import hashlib
import uuid
from typing import NamedTuple

from . import access, moments

XML, PDF, JSON = "application/xml", "application/pdf", "application/json"
TEXT, ZIP = "text/plain", "application/zip"
ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PNG, JPEG = "image/png", "image/jpeg"
EVERY_OSL_FORMAT = [XML, "text/xml", PDF, JSON, TEXT, "text/csv", ZIP, ODT, DOCX, PNG, JPEG]
SANDBOX = "BACASABLE"

OSLS = {
    "dgs": {"type": "OSL", "companyRegister": "11001401600099", "branchCode": "75107"},
    "dila": {"type": "OSL", "companyRegister": "13000918600011", "branchCode": "75015"},
    "snated": {"type": "OSL", "companyRegister": "18750005100013", "branchCode": "75012"},
    "cnaf": {"type": "OSL", "companyRegister": "18003502400022", "branchCode": "75114"},
    "rsa": {"type": "OSL", "companyRegister": "18003502400030", "branchCode": "75115"},
    "dinum": {"type": "OSL", "companyRegister": "12000101100010", "branchCode": "75116"},
}
SIS = {
    "si-a": {"type": "SI", "companyRegister": "21380544300016", "branchCode": "38544"},
    "si-a-bis": {"type": "SI", "companyRegister": "21380544300016", "branchCode": "38545"},
    "si-b": {"type": "SI", "companyRegister": "22770001000019", "branchCode": "77372"},
}
OTHERS = {
    "admin": {"type": "ADMIN", "companyRegister": "13002526500013", "branchCode": "75056"},
    "datapass": {"type": "ADMIN", "companyRegister": "13002526500013", "branchCode": "75057"},
}
_XML = [XML, "text/xml"]
# code: OSL, attachment types, formats of an OSL, whether ADD_AWAITING is used
DEMARCHES = {
    "EtatCivil": ("dila", ["ActeEtatCivil-PDF", "ActeEtatCivil-XML"], [PDF, *_XML], False),
    "CERTDC": ("dgs", ["DD_Certificatdedeces", "VA_CertificatdeDeces"], [PDF, *_XML], False),
    "SNATED": ("snated", ["documents"], [*_XML, PDF, ODT, DOCX], False),
    "recensementCitoyen": ("dila", ["10870-XML", "10870-PDF", "jf", "ji"], [*_XML, PDF, PNG, JPEG], True),
    "JeChangeDeCoordonnees": ("dila", ["flux-siv"], [PDF, *_XML], False),
    "depotDossierPACS": ("dila", ["15725-02", "an", "anp", "cp", "flux-pacs", "recapPDF"], [PDF, *_XML, JPEG], False),
    "HebergementTourisme": ("dila", ["Metier"], [JSON], False),
    "OTV": ("dila", ["Metier", "ActeEtatCivil-XML"], [JSON, *_XML], False),
    "DDmariage": ("dila", ["DDmariage"], [*_XML, PDF], False),
    "CAF-contact": ("cnaf", ["coordonnees-allocataire"], [TEXT], False),
    **{code: ("cnaf", code.split("-"), _XML, False)
       for code in ("RSABEI-RSABAI", "RSABEM-RSABAM", "RSABEX-RSABAX", "IRSACG-IRSDCG", "GRO", "DSG", "MSABEI",
                    "MSABEM", "MSABEX", "MSAFIM")},
    "RSAFIM": ("cnaf", ["RSAFIM", "RSAFAM"], _XML, False),
    "RSAFIX": ("cnaf", ["RSAFIX", "RSAFAX"], _XML, False),
    "RSACTM": ("cnaf", ["RSACTM", "RSACAM"], _XML, False),
    "SGR": ("cnaf", ["SGR"], [ZIP, "application/x-zip-compressed"], False),
    "ContactsAllocataires-BRSA": ("cnaf", ["ContactsAllocataires-BRSA"], [*_XML, PDF], False),
    "RSA": ("rsa", ["documents"], _XML, False),
    "FormulaireQF": ("dinum", ["FormulaireQF"], [JSON, *_XML, PDF], False),
    "ProactiviteCnousBoursiers": ("dinum", ["ProactiviteCnousBoursiers"], [*_XML, PDF], False),
    SANDBOX: ("dila", ["document", "piece"], EVERY_OSL_FORMAT, True),
}


class Credential(NamedTuple):
    """An application: its pair, its scope, its organization and its démarches."""
    name: str
    client: str
    secret: str
    scope: str
    organization: dict
    processes: tuple


def _credential(name, scope, organization, processes):
    made = hashlib.sha256(b"second hub, " + name.encode()).hexdigest()
    # Colons, plus and percent signs are legal in a secret, and telling of how a client writes Basic.
    return Credential(name, f"App-{made[:8]}", f"Pw:{made[8:14]}+%{made[14:20].upper()}x", scope, organization,
                      tuple(processes))


def credentials():
    """One pair for each OSL, one for each SI and démarche, one for ADMIN and one for DATAPASS."""
    made = [_credential(f"osl-{name}", "OSL", organization,
                        [code for code, demarche in DEMARCHES.items() if demarche[0] == name])
            for name, organization in OSLS.items()]
    made += [_credential(f"{name}-{code}", "SI", organization, [code])
             for code in DEMARCHES for name, organization in SIS.items()]
    return made + [_credential("admin", "ADMIN", OTHERS["admin"], DEMARCHES),
                   _credential("datapass", "DATAPASS", OTHERS["datapass"], ())]


def _process(code):
    osl, types, formats, awaiting = DEMARCHES[code]
    return {"code": code, "name": f"Démarche {code}", "description": None, "isActivated": True, "osl": OSLS[osl],
            "attachmentFormatsEnabled": formats, "siAttachmentFormatsEnabled": [XML, "text/xml", PDF, JSON],
            "attachmentTypesEnabled": types, "attachmentMaxSizeEnabled": 16_777_216,
            "statusBeforeFileDeletion": "IN_PROGRESS" if code == "CERTDC" else "CLOSED", "timeBeforeFileDeletion": 30,
            "timeBeforeArchiving": 60, "timeBeforeFolderDeletion": 365, "messageToTransmitter": True,
            "messageWithStatus": True, "authorizedAwaiting": awaiting, "subscriptionValidation": "Manual",
            "legalJustification": None}


def fill(store):
    """Fills an empty store; leaves one that was filled before as it is."""
    if store["organization"]:
        return
    born = moments.now()
    for name, organization in {**OSLS, **SIS, **OTHERS}.items():
        store.put("organization", {
            **organization, "name": f"Organisation {name}", "code": None, "country": "France",
            "postalCode": organization["branchCode"], "territory": "Territoire", "email": f"{name}@second-hub.fr",
            "phoneNumber": None, "status": "Actif", "createDateTime": born, "updateDateTime": born,
        }, access.key(organization))
    for code in DEMARCHES:
        store.put("process", {**_process(code), "creationDateTime": born, "updateDateTime": born}, code)
        for number, (name, organization) in enumerate(SIS.items()):
            store.put("subscription", {
                "id": str(uuid.uuid4()), "datapassId": 1000 + len(store["subscription"]), "processCode": code,
                "subscriber": organization, "accessMode": ("API", "PORTAIL")[number % 2],
                "notificationFrequency": "aucune", "activateDateTime": born - 86_400, "validateDateTime": None,
                "rejectDateTime": None, "endDateTime": None, "updateDateTime": born, "creationDateTime": born,
                "delegationActor": None, "rejectionReason": None, "status": "Actif", "email": f"{name}@second-hub.fr",
                "localAdministrator": {"email": f"{name}@second-hub.fr"}})
