#!/usr/bin/env python3
"""Takes the files out of an OCI layout without mpk: layout_files.py LAYOUT DIR

Every raw layer of the only manifest, under its title, as `oras pull` would write it; its bytes are hashed.
"""
import hashlib
import json
import pathlib
import sys

layout, out = map(pathlib.Path, sys.argv[1:])


def blob(descriptor):
    data = (layout / "blobs" / descriptor["digest"].replace(":", "/")).read_bytes()
    assert "sha256:" + hashlib.sha256(data).hexdigest() == descriptor["digest"], descriptor
    assert len(data) == descriptor["size"], descriptor
    return data


(entry,) = json.loads((layout / "index.json").read_text())["manifests"]
for layer in json.loads(blob(entry))["layers"]:
    path = out / layer["annotations"]["org.opencontainers.image.title"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(blob(layer))
