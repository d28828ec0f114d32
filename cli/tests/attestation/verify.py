"""Verifies a signed report without étalon: the envelope by securesystemslib, the statement by in-toto-attestation,
the files by their digests. `verify.py DIR KEY.pub` exits 0 when all holds, 1 when something does not."""

import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

RESULT = "https://in-toto.io/attestation/test-result/v0.1"


def verify(directory: Path, public: Path) -> None:
    raw = json.loads((directory / "manifest.dsse.json").read_bytes())
    envelope = Envelope.from_dict(raw)
    key = serialization.load_pem_public_key(public.read_bytes())
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    envelope.verify([SSlibKey.from_crypto(key, keyid=hashlib.sha256(der).hexdigest())], 1)
    if envelope.payload_type != "application/vnd.in-toto+json":
        raise ValueError(f"a payload of type {envelope.payload_type}")
    if envelope.payload != (directory / "manifest.json").read_bytes():
        raise ValueError("manifest.json is not what was signed")

    statement = Statement.copy_from_pb(json_format.Parse(envelope.payload, statement_pb2.Statement()))
    statement.validate()
    if statement.pb.predicate_type != RESULT:
        raise ValueError(f"a predicate of type {statement.pb.predicate_type}")
    if statement.pb.predicate["result"] not in ("PASSED", "WARNED", "FAILED"):
        raise ValueError("no result")
    for subject in statement.pb.subject:
        digest = hashlib.sha256((directory / subject.name).read_bytes()).hexdigest()
        if digest != subject.digest["sha256"]:
            raise ValueError(f"{subject.name} was altered")


if __name__ == "__main__":
    try:
        verify(Path(sys.argv[1]), Path(sys.argv[2]))
    except (VerificationError, ValueError, json_format.ParseError) as error:
        print(f"refused: {error!r}")
        sys.exit(1)
    print("accepted")
