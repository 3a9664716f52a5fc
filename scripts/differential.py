#!/usr/bin/env python3
"""Seeded mutations of sigstore-conformance's positive bundles, judged by mpk, cosign and sigstore-python.

One change a mutation: a JSON member dropped, swapped with a sibling or of another bundle, or of another type; a
byte of certificates, proofs, signatures, bodies flipped; a list reordered, shortened or repeated. Fails when mpk
accepts what both others refuse, or when a disagreement belongs to no class.
"""
import argparse
import base64
import collections
import copy
import hashlib
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity

IDENTITY = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
            "extremely-dangerous-oidc-beacon.yml@refs/heads/main")
ISSUER = "https://token.actions.githubusercontent.com"

# Why mpk and one of the others differ: name, who differs, and what of the mutated path tells it. The reasons are in
# docs/verification.md. `accepts`: mpk accepts what that one refuses (None: or the other way).
CLASSES = [
    ("peer-cannot", "python", True, lambda m: m.base_python_refuses),
    ("strict-json", "any", False, lambda m: m.mpk_code.startswith("bundle-")),
    ("optional-promise", "any", True, lambda m: "inclusionPromise" in m.path),
    ("log-entry-unneeded", "any", True, lambda m: "tlogEntries" in m.path),
    ("unused-timestamp", "any", True, lambda m: "timestampVerificationData" in m.path),
    ("unused-timestamp-refused", "any", False, lambda m: "timestampVerificationData" in m.path),
    ("log-entry-copies", "any", False, lambda m: "tlogEntries" in m.path),
    ("key-id-of-an-envelope", "any", True, lambda m: "keyid" in m.path or "signatures" in m.path),
    ("message-digest-hint", "any", None, lambda m: "messageDigest" in m.path),
    ("media-type", "any", True, lambda m: "mediaType" in m.path or "kindVersion" in m.path),
]


# What a specification calls a hint or optional: leaving it out weakens nothing.
HINTS = {"key-id-of-an-envelope", "message-digest-hint", "optional-promise"}


class Case:
    def __init__(self, folder):
        def text(name, default):
            path = folder / name
            return path.read_text().strip() if path.exists() else default

        self.name = folder.name
        self.bundle = json.loads((folder / "bundle.sigstore.json").read_text())
        self.root = folder / "trusted_root.json"
        self.artifact = folder / "artifact" if (folder / "artifact").exists() else folder.parent / "a.txt"
        self.identity = text("identity", IDENTITY)
        self.issuer = text("issuer", ISSUER)
        self.digest = hashlib.sha256(self.artifact.read_bytes()).hexdigest()


