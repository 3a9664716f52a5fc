#!/usr/bin/env python3
"""mpk's validator against the official one: the same verdict on the specification's documents and on seeded edits.

    ~/.cache/mpk/peers/venv/bin/python scripts/interop/validators_agree.py MPK [--mutations N] [--seed N] [--version V]

The official one is the schema that cyclonedx-python-lib's strict validator uses, with jsonschema's
checks of formats; of mpk, `aibom validate` runs, and what its semantic lint adds does not count.
Each edit starts from a valid document: the specification's, one written from the schema, or one that
mpk wrote. Exit 0: no difference. 1: there is one. 77: what this needs is not installed here.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from cyclonedx_edits import Mutator  # noqa: E402
from cyclonedx_grammars import ROOT, VERSIONS, documents_of, format_checker, official  # noqa: E402
from jsonschema import FormatChecker, ValidationError  # noqa: E402
from jsonschema.validators import extend  # noqa: E402

MODELS = ROOT / "testdata" / "models"
DATE = "2026-01-02T03:04:05Z"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mpk")
    parser.add_argument("--version", choices=VERSIONS, help="only this one")
    parser.add_argument("--vectors", type=pathlib.Path, default=ROOT.parent / "shared" / "vectors", help="folder with cyclonedx/1.6")
    parser.add_argument("--mutations", type=int, default=5000, help="of each version")
    parser.add_argument("--generated", type=int, default=60, help="documents written from the schema")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def ecma_pattern(_validator, pattern, instance, _schema):
    """ECMA-262, which JSON Schema asks for: `$` is the end of the text. Python's also matches before a last newline."""
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def without_newlines(checker: FormatChecker) -> FormatChecker:
    """Neither do RFC 3339 and RFC 3986 know one at the end; these checkers look with a `$` of Python's."""
    out = FormatChecker(formats=())
    out.checkers = dict(checker.checkers)
    for name in ("date-time", "uri"):
        judge, raises = checker.checkers[name]
        out.checkers[name] = (lambda value, judge=judge: judge(value) and not str(value).endswith("\n"), raises)
    return out


def judged_by_mpk(mpk: str, document: object) -> list[str]:
    """What it says against the document; empty: it is valid."""
    run = subprocess.run([mpk, "aibom", "validate", "-", "--format", "json"], input=json.dumps(document, allow_nan=False).encode(),
                         capture_output=True, check=False)
    if run.returncode not in (0, 21):
        raise RuntimeError(f"exit code {run.returncode}: {run.stderr.decode()}")
    problems = json.loads(run.stdout)["problems"]
    return [f"{each['pointer']}: {each['message']}" for each in problems if each["code"] in ("schema", "syntax")]


def written_by_mpk(mpk: str, version: str) -> dict[str, object]:
    out = {}
    for model in sorted(MODELS.iterdir()):
        for date in ([], ["--created", DATE]):
            run = subprocess.run([mpk, "aibom", "create", model, "--quiet", "--spec-version", version, *date], capture_output=True, check=True)
            out[f"mpk: {model.name} {' '.join(date)}"] = json.loads(run.stdout)
    return out


def compare(version: str, wanted: argparse.Namespace) -> int:
    theirs, rng = official(version, format_checker()), random.Random(wanted.seed)
    ecma = extend(type(theirs.validator), {"pattern": ecma_pattern})
    strict = ecma(theirs.schema, registry=theirs.validator._registry, format_checker=without_newlines(theirs.validator.format_checker))
    vectors = documents_of(version, wanted.vectors)
    if not vectors:
        print(f"validators_agree: skipped: no documents in {wanted.vectors}/cyclonedx")
        return 77
    written = written_by_mpk(wanted.mpk, version)
    generated = {f"generated {i}": theirs.write(rng) for i in range(wanted.generated)}
    for document in generated.values():
        document["specVersion"] = version
    documents = vectors | written | generated
    good = [name for name, document in documents.items() if theirs.accepts(document) and len(json.dumps(document)) < 40000]
    mutator = Mutator(rng, [documents[name] for name in good])

    cases = list(documents.items())
    for index in range(wanted.mutations):
        name = rng.choice(good)
        document = mutator.mutate(documents[name])
        # mpk chooses the grammar by it: another one would be another question.
        if isinstance(document.get("specVersion"), str):
            document["specVersion"] = version
        cases.append((f"edit {index} of {name}", document))

    problems, newline, accepted = [], 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, document), said in zip(cases, pool.map(lambda case: judged_by_mpk(wanted.mpk, case[1]), cases)):
            ours, official_verdict = not said, theirs.accepts(document)
            accepted += official_verdict
            if name in vectors and ours != name.startswith("valid-"):
                problems.append(f"{name}: judged {ours} by mpk")
            if ours == official_verdict:
                continue
            if not ours and not strict.is_valid(document):
                newline += 1
                continue
            reasons = said or [f"{error.json_path}: {error.message[:200]}" for error in theirs.validator.iter_errors(document)]
            problems.append(f"{name}: official {official_verdict}, mpk {ours}: {reasons[:2]}")
    for problem in problems[:10]:
        print(problem)
    print(f"validators_agree {version}: seed {wanted.seed}: {len(vectors)} documents of the specification, {len(written)} of mpk, {len(generated)} generated, "
          f"{wanted.mutations} edits: {accepted} valid, {len(cases) - accepted} not; {len(problems)} differences"
          + (f" ({newline} more by Python's $, which takes a newline at the end)" if newline else ""))
    return 1 if problems else 0


def main() -> int:
    wanted = options()
    return max(compare(version, wanted) for version in ([wanted.version] if wanted.version else VERSIONS))


if __name__ == "__main__":
    sys.exit(main())
