# What scripts/bench measures with: the generated model, measured processes, servers on loopback.
import json
import os
import random
import shutil
import signal
import socket
import statistics
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIB = 1 << 20
REPOSITORY = "bench/model:1.0"
# Model, the same as one file, layout, two registries that are read from, and one that is pushed to
# or directory pulled into.
COPIES_AT_ONCE = 6.5
START_SECONDS = 15


class CannotStart(Exception):
    """The bench has no figures to give; the message says why."""


class Failed(Exception):
    """One job did not do its work; the others go on."""


# -- the model


def header_of(number: int, data_bytes: int) -> bytes:
    """A safetensors header of 4096 bytes, length field included, over BF16 tensors."""
    columns = 1024
    rows = data_bytes // (2 * columns)
    quarter = rows // 4
    header: dict = {"__metadata__": {"format": "pt"}}
    at = 0
    for index, name in enumerate(("q_proj", "k_proj", "v_proj", "o_proj")):
        count = quarter if index < 3 else rows - 3 * quarter
        end = at + count * 2 * columns
        header[f"model.layers.{number}.self_attn.{name}.weight"] = {
            "dtype": "BF16", "shape": [count, columns], "data_offsets": [at, end]}
        at = end
    text = json.dumps(header, separators=(",", ":")).encode().ljust(4088)
    return len(text).to_bytes(8, "little") + text


def write_shard(path: Path, number: int, size: int, block: bytes) -> list[str]:
    header = header_of(number, size - 4096)
    with path.open("wb") as file:
        file.write(header)
        left = size - len(header)
        while left > 0:
            left -= file.write(block[:left])
    return [name for name in json.loads(header[8:]) if name != "__metadata__"]


def make_model(directory: Path, shards: int, size: int) -> list[Path]:
    directory.mkdir()
    # Incompressible for every window a registry client uses; the headers make the shards differ.
    block = random.Random(1).randbytes(4 * MIB)
    paths, weight_map = [], {}
    for number in range(shards):
        path = directory / f"model-{number + 1:05}-of-{shards:05}.safetensors"
        for name in write_shard(path, number, size, block):
            weight_map[name] = path.name
        paths.append(path)
    total = shards * (size - 4096)
    documents = {
        "config.json": json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 1024,
                                   "num_hidden_layers": shards, "torch_dtype": "bfloat16"}),
        "model.safetensors.index.json": json.dumps({"metadata": {"total_size": total}, "weight_map": weight_map}),
        "README.md": "---\nlicense: apache-2.0\n---\n# A model for measuring\n\nRandom weights.\n",
        "LICENSE": (ROOT / "LICENSE").read_text(),
    }
    for name, text in documents.items():
        (directory / name).write_text(text)
    return paths


def bytes_below(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def place_for(total: int) -> str:
    """tmpfs if the copies fit into its limit and into memory, else the temporary directory."""
    needed = int(total * COPIES_AT_ONCE)
    memory = next(int(line.split()[1]) * 1024 for line in Path("/proc/meminfo").read_text().splitlines()
                  if line.startswith("MemAvailable"))
    shm = shutil.disk_usage("/dev/shm").free if os.access("/dev/shm", os.W_OK) else 0
    if min(shm, memory) >= needed:
        return "/dev/shm"
    other = tempfile.gettempdir()
    print(f"note: /dev/shm or memory has not {needed // MIB} MiB free; in {other} the disk may decide", file=sys.stderr)
    if shutil.disk_usage(other).free < needed:
        raise CannotStart(f"{other} has not {needed // MIB} MiB free; try fewer --shards or a smaller --size")
    return other


def touch_memory(directory: Path, size: int) -> None:
    """Fills so much of the file system and frees it. A virtual machine's idle memory is its host's again, and of jobs
    that take turns the first to fill memory would pay for getting it back."""
    path = directory / "touched"
    piece = bytes(MIB)
    with path.open("wb") as file:
        for _ in range(0, size, MIB):
            file.write(piece)
    path.unlink()


# -- one measured process


# The peak of an exec'd process begins with that of the memory it leaves behind: a bare
# interpreter, forked, leaves the least. RESULT TIMES COMMAND…: a line with wall s, CPU s, peak KiB
# and exit code for each run, one right after the other.
LAUNCHER = """
import os, sys, time
with open(sys.argv[1], "w") as file:
    for _ in range(int(sys.argv[2])):
        begin = time.monotonic()
        pid = os.posix_spawnp(sys.argv[3], sys.argv[3:], os.environ)  # a fork would be a tenth of a short run
        _, status, usage = os.wait4(pid, 0)
        wall = time.monotonic() - begin
        print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status), file=file)
"""


@dataclass
class Sample:
    wall: float
    cpu: float
    peak: float


class Runner:
    """Starts processes in a home of their own, so that no cache or credential of the user counts."""

    def __init__(self, work: Path):
        self.work = work
        home = work / "home"
        home.mkdir()
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("SIGSTORE_", "COSIGN_", "REGCTL_", "MPK_", "XDG_", "TUF_"))}
        self.env |= {"HOME": str(home), "DOCKER_CONFIG": str(home), "REGCTL_CONFIG": str(home / "regctl.json"),
                     "TMPDIR": str(work), "XDG_DATA_HOME": str(home / "data"), "XDG_CACHE_HOME": str(home / "cache"),
                     # containers/image keeps root's cache of blob locations in /var/lib otherwise.
                     "_CONTAINERS_ROOTLESS_UID": "1000"}
        self.launcher: subprocess.Popen | None = None

    def measure(self, command: list[str], times: int = 1) -> Sample:
        """Wall time, user + system time and peak memory of a process and those it waited for; of several runs the
        medians."""
        log, result = self.work / "log", self.work / "result"
        with log.open("wb") as output:
            self.launcher = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", LAUNCHER, str(result), str(times), *command], env=self.env,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
            ended = self.launcher.wait()
        self.launcher = None
        if ended != 0:
            raise Failed(f"{Path(command[0]).name} was not measured: the launcher ended with {ended}")
        runs = [list(map(float, line.split())) for line in result.read_text().splitlines()]
        if failed := [code for *_, code in runs if code != 0]:
            lines = log.read_text(errors="replace").strip().splitlines() or ["no output"]
            raise Failed(f"{Path(command[0]).name} ended with {failed[0]:.0f}: {lines[-1][:200]}")
        wall, cpu, peak_kib, _ = map(statistics.median, zip(*runs))
        return Sample(wall, cpu, peak_kib / 1024)

    def run(self, *command: str) -> None:
        self.measure(list(command))

    def kill(self) -> None:
        if self.launcher:
            # Its session: the launcher and what it launched.
            os.killpg(self.launcher.pid, signal.SIGKILL)
            self.launcher.wait()
            self.launcher = None


