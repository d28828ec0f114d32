"""The hub's state and the few things every module needs of it; and the sweep that makes everything late.

For: options, store, indexes, the defect that is switched on, verdicts and notifications that come a moment later.
Not: HTTP.
"""

import asyncio
import random
import uuid
from datetime import timezone

from aiohttp import web

from . import moments, seed
from .access import key
from .choices import CHOICES
from .defects import DEFECTS, FREE_AFTER_ALL, NOT_YET_CAUGHT
from .store import Store


class Hub:
    """One hub, with its options."""

    def __init__(self, options):
        self.options = options
        self.newest = options.contract != "PRES-2021"
        self.store = Store(options.data, ("notification",) if "queue-in-memory" in options.defect else ())
        seed.fill(self.store)
        self.credentials = {one.client: one for one in seed.credentials()}
        self.inbox, self.owner_of_file = {}, {}
        self.burnt = set()
        # The zone of the dates that answers show.
        self.zone = timezone.utc if self.broken("dates-in-utc") else moments.PARIS
        if self.usual("dates"):
            self.zone = "shifted" if self.broken("dates-in-utc") else None
        self.lag = 0.01 if self.usual("lag") else options.lag
        for notification in self.store["notification"].values():
            self._index(notification)
        for kind in ("folder", "event"):
            for thing in self.store[kind].values():
                for attachment in thing["attachments"]:
                    self.owner_of_file[attachment["id"]] = thing
        # What waits for the sweep.
        self.scanned = [(kind, thing["id"]) for kind in ("folder", "event") for thing in self.store[kind].values()
                        if any(one["verdict"] for one in thing["attachments"])]
        self.to_notify = {one["id"]: None for one in self.store["case"].values() if one["status"] == "HUBEE_COMPLETED"}
        self.store.commit()

    def broken(self, name):
        """Whether this defect is switched on."""
        assert any(name in known for known in (DEFECTS, NOT_YET_CAUGHT, FREE_AFTER_ALL)), name
        return name in self.options.defect

    def usual(self, name):
        """Whether this choice is turned back to the reference hub's way."""
        assert name in CHOICES, name
        return name in self.options.usual

    def fit(self, thing):
        """An object as answers show it: without what is null, unless that is turned back."""
        return dict(thing) if self.usual("nulls") else without_nulls(thing)

    def order(self, things):
        """No document promises an order: this hub keeps none."""
        things = list(things)
        if not self.usual("order"):
            random.shuffle(things)
        return things

    # Notifications

    def _index(self, notification):
        self.inbox.setdefault(key(notification["recipient"]), {})[notification["id"]] = notification

    def notify(self, recipient, transmitter, process, case, event=None):
        """Puts a notification into the recipient's queue."""
        if self.broken("one-waiting-per-case") and any(one["caseId"] == case for one in self.inbox.get(
                key(recipient), {}).values()):
            return
        self._index(self.store.put("notification", {
            "id": str(uuid.uuid4()), "recipient": recipient, "transmitter": transmitter, "processCode": process,
            "caseId": case, "eventId": event and event["id"], "dateTime": moments.now(),
            "was": event and event["status"]}))

    def forget(self, notification):
        self.inbox[key(notification["recipient"])].pop(notification["id"], None)
        self.store.drop("notification", notification["id"])

    def osl_of(self, folder):
        return {name: self.store["process"][folder["processCode"]]["osl"][name]
                for name in ("type", "companyRegister", "branchCode")}

    # The sweep

    def await_verdict(self, kind, thing, attachment, verdict):
        """The verdict shows a moment later; until then the file is PENDING."""
        attachment.update(status="PENDING", verdict=verdict, due=moments.now() + self.lag)
        self.scanned.append((kind, thing["id"]))
        self.store.put(kind, thing)

    def sweep(self):
        """Gives the verdicts that are due, then tells the recipients of what was completed."""
        instant, waiting = moments.now(), []
        for kind, thing_id in self.scanned:
            thing = self.store[kind].get(thing_id)
            for attachment in thing["attachments"] if thing else ():
                if attachment["verdict"] and attachment["due"] <= instant:
                    attachment.update(status=attachment["verdict"], verdict=None)
                    self.store.put(kind, thing)
            if thing and any(one["verdict"] for one in thing["attachments"]):
                waiting.append((kind, thing_id))
        self.scanned = waiting
        for case_id in list(self.to_notify):
            self._announce(case_id, instant)
        self.store.commit()

    def _announce(self, case_id, instant):
        case = self.store["case"].get(case_id)
        if case is None or case["status"] != "HUBEE_COMPLETED":
            del self.to_notify[case_id]
            return
        folder = self.store["folder"][case["folder"]]
        if any(one["verdict"] for one in folder["attachments"]):
            return
        del self.to_notify[case_id]
        if not (self.broken("one-notification-a-folder") and folder["cases"][0] != case_id):
            self.notify(case["recipient"], self.osl_of(folder), folder["processCode"], case_id)
        case.update(status="HUBEE_NOTIFIED", updateDateTime=instant)
        case["transmissionDateTime"] = case["transmissionDateTime"] or instant
        self.store.put("case", case)
        if folder["globalStatus"] == "HUBEE_COMPLETED" and not any(one in self.to_notify for one in folder["cases"]):
            folder.update(globalStatus="HUBEE_NOTIFIED", updateDateTime=instant)
            self.store.put("folder", folder)

    async def sweep_for_ever(self):
        while True:
            await asyncio.sleep(self.lag)
            self.sweep()


HUB = web.AppKey("hub", Hub)


def without_nulls(thing):
    """Optional properties that are null are left out."""
    return {name: value for name, value in thing.items() if value is not None}
