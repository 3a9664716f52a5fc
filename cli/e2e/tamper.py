#!/usr/bin/env python3
"""Changes one thing in an OCI layout or a document, so that a test can see it refused.

tamper.py flip FILE [OFFSET]             one byte of a file (default: the middle one)
tamper.py blob LAYOUT manifest|config|layer   prints the path of that blob
tamper.py bundle LAYOUT TYPE WHAT        the bundle of that predicate type: signature, payload, checkpoint,
                                         proof, timestamp, malformed, intact, or another layout to take it from
tamper.py path LAYOUT INDEX PATH         the file path of a layer, in a manifest whose digests are right
tamper.py hash FILE                      the first SHA-256 of a CycloneDX document
"""
import base64
import hashlib
import json
import pathlib
import re
import sys

TYPES = {"signature": "https://sigstore.dev/cosign/sign/v1", "aibom": "https://cyclonedx.org/bom"}
PATH = "org.cncf.model.filepath"
TITLE = "org.opencontainers.image.title"


def flipped(data, offset=None):
    offset = len(data) // 2 if offset is None else offset % len(data)
    return data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :]


def flipped64(text, offset=None):
    return base64.b64encode(flipped(base64.b64decode(text), offset)).decode()


class Layout:
    def __init__(self, directory):
        self.root = pathlib.Path(directory)
        self.index = json.loads((self.root / "index.json").read_text())

    def blob(self, digest):
        return self.root / "blobs" / digest.replace(":", "/")

    def json(self, digest):
        return json.loads(self.blob(digest).read_bytes())

    def add(self, data):
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        self.blob(digest).write_bytes(data)
        return {"digest": digest, "size": len(data)}

    def add_json(self, value):
        return self.add(json.dumps(value, separators=(",", ":")).encode())

    def artifact(self):
        """The descriptor of the only tagged artifact: neither a referrer nor the fallback index."""
        for entry in self.index["manifests"]:
            name = entry.get("annotations", {}).get("org.opencontainers.image.ref.name", "")
            if name and not name.startswith("sha256-"):
                return entry
        raise SystemExit(f"{self.root}: no tagged artifact")

    def replace(self, old, new):
        """Lets everything that lists the manifest `old` list `new`; fallback indexes are blobs themselves."""
        for entry in list(self.index["manifests"]):
            if entry["mediaType"].endswith("index.v1+json"):
                listed = self.json(entry["digest"])
                for inner in listed["manifests"]:
                    if inner["digest"] == old:
                        inner.update(new)
                entry.update(self.add_json(listed))
            if entry["digest"] == old:
                entry.update(new)
        (self.root / "index.json").write_text(json.dumps(self.index))

    def referrer(self, kind):
        """Digest and manifest of the referrer whose bundle is of that kind, and the bundle's bytes."""
        for entry in self.index["manifests"]:
            predicate = entry.get("annotations", {}).get("dev.sigstore.bundle.predicateType")
            if predicate == TYPES[kind]:
                manifest = self.json(entry["digest"])
                return entry["digest"], manifest, self.blob(manifest["layers"][0]["digest"]).read_bytes()
        raise SystemExit(f"{self.root}: no {kind}")


def changed(bundle, what):
    if what == "intact":
        return bundle
    if what == "malformed":
        return bundle[: len(bundle) // 2]
    if "/" in what:
        return Layout(what).referrer("signature")[2]
    document = json.loads(bundle)
    envelope = document["dsseEnvelope"]
    material = document["verificationMaterial"]
    proof = material["tlogEntries"][0]["inclusionProof"]
    if what == "signature":
        envelope["signatures"][0]["sig"] = flipped64(envelope["signatures"][0]["sig"])
    elif what == "payload":
        envelope["payload"] = flipped64(envelope["payload"])
    elif what == "proof":
        proof["hashes"][0] = flipped64(proof["hashes"][0])
    elif what == "checkpoint":
        lines = proof["checkpoint"]["envelope"].split("\n")
        lines[2] = flipped64(lines[2])  # origin, tree size, root hash: C2SP tlog-checkpoint
        proof["checkpoint"]["envelope"] = "\n".join(lines)
    elif what == "timestamp":
        stamp = material["timestampVerificationData"]["rfc3161Timestamps"][0]
        stamp["signedTimestamp"] = flipped64(stamp["signedTimestamp"], -1)  # its signature comes last
    else:
        raise SystemExit(__doc__)
    return json.dumps(document).encode()


def change_bundle(directory, kind, what):
    layout = Layout(directory)
    digest, manifest, bundle = layout.referrer(kind)
    # Copies of the bundle that travel inside the manifest would be read instead of the changed blob.
    manifest.get("annotations", {}).pop("urn:mpk:bundle", None)
    layer = manifest["layers"][0]
    layer.pop("data", None)
    layer.update(layout.add(changed(bundle, what)))
    layout.replace(digest, layout.add_json(manifest))


def change_path(directory, index, path):
    layout = Layout(directory)
    entry = layout.artifact()
    manifest = layout.json(entry["digest"])
    annotations = manifest["layers"][int(index)]["annotations"]
    if path == "same":
        path = manifest["layers"][int(index) - 1]["annotations"][PATH]
    annotations[PATH] = annotations[TITLE] = path
    layout.replace(entry["digest"], layout.add_json(manifest))


def main(command, *rest):
    if command == "flip":
        file = pathlib.Path(rest[0])
        file.write_bytes(flipped(file.read_bytes(), *map(int, rest[1:])))
    elif command == "blob":
        layout = Layout(rest[0])
        digest = layout.artifact()["digest"]
        manifest = layout.json(digest)
        found = {"manifest": digest, "config": manifest["config"]["digest"], "layer": manifest["layers"][0]["digest"]}
        print(layout.blob(found[rest[1]]))
    elif command == "bundle":
        change_bundle(*rest)
    elif command == "path":
        change_path(*rest)
    elif command == "hash":
        file = pathlib.Path(rest[0])
        pattern = r'("alg": *"SHA-256",\s*"content": *")([0-9a-f])'
        text, count = re.subn(pattern, lambda m: m[1] + ("1" if m[2] == "0" else "0"), file.read_text(), count=1)
        assert count == 1, "no SHA-256 in the document"
        file.write_text(text)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
