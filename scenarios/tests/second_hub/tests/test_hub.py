"""Tests of the second hub against the contract, over HTTP on 127.0.0.1.

For: being sure that the hub is right where the contract leaves no choice, before anything is concluded of the suite.
Not: a conformance suite. Run: `target/second-hub-venv/bin/python -m pytest scenarios/tests/second_hub`.
"""

import asyncio
import contextlib
import io
import os
import signal
import subprocess
import sys
import time
import tomllib
import zipfile
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

from second_hub import moments, routes, seed, sniff, target
from second_hub.__main__ import arguments, running
from second_hub.choices import CHOICES
from second_hub.defects import DEFECTS, FREE_AFTER_ALL, NOT_YET_CAUGHT

XML = b"<?xml version='1.0'?><acte>\r\nfait</acte>"
FAST = ("--lag", "0.02")


class Client:
    """One application that talks to the hub."""

    def __init__(self, session, address, name):
        self.session, self.address = session, address
        self.credential = next(one for one in seed.credentials() if one.name == name)
        self.token = None

    async def ask_token(self, secret=None, **form):
        pair = aiohttp.BasicAuth(self.credential.client, secret or self.credential.secret)
        form = {"grant_type": "client_credentials", "scope": self.credential.scope, **form}
        async with self.session.post(self.address + routes.TOKEN, data=form, auth=pair) as answer:
            return answer.status, await answer.json()

    async def call(self, method, path, body=None, data=None, base=routes.TELEDOSSIERS, **headers):
        if self.token is None:
            self.token = (await self.ask_token())[1]["access_token"]
        headers["Authorization"] = "Bearer " + self.token
        if data is not None:
            headers["Content-Type"] = "application/octet-stream"
        async with self.session.request(method, self.address + base + path, json=body, data=data,
                                        headers=headers) as answer:
            raw = await answer.read()
            kind = answer.headers.get("Content-Type", "")
            return answer.status, await answer.json() if kind.startswith("application/json") else raw


@contextlib.asynccontextmanager
async def playing(*options):
    """A hub and a way to make its clients."""
    async with running(arguments([*FAST, *options])) as (hub, address), aiohttp.ClientSession() as session:
        yield hub, lambda name: Client(session, address, name)


def folder(number="0000000000001", recipients=("si-a",), size=len(XML), **more):
    name = f"DILA-AEC-{number}"
    cases = [{"recipient": seed.SIS[one], "externalId": f"{name}-0{place}"} for place, one in enumerate(recipients)]
    file = {"fileName": "acte.xml", "type": "ActeEtatCivil-XML", "size": size, "mimeType": "application/xml",
            "recipients": [one["externalId"] for one in cases]}
    return {"processCode": "EtatCivil", "externalId": name, "applicant": {"firstName": "É", "lastName": "日本"},
            "cases": cases, "attachments": [file], **more}


async def wait_for(ask, wanted, seconds=3):
    """Asks until the answer is as wanted."""
    end = time.monotonic() + seconds
    while True:
        given = await ask()
        if wanted(given) or time.monotonic() > end:
            assert wanted(given), given
            return given
        await asyncio.sleep(0.02)


async def deposited(osl, **more):
    """A folder that was completed and notified."""
    status, made = await osl.call("POST", "/folders", folder(**more))
    assert status == 201, made
    path = f"/folders/{made['id']}"
    for one in made["attachments"]:
        assert (await osl.call("PUT", f"{path}/attachments/{one['id']}", data=XML))[0] == 204
    assert (await osl.call("PATCH", path, {"globalStatus": "HUBEE_COMPLETED"}))[0] == 204
    await wait_for(lambda: osl.call("GET", path), lambda given: given[1]["globalStatus"] == "HUBEE_NOTIFIED")
    return (await osl.call("GET", path))[1]


def scene(*options):
    """Runs a coroutine test with a hub."""
    def wrap(test):
        def run():
            async def play():
                async with playing(*options) as (hub, client):
                    await test(hub, client)
            asyncio.run(play())
        run.__name__ = test.__name__
        return run
    return wrap


