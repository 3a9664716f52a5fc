#!/usr/bin/env python3
# A loopback OIDC issuer for the interop stack: discovery, JWKS and a mint that believes everyone.
"""Test double for an OpenID Connect provider.

GET /.well-known/openid-configuration   discovery document (OpenID Connect Discovery 1.0)
GET /keys                               JWKS with the one RS256 key
GET /token?email=E&sub=S&aud=A&ttl=N    a signed identity token, bare, without a newline

Signing goes through the openssl command, so that only the standard library is needed.
"""
import argparse
import base64
import http.server
import json
import subprocess
import time
import urllib.parse

KEY_ID = "interop"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=stdin, check=True, capture_output=True).stdout


def public_jwk(key_file: str) -> dict:
    modulus = openssl("rsa", "-in", key_file, "-noout", "-modulus").decode().strip().removeprefix("Modulus=")
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": KEY_ID,
        "n": base64url(bytes.fromhex(modulus)),
        # `openssl genpkey` uses 65537 unless told otherwise.
        "e": base64url((65537).to_bytes(3, "big")),
    }


def mint(key_file: str, issuer: str, query: dict) -> str:
    now = int(time.time())
    email = query.get("email", "ci@example.com")
    claims = {
        "iss": issuer,
        "aud": query.get("aud", "sigstore"),
        "sub": query.get("sub", email),
        "email": email,
        "email_verified": True,
        "iat": now,
        "nbf": now,
        "exp": now + int(query.get("ttl", "3600")),
    }
    header = {"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    # RS256 is RSASSA-PKCS1-v1_5 (RFC 7518 section 3.3), what `dgst -sign` does with an RSA key.
    signature = openssl("dgst", "-sha256", "-sign", key_file, stdin=signed.encode())
    return f"{signed}.{base64url(signature)}"


class Handler(http.server.BaseHTTPRequestHandler):
    issuer = ""
    key_file = ""
    jwk: dict = {}

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/.well-known/openid-configuration":
            self.answer_json(self.discovery())
        elif url.path == "/keys":
            self.answer_json({"keys": [self.jwk]})
        elif url.path == "/token":
            query = dict(urllib.parse.parse_qsl(url.query))
            self.answer(mint(self.key_file, self.issuer, query).encode(), "application/jwt")
        else:
            self.send_error(404)

    def discovery(self) -> dict:
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def answer_json(self, value: dict) -> None:
        self.answer(json.dumps(value).encode(), "application/json")

    def answer(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    parser = argparse.ArgumentParser(description="loopback OIDC issuer for the interop stack")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", required=True, help="RSA private key, PEM")
    arguments = parser.parse_args()
    Handler.issuer = f"http://127.0.0.1:{arguments.port}"
    Handler.key_file = arguments.key
    Handler.jwk = public_jwk(arguments.key)
    http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
