# The gate beside nginx and cosign: requests a second over TLS, and what a verdict costs; for scripts/bench.
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from bench_tools import CannotStart, Failed, Runner, Sandbox

SECONDS = 5
CONNECTIONS = 32
COLD_MODELS = 20
COLD_ROUNDS = 10
REMEMBERED = 100_000  # requests, after which memory is looked at

REVIEW_LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local before, after = [[BEFORE]], [[AFTER]]
local requests, number = {}, 0
function init()
  for i = 1, 1000 do
    requests[i] = wrk.format(nil, "/validate?timeout=5s", nil, before .. "p" .. i .. after)
  end
end
function request()
  number = number % 1000 + 1
  return requests[number]
end
"""


@dataclass
class Row:
    name: str
    value: str
    ratio: str = ""
    asked: str = ""


@dataclass
class Load:
    rate: float
    p50: str
    p99: str


class Gate:
    """mpk admit serve with a policy for the models of one sandbox."""

    def __init__(self, runner: Runner, mpk: str, sandbox: Sandbox, work: Path, cache: str):
        self.certificate, self.log = work / "tls.crt", work / "gate.log"
        policy = work / "gate.yaml"
        policy.write_text(f"apiVersion: mpk/v1\nmatch: ['{sandbox.reference.split('/')[0]}/**']\n"
                          f"signers: [{{identity: '{sandbox.who[1]}', issuer: '{sandbox.who[3]}'}}]\n"
                          "aibom: {required: true}\n")
        output = self.log.open("w")
        self.process = subprocess.Popen(
            [mpk, "admit", "serve", "--listen", "127.0.0.1:0", "--tls-cert", str(self.certificate), "--tls-key",
             str(work / "tls.key"), "--policy", str(policy), *sandbox.trust, "--cache-for", cache, "--linger", "0", "--audit",
             str(work / "audit.log")], env=runner.env, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        for _ in range(100):
            found = re.search(r"listening on (https://\S+)[\s\S]*policy ", self.log.read_text())
            if found:
                self.url = found.group(1)
                return
            time.sleep(0.1)
        raise Failed(f"mpk admit serve did not start: {self.log.read_text()}")

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Nginx:
    """A file of two bytes over TLS, by two workers."""

    def __init__(self, work: Path):
        (work / "www").mkdir()
        (work / "www/healthz").write_text("ok")
        (work / "nginx.conf").write_text(
            f"worker_processes 2; pid {work}/nginx.pid; error_log {work}/nginx.err; daemon off; user root;\n"
            "events { worker_connections 1024; }\n"
            "http { access_log off; keepalive_requests 100000000; sendfile on;\n"
            f" server {{ listen 127.0.0.1:0 ssl; ssl_certificate {work}/tls.crt; ssl_certificate_key {work}/tls.key;"
            f" root {work}/www; }} }}\n".replace("127.0.0.1:0", f"127.0.0.1:{self.free_port()}"))
        self.process = subprocess.Popen(["nginx", "-c", str(work / "nginx.conf")], stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        if self.process.poll() is not None:
            raise Failed("nginx did not start")

    def free_port(self) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"https://127.0.0.1:{probe.getsockname()[1]}"
            return probe.getsockname()[1]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def wrk(url: str, *arguments: str, seconds: int = SECONDS) -> Load:
    said = subprocess.run(["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *arguments, url], check=True,
                          capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise Failed(f"wrk: {said}")
    at = {name: re.search(rf"{name}%\s+(\S+)", said).group(1) for name in ("50", "99")}
    return Load(float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)), at["50"], at["99"])


def review(reference: str) -> tuple[str, str]:
    text = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE", "namespace": "models",
        "userInfo": {"username": "bench"}, "object": {
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "NAME"}, "spec": {
                "containers": [{"name": "c", "image": "nginx:1"}],
                "volumes": [{"name": "m", "image": {"reference": reference}}]}}}})
    before, after = text.split("NAME")
    return before, after


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


class GateBench:
    def __init__(self, runner: Runner, mpk: str, sandbox: Sandbox, peers: dict[str, str], runs: int, model: Path):
        for program in ("wrk", "nginx", "openssl"):
            if not shutil.which(program):
                raise CannotStart(f"{program} is not installed (scripts/peers)")
        self.runner, self.mpk, self.sandbox, self.peers, self.runs, self.model = runner, mpk, sandbox, peers, runs, model
        self.work = runner.work / "gate"
        self.work.mkdir()
        runner.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                   "-subj", "/CN=gate", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(self.work / "tls.key"),
                   "-out", str(self.work / "tls.crt"))
        self.rows: list[Row] = []

    def ship(self, name: str) -> str:
        tree = self.work / "model"
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(self.model, tree)
        (tree / "NOTE.md").write_text(name)
        there = f"{self.sandbox.reference.split('/')[0]}/gate/{name}:1"
        self.runner.run(self.mpk, "ship", str(tree), there, *self.sandbox.signing, "--quiet")
        said = subprocess.run([self.mpk, "inspect", there, "--format", "json"], check=True, capture_output=True,
                              env=self.runner.env)
        return there.removesuffix(":1") + "@" + json.loads(said.stdout)["digest"]

    def measure(self) -> list[Row]:
        models = [self.ship(f"m{number}") for number in range(COLD_MODELS)]
        self.measure_command(models[0])
        self.measure_warm(models[0])
        self.measure_cold(models)
        return self.rows

    def measure_command(self, model: str) -> None:
        """mpk's one command against the cosign calls that look at the same three documents."""
        policy = self.work / "verify.yaml"
        who = self.sandbox.who
        signer = f"{{identity: '{who[1]}', issuer: '{who[3]}'}}"
        policy.write_text(f"apiVersion: mpk/v1\nsigners: [{signer}]\naibom: {{required: true}}\n"
                          "attestations: [{type: slsaprovenance1}]\n")
        ours = [self.mpk, "verify", model, "--policy", str(policy), *self.sandbox.trust, "--quiet"]
        cosign = self.peers.get("cosign")
        if not cosign:
            return
        common = [*self.sandbox.trust, *who, model]
        theirs = [[cosign, "verify", *common], [cosign, "verify-attestation", "--type", "cyclonedx", *common],
                  [cosign, "verify-attestation", "--type", "slsaprovenance1", *common]]
        found: dict[str, list[float]] = {"mpk": [], "cosign": []}
        for _ in range(max(self.runs, 5)):
            found["mpk"].append(self.runner.measure(ours).wall)
            found["cosign"].append(sum(self.runner.measure(command).wall for command in theirs))
        mpk, other = median(found["mpk"]), median(found["cosign"])
        self.rows.append(Row("cosign verify, 2 verify-attestation", f"{other * 1000:.1f} ms"))
        self.rows.append(Row("mpk verify --policy", f"{mpk * 1000:.1f} ms", f"{mpk / other:.2f} of cosign", "0.25"))

    def measure_warm(self, model: str) -> None:
        before, after = review(model)
        script = self.work / "review.lua"
        script.write_text(REVIEW_LUA.replace("BEFORE", before).replace("AFTER", after))
        nginx, gate = Nginx(self.work), Gate(self.runner, self.mpk, self.sandbox, self.work, "1h")
        rates: dict[str, list[Load]] = {"nginx": [], "healthz": [], "warm": []}
        try:
            for _ in range(self.runs):
                rates["nginx"].append(wrk(nginx.url + "/healthz"))
                rates["healthz"].append(wrk(gate.url + "/healthz"))
                rates["warm"].append(wrk(gate.url, "-s", str(script)))
            at = {name: median([load.rate for load in loads]) for name, loads in rates.items()}
            asked = sum(load.rate for load in rates["warm"]) * SECONDS
            while asked < REMEMBERED:
                asked += wrk(gate.url, "-s", str(script)).rate * SECONDS
            middle = gate.resident_mib()
            more = 0.0
            while more < asked:
                more += wrk(gate.url, "-s", str(script)).rate * SECONDS
            last = gate.resident_mib()
        finally:
            nginx.stop()
            gate.stop()
        warm = rates["warm"][-1]
        self.rows.append(Row("nginx, a static file over TLS", f"{at['nginx']:,.0f} /s"))
        self.rows.append(Row("/healthz", f"{at['healthz']:,.0f} /s", f"{at['healthz'] / at['nginx']:.2f} of nginx", "0.5"))
        self.rows.append(Row("/validate, one digest, other objects", f"{at['warm']:,.0f} /s",
                             f"{at['warm'] / at['healthz']:.2f} of /healthz", "0.5"))
        self.rows.append(Row("  its p50 and p99", f"{warm.p50}, {warm.p99}"))
        self.rows.append(Row(f"memory after {asked:,.0f} requests", f"{middle:.1f} MiB", "", "64"))
        self.rows.append(Row("  after as many again", f"{last:.1f} MiB", f"{last - middle:+.1f} MiB"))

    def measure_cold(self, models: list[str]) -> None:
        gate = Gate(self.runner, self.mpk, self.sandbox, self.work, "0")
        try:
            context = ssl.create_default_context(cafile=str(gate.certificate))
            def ask(model: str) -> float:
                begun = time.monotonic()
                with urllib.request.urlopen(f"{gate.url}/verify?reference={model}&timeout=20s", context=context) as answer:
                    if answer.status != 200:
                        raise Failed(f"a cold verdict: status {answer.status}")
                return time.monotonic() - begun
            ask(models[0])
            used = gate.cpu()
            times = sorted(ask(model) for _ in range(COLD_ROUNDS) for model in models)
            cpu = (gate.cpu() - used) / len(times)
        finally:
            gate.stop()
        self.rows.append(Row("a cold verdict: p50, p99", f"{times[len(times) // 2] * 1000:.1f} ms, {times[-len(times) // 100] * 1000:.1f} ms"))
        cosign = self.peers.get("cosign")
        if not cosign:
            return
        command = [cosign, "verify", *self.sandbox.trust, *self.sandbox.who, models[0]]
        other = median([self.runner.measure(command).cpu for _ in range(max(self.runs, 5))])
        self.rows.append(Row("CPU of cosign verify", f"{other * 1000:.1f} ms"))
        self.rows.append(Row("CPU of a cold verdict, connection included", f"{cpu * 1000:.1f} ms", f"{cpu / other:.2f} of cosign", "0.15"))


def print_gate(rows: list[Row]) -> None:
    print(f"\n{'the gate':<44}{'found':>20}{'ratio':>18}{'asked':>8}")
    for row in rows:
        print(f"{row.name:<44}{row.value:>20}{row.ratio:>18}{row.asked:>8}")
    print(f"wrk: 2 threads, {CONNECTIONS} connections, {SECONDS} s each, on the same processors as the servers.")
