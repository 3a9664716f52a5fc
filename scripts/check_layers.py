#!/usr/bin/env python3
"""Checks every #include of lib/ and cli/ against the two tables of ARCHITECTURE.md.

```layers    module: the modules that it may include     (tests: what *_test.cpp and test_*.hpp may include besides)
```wrappers  header or header/prefix: the files that may include it    ('*' stays in a folder, '**' crosses)

Prints `file:line: message` for each violation and one closing line; exit 0: none, 1: some, 2: no table.
"""

import argparse
import pathlib
import re
import sys
from typing import Iterator, NamedTuple

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
SUFFIXES = {".cpp", ".hpp", ".h", ".in"}
TABLE = "ARCHITECTURE.md"


class TableError(Exception):
    """The tables cannot be read: nothing was checked."""


class Row(NamedTuple):
    line: int
    values: list[str]


class Rules(NamedTuple):
    layers: dict[str, Row]
    tests: set[str]
    wrappers: dict[str, Row]


def is_test(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return name.endswith("_test.cpp") or (name.startswith("test_") and name.endswith(".hpp"))


def read_block(text: str, name: str) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if not inside:
            inside = line.strip() == "```" + name
        elif line.strip() == "```":
            return rows
        elif line.strip():
            key, colon, values = line.partition(":")
            if not colon:
                raise TableError(f"{TABLE}:{number}: expected 'name: …', found {line.strip()!r}")
            if key.strip() in rows:
                raise TableError(f"{TABLE}:{number}: a second row for {key.strip()}")
            rows[key.strip()] = Row(number, values.split())
    raise TableError(f"{TABLE}: no complete block that starts with ```{name}")


def read_rules(root: pathlib.Path) -> Rules:
    try:
        text = (root / TABLE).read_text(encoding="utf-8")
    except OSError as error:
        raise TableError(f"{TABLE}: {error.strerror}") from error
    layers = read_block(text, "layers")
    tests = layers.pop("tests", Row(0, []))
    return Rules(layers, set(tests.values), read_block(text, "wrappers"))


def glob_regex(glob: str) -> re.Pattern[str]:
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(parts.get(p) or re.escape(p) for p in re.split(r"(\*\*/|\*\*|\*|\?)", glob)))


def check_table(rules: Rules, folders: set[str]) -> Iterator[str]:
    """The layer table itself: complete, and without circles."""
    for module in sorted(folders - rules.layers.keys()):
        yield f"{TABLE}:1: module {module} is not in the table"
    for module, row in rules.layers.items():
        if module not in folders:
            yield f"{TABLE}:{row.line}: module {module} has no folder"
        for dependency in row.values:
            if dependency not in rules.layers:
                yield f"{TABLE}:{row.line}: {module} depends on {dependency}, which has no row"
    for module, row in rules.layers.items():
        reached: set[str] = set()
        waiting = list(row.values)
        while waiting:
            step = waiting.pop()
            if step not in reached:
                reached.add(step)
                waiting += rules.layers[step].values if step in rules.layers else []
        if module in reached:
            yield f"{TABLE}:{row.line}: {module} depends on itself"


def wrapper_of(target: str, rules: Rules) -> str | None:
    for prefix in rules.wrappers:
        if target == prefix or (prefix.endswith("/") and target.startswith(prefix)):
            return prefix
    return None


def check_include(root: pathlib.Path, path: str, target: str, quoted: bool, rules: Rules) -> str | None:
    """What is wrong with `#include target` in the file `path`, if anything is."""
    wrapper = wrapper_of(target, rules)
    if wrapper is not None:
        globs = rules.wrappers[wrapper].values
        if any(glob_regex(glob).fullmatch(path) for glob in globs):
            return None
        return f"includes {target}, which belongs to {' '.join(globs)}"

    top, module = path.split("/")[:2]
    if top == "cli":
        module = "cli"
    wanted = target.split("/")[0]
    if (root / "lib" / target).is_file() and wanted in rules.layers:
        allowed = {module, *rules.layers[module].values} if module in rules.layers else {module}
        if is_test(path):
            allowed |= rules.tests
        return None if wanted in allowed else f"{module} may not include {target}: {wanted} is not below it"
    if not quoted:
        return None  # a system header, or a library without a wrapper
    if module == "cli" and any((root / "cli" / (target + end)).is_file() for end in ("", ".in")):
        return None
    return f"includes \"{target}\", which is no file of a module"


def check(root: pathlib.Path) -> tuple[int, list[str]]:
    """The number of files and the violations."""
    rules = read_rules(root)
    folders = {"cli"} | {folder.name for folder in (root / "lib").iterdir() if folder.is_dir()}
    violations = list(check_table(rules, folders))
    files = sorted(p for top in ("lib", "cli") for p in (root / top).rglob("*") if p.suffix in SUFFIXES and p.is_file())
    for file in files:
        path = file.relative_to(root).as_posix()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = INCLUDE.match(line)
            problem = found and check_include(root, path, found[2], found[1] == '"', rules)
            if problem:
                violations.append(f"{path}:{number}: {problem}")
    return len(files), violations


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the includes against ARCHITECTURE.md.")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    try:
        files, violations = check(parser.parse_args().root)
    except TableError as error:
        print(error, file=sys.stderr)
        return 2
    for violation in violations:
        print(violation)
    print(f"layers: {files} files, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
