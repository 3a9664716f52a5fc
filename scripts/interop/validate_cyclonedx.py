#!/usr/bin/env python3
"""Validates CycloneDX documents (1.6, 1.7) with cyclonedx-python-lib's strict validator.

    ~/.cache/mpk/peers/venv/bin/python scripts/interop/validate_cyclonedx.py FILE…

The library judges by the official schemas, which forbid unknown members. One line a file: "ok" or
"invalid" with the first error. Exit 0: all are valid. 1: one is not. 2: usage, or a file can't be
read. 77: the library is not installed here (scripts/peers installs it).
"""
import json
import pathlib
import sys

try:
    from cyclonedx.exception import MissingOptionalDependencyException
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
except ImportError as missing:
    print(f"validate_cyclonedx: skipped: {missing.name} is not installed (see scripts/peers)")
    sys.exit(77)


def main(names):
    if not names:
        print("usage: validate_cyclonedx.py FILE…", file=sys.stderr)
        return 2
    validators = {"1.6": JsonStrictValidator(SchemaVersion.V1_6), "1.7": JsonStrictValidator(SchemaVersion.V1_7)}
    code = 0
    for name in names:
        try:
            text = pathlib.Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 2
        try:
            version = json.loads(text).get("specVersion")
            problem = validators[version].validate_str(text) if version in validators else f"specVersion {version}"
        except (AttributeError, ValueError) as error:  # no JSON at all, or no object
            problem = error
        except MissingOptionalDependencyException as missing:
            print(f"validate_cyclonedx: skipped: {missing}")
            return 77
        if problem is None:
            print(f"ok       {name}")
        else:
            print(f"invalid  {name}: {str(problem).splitlines()[0]}")
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
