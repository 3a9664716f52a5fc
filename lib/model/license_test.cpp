// Licences: ids, and texts with their refused relatives.
#include "model/license.hpp"

#include "base/text.hpp"
#include "model/sample_files.hpp"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace mpk::model {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string recognised(std::string_view text) {
  return recognise_license_text(text).value_or("none");
}

constexpr std::string_view kMit = R"(MIT License

Copyright (c) 2026 Someone

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
)";

}  // namespace

TEST_CASE("ids of Hugging Face become SPDX ids, others keep their name") {
  const struct {
    const char* id;
    const char* spdx;
  } table[] = {
      {"apache-2.0", "Apache-2.0"},
      {"mit", "MIT"},
      {"cc-by-nc-4.0", "CC-BY-NC-4.0"},
      {"etalab-2.0", "etalab-2.0"},
      {"gpl-3.0", "GPL-3.0"},
      {"GPL-3.0-or-later", "GPL-3.0-or-later"},
      {"odbl", "ODbL-1.0"},
      {"c-uda", "C-UDA-1.0"},
      {"lgpl-lr", "LGPLLR"},
      {"Apache-2.0", "Apache-2.0"},
      {"llama3.1", ""},
      {"openrail", ""},
      {"other", ""},
      {"gpl", ""},
      {"apache-3.0", ""},
  };
  for (const auto& [id, spdx] : table) {
    CAPTURE(std::string_view(id));
    const License license = license_from_huggingface(id, "", "", "README.md");
    CHECK(license.spdx_id == spdx);
    CHECK(license.name == id);
    CHECK(license.tier == Tier::declared);
    CHECK(license.source == "README.md");
  }
}

TEST_CASE("each of the 83 ids that Hugging Face lists becomes an SPDX id or keeps its name") {
  // hub-docs, "Licenses": by folding the case, by an alias, or a name that SPDX doesn't have.
  const std::vector<std::string> folded = {"apache-2.0",
                                           "mit",
                                           "afl-3.0",
                                           "artistic-2.0",
                                           "bsl-1.0",
                                           "bsd-2-clause",
                                           "bsd-3-clause",
                                           "bsd-3-clause-clear",
                                           "cc0-1.0",
                                           "cc-by-2.0",
                                           "cc-by-2.5",
                                           "cc-by-3.0",
                                           "cc-by-4.0",
                                           "cc-by-sa-3.0",
                                           "cc-by-sa-4.0",
                                           "cc-by-nc-2.0",
                                           "cc-by-nc-3.0",
                                           "cc-by-nc-4.0",
                                           "cc-by-nd-4.0",
                                           "cc-by-nc-nd-3.0",
                                           "cc-by-nc-nd-4.0",
                                           "cc-by-nc-sa-2.0",
                                           "cc-by-nc-sa-3.0",
                                           "cc-by-nc-sa-4.0",
                                           "cdla-sharing-1.0",
                                           "cdla-permissive-1.0",
                                           "cdla-permissive-2.0",
                                           "wtfpl",
                                           "ecl-2.0",
                                           "epl-1.0",
                                           "epl-2.0",
                                           "etalab-2.0",
                                           "eupl-1.1",
                                           "eupl-1.2",
                                           "agpl-3.0",
                                           "gpl-2.0",
                                           "gpl-3.0",
                                           "lgpl-2.1",
                                           "lgpl-3.0",
                                           "isc",
                                           "lppl-1.3c",
                                           "ms-pl",
                                           "mpl-2.0",
                                           "osl-3.0",
                                           "postgresql",
                                           "ofl-1.1",
                                           "ncsa",
                                           "unlicense",
                                           "zlib",
                                           "0bsd"};
  const std::vector<std::pair<std::string, std::string>> aliases = {{"c-uda", "C-UDA-1.0"},
                                                                    {"odc-by", "ODC-By-1.0"},
                                                                    {"odbl", "ODbL-1.0"},
                                                                    {"pddl", "PDDL-1.0"},
                                                                    {"lgpl-lr", "LGPLLR"}};
  const std::vector<std::string> names = {"openrail",
                                          "openrail++",
                                          "bigscience-openrail-m",
                                          "creativeml-openrail-m",
                                          "bigcode-openrail-m",
                                          "bigscience-bloom-rail-1.0",
                                          "llama2",
                                          "llama3",
                                          "llama3.1",
                                          "llama3.2",
                                          "llama3.3",
                                          "llama4",
                                          "gemma",
                                          "grok2-community",
                                          "apple-ascl",
                                          "apple-amlr",
                                          "deepfloyd-if-license",
                                          "fair-noncommercial-research-license",
                                          "h-research",
                                          "intel-research",
                                          "openmdw-1.1",
                                          "bsd",
                                          "cc",
                                          "gpl",
                                          "lgpl",
                                          "gfdl",
                                          "unknown",
                                          "other"};
  CHECK(folded.size() + aliases.size() + names.size() == 83);
  const auto spdx = [](const std::string& id) {
    const License license = license_from_huggingface(id, "", "", "README.md");
    CHECK(license.name == id);
    return license.spdx_id;
  };
  for (const auto& id : folded) CHECK_MESSAGE(lower_ascii(spdx(id)) == id, id);
  for (const auto& [id, expected] : aliases) CHECK_MESSAGE(spdx(id) == expected, id);
  for (const auto& id : names) CHECK_MESSAGE(spdx(id).empty(), id);
}

