"""A model of many small files: many_files.py DIR small COUNT | weights COUNT."""

import json
import pathlib
import sys

root, what, count = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
names = {
    "small": ["src/f{:05}.py", "docs/d{:05}.md", "data/r{:05}.jsonl", "conf/c{:05}.json"],
    "weights": ["w/model-{:05}.bin"],
}[what]
for name in names:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
for i in range(count):
    line = json.dumps({"n": i}) + "\n"
    (root / names[i % len(names)].format(i)).write_text(line * (1 + i % 7))