@scene()
async def test_tokens(_hub, client):
    osl = client("osl-dila")
    status, first = await osl.ask_token()
    assert status == 200 and first["token_type"] == "Bearer" and first["expires_in"] > 0
    assert (await osl.ask_token(secret="wrong"))[0] == 401
    assert (await osl.ask_token(secret=osl.credential.secret.upper()))[0] == 401
    assert (await osl.ask_token(grant_type="password"))[1]["error"] == "unsupported_grant_type"
    assert (await osl.ask_token(scope="ADMIN"))[1]["scope"] == "OSL"
    osl.token = first["access_token"]
    status, body = await osl.call("GET", "/notifications")
    assert status == 401 and body["fault"]["code"] == 900901


@scene("--token-life", "1")
async def test_end_of_a_token(_hub, client):
    osl = client("osl-dila")
    assert (await osl.call("GET", "/notifications"))[0] == 200
    await asyncio.sleep(1.1)
    assert (await osl.call("GET", "/notifications"))[0] == 401


@scene()
async def test_deposit_and_treatment(_hub, client):
    osl, si = client("osl-dila"), client("si-a-EtatCivil")
    made = await deposited(osl)
    status, queue = await si.call("GET", "/notifications")
    assert status == 200 and len(queue) == 1 and "eventId" not in queue[0]
    path = f"/cases/{queue[0]['caseId']}"
    case = (await si.call("GET", path))[1]
    assert case["applicant"]["lastName"] == "日本" and case["id"] == made["cases"][0]["id"]
    assert (await si.call("GET", f"{path}/attachments/{case['attachments'][0]['id']}"))[1] == XML
    for wanted in ("SENT", "SI_RECEIVED", "DONE"):
        assert (await si.call("PATCH", path, {"status": wanted}))[0] == 204
    assert (await si.call("PATCH", path, {"status": "FOO"}))[0] == 400
    event = {"actionType": "STATUS_UPDATE", "notification": True, "comment": "entre nous", "caseNewStatus": "DONE"}
    assert (await si.call("POST", path + "/events", event))[0] == 201
    told = (await osl.call("GET", "/notifications?eventDetails=true"))[1]
    assert [one["eventStatus"] for one in told] == ["SENT"]
    event_path = f"{path}/events/{told[0]['eventId']}"
    assert "comment" not in (await osl.call("GET", event_path))[1]
    assert (await osl.call("PATCH", event_path, {"status": "RECEIVED"}))[0] == 204
    assert (await osl.call("PATCH", path, {"status": "CLOSED"}))[0] == 204
    closing = {"globalStatus": "CLOSED", "closeDateTime": "2026-01-02T03:04:05+01:00"}
    assert (await osl.call("PATCH", f"/folders/{made['id']}", closing))[0] == 204
    assert (await osl.call("GET", f"/folders/{made['id']}"))[1]["closeDateTime"] == "2026-01-02 03:04:05"
    assert (await osl.call("DELETE", f"/folders/{made['id']}"))[0] == 400
    assert [(await si.call("DELETE", f"/notifications/{queue[0]['id']}"))[0] for _ in range(2)] == [204, 404]


@scene()
async def test_ownership(_hub, client):
    osl, admin = client("osl-dila"), client("admin")
    made = await deposited(osl)
    path = f"/cases/{made['cases'][0]['id']}"
    for name in ("si-b-EtatCivil", "si-a-bis-EtatCivil", "si-a-CERTDC"):
        assert (await client(name).call("GET", path))[0] == 403
        assert (await client(name).call("PATCH", path, {"status": "SENT"}))[0] == 403
        assert (await client(name).call("GET", "/notifications"))[1] == []
    assert (await client("osl-dgs").call("GET", f"/folders/{made['id']}"))[0] == 403
    assert (await osl.call("GET", path))[0] == 403
    assert (await admin.call("GET", path))[0] == 200
    assert (await admin.call("GET", path.replace("-", "0", 1)))[0] == 400


@scene()
async def test_deposit_for_another(_hub, client):
    other, si = client("osl-dgs"), client("si-a-EtatCivil")
    status, made = await other.call("POST", "/folders", folder())
    assert status == 201
    assert (await other.call("PATCH", f"/folders/{made['id']}", {"globalStatus": "HUBEE_COMPLETED"}))[0] == 403
    await asyncio.sleep(0.1)
    assert (await si.call("GET", "/notifications"))[1] == []


