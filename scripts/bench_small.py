# What a file costs that is small: files a second of pack, push and pull, for scripts/bench.
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path

from bench_tools import Failed, Runner, Server

COUNTS = (100, 1_000, 10_000)
FILE_BYTES = 4096
FILES_IN_DIRECTORY = 500


def make_tree(directory: Path, count: int) -> None:
    """Distinct files, as a tokenizer's or a data set's parts are, in directories of a usual size."""
    for number in range(count):
        path = directory / f"part-{number // FILES_IN_DIRECTORY:03}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number} ".ljust(FILE_BYTES, "x"))


class SmallFiles:
    """One row: a tree of so many files, packed, pushed to an empty registry and pulled from it."""

    def __init__(self, runner: Runner, mpk: str, count: int):
        self.runner, self.mpk, self.count = runner, mpk, count
        self.seconds: dict[str, list[float]] = {"pack": [], "push": [], "pull": []}
        self.error = ""

    def once(self, start: Callable[[], Server]) -> None:
        work = self.runner.work / "small"
        tree, packed, pulled = work / "tree", work / "packed", work / "pulled"
        make_tree(tree, self.count)
        server = start()
        try:
            self.time("pack", "pack", str(tree), "-t", f"oci:{packed}:1.0", "--no-cache")
            self.time("push", "push", str(tree), server.reference, "--no-cache")
            self.time("pull", "pull", server.reference, "-o", str(pulled))
            found = sum(1 for path in pulled.rglob("*") if path.is_file())
            if found != self.count:
                raise Failed(f"{found} files arrived, expected {self.count}")
        finally:
            server.stop()
            shutil.rmtree(work, ignore_errors=True)

    def time(self, name: str, *command: str) -> None:
        self.seconds[name].append(self.runner.measure([self.mpk, *command, "--quiet"]).wall)

    def row(self) -> str:
        if self.error:
            return f"{self.count:>11,}  failed: {self.error}"
        rates = [self.count / statistics.median(found) for found in self.seconds.values()]
        return f"{self.count:>11,}" + "".join(f"{rate:>12,.0f}" for rate in rates)


def measure_small_files(runner: Runner, mpk: str, start: Callable[[], Server], runs: int,
                        progress: Callable[[str], None]) -> list[SmallFiles]:
    rows = [SmallFiles(runner, mpk, count) for count in COUNTS]
    for number in range(runs):
        for row in rows:
            if row.error:
                continue
            progress(f"run {number + 1}/{runs}: {row.count} small files")
            try:
                row.once(start)
            except Failed as error:
                row.error = str(error)
    progress("")
    return rows


def print_small_files(rows: list[SmallFiles]) -> None:
    print(f"\n{'files a second':>14}{'pack':>9}{'push':>12}{'pull':>12}")
    for row in rows:
        print(row.row())
    print(f"Files of {FILE_BYTES // 1024} KiB, each command new, its start included.")
