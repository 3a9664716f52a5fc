# What scripts/fuzz keeps of a corpus in the repository: which inputs, and how they are packed.
import hashlib
import io
import lzma
import tarfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "testdata" / "fuzz"
LARGEST = 64 << 10  # a target's inputs together


def archive(target: str) -> Path:
    return KEPT / f"{target}.tar.xz"


def choose(inputs: Iterable[bytes], failed: Iterable[bytes], largest: int = LARGEST) -> list[bytes]:
    """All that have failed once, and the shortest of the others: `largest` bytes of them."""
    chosen, left = list(failed), largest
    for content in sorted(set(inputs), key=lambda content: (len(content), content)):
        left -= len(content)
        if left < 0:
            break
        chosen.append(content)
    return chosen


def pack(inputs: Iterable[bytes]) -> bytes:
    """The same inputs in any order give the same bytes."""
    members = {hashlib.sha256(content).hexdigest()[:16]: content for content in inputs}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(members.items()):
            member = tarfile.TarInfo(name)  # its time and owner are 0
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return lzma.compress(out.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def unpack(packed: bytes) -> list[bytes]:
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:xz") as tar:
        return [tar.extractfile(member).read() for member in tar]
