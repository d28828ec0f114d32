"""Bytes: uploads streamed to disk, the verdict on them, downloads.

For: what folder and event attachments have in common.
Not: who may send or fetch them, nor when; folders, cases and events say that.
"""

import asyncio
import base64
import hashlib
import os
import uuid

from aiohttp import web

from . import sniff
from .refusals import Refusal
from .web import media_type_is

PIECE = 256 * 1024


def declare(hub, thing, announced):
    """The metadata of a new attachment."""
    name = announced["fileName"][:100] if hub.broken("short-names") else announced["fileName"]
    made = {"id": str(uuid.uuid4()), "status": "PENDING", "fileName": name, "type": announced["type"],
            "size": announced["size"], "mimeType": announced["mimeType"], "stored": None, "sha": None,
            "verdict": None, "due": None}
    hub.owner_of_file[made["id"]] = thing
    return made


def view(attachment):
    return {name: attachment[name] for name in ("id", "status", "fileName", "type", "size", "mimeType")}


def not_allowed(hub, process, side, attachment, types=True):
    """What the démarche has against an attachment, in words."""
    formats = process["siAttachmentFormatsEnabled"] if side == "SI" else process["attachmentFormatsEnabled"]
    said = []
    if attachment["mimeType"].split(";")[0].strip().lower() not in [one.lower() for one in formats or ()]:
        said.append("format not allowed")
    if hub.broken("formats-to-the-letter") and attachment["mimeType"] not in (formats or ()):
        said.append("format not allowed")
    if types and attachment["type"] not in process["attachmentTypesEnabled"]:
        said.append("type not allowed")
    size = attachment["size"] + (1 if hub.broken("largest-size-refused") else
                                 -1 if hub.broken("largest-size-plus-one") else 0)
    if size > process["attachmentMaxSizeEnabled"]:
        said.append("too large")
    return said


async def receive(call, kind, thing, attachment, still_open):
    """Takes the bytes of an attachment: 204 and a verdict later, or 400 when they can be refused at once."""
    hub, request = call.hub, call.request
    media_type_is(request, "application/octet-stream")
    if hub.broken("digest-needed") and "digest" not in request.headers:
        raise Refusal(400, "digest: absent, though mandatory")
    if hub.broken("rejected-for-ever") and attachment["status"] in ("REJECTED", "CORRUPTED"):
        raise Refusal(400, "This file was refused")
    if hub.broken("length-needed") and request.content_length is None:
        raise Refusal(411, "Content-Length is expected")
    path = hub.store.files / str(uuid.uuid4())
    try:
        size, sha = await _write(hub, request, path, attachment, kind)
        clean, typed = await asyncio.to_thread(_look, hub, path, attachment["mimeType"])
        still_open()
        if hub.usual("digest") and request.headers.get("digest", _coded(sha)) != _coded(sha):
            typed = False
        fresh = hub.usual("sending-again") or attachment["status"] in ("REJECTED", "CORRUPTED") or attachment["stored"] is None
        if not fresh and attachment["sha"] != sha:
            raise Refusal(400, "Other bytes were received before")
        if not fresh:
            return 204, None
        wrong_size = size != attachment["size"] and not hub.broken("size-never-read")
        if hub.broken("event-size-never-read") and kind == "event" or (
                hub.broken("more-bytes-cut") and size > attachment["size"]) or (
                hub.broken("fewer-bytes-taken") and size < attachment["size"]):
            wrong_size = False
        if hub.broken("event-never-scanned") and kind == "event":
            clean = True
        if hub.broken("event-type-never-read") and kind == "event":
            typed = True
        first, *others = thing["attachments"]
        if hub.broken("scanned-second-only") and attachment is first and others:
            clean = True
        if hub.broken("first-file-scanned-only") and attachment is not first:
            clean = True
        attachment.update(stored=path.name, sha=sha)
        if hub.broken("same-name-overwrites"):
            for one in thing["attachments"]:
                if one["stored"] and one["fileName"] == attachment["fileName"]:
                    one.update(stored=path.name, sha=sha)
        verdict = "CORRUPTED" if not clean else "RECEIVED" if typed and not wrong_size else "REJECTED"
        hub.await_verdict(kind, thing, attachment, verdict)
        path = None
        if hub.usual("lag"):
            attachment.update(status=verdict, verdict=None)
        if wrong_size:
            raise Refusal(400, f"{size} bytes came, {attachment['size']} were announced")
        if not clean and not hub.usual("infected"):
            raise Refusal(400, "A virus was found")
        if clean and not typed and hub.usual("late-type"):
            raise Refusal(400, "The bytes are of another type")
        return 204, None
    finally:
        if path is not None and path.exists():
            os.unlink(path)


