#!/usr/bin/env python3
"""Writes a model of many zeros: big_model.py DIR MIB; two safetensors shards and config.json."""
import json
import pathlib
import struct
import sys

directory, size = pathlib.Path(sys.argv[1]), int(sys.argv[2]) << 20
directory.mkdir(parents=True)
(directory / "config.json").write_text(json.dumps({"model_type": "llama", "architectures": ["LlamaForCausalLM"]}))
for shard in (1, 2):
    length = size // 2
    tensor = {"dtype": "BF16", "shape": [length // 2], "data_offsets": [0, length]}
    header = json.dumps({f"model.layers.{shard}.weight": tensor}).encode()
    header += b" " * (-len(header) % 8)
    with open(directory / f"model-0000{shard}-of-00002.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        # Each mebibyte differs, so that no two shards are one blob.
        for index in range(length >> 20):
            file.write(struct.pack("<II", shard, index) + bytes((1 << 20) - 8))
