#!/usr/bin/env python3
"""Writes an OCI layout with an artifact as another tool makes it: foreign.py LAYOUT KIND [PATH]

modctl    raw weights, and tar layers that repeat their path (one of them compressed)
kit       a ModelKit: the Kitfile is the config, and says where the layers belong
docker    Docker Model Runner: layers without names
twin, clash  one archive in two folders; a raw layer and an archive that both have x
link, climb, twice, bomb, cut   a tar layer that nobody should take
tar-NAME, raw-NAME   a layer that is hostile in one way: climb, absolute (PATH), link, hard, device, fifo, twice, title,
          case, setuid; NAME deep is harmless: files in deep/er
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


def layer(path, data=b"x", title=None, **metadata):
    described = blob(PACK + "doc.v1.raw", data, path)
    described["annotations"]["org.opencontainers.image.title"] = title or path
    fields = {"name": path, "mode": 0o644, "uid": 0, "gid": 0, "size": len(data), "mtime": "2026-01-02T03:04:05Z", "typeflag": 0}
    described["annotations"]["org.cncf.model.file.metadata+json"] = json.dumps(fields | metadata)
    return described


def hostile_raw(name, path):
    good = layer("good", b"good")
    return {"climb": [good, layer("../escaped")], "absolute": [good, layer(path)], "link": [good, layer("link", typeflag=50)],
            "hard": [good, layer("link", typeflag=49)], "device": [good, layer("null", typeflag=51)],
            "fifo": [good, layer("pipe", typeflag=54)], "twice": [good, layer("good", b"other")],
            "title": [good, layer("notes", title="../escaped")], "case": [good, layer("GOOD", b"other")],
            "setuid": [good, layer("run", mode=0o6755)],
            "deep": [layer(f"deep/er/{i}", str(i).encode()) for i in range(8)]}[name]


def hostile_tar(name, path):
    def special(kind, link="", mode=0o644):
        info = tarfile.TarInfo("special")
        info.type, info.linkname, info.mode, info.devmajor, info.devminor = kind, link, mode, 1, 3
        return info

    good = ("good", b"good")
    data = {"climb": lambda: tar([good, ("a/../../escaped", b"x")]), "absolute": lambda: tar([good, (path, b"x")]),
            "link": lambda: tar([good], special(tarfile.SYMTYPE, path)), "hard": lambda: tar([good], special(tarfile.LNKTYPE, path)),
            "device": lambda: tar([good], special(tarfile.CHRTYPE)), "fifo": lambda: tar([good], special(tarfile.FIFOTYPE)),
            "twice": lambda: tar([good, ("./good", b"other")]), "case": lambda: tar([good, ("GOOD", b"other")]),
            "setuid": lambda: tar([good], special(tarfile.REGTYPE, mode=0o7755)),
            "deep": lambda: tar([(f"deep/er/{i}", str(i).encode()) for i in range(8)])}[name]()
    return [blob(PACK + "dataset.v1.tar", data, ".")]


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
elif kind == "twin":
    both = tar([("x", b"hello")])
    layers = [blob(PACK + "doc.v1.tar", both, "a"), blob(PACK + "doc.v1.tar", both, "b")]
elif kind == "clash":
    layers = [layer("x", b"other"), blob(PACK + "doc.v1.tar", tar([("x", b"hello")]), ".")]
elif "-" in kind:
    hostile = hostile_raw if kind.startswith("raw-") else hostile_tar
    layers = hostile(kind[4:], (sys.argv[3:] or ["/none"])[0])
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