async def _write(hub, request, path, attachment, kind):
    sha, size, kept = hashlib.sha256(), 0, 0
    texts = hub.broken("line-ends") and sniff.family(attachment["mimeType"]) in ("text", "xml")
    with open(path, "wb") as file:
        async for piece in request.content.iter_chunked(PIECE):
            size += len(piece)
            sha.update(piece)
            if size > attachment["size"] + PIECE:
                continue  # Too much already: read to the end, kept no more.
            if texts:
                piece = piece.replace(b"\r\n", b"\n")
            if hub.broken("event-file-8k") and kind == "event":
                piece = piece[:max(0, 8192 - kept)]
            kept += len(piece)
            file.write(piece)
    return size, sha.hexdigest()


def _look(hub, path, announced):
    clean = not sniff.infected(path, zipped=not hub.broken("zip-not-opened"))
    head = path.read_bytes()[:sniff.HEAD]
    xml = sniff.family(announced) == "xml"
    if xml and (hub.broken("prolog-needed") and not head.lstrip().startswith(b"<?xml")
                or hub.broken("utf-8-only") and (b"ISO-8859" in head.upper() or head[:2] in (b"\xff\xfe", b"\xfe\xff"))
                or hub.broken("byte-order-mark-refused") and head[:3] == b"\xef\xbb\xbf"
                or hub.broken("utf-16-refused") and head[:2] in (b"\xff\xfe", b"\xfe\xff")):
        return clean, False
    if hub.broken("office-is-only-zip") and sniff.family(announced) in ("odf", "ooxml"):
        return clean, False
    if hub.broken("office-unopened") and sniff.family(announced) in ("odf", "ooxml"):
        return clean, head.startswith(b"PK")
    if hub.broken("json-objects-only") and announced == "application/json" and not head.lstrip().startswith(b"{"):
        return clean, False
    if hub.broken("xml-is-text") and xml:
        return clean, b"\x00" not in head and not head.startswith(b"%PDF")
    return clean, hub.broken("bytes-never-read") or sniff.matches(path, announced)


async def send(call, attachment):
    """The very bytes, in chunks, without a digest header (it is optional) unless asked or broken."""
    hub = call.hub
    served = {"RECEIVED"}
    if hub.broken("rejected-downloadable"):
        served.add("REJECTED")
    if hub.broken("infected-downloadable"):
        served.add("CORRUPTED")
    if "/events/" in call.request.path:
        served |= {"REJECTED"} if hub.broken("event-rejected-downloadable") else set()
        served |= {"CORRUPTED"} if hub.broken("event-infected-downloadable") else set()
    if attachment["status"] not in served or not attachment["stored"]:
        raise Refusal(404, "No such file")
    media_type = attachment["mimeType"] if hub.broken("download-as-announced") else "application/octet-stream"
    response = web.StreamResponse(headers={"Content-Type": media_type})
    path = hub.store.files / attachment["stored"]
    if hub.options.digest or hub.usual("digest") or hub.broken("digest-64k"):
        response.headers["digest"] = _digest(path, 65_536 if hub.broken("digest-64k") else None)
        if hub.broken("digest-in-hex"):
            response.headers["digest"] = base64.b64decode(response.headers["digest"]).hex()
        if hub.broken("digest-without-padding"):
            response.headers["digest"] = response.headers["digest"].rstrip("=")
        if hub.broken("digest-of-first-file"):
            first = call.hub.owner_of_file[attachment["id"]]["attachments"][0]
            response.headers["digest"] = _digest(hub.store.files / (first["stored"] or attachment["stored"]), None)
    await response.prepare(call.request)
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            await response.write(piece)
    await response.write_eof()
    return response


def _coded(sha):
    return base64.b64encode(bytes.fromhex(sha)).decode()


def _digest(path, limit):
    with open(path, "rb") as file:
        if limit:
            sha = hashlib.sha256(file.read(limit))
        else:
            sha = hashlib.file_digest(file, "sha256")
    return _coded(sha.hexdigest())
