"""A device that keeps a passkey, as browsers have them (W3C Web Authentication, level 2), without a browser."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.http import HttpResponse
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from members.models import User

from .account import confirm_who, url

FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Device:
    """Makes one passkey, and answers with it from then on."""

    def __init__(self, host: str = "testserver") -> None:
        self.host = host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)

    @property
    def host_hash(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()

    def said(self, kind: str, options: dict[str, Any]) -> bytes:
        """What the browser says that it was asked, and by whom: section 5.8.1."""
        asked = {"type": kind, "challenge": options["publicKey"]["challenge"], "origin": f"https://{self.host}"}
        return json.dumps(asked).encode()

    def answer(self, said: bytes, **response: bytes) -> dict[str, Any]:
        parts = {"clientDataJSON": said, **response}
        return {
            "type": "public-key",
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "response": {name: websafe_encode(part) for name, part in parts.items()},
            "clientExtensionResults": {},
        }

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Section 7.1. Nobody vouches for the device: its attestation is "none"."""
        public = AttestedCredentialData.create(bytes(16), self.id, ES256.from_cryptography_key(self.key.public_key()))
        data = AuthenticatorData.create(self.host_hash, FLAGS | AuthenticatorData.FLAG.AT, 0, bytes(public))
        made = AttestationObject.create("none", data, {})
        return self.answer(self.said("webauthn.create", options), attestationObject=bytes(made))

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Section 7.2."""
        said = self.said("webauthn.get", options)
        data = bytes(AuthenticatorData.create(self.host_hash, FLAGS, 0))
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self.answer(said, authenticatorData=data, signature=signature)


def asked_on(page: HttpResponse) -> dict[str, Any]:
    """What the page asks the device for."""
    found = re.search(r'<script id="passkey-data" type="application/json">(.*?)</script>', page.content.decode())
    assert found
    [options] = json.loads(found[1]).values()
    return dict(options)


def add_passkey(client: Client, name: str = "Telefon") -> tuple[Device, HttpResponse]:
    """Through the page. Returns the device and the page after it."""
    confirm_who(client)
    device = Device()
    credential = device.create(asked_on(client.get(url("mfa_add_webauthn"))))
    data = {"name": name, "credential": json.dumps(credential)}
    return device, client.post(url("mfa_add_webauthn"), data, follow=True)


def keep_passkey(person: User, name: str) -> Authenticator:
    """Without the page."""
    credential = Device().create({"publicKey": {"challenge": websafe_encode(secrets.token_bytes(32))}})
    kept: Authenticator = WebAuthn.add(person, name, credential).instance
    return kept