def paths(value, at=()):
    """Every member and element, as a path of keys."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield (*at, key)
        yield from paths(child, (*at, key))


def parent_of(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def flip(text, rng):
    try:
        raw = bytearray(base64.b64decode(text, validate=True))
    except ValueError:
        raw = bytearray()
    if not raw:
        return text + "x"
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return base64.b64encode(bytes(raw)).decode()


def mutate(case, cases, rng):
    document = copy.deepcopy(case.bundle)
    path = rng.choice(list(paths(document)))
    parent, key = parent_of(document, path), path[-1]
    value = parent[key]
    kinds = ["drop", "retype", "flip" if isinstance(value, str) else "drop"]
    kinds += ["flip"] * 3 if isinstance(value, str) else []
    kinds += ["reorder", "repeat", "empty"] if isinstance(value, list) and value else []
    kinds += ["swap"] if isinstance(parent, dict) and len(parent) > 1 else []
    kinds += ["borrow"]
    kind = rng.choice(kinds)
    if kind == "drop":
        del parent[key]
    elif kind == "retype":
        parent[key] = rng.choice([None, 1, -1, "", "x", [], {}, True, [value], str(value)])
    elif kind == "flip":
        parent[key] = flip(value, rng)
    elif kind == "reorder":
        rng.shuffle(value)
    elif kind == "repeat":
        value.append(copy.deepcopy(rng.choice(value)))
    elif kind == "empty":
        value.clear()
    elif kind == "swap":
        other = rng.choice([name for name in parent if name != key])
        parent[key], parent[other] = parent[other], parent[key]
    elif kind == "borrow":
        try:
            other = parent_of(rng.choice(cases).bundle, path)[key]
            parent[key] = copy.deepcopy(other)
        except (KeyError, IndexError, TypeError):
            del parent[key]
    return document, kind, "/".join(str(part) for part in path)


def mpk_judges(mpk, case, root, file):
    done = subprocess.run(
        [mpk, "verify", str(case.artifact), "--bundle", str(file), "--trusted-root", str(root), "--certificate-identity",
         case.identity, "--certificate-oidc-issuer", case.issuer, "--format", "json"],
        capture_output=True, text=True, check=False)
    code = ""
    if done.returncode == 70 or done.returncode < 0:
        raise SystemExit(f"mpk broke down ({done.returncode}): {done.stderr}\n{file.read_text()}")
    if done.stdout:
        code = ",".join(check["code"] for check in json.loads(done.stdout)["checks"] if check["result"] == "fail")
    return done.returncode == 0, code


def cosign_judges(cosign, case, root, file):
    envelope = "dsseEnvelope" in case.bundle
    command = [cosign, "verify-blob-attestation" if envelope else "verify-blob"]
    command += ["--type", payload_type(case)] if envelope else []
    command += ["--bundle", str(file), "--trusted-root", str(root), "--certificate-identity", case.identity,
                "--certificate-oidc-issuer", case.issuer, str(case.artifact)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0, re.sub(r"[^ -~]", " ", done.stderr)[:200]


def payload_type(case):
    return json.loads(base64.b64decode(case.bundle["dsseEnvelope"]["payload"]))["predicateType"]


def python_judges(verifier, case, file):
    try:
        bundle = Bundle.from_json(file.read_bytes())
        policy = Identity(identity=case.identity, issuer=case.issuer)
        if bundle._inner.dsse_envelope is not None:
            _, payload = verifier.verify_dsse(bundle, policy)
            digests = [subject["digest"].get("sha256") for subject in json.loads(payload)["subject"]]
            return case.digest in digests, "subject"
        verifier.verify_artifact(case.artifact.read_bytes(), bundle, policy)
        return True, ""
    except Exception as error:  # whatever it says no by
        return False, f"{type(error).__name__}: {error}"[:200]


class Outcome:
    def __init__(self, **values):
        self.__dict__.update(values)


def classify(outcome):
    """The class of each disagreement; None for one that has none."""
    found = []
    for who, accepted in (("cosign", outcome.cosign), ("python", outcome.python)):
        if accepted == outcome.mpk:
            continue
        names = [name for name, of, accepts, test in CLASSES
                 if of in ("any", who) and accepts in (None, outcome.mpk) and test(outcome)]
        found.append((who, names[0] if names else None))
    return found


def accepted_alone(outcome):
    """mpk accepts what both others refuse. One that refuses the unchanged bundle, too, has no say in hints."""
    if not outcome.mpk or outcome.cosign or outcome.python:
        return False
    voters = {"cosign": not outcome.base_cosign_refuses, "python": not outcome.base_python_refuses}
    names = [name for who, name in classify(outcome) if voters[who]]
    return len(names) != 1 or names[0] not in HINTS


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cosign", required=True)
    parser.add_argument("--mpk", default="build/release/mpk")
    parser.add_argument("--vectors", default="../shared/vectors/sigstore-conformance/bundle-verify")
    parser.add_argument("--root", default="lib/sigstore/data/trusted_root.json")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="200 mutations")
    parser.add_argument("--list", action="store_true", help="print every disagreement")
    given = parser.parse_args()
    count = 200 if given.short else given.count
    vectors = pathlib.Path(given.vectors)
    if not vectors.is_dir():
        print(f"SKIPPED: differential: no vectors at {vectors}")
        return 0
    folders = [path for path in sorted(vectors.iterdir())
               if path.is_dir() and not path.name.endswith("_fail") and not (path / "key.pub").exists()]
    work = pathlib.Path(tempfile.mkdtemp())
    cases, base = [], {}
    for case in map(Case, folders):
        root = case.root if case.root.exists() else pathlib.Path(given.root)
        case.root = root
        case.verifier = Verifier(trusted_root=TrustedRoot.from_file(str(root)))
        file = work / "base.json"
        file.write_text(json.dumps(case.bundle))
        verdicts = (mpk_judges(given.mpk, case, root, file)[0], cosign_judges(given.cosign, case, root, file),
                    python_judges(case.verifier, case, file))
        base[case.name] = verdicts
        if not verdicts[0]:
            raise SystemExit(f"mpk refuses the unchanged {case.name}")
        if not verdicts[1][0] and not verdicts[2][0]:
            print(f"left out: {case.name}, refused unchanged: cosign {verdicts[1][1]!r}, python {verdicts[2][1]!r}")
            continue
        cases.append(case)

    rng = random.Random(given.seed)
    tally, classes, bad = collections.Counter(), collections.Counter(), []

    def judge(job):
        number, case, document, kind, path = job
        file = work / f"{number}.json"
        file.write_text(json.dumps(document))
        mpk, code = mpk_judges(given.mpk, case, case.root, file)
        cosign, cosign_says = cosign_judges(given.cosign, case, case.root, file)
        python, python_says = python_judges(case.verifier, case, file)
        file.unlink()
        return Outcome(number=number, case=case.name, kind=kind, path=path, mpk=mpk, mpk_code=code, cosign=cosign,
                       python=python, cosign_says=cosign_says, python_says=python_says,
                       base_python_refuses=not base[case.name][2][0], base_cosign_refuses=not base[case.name][1][0])

    jobs = []
    for number in range(count):
        case = rng.choice(cases)
        jobs.append((number, case, *mutate(case, cases, rng)))
    with ThreadPoolExecutor(2) as pool:
        for outcome in pool.map(judge, jobs):
            tally[(outcome.mpk, outcome.cosign, outcome.python)] += 1
            what = (f"#{outcome.number} {outcome.case}: {outcome.kind} {outcome.path}: mpk {outcome.mpk} "
                    f"{outcome.mpk_code}, cosign {outcome.cosign} {outcome.cosign_says!r}, python {outcome.python} "
                    f"{outcome.python_says!r}")
            if accepted_alone(outcome):
                bad.append("ACCEPTED ALONE " + what)
                continue
            for who, name in classify(outcome):
                classes[(name or "NO CLASS", who, "mpk accepts" if outcome.mpk else "mpk refuses")] += 1
                if name is None:
                    bad.append("NO CLASS " + what)
                if given.list:
                    print(name, who, what)
    for line in bad:
        print(line)
    for (mpk, cosign, python), number in sorted(tally.items()):
        print(f"{number:6}  mpk {'accepts' if mpk else 'refuses'}, cosign {'accepts' if cosign else 'refuses'}, "
              f"sigstore-python {'accepts' if python else 'refuses'}")
    for (name, who, direction), number in sorted(classes.items()):
        print(f"{number:6}  {name}: {direction}, {who} not")
    alone = sum(line.startswith("ACCEPTED") for line in bad)
    print(f"differential: {count} mutations (seed {given.seed}) of {len(cases)} bundles, {alone} accepted by mpk alone, "
          f"{len(bad) - alone} without a class")
    work.rmdir() if not any(work.iterdir()) else None
    return 1 if bad else 0


sys.exit(main())
