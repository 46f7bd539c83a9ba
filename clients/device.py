"""A security key that attests nothing and always knows its owner, in a few lines on `cryptography`, which MSAL brings."""

import base64
import hashlib
import json
import os
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT_AND_VERIFIED, ATTESTED = 0x05, 0x40


def encode(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(text):
    text = text.replace("+", "-").replace("/", "_").rstrip("=")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def head(major, length):
    if length < 24:
        return bytes([major << 5 | length])
    return bytes([major << 5 | 24, length]) if length < 256 else struct.pack(">BH", major << 5 | 25, length)


class Passkey:
    """What `navigator.credentials` answers with, in JSON."""

    def __init__(self, rp_id, origin):
        self.rp_id, self.origin = rp_id, origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(33)

    def client_data(self, kind, challenge):
        # The order of webauthn-interop.
        data = {"type": kind, "challenge": encode(decode(challenge)), "origin": self.origin, "crossOrigin": False}
        return json.dumps(data, separators=(",", ":")).encode()

    def authenticator_data(self, flags):
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + bytes(4)

    def create(self, challenge):
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21" + head(2, 32) + x + b"\x22" + head(2, 32) + y
        data = self.authenticator_data(PRESENT_AND_VERIFIED | ATTESTED) + bytes(16)
        data += struct.pack(">H", len(self.id)) + self.id + cose
        attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData" + head(2, len(data)) + data
        return self.answer({"attestationObject": encode(attestation)}, self.client_data("webauthn.create", challenge))

    def sign(self, challenge, user_handle):
        client = self.client_data("webauthn.get", challenge)
        data = self.authenticator_data(PRESENT_AND_VERIFIED)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self.answer({"authenticatorData": encode(data), "signature": encode(signature), "userHandle": user_handle}, client)

    def answer(self, response, client):
        return {
            "id": encode(self.id),
            "response": {**response, "clientDataJSON": encode(client)},
            "clientExtensionResults": {},
        }
