// Tests of the comparison with layers: each way to disagree, and documents that are none.
#include "aibom/agree.hpp"

#include "aibom/test_models.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::aibom;
using mpk::aibom::testing::tiny_files;
using mpk::aibom::testing::tiny_llama;

namespace {

const std::string kOther(64, 'b');

struct Case {
  Json bom;
  std::vector<modelpack::LayerFile> layers = testing::layers(tiny_files());
  Digest manifest = testing::artifact(tiny_files(), tiny_llama()).manifest.digest;

  Case()
      : bom(testing::build(tiny_llama(), tiny_files(), [](BuildInput& input) {
              input.repository = "ghcr.io/acme/tiny";
            }).take()) {}
  Json& model() { return bom["metadata"]["component"]; }
  Json& files() { return model()["components"]; }
  Agreement compare() const { return compare_with_layers(bom, layers, manifest); }
};

/// The only disagreement after `change`.
Disagreement after(const std::function<void(Case&)>& change) {
  Case one;
  change(one);
  auto agreement = one.compare();
  REQUIRE(agreement.disagreements.size() == 1);
  return agreement.disagreements.front();
}

}  // namespace

TEST_CASE("a document agrees with the layers that it was made of") {
  Case one;
  auto agreement = one.compare();
  CHECK(agreement.disagreements.empty());
  CHECK(agreement.files == 6);
  CHECK(agreement.matching == 6);
}

TEST_CASE("a changed digest is told with both values") {
  auto told = after([](Case& one) { one.files()[3]["hashes"][0]["content"] = kOther; });
  CHECK(told.path == "model-00001-of-00002.safetensors");
  CHECK(told.message == "SHA-256 differs");
  CHECK(told.expected == crypto::sha256(told.path).hex());
  CHECK(told.found == kOther);
}

TEST_CASE("a layer without a component, and a component without its digest, are told") {
  auto missing = after([](Case& one) { one.files().erase(0); });
  CHECK(missing.path == "LICENSE");
  CHECK(missing.message == "no component");
  for (const char* algorithm : {"SHA-512", "sha-256"}) {
    auto bare = after([&](Case& one) { one.files()[0]["hashes"][0]["alg"] = algorithm; });
    CHECK(bare.message == "no SHA-256");
  }
  CHECK(after([](Case& one) { one.files()[0].erase("hashes"); }).message == "no SHA-256");
  CHECK(after([](Case& one) { one.files()[0]["type"] = "library"; }).message == "no component");
}

TEST_CASE("a file that the artifact does not have is told, if it claims bytes") {
  auto extra = Json{{"type", "file"},
                    {"name", "evil.py"},
                    {"hashes", Json::array({{{"alg", "SHA-256"}, {"content", kOther}}})}};
  auto told = after([&](Case& one) { one.files().push_back(extra); });
  CHECK(told.path == "evil.py");
  CHECK(told.message == "not in the artifact");
  CHECK(after([&](Case& one) { one.bom["components"].push_back(extra); }).path == "evil.py");
  // Without a hash it says nothing about bytes; an ancestor's file is about other bytes.
  Case one;
  extra.erase("hashes");
  one.files().push_back(extra);
  CHECK(one.compare().disagreements.empty());
  CHECK(one.compare().files == 7);
}

TEST_CASE("two components of one name never match") {
  auto told = after([](Case& one) {
    Json again(one.files()[0]);
    one.files().push_back(again);
  });
  CHECK(told.path == "LICENSE");
  CHECK(told.message == "several components");
}

TEST_CASE("two values of one algorithm never match, also when one is right") {
  auto told = after([](Case& one) {
    one.files()[0]["hashes"].push_back({{"alg", "SHA-256"}, {"content", kOther}});
  });
  CHECK(told.message == "SHA-256 differs");
  CHECK(told.found.find(kOther) != std::string::npos);
}

