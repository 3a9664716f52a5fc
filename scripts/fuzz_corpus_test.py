#!/usr/bin/env python3
"""Tests of fuzz_corpus.py, and that what is kept belongs to the fuzz targets of this tree."""

import io
import tarfile
import unittest

from fuzz_corpus import KEPT, LARGEST, ROOT, choose, pack, unpack


class FuzzCorpus(unittest.TestCase):
    def test_the_same_inputs_give_the_same_bytes(self) -> None:
        inputs = [bytes([number]) * number for number in range(50)]
        packed = pack(inputs)
        self.assertEqual(packed, pack(reversed(inputs)))
        self.assertEqual(packed, pack(inputs + inputs))
        self.assertNotEqual(packed, pack(inputs[1:]))
        self.assertEqual(sorted(unpack(packed)), sorted(inputs))

    def test_names_follow_from_contents_and_nothing_else_is_told(self) -> None:
        with tarfile.open(fileobj=io.BytesIO(pack([b"b", b"abc"])), mode="r:xz") as tar:
            members = [(each.name, each.size, each.mtime, each.uid, each.gid, each.uname, each.mode) for each in tar]
        self.assertEqual(members, [("3e23e8160039594a", 1, 0, 0, 0, "", 0o644),
                                   ("ba7816bf8f01cfea", 3, 0, 0, 0, "", 0o644)])

    def test_the_shortest_are_chosen_up_to_the_limit(self) -> None:
        self.assertEqual(choose([b"4444", b"22", b"333", b"22"], [], largest=5), [b"22", b"333"])
        self.assertEqual(choose([b"4444", b"22", b"333"], [], largest=4), [b"22"])
        self.assertEqual(choose([bytes(LARGEST)], []), [bytes(LARGEST)])
        self.assertEqual(choose([bytes(LARGEST + 1)], []), [])

    def test_what_has_failed_once_is_kept_whatever_its_size(self) -> None:
        self.assertEqual(choose([b"22", b"333"], [b"999999999"], largest=2), [b"999999999", b"22"])

    def test_each_fuzz_target_has_its_archive_and_no_other_is_there(self) -> None:
        targets = sorted(path.stem for path in ROOT.glob("lib/*/*_fuzz.cpp"))
        kept = sorted(path.name.removesuffix(".tar.xz") for path in KEPT.glob("*"))
        self.assertEqual(kept, targets, "scripts/fuzz --keep TARGET writes what is missing")


if __name__ == "__main__":
    unittest.main()
