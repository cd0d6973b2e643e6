"""Verifies registrations and sign-ins with python-fido2.

Reads one as JSON from each line of the standard input, and writes a line for it: "accepted", or the
name of the exception and its message.
"""

import base64
import json
import sys

from fido2 import cbor
from fido2.attestation import NoneAttestation, PackedAttestation
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import Aaguid, AttestedCredentialData, PublicKeyCredentialRpEntity

ORIGINS = json.loads(sys.argv[2])


def verify_attestation(attestation_object, client_data_hash):
    """Verifies what can be verified without certificates, and ignores other statements."""
    statement = attestation_object.att_stmt
    by_itself = "x5c" not in statement and "ecdaaKeyId" not in statement
    if attestation_object.fmt == "none":
        verifier = NoneAttestation()
    elif attestation_object.fmt == "packed" and by_itself:
        verifier = PackedAttestation()
    else:
        return
    verifier.verify(statement, attestation_object.auth_data, client_data_hash)


SERVER = Fido2Server(
    PublicKeyCredentialRpEntity(id=sys.argv[1], name="Example"),
    # Otherwise it does not verify attestation at all.
    attestation="direct",
    verify_origin=lambda origin: origin in ORIGINS,
    verify_attestation=verify_attestation,
)


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify(case):
    state = {
        "challenge": case["challenge"],
        "user_verification": "required" if case["verified"] else "preferred",
    }
    if "stored" in case:
        key = CoseKey.parse(cbor.decode(decode(case["stored"]["publicKey"])))
        stored = AttestedCredentialData.create(Aaguid.NONE, decode(case["stored"]["id"]), key)
        SERVER.authenticate_complete(state, [stored], case["response"])
    else:
        SERVER.register_complete(state, case["response"])


for line in sys.stdin:
    try:
        verify(json.loads(line))
        print("accepted")
    except Exception as error:
        # The first exception, of which later ones say only which part of the response it was.
        while (cause := error.__cause__ or error.__context__) is not None:
            error = cause
        print(type(error).__name__, str(error).replace("\n", " "))
