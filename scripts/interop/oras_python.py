#!/usr/bin/env python3
"""oras-python as a client of ModelPack artifacts: oras_python.py pull REF DIR | push REF DIR

push gives each file the media type and the path of the ModelPack specification; oras-python itself knows neither.
"""
import json
import os
import pathlib
import sys
import tempfile

import oras.client

action, reference, directory = sys.argv[1:]
client = oras.client.OrasClient(insecure=True)
PACK = "application/vnd.cncf.model."
KINDS = {".safetensors": "weight", ".onnx": "weight", ".json": "weight.config"}

if action == "pull":
    assert client.pull(target=reference, outdir=directory), "no files"
    sys.exit()

os.chdir(directory)
files = sorted(path for path in pathlib.Path().rglob("*") if path.is_file())
annotations = {str(path): {"org.cncf.model.filepath": str(path), "org.opencontainers.image.title": str(path)} for path in files}
with tempfile.TemporaryDirectory() as scratch:
    config = pathlib.Path(scratch, "config.json")
    config.write_text(json.dumps({"descriptor": {}, "modelfs": {"type": "layers", "diffIds": []}, "config": {}}))
    described = pathlib.Path(scratch, "annotations.json")
    described.write_text(json.dumps(annotations))
    client.push(
        target=reference,
        files=[f"{path}:{PACK}{KINDS.get(path.suffix, 'doc')}.v1.raw" for path in files],
        manifest_config=f"{config}:{PACK}config.v1+json",
        annotation_file=str(described),
    )