@scene()
async def test_all_faults_are_told(_hub, client):
    osl = client("osl-dila")
    body = folder(externalId="X" * 31, unknown=1)
    del body["applicant"]
    body["cases"][0]["recipient"] = {**seed.SIS["si-a"], "branchCode": "00000"}
    status, answer = await osl.call("POST", "/folders", body)
    told = " ".join(one["message"] for one in answer["errors"])
    assert status == 400 and all(one in told for one in ("applicant", "externalId", "unknown", "recipient"))
    assert (await osl.call("POST", "/folders", folder(processCode="Nowhere")))[0] == 403
    assert (await osl.call("GET", "/notifications?surprise=1"))[0] == 400


@scene()
async def test_verdicts(_hub, client):
    osl = client("osl-dila")

    async def verdict(body, data):
        made = (await osl.call("POST", "/folders", body))[1]
        path = f"/folders/{made['id']}"
        sent = (await osl.call("PUT", f"{path}/attachments/{made['attachments'][0]['id']}", data=data))[0]
        assert (await osl.call("GET", path))[1]["attachments"][0]["status"] == "PENDING"
        given = await wait_for(lambda: osl.call("GET", path), lambda one: one[1]["attachments"][0]["status"] != "PENDING")
        return sent, given[1]["attachments"][0]["status"]
    assert await verdict(folder(), XML) == (204, "RECEIVED")
    assert await verdict(folder(), XML[:-1]) == (400, "REJECTED")
    assert await verdict(folder(), XML + b" ") == (400, "REJECTED")
    assert await verdict(folder(size=9), b"%PDF-1.4\n") == (204, "REJECTED")
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a", sniff.EICAR)
    assert await verdict(folder(size=len(zipped.getvalue())), zipped.getvalue()) == (400, "CORRUPTED")


@scene()
async def test_events_with_files(_hub, client):
    osl, si = client("osl-dila"), client("si-a-EtatCivil")
    made = await deposited(osl)
    path = f"/cases/{made['cases'][0]['id']}/events"
    file = {"fileName": "a.xml", "type": "any", "size": len(XML), "mimeType": "text/xml"}
    body = {"actionType": "ATTACH_DEPOSIT", "notification": True}
    assert (await si.call("POST", path, body))[0] == 400
    assert (await si.call("POST", path, {"actionType": "COM_ADD"}))[0] == 400
    event = (await si.call("POST", path, {**body, "attachments": [file]}))[1]
    own = f"{path}/{event['id']}"
    assert event["status"] == "IN_PROGRESS" and (await osl.call("GET", "/notifications"))[1] == []
    assert (await si.call("PATCH", own, {"status": "SENT"}))[0] == 400
    upload = f"{own}/attachments/{event['attachments'][0]['id']}"
    assert (await si.call("PUT", upload, data=XML))[0] == 204
    await wait_for(lambda: si.call("PATCH", own, {"status": "SENT"}), lambda one: one[0] == 204)
    assert len((await osl.call("GET", "/notifications"))[1]) == 1
    assert (await osl.call("GET", upload))[1] == XML
    assert (await si.call("DELETE", own))[0] == 400


@scene()
async def test_referential(_hub, client):
    admin, base = client("admin"), {"base": routes.REFERENTIAL}
    for path in ("/subscriptions", "/organizations", "/processes"):
        status, found = await admin.call("GET", path + "?maxResult=2&offSet=1", **base)
        assert status == 200 and len(found) == 2
    one = (await admin.call("GET", "/subscriptions?orderBy=desc(access_mode)", **base))[1][0]
    assert one["accessMode"] == "PORTAIL"
    status, kept = await admin.call("PUT", f"/subscriptions/{one['id']}", {**one, "status": "Suspendu"}, **base)
    assert status == 200 and kept["status"] == "Suspendu" and kept["activateDateTime"] == one["activateDateTime"]
    del one["status"], one["id"], one["creationDateTime"]
    one["subscriber"].pop("name")
    assert (await client("datapass").call("POST", "/subscriptions", one, **base))[0] == 409
    assert (await client("datapass").call("POST", "/subscriptions", {**one, "email": "no"}, **base))[0] == 400
    process = (await admin.call("GET", "/processes/EtatCivil", **base))[1]
    assert (await admin.call("PUT", "/processes/EtatCivil", process, **base))[0] == 200
    organization = (await admin.call("GET", "/organizations/SI-21380544300016-38544", **base))[1]
    assert (await admin.call("PUT", "/organizations/SI-21380544300016-38544", organization, **base))[0] == 200
    assert (await admin.call("GET", "/organizations?type=NONE", **base))[0] == 404


