#!/usr/bin/env python3
"""Writes an OCI layout with an artifact as another tool makes it: foreign.py LAYOUT KIND

modctl    raw weights, and tar layers that repeat their path (one of them compressed)
kit       a ModelKit: the Kitfile is the config, and says where the layers belong
docker    Docker Model Runner: layers without names
link, climb, twice, bomb, cut   a tar layer that nobody should take
"""
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile

root = pathlib.Path(sys.argv[1])
kind = sys.argv[2]
(root / "blobs/sha256").mkdir(parents=True)
PACK = "application/vnd.cncf.model."
KIT = "application/vnd.kitops.modelkit."


def blob(media_type, data, path=None):
    digest = hashlib.sha256(data).hexdigest()
    (root / "blobs/sha256" / digest).write_bytes(data)
    descriptor = {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(data)}
    if path:
        descriptor["annotations"] = {"org.cncf.model.filepath": path}
    return descriptor


def tar(entries, extra=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(data), 0o755 if name.endswith(".sh") else 0o640, 7
            archive.addfile(info, io.BytesIO(data))
        if extra:
            archive.addfile(extra)
    return out.getvalue()


config, artifact = blob(PACK + "config.v1+json", b'{"descriptor":{},"modelfs":{},"config":{}}'), PACK + "manifest.v1+json"
if kind == "modctl":
    layers = [blob(PACK + "weight.v1.raw", b"weights" * 1000, "model.bin"),
              blob(PACK + "weight.config.v1.tar", tar([("conf/config.json", b"{}")]), "conf/config.json"),
              blob(PACK + "dataset.v1.tar+gzip", gzip.compress(tar([("data/a.csv", b"1\n"), ("data/b/run.sh", b"#!")])), "data")]
elif kind == "kit":
    kitfile = {"manifestVersion": "1.0.0", "model": {"name": "m", "path": "./model.gguf"},
               "code": [{"path": "src"}], "docs": [{"path": "."}]}
    config, artifact = blob(KIT + "config.v1+json", json.dumps(kitfile).encode()), None
    layers = [blob(KIT + "model.v1.tar", tar([("model.gguf", b"GGUF")])),
              blob(KIT + "code.v1.tar+gzip", gzip.compress(tar([("src/main.py", b"print()")]))),
              blob(KIT + "docs.v1.tar", tar([("README.md", b"# m")]))]
elif kind == "docker":
    config, artifact = blob("application/vnd.docker.ai.model.config.v0.1+json", b"{}"), None
    layers = [blob("application/vnd.docker.ai.gguf.v3", b"GGUF"), blob("application/vnd.docker.ai.license", b"MIT")]
else:
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    data = {"link": tar([("ok", b"x")], link), "climb": tar([("ok", b"x"), ("../escaped", b"x")]),
            "twice": tar([("ok", b"x"), ("ok", b"y")]), "bomb": gzip.compress(tar([("zeros", bytes(600 << 20))]), 1),
            "cut": tar([("ok", b"x" * 5000)])[:3000]}[kind]
    layers = [blob(PACK + "dataset.v1.tar" + ("+gzip" if kind == "bomb" else ""), data, "data")]

manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": layers}
if artifact:
    manifest["artifactType"] = artifact
entry = blob(manifest["mediaType"], json.dumps(manifest).encode())
entry["annotations"] = {"org.opencontainers.image.ref.name": "1"}
(root / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
(root / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
