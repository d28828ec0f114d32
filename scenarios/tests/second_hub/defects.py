"""The register of defects: plausible mistakes of an implementer, switched on one at a time.

For: telling whether the suite sees a hub that breaks one documented, mandatory rule. Each entry names the rules that
ought to fail, and what the mistake is; the code that makes it asks `hub.broken("name")` where it happens.
Not: faults of the reference hub; none of these is taken from there.
"""

from typing import NamedTuple


class Defect(NamedTuple):
    """One mistake: the rules expected to fail, and one line that describes it."""
    rules: tuple
    line: str


DEFECTS = {
    "batch-before-filter": Defect(("NOT-18",), "maxResult cuts the queue before processCode filters it"),
    "batch-of-twenty": Defect(("NOT-01",), "a batch is 20 by default"),
    "batch-at-most-25": Defect(("NOT-02",), "maxResult above 25 is silently cut to 25"),
    "last-filter-only": Defect(("NOT-10",), "of several processCode only the last counts"),
    "branch-forgotten": Defect(("NOT-12",), "notifications are looked up by type and SIRET, without the branch"),
    "demarche-forgotten": Defect(("NOT-14",), "notifications are not filtered by the credential's démarches"),
    "reading-removes": Defect(("NOT-05",), "a notification is removed once it was read"),
    "details-frozen": Defect(("NOT-16",), "eventStatus is the status at the time of the notification"),
    "deletes-for-others": Defect(("OWN-05",), "anybody may delete a notification whose id is known"),
    "hidden-not-deleted": Defect(("NOT-07",), "deleting a notification again answers 204"),
    "secret-any-case": Defect(("AUTH-12",), "client secrets are compared without letter case"),
    "token-without-end": Defect(("AUTH-05",), "the end of a token is never looked at"),
    "one-door-open": Defect(("AUTH-11",), "an event's file is read without a token"),
    "token-prefix": Defect(("AUTH-04",), "only the first eight characters of a token are compared"),
    "scope-as-asked": Defect(("AUTH-08",), "a token carries the scope that was asked, held or not"),
    "si-reads-folders": Defect(("ACC-08",), "an SI may read the folder of a case of its own"),
    "datapass-creates-processes": Defect(("ACC-24",), "DATAPASS may create démarches"),
    "siret-is-enough": Defect(("OWN-10",), "cases belong to a SIRET, whatever the branch"),
    "any-si-reads-files": Defect(("OWN-02",), "the owner of a case is not checked when its files are read"),
    "event-through-own-case": Defect(("OWN-12",), "an event is found by its id, under any case of the caller's"),
    "osl-by-scope": Defect(("OWN-07",), "any OSL may read and complete any folder"),
    "foreign-deposit": Defect(("OWN-08",), "an OSL may deposit for another OSL's démarche, to the end"),
    "all-subscriptions": Defect(("OWN-14",), "an OSL lists the subscriptions to every démarche"),
    "case-through-folder": Defect(("OWN-11",), "another OSL may change the status of a case"),
    "number-burnt": Defect(("FOL-12",), "a refused creation keeps its number, which cannot be used again"),
    "refused-notifies": Defect(("FOL-12",), "a refused creation has notified the recipients before the faulty one"),
    "first-fault-only": Defect(("FOL-04", "ERR-07"), "only the first fault of a request is told"),
    "one-notification-a-folder": Defect(("FOL-18",), "completion notifies the first case only"),
    "completes-twice": Defect(("DEL-05",), "two completions at once notify twice"),
    "deleted-when-complete": Defect(("FOL-23",), "a completed folder can be deleted"),
    "rejected-blocks": Defect(("FOL-21",), "a folder with a REJECTED file cannot be completed"),
    "cases-reopened-too": Defect(("FOL-26",), "setting the folder's status sets its cases'"),
    "close-date-lost": Defect(("FOL-24",), "closeDateTime is the time of the call, whatever was sent"),
    "suspended-is-active": Defect(("SUB-08",), "a suspended subscription still receives folders"),
    "post-is-patch": Defect(("FOL-28",), "a POST without the override header changes the folder"),
    "ascii-only": Defect(("FOL-16",), "letters outside Latin-1 become question marks"),
    "trimmed": Defect(("FOL-31",), "texts are trimmed"),
    "shared-attributes": Defect(("FOL-31",), "every case gets the first case's partnerAttributes"),
    "short-names": Defect(("FOL-05",), "names of files are cut to 100 characters"),
    "rejected-downloadable": Defect(("PJ-08",), "a REJECTED file is served to who knows its id"),
    "infected-downloadable": Defect(("PJ-07",), "a CORRUPTED file is served to who knows its id"),
    "event-file-8k": Defect(("PJ-20",), "an event's file is cut at 8 KiB"),
    "digest-64k": Defect(("PJ-20",), "the digest header covers the first 64 KiB only"),
    "line-ends": Defect(("PJ-20",), "text files lose their carriage returns"),
    "lists-all-files": Defect(("PJ-14",), "a case lists every attachment of its folder"),
    "sibling-file": Defect(("PJ-15",), "a case serves a file addressed to another case of the folder"),
    "bytes-never-read": Defect(("PJ-03",), "the announced mime type is believed"),
    "size-never-read": Defect(("PJ-02",), "the announced size is believed"),
    "zip-not-opened": Defect(("PJ-06",), "the antivirus does not look into zipped files"),
    "format-from-osl-list": Defect(("EVT-20",), "an SI's files are checked against the OSL's formats"),
    "refused-status-acts": Defect(("CAS-03",), "a status outside the list is refused, and written"),
    "closed-for-ever": Defect(("CAS-07",), "a CLOSED case cannot be reopened"),
    "status-notifies": Defect(("CAS-05",), "a change of status notifies the OSL"),
    "twenty-events": Defect(("CAS-17",), "a case shows its last twenty events"),
    "received-vanishes": Defect(("EVT-29",), "an event that was RECEIVED leaves its case"),
    "sibling-status": Defect(("EVT-29",), "a status is set on every case of the same recipient in the folder"),
    "deposit-notifies-early": Defect(("EVT-05",), "an ATTACH_DEPOSIT notifies when created"),
    "sent-unchecked": Defect(("EVT-10",), "SENT is taken while a file is missing"),
    "notification-always": Defect(("EVT-09",), "an event notifies whatever its notification says"),
    "notification-by-default": Defect(("EVT-32",), "an event without notification counts as one with true"),
    "any-event-deleted": Defect(("EVT-14",), "any event can be deleted"),
    "comment-shown": Defect(("EVT-15",), "an OSL reads the SI's comment"),
    "author-believed": Defect(("EVT-22",), "the transmitter is the one of the body, when there is one"),
    "partner-info-of-folder": Defect(("EVT-28",), "events show the folder's partnerInfo"),
    "offset-by-one": Defect(("SUB-02",), "offSet counts from one"),
    "always-ascending": Defect(("SUB-03",), "orderBy=desc(…) sorts ascending"),
    "second-subscription": Defect(("SUB-06",), "the same démarche and organization can be subscribed twice"),
    "reason-lost": Defect(("SUB-09",), "rejectionReason is not kept"),
    "id-breaks": Defect(("EVT-23",), "an event id that is no UUID answers 500"),
    "unknown-field-breaks": Defect(("WIRE-02",), "an unknown body field answers 500"),
    "dates-in-utc": Defect(("WIRE-05",), "dates tell one zone's clock under another zone's name"),
    "queue-in-memory": Defect(("DEL-02",), "notifications are lost when the process dies"),
    "lost-with-the-caller": Defect(("DEL-03",), "completion stops half-way when the caller hangs up"),
}