def test_kinds_of_bytes(tmp_path):
    def kind(data, announced):
        (tmp_path / "file").write_bytes(data)
        return sniff.matches(tmp_path / "file", announced)
    assert kind("<é/>".encode("utf-16"), "text/xml") and kind("<a>é</a>".encode("latin-1"), "application/xml")
    assert kind(b'{"a": 1}', "application/json") and kind(b"a;b", "text/csv") and kind(b"", "text/plain")
    assert not kind(b"%PDF-1.7", "text/plain") and not kind(b"plain", "application/xml")
    assert not kind(b"PK\x03\x04nothing", "application/vnd.oasis.opendocument.text")


def test_dates():
    instant = datetime.fromisoformat("2026-07-01T12:00:00+00:00").timestamp()
    assert moments.write(instant) == "2026-07-01 14:00:00"
    assert {moments.read(one) for one in ("2026-07-01 14:00:00", "2026-07-01T12:00:00Z",
                                          "2026-07-01T14:00:00.000+0200")} == {instant}


def test_target_file(tmp_path):
    async def play():
        async with playing() as (hub, _client):
            target.write(hub, tmp_path / "hub.toml", "http://127.0.0.1:1")
    asyncio.run(play())
    made = tomllib.loads((tmp_path / "hub.toml").read_text(encoding="utf-8"))
    assert {one["scope"] for one in made["credential"]} == {"OSL", "SI", "ADMIN", "DATAPASS"}


@pytest.mark.parametrize("name", [*DEFECTS, *NOT_YET_CAUGHT, *FREE_AFTER_ALL])
def test_each_defect_is_asked_for(name):
    here = Path(__file__).resolve().parent.parent
    code = "".join(one.read_text(encoding="utf-8") for one in here.glob("*.py") if one.name != "defects.py")
    assert name in code or name.startswith("batch-at-most-"), name


def test_nothing_is_lost_by_a_kill(tmp_path):
    here = Path(__file__).resolve().parent.parent.parent
    command = [sys.executable, "-m", "second_hub", *FAST, "--data", str(tmp_path), "--write-target", str(tmp_path / "t")]
    with subprocess.Popen(command, cwd=here, stderr=subprocess.PIPE, text=True) as process:
        address = process.stderr.readline().split()[-1]

        async def before():
            async with aiohttp.ClientSession() as session:
                osl = Client(session, address, "osl-dila")
                return osl.token, await deposited(osl)
        _, made = asyncio.run(before())
        process.send_signal(signal.SIGKILL)
    assert subprocess.run(["sh", str(tmp_path / "restart.sh")], check=False).returncode == 0
    try:
        async def after():
            async with aiohttp.ClientSession() as session:
                si = Client(session, address, "si-a-EtatCivil")
                case = f"/cases/{made['cases'][0]['id']}"
                queue = (await si.call("GET", "/notifications"))[1]
                return queue, (await si.call("GET", f"{case}/attachments/{made['attachments'][0]['id']}"))[1]
        queue, data = asyncio.run(after())
        assert len(queue) == 1 and data == XML
    finally:
        os.kill(int((tmp_path / "pid").read_text(encoding="ascii")), signal.SIGTERM)


@pytest.mark.parametrize("name", CHOICES)
def test_each_choice_can_be_turned_back(name):
    here = Path(__file__).resolve().parent.parent
    code = "".join(one.read_text(encoding="utf-8") for one in here.glob("*.py"))
    assert f'usual("{name}")' in code