TEST_CASE("hexadecimal digits may be upper case") {
  Case one;
  auto& content = one.files()[0]["hashes"][0]["content"];
  auto upper = content.get<std::string>();
  for (auto& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  content = upper;
  CHECK(one.compare().disagreements.empty());
}

TEST_CASE("a file of components within components counts") {
  Case one;
  Json last(one.files().back());
  one.files().erase(one.files().size() - 1);
  one.files()[0]["components"] = Json::array({last});
  CHECK(one.compare().disagreements.empty());
}

TEST_CASE("a manifest digest that the document names must be the artifact's") {
  auto hashed = after([](Case& one) { one.model()["hashes"][0]["content"] = kOther; });
  CHECK(hashed.path == "manifest");
  CHECK(hashed.message == "SHA-256 differs");
  auto named = after([](Case& one) { one.model()["purl"] = "pkg:oci/tiny@sha256%3A" + kOther; });
  CHECK(named.message == "the digest in the purl differs");
  CHECK(named.found == "sha256:" + kOther);
  Case moved;
  moved.manifest = crypto::sha256("another manifest");
  CHECK(moved.compare().disagreements.size() == 2);
  CHECK(moved.compare().matching == 6);
  // A document that names none is not wrong about it.
  moved.model().erase("hashes");
  moved.model().erase("purl");
  CHECK(moved.compare().disagreements.empty());
}

TEST_CASE("a layer with a SHA-512 digest is compared by SHA-512") {
  auto files = tiny_files();
  files.front().digest = crypto::hash(DigestAlgorithm::sha512, as_bytes("x"));
  auto info = tiny_llama();
  auto bom = testing::build(info, files, [](BuildInput&) {}).take();
  auto manifest = testing::artifact(files, info).manifest.digest;
  CHECK(compare_with_layers(bom, testing::layers(files), manifest).disagreements.empty());
  files.front().digest = crypto::hash(DigestAlgorithm::sha512, as_bytes("y"));
  auto told = compare_with_layers(bom, testing::layers(files), manifest);
  REQUIRE(told.disagreements.size() == 1);
  CHECK(told.disagreements.front().message == "SHA-512 differs");
}

TEST_CASE("a SHA-512 beside SHA-256 is compared where the bytes were read, else it is counted") {
  auto files = tiny_files();
  for (auto& file : files) file.sha512 = crypto::hash(DigestAlgorithm::sha512, as_bytes(file.path));
  Case one;
  one.bom = testing::build(tiny_llama(), files, [](BuildInput&) {}).take();
  CHECK(names_sha512(one.bom));
  CHECK_FALSE(names_sha512(Case().bom));
  const auto unread = one.compare();
  CHECK(unread.disagreements.empty());
  CHECK(unread.matching == 6);
  CHECK(unread.uncompared == std::map<std::string, std::size_t>{{"SHA-512", 6}});
  for (auto& layer : one.layers)
    layer.sha512 = crypto::hash(DigestAlgorithm::sha512, as_bytes(layer.path));
  CHECK(one.compare().disagreements.empty());
  CHECK(one.compare().matching == 6);
  CHECK(one.compare().uncompared.empty());
  // The right SHA-256 does not make up for it.
  one.files()[3]["hashes"][1]["content"] = std::string(128, 'b');
  const auto wrong = one.compare();
  CHECK(wrong.matching == 5);
  REQUIRE(wrong.disagreements.size() == 1);
  CHECK(wrong.disagreements.front().message == "SHA-512 differs");
  CHECK(wrong.disagreements.front().found == std::string(128, 'b'));
}

TEST_CASE("a digest of an algorithm that mpk does not compare is counted, not taken for right") {
  Case one;
  one.files()[0]["hashes"].push_back({{"alg", "MD5"}, {"content", std::string(32, 'c')}});
  one.model()["hashes"].push_back({{"alg", "SHA-1"}, {"content", std::string(40, 'c')}});
  const auto agreement = one.compare();
  CHECK(agreement.disagreements.empty());
  CHECK(agreement.uncompared == std::map<std::string, std::size_t>{{"MD5", 1}, {"SHA-1", 1}});
}

TEST_CASE("a SHA-512 of the manifest is compared with the manifest's") {
  Case one;
  const auto sha512 = crypto::hash(DigestAlgorithm::sha512, as_bytes("manifest"));
  one.model()["hashes"].push_back({{"alg", "SHA-512"}, {"content", sha512.hex()}});
  const auto compare = [&](std::string_view bytes) {
    return compare_with_layers(one.bom, one.layers, one.manifest, {}, bytes);
  };
  CHECK(compare("manifest").disagreements.empty());
  CHECK(compare("manifest").uncompared.empty());
  CHECK(compare("").uncompared.size() == 1);
  const auto other = compare("another");
  REQUIRE(other.disagreements.size() == 1);
  CHECK(other.disagreements.front().path == "manifest");
  CHECK(other.disagreements.front().message == "SHA-512 differs");
}

TEST_CASE("what is no document agrees with nothing and never crashes") {
  Case one;
  for (const char* text :
       {"null", "[]", "7", R"({"metadata":[]})", R"({"metadata":{"component":{"components":{}}}})",
        R"({"components":[1,null,[],{"type":"file"},{"type":"file","name":7,"hashes":{}}]})",
        R"({"metadata":{"component":{"hashes":"x","purl":[],"components":[{"components":7}]}}})"}) {
    CAPTURE(text);
    one.bom = json::parse(text).take();
    auto agreement = one.compare();
    CHECK(agreement.matching == 0);
    CHECK(agreement.disagreements.size() == one.layers.size());
    CHECK(summarize(one.bom).name.empty());
    CHECK(count_tiers(one.bom).verified == 0);
  }
}

TEST_CASE("what is told fits a terminal, whatever a document says") {
  auto told = after([](Case& one) {
    one.files().push_back({{"type", "file"},
                           {"name", "\x1b[2Jx"},
                           {"hashes", Json::array({{{"alg", "SHA-256"}, {"content", kOther}}})}});
  });
  CHECK(told.path == "\\x1b[2Jx");
  auto endless = after(
      [](Case& one) { one.files()[0]["hashes"][0]["content"] = std::string(1'000'000, 'f'); });
  CHECK(endless.found.size() < 1000);
}

TEST_CASE("an empty artifact and an empty document agree") {
  auto agreement = compare_with_layers(Json::object(), {}, crypto::sha256("m"));
  CHECK(agreement.disagreements.empty());
  CHECK(agreement.files == 0);
}

namespace {

// The model's documents in one archive: what pack makes of very many files.
struct Archived {
  Archived() {
    std::vector<modelpack::Archive> archives = {
        {.kind = model::Kind::doc, .digest = crypto::sha256("docs.tar"), .size = 4096}};
    auto packed =
        modelpack::build_artifact(tiny_files(), tiny_llama(), {}, std::move(archives)).take();
    BuildInput input;
    input.artifact = &packed;
    const auto info = tiny_llama();
    input.info = &info;
    input.mpk_version = "0.1.0";
    bom = build_aibom(input).take();
    manifest = packed.manifest.digest;
    std::vector<modelpack::ModelFile> raw, inside;
    for (const auto& file : packed.files) (file.archive ? inside : raw).push_back(file);
    layers = testing::layers(raw);
    contents = testing::layers(inside);
    layers.push_back({.descriptor = {.media_type = "application/vnd.cncf.model.doc.v1.tar",
                                     .digest = crypto::sha256("docs.tar"),
                                     .size = 4096},
                      .path = ".",
                      .kind = model::Kind::doc,
                      .encoding = modelpack::Encoding::tar});
  }
  Json& files() { return bom["metadata"]["component"]["components"]; }
  Json& archive() { return files().back(); }
  Agreement compare(bool read) const {
    ArchiveFiles archives;
    if (read) archives[layers.size() - 1] = contents;
    return compare_with_layers(bom, layers, manifest, archives);
  }

  Json bom;
  Digest manifest = crypto::sha256("");
  std::vector<modelpack::LayerFile> layers, contents;
};

}  // namespace

TEST_CASE("an archive agrees by its digest, its files once it was read") {
  Archived one;
  REQUIRE(one.archive()["components"].size() == one.contents.size());
  REQUIRE(one.contents.size() >= 2);
  CHECK(one.archive()["name"] == "doc files");
  CHECK(one.archive()["mime-type"] == "application/vnd.cncf.model.doc.v1.tar");
  const auto unread = one.compare(false);
  CHECK(unread.disagreements.empty());
  CHECK(unread.files == 6);
  CHECK(unread.unread == 1);
  CHECK(unread.matching == 6 - one.contents.size());
  const auto read = one.compare(true);
  CHECK(read.disagreements.empty());
  CHECK(read.unread == 0);
  CHECK(read.matching == 6);
  CHECK(summarize(one.bom).files == 6);
}

TEST_CASE("each way in which an archive and its description can differ is told") {
  const struct {
    const char* name;
    std::function<void(Archived&)> change;
    const char* message;
    bool unread_too;  // also told when the archive was not read
  } rows[] = {
      {"another digest", [](Archived& one) { one.archive()["hashes"][0]["content"] = kOther; },
       "no component", true},
      {"no media type of an archive", [](Archived& one) { one.archive().erase("mime-type"); },
       "no component", true},
      {"no files at all", [](Archived& one) { one.archive().erase("components"); }, "no component",
       true},
      {"a file's digest",
       [](Archived& one) { one.archive()["components"][0]["hashes"][0]["content"] = kOther; },
       "SHA-256 differs", false},
      {"a file without digest",
       [](Archived& one) { one.archive()["components"][0].erase("hashes"); }, "no SHA-256", false},
      {"a file missing", [](Archived& one) { one.archive()["components"].erase(0); },
       "no component", false},
      {"a file too many", [](Archived& one) { one.contents.pop_back(); }, "not in the archive",
       false},
      {"a file twice",
       [](Archived& one) {
         Json again(one.archive()["components"][0]);
         one.archive()["components"].push_back(again);
       },
       "several components", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Archived one;
    row.change(one);
    const auto read = one.compare(true);
    REQUIRE_FALSE(read.disagreements.empty());
    CHECK(read.disagreements.front().message == row.message);
    CHECK(one.compare(false).disagreements.empty() != row.unread_too);
  }
}

TEST_CASE("the SHA-512 of an archive, and of a file in it, is compared once it was read") {
  const auto of = [](std::string_view text) {
    return crypto::hash(DigestAlgorithm::sha512, as_bytes(text));
  };
  Archived one;
  const auto name = [](Json& component, const Digest& digest) {
    component["hashes"].push_back({{"alg", "SHA-512"}, {"content", digest.hex()}});
  };
  name(one.archive(), of("archive"));
  name(one.archive()["components"][0], of("file"));
  CHECK(names_sha512(one.bom));
  const auto unread = one.compare(false);
  CHECK(unread.disagreements.empty());
  CHECK(unread.uncompared == std::map<std::string, std::size_t>{{"SHA-512", 1}});
  const auto path = one.archive()["components"][0]["name"].get<std::string>();
  auto& file = *std::ranges::find(one.contents, path, &modelpack::LayerFile::path);
  one.layers.back().sha512 = of("archive");
  file.sha512 = of("file");
  CHECK(one.compare(true).disagreements.empty());
  CHECK(one.compare(true).uncompared.empty());
  file.sha512 = of("another file");
  REQUIRE(one.compare(true).disagreements.size() == 1);
  CHECK(one.compare(true).disagreements.front().path == path);
  one.layers.back().sha512 = of("another archive");
  CHECK(one.compare(true).disagreements.size() == 2);
  CHECK(one.compare(true).disagreements.front().message == "SHA-512 differs");
}

TEST_CASE("an archive that the artifact does not have is told, with the files in it") {
  Archived one;
  one.layers.pop_back();
  const auto agreement = one.compare(false);
  REQUIRE(agreement.disagreements.size() == 1 + one.contents.size());
  for (const auto& each : agreement.disagreements) CHECK(each.message == "not in the artifact");
  CHECK(agreement.files == 6);
}

TEST_CASE("an archive may be described by its path and digest, as a file") {
  Archived one;
  one.layers.back().path = "docs";
  one.archive()["name"] = "docs";
  one.archive().erase("mime-type");
  one.archive().erase("components");
  CHECK(one.compare(true).disagreements.empty());
  one.archive()["hashes"][0]["content"] = kOther;
  CHECK(one.compare(true).disagreements.front().message == "SHA-256 differs");
}

TEST_CASE("one archive in two places needs two components, each with the files of its place") {
  Archived one;
  // The same bytes again; what they hold belongs below another folder.
  auto again = one.layers.back();
  again.path = "copy";
  one.layers.push_back(again);
  auto moved = one.contents;
  Json copy(one.archive());
  copy["name"] = "copy";
  one.archive()["name"] = ".";
  for (auto& file : moved) file.path = "copy/" + file.path;
  for (auto& component : copy["components"]) {
    component["name"] = "copy/" + component["name"].get<std::string>();
  }
  const auto compare = [&] {
    const ArchiveFiles archives = {{one.layers.size() - 2, one.contents},
                                   {one.layers.size() - 1, moved}};
    return compare_with_layers(one.bom, one.layers, one.manifest, archives);
  };
  CHECK_FALSE(compare().disagreements.empty());
  one.files().insert(one.files().begin(), copy);  // names count, the order does not
  CHECK(compare().disagreements.empty());
  one.files()[0]["components"][0]["name"] = "copy/other";
  CHECK(compare().disagreements.size() == 2);
}
