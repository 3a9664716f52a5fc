#!/usr/bin/env python3
"""usage: fuzz_replay_test.py PROGRAM: fuzz_replay runs what scripts/fuzz packs, and fails when there is nothing to run."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from fuzz_corpus import pack

PROGRAM = sys.argv.pop() if len(sys.argv) > 1 else sys.exit(__doc__)


class FuzzReplay(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.archive = pathlib.Path(folder.name) / "a.tar.xz"

    def replay(self, target: str = "parse_fuzz") -> tuple[int, str, str]:
        done = subprocess.run([PROGRAM, target, self.archive], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def assert_refused(self, message: str) -> None:
        code, out, errors = self.replay()
        self.assertEqual((code, out), (1, ""))
        self.assertIn(message, errors)
        self.assertTrue(errors.endswith("\nhint: scripts/fuzz --keep parse_fuzz\n"), errors)

    def test_each_input_is_run_and_named(self) -> None:
        self.archive.write_bytes(pack([b"[1]", b"{", b""]))
        self.assertEqual(self.replay(), (0, "parse_fuzz: 3 inputs\n",
                                         "021fb596db81e6d0\n080a9ed428559ef6\ne3b0c44298fc1c14\n"))

    def test_a_target_that_is_not_there(self) -> None:
        self.archive.write_bytes(pack([b"[1]"]))
        self.assertEqual(self.replay("pars_fuzz"), (2, "", "error: pars_fuzz: no fuzz target\n"))

    def test_an_archive_that_is_not_there(self) -> None:
        self.assert_refused("a.tar.xz")

    def test_an_archive_without_inputs(self) -> None:
        self.archive.write_bytes(pack([]))
        self.assert_refused("a.tar.xz: no input in it")

    def test_an_archive_that_is_cut_off(self) -> None:
        packed = pack([b"[1]"])
        self.archive.write_bytes(packed[: len(packed) // 2])
        self.assert_refused("error: ")


if __name__ == "__main__":
    unittest.main()