# -- servers


class Server:
    """A process on loopback with a directory; both are gone after stop()."""

    started: list["Server"] = []

    def __init__(self, runner: Runner, name: str):
        self.directory = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=runner.work))
        self.runner = runner
        self.process: subprocess.Popen | None = None
        Server.started.append(self)

    def spawn(self, command: list[str], stdout: int) -> subprocess.Popen:
        self.process = subprocess.Popen(command, env=self.runner.env, stdin=subprocess.DEVNULL, stdout=stdout,
                                        stderr=subprocess.DEVNULL, text=True)
        return self.process

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            if self.process.stdout:
                self.process.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)
        if self in Server.started:
            Server.started.remove(self)


class Sandbox(Server):
    def __init__(self, runner: Runner, mpk: str):
        super().__init__(runner, "sandbox")
        process = self.spawn([mpk, "sandbox", "up", "--format", "json", "--dir", str(self.directory)], subprocess.PIPE)
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise Failed(f"mpk sandbox up ended with {process.wait()} before it served")
        variables = json.loads(line)["variables"]
        self.reference = f"{variables['MPK_SANDBOX_REGISTRY']}/{REPOSITORY}"
        self.trust = ["--trusted-root", str(self.directory / "trusted-root.json")]
        self.token = f"{variables['MPK_SANDBOX_ISSUER']}/token?email={urllib.parse.quote(variables['MPK_SANDBOX_IDENTITY'])}"
        self.who = ["--certificate-identity", variables["MPK_SANDBOX_IDENTITY"],
                    "--certificate-oidc-issuer", variables["MPK_SANDBOX_ISSUER"]]

    @property
    def signing(self) -> list[str]:
        """Options with a fresh token: one lives ten minutes, less than a long campaign."""
        file = self.directory / "identity-token"
        with urllib.request.urlopen(self.token) as answer:
            file.write_bytes(answer.read())
        return ["--signing-config", str(self.directory / "signing-config.json"), *self.trust, "--identity-token", str(file)]


def name_for_tls() -> str | None:
    """A name of this machine that is none of loopback, where clients use TLS only."""
    name = socket.gethostname()
    try:
        with socket.socket() as probe:
            probe.bind((name, 0))
        return None if name == "localhost" else name
    except OSError:
        return None


def make_certificate(runner: Runner, name: str) -> tuple[Path, Path]:
    """Self-signed, and trusted by everything that is measured."""
    certificate, key = runner.work / "tls.crt", runner.work / "tls.key"
    if not certificate.exists():
        runner.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                   "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                   "-keyout", str(key), "-out", str(certificate))
        # The first is curl's own, and counts for it before the other.
        runner.env |= {"CURL_CA_BUNDLE": str(certificate), "SSL_CERT_FILE": str(certificate)}
    return certificate, key


class DockerRegistry(Server):
    def __init__(self, runner: Runner, program: str, tls_name: str | None = None):
        super().__init__(runner, "registry")
        self.program = program
        host = tls_name or "127.0.0.1"
        with socket.socket() as probe:
            probe.bind((host, 0))
            address = f"{host}:{probe.getsockname()[1]}"
        http, self.context = {"addr": address}, None
        if tls_name:
            certificate, key = make_certificate(runner, tls_name)
            http["tls"] = {"certificate": str(certificate), "key": str(key)}
            self.context = ssl.create_default_context(cafile=str(certificate))
        scheme = "https" if tls_name else "http"
        config = self.directory / "config.yaml"
        config.write_text(json.dumps({
            "version": "0.1", "log": {"level": "error", "accesslog": {"disabled": True}}, "http": http,
            "storage": {"filesystem": {"rootdirectory": str(self.directory / "data")}}}))
        self.spawn([program, "serve", str(config)], subprocess.DEVNULL)
        self.reference = f"{address}/{REPOSITORY}"
        self.base = f"{scheme}://{address}/v2/{REPOSITORY.rpartition(':')[0]}"
        self.wait_for(f"{scheme}://{address}/v2/")

    def wait_for(self, url: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(url, timeout=1, context=self.context).close()
                return
            except OSError:
                code = self.process.poll() if self.process else None
                if code is not None or time.monotonic() > deadline:
                    raise Failed(f"{Path(self.program).name} does not answer at {url}") from None
                time.sleep(0.02)
