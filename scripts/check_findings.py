#!/usr/bin/env python3
"""Checks that docs/aibom-findings.md has a row for each code of a finding in lib/, with its severities, and no other row.

Prints one line for each difference; exit 0: none, 1: some, 2: no code was found.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = "docs/aibom-findings.md"
CALL = re.compile(r'\badd_finding\(\s*\w+,\s*([^,]+),\s*("[a-z0-9-]+"|std::string\((k\w+)\))')
WRITTEN = re.compile(r'\.severity = (?:model::)?(Severity::\w+),\s*\.code = "([a-z0-9-]+)"')
SEVERITY = re.compile(r"Severity::(\w+)")
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| ([a-z, ]+) \|", re.M)


def codes() -> tuple[dict[str, set[str]], list[str]]:
    """The severities by code, and the calls that could not be understood."""
    found: dict[str, set[str]] = {}
    odd = []
    for path in sorted(ROOT.glob("lib/*/*.cpp")):
        text = path.read_text()
        if path.name.endswith(("_test.cpp", "_fuzz.cpp")):
            continue
        calls = list(CALL.finditer(text))
        # The definition, and calls within a helper, are what the pattern leaves out.
        others = len(re.findall(r"\badd_finding\((?!ModelInfo)", text)) - len(calls)
        if others > 0:
            odd.append(f"{path.relative_to(ROOT)}: {others} add_finding without a code that can be read")
        for level, code in WRITTEN.findall(text):
            found.setdefault(code, set()).update(SEVERITY.findall(level))
        for call in calls:
            code = call[2].strip('"')
            if call[3]:
                code = re.search(rf'\b{call[3]}\b[^=;]*=\s*"([a-z0-9-]+)"', text)[1]
            levels = SEVERITY.findall(call[1])
            if not levels:  # a helper's parameter: what its callers pass
                levels = SEVERITY.findall("\n".join(re.findall(r"\bfinding\(\s*Severity::\w+", text)))
            found.setdefault(code, set()).update(levels)
    return found, odd


def main() -> int:
    found, problems = codes()
    if not found:
        print("check_findings: no code was found", file=sys.stderr)
        return 2
    rows = {code: {level.strip() for level in levels.split(",")} for code, levels in ROW.findall((ROOT / PAGE).read_text())}
    for code in sorted(found.keys() - rows.keys()):
        problems.append(f"{PAGE}: no row for {code}")
    for code in sorted(rows.keys() - found.keys()):
        problems.append(f"{PAGE}: {code} is no code of lib/")
    for code in sorted(found.keys() & rows.keys()):
        if found[code] != rows[code]:
            problems.append(f"{PAGE}: {code}: {', '.join(sorted(rows[code]))}, the source has {', '.join(sorted(found[code]))}")
    print("\n".join([*problems, f"check_findings: {len(found)} codes, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
