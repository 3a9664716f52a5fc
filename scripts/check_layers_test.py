#!/usr/bin/env python3
"""Tests of check_layers.py: each kind of violation is found, and its allowed neighbour is not."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import check_layers

LAYERS = "base:\njson: base\nhttp: base\nflow: base json http\ncli: base flow\ntesting: base\ntests: testing"
WRAPPERS = "curl/: lib/http/curl_*.cpp\nCLI/: cli/**\nhttplib.h: lib/http/server.cpp"


class Tree:
    """A small project: every module with one header, and what a test adds."""

    def __init__(self, root: str, layers: str = LAYERS, wrappers: str = WRAPPERS):
        self.root = pathlib.Path(root)
        self.write("ARCHITECTURE.md", f"# A\n\n```layers\n{layers}\n```\n\n```wrappers\n{wrappers}\n```\n")
        for module in ("base", "json", "http", "flow", "testing"):
            self.write(f"lib/{module}/a.hpp", "#pragma once\n")
        self.write("cli/session.hpp", "#pragma once\n")

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


class CheckLayers(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def violations(self, files: dict[str, str], **tables: str) -> list[str]:
        tree = Tree(self.folder, **tables)
        for path, text in files.items():
            tree.write(path, text)
        return check_layers.check(tree.root)[1]

    def assert_allowed(self, path: str, include: str) -> None:
        self.assertEqual(self.violations({path: f"#include {include}\n"}), [])

    def assert_refused(self, path: str, include: str, message: str) -> None:
        found = self.violations({path: f"// first line\n  # include {include}  // why\n"})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{path}:2: "), found)
        self.assertIn(message, found[0])

    def test_includes_that_point_downward(self) -> None:
        self.assert_allowed("lib/flow/x.cpp", '"json/a.hpp"')
        self.assert_allowed("lib/flow/x.cpp", '"flow/a.hpp"')
        self.assert_allowed("cli/commands/x.cpp", '"flow/a.hpp"')
        self.assert_allowed("cli/commands/x.cpp", '"session.hpp"')
        self.assert_allowed("lib/json/x.cpp", "<nlohmann/json.hpp>")
        self.assert_allowed("lib/json/x.cpp", "<vector>")

    def test_includes_that_point_upward_or_sideways(self) -> None:
        self.assert_refused("lib/json/x.cpp", '"flow/a.hpp"', "json may not include flow/a.hpp")

    def test_sideways_in_a_header(self) -> None:
        self.assert_refused("lib/json/x.hpp", '"http/a.hpp"', "json may not include http/a.hpp")

    def test_angle_brackets_are_no_way_around(self) -> None:
        self.assert_refused("lib/json/x.cpp", "<http/a.hpp>", "json may not include http/a.hpp")

    def test_the_command_line_is_a_module_too(self) -> None:
        self.assert_refused("cli/commands/x.cpp", '"json/a.hpp"', "cli may not include json/a.hpp")

    def test_nothing_includes_the_command_line(self) -> None:
        self.assert_refused("lib/flow/x.cpp", '"session.hpp"', "no file of a module")

    def test_relative_paths(self) -> None:
        self.assert_refused("lib/json/x.cpp", '"../http/a.hpp"', "no file of a module")

    def test_the_testing_module_is_for_tests(self) -> None:
        self.assert_allowed("lib/json/x_test.cpp", '"testing/a.hpp"')
        (pathlib.Path(self.folder) / "lib/json/x_test.cpp").unlink()
        self.assert_refused("lib/json/x.cpp", '"testing/a.hpp"', "json may not include testing/a.hpp")

    def test_tests_get_no_more_than_the_table_says(self) -> None:
        self.assert_refused("lib/json/x_test.cpp", '"flow/a.hpp"', "json may not include flow/a.hpp")

    def test_a_wrapped_header_in_its_wrapper(self) -> None:
        self.assert_allowed("lib/http/curl_transport.cpp", "<curl/curl.h>")
        self.assert_allowed("lib/http/server.cpp", "<httplib.h>")
        self.assert_allowed("cli/options/x.cpp", "<CLI/CLI.hpp>")

    def test_a_wrapped_header_elsewhere(self) -> None:
        self.assert_refused("lib/http/retry.cpp", "<curl/curl.h>", "includes curl/curl.h")

    def test_a_wrapped_header_in_quotes(self) -> None:
        self.assert_refused("lib/flow/x.cpp", '"httplib.h"', "belongs to lib/http/server.cpp")

    def test_a_star_stays_in_its_folder(self) -> None:
        self.assert_refused("lib/http/curl_x/y.cpp", "<curl/curl.h>", "includes curl/curl.h")

    def test_a_module_without_a_row(self) -> None:
        found = self.violations({"lib/extra/x.cpp": ""})
        self.assertEqual(found, ["ARCHITECTURE.md:1: module extra is not in the table"])

    def test_a_row_without_a_module(self) -> None:
        found = self.violations({}, layers=LAYERS + "\ngone: base nowhere")
        self.assertEqual([v.split(": ", 1)[1] for v in found],
                         ["module gone has no folder", "gone depends on nowhere, which has no row"])

    def test_a_circle_in_the_table(self) -> None:
        found = self.violations({}, layers=LAYERS.replace("base:\n", "base: flow\n"))
        self.assertIn("ARCHITECTURE.md:4: base depends on itself", found)

    def test_exit_codes_and_closing_line(self) -> None:
        Tree(self.folder)

        def run() -> tuple[int, str]:
            done = subprocess.run([sys.executable, check_layers.__file__, "--root", self.folder],
                                  capture_output=True, text=True, check=False)
            return done.returncode, done.stdout

        self.assertEqual(run(), (0, "layers: 6 files, 0 violations\n"))
        (pathlib.Path(self.folder) / "lib/json/a.hpp").write_text('#include "flow/a.hpp"\n', encoding="utf-8")
        code, output = run()
        self.assertEqual(code, 1)
        self.assertTrue(output.endswith("layers: 6 files, 1 violations\n"), output)
        (pathlib.Path(self.folder) / "ARCHITECTURE.md").write_text("no table\n", encoding="utf-8")
        self.assertEqual(run(), (2, ""))


if __name__ == "__main__":
    unittest.main()
