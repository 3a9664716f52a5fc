#!/usr/bin/env python3
"""Judges sigstore-conformance's bundle folders with mpk: conformance_sigstore.py MPK BUNDLE-VERIFY CODES.tsv

A folder ending in _fail must fail, for the step and code that the table names; all others must pass. Each is
asked by path and by digest, with the suite's own arguments.
"""
import hashlib
import json
import pathlib
import subprocess
import sys

IDENTITY = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
            "extremely-dangerous-oidc-beacon.yml@refs/heads/main")
ISSUER = "https://token.actions.githubusercontent.com"
EXIT_CODES = {"bundle.form": 13, "trusted-root": 2, "key-file": 2}  # all other steps: 12


def arguments(folder):
    def text(name, default):
        path = folder / name
        return path.read_text().strip() if path.exists() else default

    out = ["verify-bundle", "--bundle", str(folder / "bundle.sigstore.json")]
    if (folder / "key.pub").exists():
        out += ["--key", str(folder / "key.pub")]
    else:
        out += ["--certificate-identity", text("identity", IDENTITY), "--certificate-oidc-issuer", text("issuer", ISSUER)]
    if (folder / "trusted_root.json").exists():
        out += ["--trusted-root", str(folder / "trusted_root.json")]
    return out


def run(mpk, folder, target):
    command = [mpk, "conformance", "sigstore", *arguments(folder), target, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    steps = {}
    if done.stdout:
        for item in json.loads(done.stdout)["evidence"]:
            steps.update({step["id"]: step["code"] for step in item["steps"] if step["result"] == "fail"})
    return done.returncode, steps, done.stderr


def main():
    mpk, root, table = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    rows = [line.split("\t") for line in table.read_text().splitlines() if line and not line.startswith("#")]
    reasons = {row[0]: (row[1], row[2]) for row in rows}
    right = passing = 0
    wrong = []
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    for folder in folders:
        own = folder / "artifact"
        artifact = own if own.exists() else root / "a.txt"
        digest = "sha256:" + hashlib.sha256(artifact.read_bytes()).hexdigest()
        for target in (str(artifact), digest):
            code, steps, errors = run(mpk, folder, target)
            if not folder.name.endswith("_fail"):
                good = code == 0
                passing += good
            else:
                step, reason = reasons.get(folder.name, ("", ""))
                good = code == EXIT_CODES.get(step, 12) and (step in ("trusted-root", "key-file") or steps.get(step) == reason)
            right += good
            if not good:
                wrong.append(f"{folder.name} ({target[:20]}): exit code {code}, {steps or errors.strip()}")
    for line in wrong:
        print("FAILED", line)
    positive = 2 * sum(not path.name.endswith("_fail") for path in folders)
    print(f"sigstore-conformance: {right} of {2 * len(folders)} right, {passing} of {positive} that must pass")
    return 1 if wrong or not folders else 0


sys.exit(main())
