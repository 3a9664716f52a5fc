#!/usr/bin/env python3
# A loopback CT log for the interop stack: signs every precertificate it is shown, stores none.
"""Test double for an RFC 6962 log, as far as Fulcio uses one.

POST /ct/v1/add-pre-chain   {"chain": [precertificate, issuer, ...]} -> an SCT
GET  /healthz               200 once the log accepts requests

With --garbage the SCTs are well formed but signed over other bytes. Signing goes through
the openssl command, so that only the standard library is needed.
"""
import argparse
import base64
import hashlib
import http.server
import json
import os
import struct
import subprocess
import time

# 1.3.6.1.4.1.11129.2.4.3, the critical poison extension (RFC 6962 section 3.1), as DER.
POISON_OID = bytes.fromhex("060a2b06010401d679020403")
SEQUENCE = 0x30
EXTENSIONS = 0xA3
# tbsCertificate: version, serial, signature, issuer, validity, subject, subjectPublicKeyInfo.
SPKI_INDEX = 6


def der_length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def der(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + der_length(len(content)) + content


def der_header(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at `at` begins and ends."""
    size, begin = data[at + 1], at + 2
    if size & 0x80:
        octets = size & 0x7F
        size = int.from_bytes(data[begin : begin + octets], "big")
        begin += octets
    if begin + size > len(data):
        raise ValueError("DER element ends after its parent")
    return begin, begin + size


def der_content(element: bytes) -> bytes:
    begin, end = der_header(element, 0)
    return element[begin:end]


def der_children(element: bytes) -> list[bytes]:
    at, end = der_header(element, 0)
    children = []
    while at < end:
        _, child_end = der_header(element, at)
        children.append(element[at:child_end])
        at = child_end
    return children


def tbs_fields(certificate: bytes) -> list[bytes]:
    return der_children(der_children(certificate)[0])


def without_poison(precertificate: bytes) -> bytes:
    """The tbsCertificate that the final certificate will have, but for its SCT list."""
    fields = tbs_fields(precertificate)
    if fields[-1][0] != EXTENSIONS:
        raise ValueError("precertificate has no extensions")
    extensions = der_children(der_content(fields[-1]))
    kept = [extension for extension in extensions if not der_content(extension).startswith(POISON_OID)]
    if len(kept) != len(extensions) - 1:
        raise ValueError("precertificate has not exactly one poison extension")
    fields[-1] = der(EXTENSIONS, der(SEQUENCE, b"".join(kept)))
    return der(SEQUENCE, b"".join(fields))


def signed_entry(chain: list[bytes], timestamp: int, extensions: bytes) -> bytes:
    """The bytes an SCT signs: digitally-signed struct of RFC 6962 section 3.2."""
    issuer_key_hash = hashlib.sha256(tbs_fields(chain[1])[SPKI_INDEX]).digest()
    tbs = without_poison(chain[0])
    version_v1, certificate_timestamp, precert_entry = 0, 0, 1
    return (
        struct.pack(">BBQH", version_v1, certificate_timestamp, timestamp, precert_entry)
        + issuer_key_hash
        + len(tbs).to_bytes(3, "big")
        + tbs
        + struct.pack(">H", len(extensions))
        + extensions
    )


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=stdin, check=True, capture_output=True).stdout


class Handler(http.server.BaseHTTPRequestHandler):
    key_file = ""
    log_id = b""
    garbage = False

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self.answer(200, {})
        else:
            self.answer(404, {"error": "not found"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path != "/ct/v1/add-pre-chain":
            self.answer(404, {"error": "not found"})
            return
        try:
            chain = [base64.b64decode(item, validate=True) for item in json.loads(body)["chain"]]
            sct = self.sct(chain)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            self.answer(400, {"error": f"precertificate chain not understood: {error}"})
            return
        self.answer(200, sct)

    def sct(self, chain: list[bytes]) -> dict:
        timestamp = time.time_ns() // 1_000_000
        entry = signed_entry(chain, timestamp, extensions=b"")
        signature = openssl(
            "dgst", "-sha256", "-sign", self.key_file, stdin=os.urandom(32) if self.garbage else entry
        )
        sha256, ecdsa = 4, 3
        return {
            "sct_version": 0,
            "id": base64.b64encode(self.log_id).decode(),
            "timestamp": timestamp,
            "extensions": "",
            "signature": base64.b64encode(struct.pack(">BBH", sha256, ecdsa, len(signature)) + signature).decode(),
        }

    def answer(self, status: int, value: dict) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    parser = argparse.ArgumentParser(description="loopback CT log for the interop stack")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", required=True, help="ECDSA P-256 private key, PEM")
    parser.add_argument("--garbage", action="store_true", help="sign other bytes than the entry")
    arguments = parser.parse_args()
    Handler.key_file = arguments.key
    Handler.log_id = hashlib.sha256(openssl("pkey", "-in", arguments.key, "-pubout", "-outform", "DER")).digest()
    Handler.garbage = arguments.garbage
    http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