TEST_CASE("a licence of its own keeps its name and link") {
  const License license =
      license_from_huggingface("other", "acme-community", "https://acme.example/licence", "x");
  CHECK(license.spdx_id.empty());
  CHECK(license.name == "acme-community");
  CHECK(license.url == "https://acme.example/licence");
}

TEST_CASE("the texts that Debian ships are recognised") {
  const std::pair<const char*, const char*> table[] = {
      {"Apache-2.0", "Apache-2.0"}, {"BSD", "BSD-3-Clause"},
      {"GPL-2", "GPL-2.0"},         {"GPL-3", "GPL-3.0"},
      {"LGPL-3", "LGPL-3.0"},       {"MPL-2.0", "MPL-2.0"},
      {"CC0-1.0", "CC0-1.0"},       {"Artistic", "none"},
      {"GFDL-1.3", "none"},         {"GPL-1", "none"},
      {"LGPL-2", "none"},           {"LGPL-2.1", "none"},
      {"MPL-1.1", "none"},
  };
  for (const auto& [file, expected] : table) {
    const auto text = read_file(std::string("/usr/share/common-licenses/") + file, 1U << 20);
    if (!text) continue;  // Debian's minimal images leave some out
    CAPTURE(std::string_view(file));
    CHECK(recognised(*text) == expected);
  }
  CHECK(recognised(sample::testdata("tiny-llama/LICENSE")) == "Apache-2.0");
}

TEST_CASE("line breaks, case, comment marks and quotes do not matter") {
  CHECK(recognised(kMit) == "MIT");
  std::string commented;
  for (const char c : kMit) {
    commented += c;
    if (c == '\n') commented += " * ";
  }
  CHECK(recognised(commented) == "MIT");
  CHECK(recognised(replaced(std::string(kMit), "\"AS IS\"", "“AS IS”")) == "MIT");
}

TEST_CASE("a text that differs from the licence is not recognised") {
  const std::string mit(kMit);
  CHECK(recognised(replaced(mit, "without restriction", "for research only")) == "none");
  CHECK(recognised(replaced(mit, "sell\ncopies", "rent\ncopies")) == "none");
  CHECK(recognised(mit.substr(0, mit.size() / 2)) == "none");
  CHECK(recognised(mit + "\nThe Software shall be used for Good, not Evil.\n") == "none");
  CHECK(
      recognised(mit + "\nExcept as contained in this notice, the name of X shall not be used.") ==
      "none");
  CHECK(recognised(mit + "\n\"Commons Clause\" License Condition v1.0") == "none");
  CHECK(recognised(mit + "\nOnly non-commercial use is permitted.") == "none");
  std::string longer = mit;
  for (int i = 0; i < 120; ++i) longer += " more";
  CHECK(recognised(longer) == "none");
  const std::string apache = sample::testdata("tiny-llama/LICENSE");
  CHECK(recognised(apache + "\n\"Commons Clause\" License Condition v1.0") == "none");
  CHECK(recognised(replaced(apache, "Grant of Patent License", "Grant of No License")) == "none");
  CHECK(recognised("Licensed under the Apache License, Version 2.0") == "none");
  CHECK(recognised("") == "none");
}

TEST_CASE("BSD licences are told apart by their clauses") {
  const std::string start = R"(Copyright (c) 2026, Someone
Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice, this list of conditions
and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions
and the following disclaimer in the documentation and/or other materials provided with the
distribution.
)";
  const std::string third = R"(3. Neither the name of the copyright holder nor the names of its
contributors may be used to endorse or promote products derived from this software without specific
prior written permission.
)";
  const std::string advertising = R"(3. All advertising materials mentioning features or use of this
software must display an acknowledgement.
)";
  const std::string end = R"(THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS
IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT
HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR
CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF
LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE)
ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH
DAMAGE.
)";
  CHECK(recognised(start + end) == "BSD-2-Clause");
  CHECK(recognised(start + third + end) == "BSD-3-Clause");
  CHECK(recognised(start + advertising + third + end) == "none");
  CHECK(recognised(start + third) == "none");
}

}  // namespace mpk::model
