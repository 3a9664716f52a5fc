# The signing and verifying jobs of scripts/bench: bundle files, keyless artifacts, batches.
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench_tools import ROOT, Failed, Sample

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 15  # a run of a job of some milliseconds is the median of so many, one right after the other
BATCH = 50
STACK = ROOT / "scripts/interop/stack.sh"
STACK_PEERS = ("cosign", "fulcio", "rekor-tiles", "timestamp-server", "docker-registry")

# MPK COUNT: signs so many artifacts at once with the real services, and prints seconds, CPU seconds and MiB.
SIGN_IN_STACK = r"""
import os, sys, subprocess, time
mpk, count = sys.argv[1], int(sys.argv[2])
at = os.environ["MPK_STACK_REGISTRY"] + "/batch/model"
for number in range(count):
    os.makedirs(f"{number}")
    with open(f"{number}/config.json", "w") as file: file.write('{"number": %d}' % number)
    subprocess.run([mpk, "push", f"{number}", f"{at}:{number}", "--quiet"], check=True, stdout=subprocess.DEVNULL)
command = [mpk, "sign", *(f"{at}:{number}" for number in range(count)), "--signing-config",
           os.environ["MPK_STACK_SIGNING_CONFIG"], "--trusted-root", os.environ["MPK_STACK_TRUSTED_ROOT"],
           "--identity-token", os.environ["MPK_STACK_TOKEN"], "--quiet"]
begin = time.monotonic()
process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
wall = time.monotonic() - begin
if status != 0: sys.exit(1)
print("measured", wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


class SigstoreJobs:
    """`bench` is the Bench of scripts/bench, with a sandbox that serves a shipped artifact."""

    def __init__(self, bench) -> None:
        self.bench, self.runner, self.mpk = bench, bench.runner, str(bench.mpk)

    def add(self) -> None:
        self.add_bundle_file()
        self.add_artifact()
        self.add_directory()
        self.add_batch()

    def short(self, name: str, command: list[str], against: str = "") -> None:
        def once() -> Sample:
            return self.runner.measure(command, TIMES)

        self.bench.add(name, once, False, against)

    def add_bundle_file(self) -> None:
        """The public instance's bundle of sigstore-conformance, whose vectors lie beside the project."""
        vectors = Path(os.environ.get("MPK_VECTORS_DIR", ROOT.parent / "shared/vectors")) / "sigstore-conformance"
        bundle = vectors / "bundle-verify/happy-path-v0.3/bundle.sigstore.json"
        file, root = str(vectors / "a.txt"), str(ROOT / "lib/sigstore/data/trusted_root.json")
        who = ["--certificate-oidc-issuer", "https://token.actions.githubusercontent.com", "--certificate-identity",
               "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
               "extremely-dangerous-oidc-beacon.yml@refs/heads/main"]
        if not bundle.exists():
            return
        self.short("mpk verify FILE, bundle", [self.mpk, "verify", file, "--bundle", str(bundle), *who, "--quiet"])
        if cosign := self.bench.peers.get("cosign"):
            self.short("cosign verify-blob", [cosign, "verify-blob", file, "--bundle", str(bundle), *who,
                                              "--trusted-root", root], "mpk verify FILE, bundle")
            self.bench.claim("mpk verify FILE, bundle", "cosign verify-blob", wall=0.20, peak=None)

    def add_artifact(self) -> None:
        shipped = self.bench.shipped
        self.short("mpk verify, keyless",
                   [self.mpk, "verify", shipped.reference, *shipped.trust, *shipped.who, "--quiet"])
        self.short("mpk version", [self.mpk, "version"])
        if cosign := self.bench.peers.get("cosign"):
            self.short("cosign verify, keyless", [cosign, "verify", *shipped.trust, *shipped.who, shipped.reference],
                       "mpk verify, keyless")
            self.short("cosign version", [cosign, "version"], "mpk version")
            self.bench.claim("mpk verify, keyless", "cosign verify, keyless", wall=0.40, peak=None)

    def add_directory(self) -> None:
        key, signature, model = self.runner.work / "key.pem", self.runner.work / "model.sig", str(self.bench.model)
        self.runner.run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-out", str(key))
        self.bench.plain("mpk sign DIR, key", [self.mpk, "sign", model, "--key", str(key), "--bundle", str(signature),
                                               "--overwrite"])
        if model_signing := self.bench.peers.get("model_signing"):
            self.bench.plain("model_signing sign, key", [model_signing, "sign", "key", "--private_key", str(key),
                                                         "--signature", str(signature), model],
                             against="mpk sign DIR, key")
            self.bench.claim("mpk sign DIR, key", "model_signing sign, key", wall=0.55)

    def add_batch(self) -> None:
        """Real services: a log that answers when its checkpoint is out is what a batch waits for."""
        if not all(name in self.bench.peers for name in STACK_PEERS):
            return
        one, many = "mpk sign, 1 artifact, real log", f"mpk sign, {BATCH} artifacts, real log"
        self.bench.add(one, self.in_stack(1), False)
        self.bench.add(many, self.in_stack(BATCH), False)
        self.bench.claim(many, one, wall=3.0)

    def in_stack(self, count: int) -> "Callable[[], Sample]":
        def once() -> Sample:
            work = self.runner.work / f"batch-{count}"
            work.mkdir(exist_ok=True)
            environment = self.runner.env | {"XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME",
                                                                             str(Path.home() / ".cache"))}
            done = subprocess.run([str(STACK), "run", str(work / "stack"), "--", sys.executable, "-c", SIGN_IN_STACK,
                                   self.mpk, str(count)], cwd=work, env=environment, capture_output=True, text=True,
                                  check=False)
            subprocess.run(["rm", "-rf", str(work)], check=False)
            found = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("measured ")]
            if done.returncode != 0 or len(found) != 1:
                raise Failed(f"the stack ended with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
            return Sample(*map(float, found[0]))

        return once
