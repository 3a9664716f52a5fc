// describe and outline: whose aibom.yaml counts, and how little an outline reads.
#include "flow/describe.hpp"

#include "base/file.hpp"
#include "crypto/hash.hpp"
#include "flow/outline.hpp"
#include "flow/pack.hpp"
#include "flow/test_context.hpp"
#include "flow/test_workbench.hpp"
#include "http/transport.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::flow;
using test::must;

namespace {

std::string overlay(const std::string& rest) { return "apiVersion: mpk/v1\n" + rest; }

// A model in a directory, and in a layout beside it.
struct Scene : test::TestContext {
  Scene()
      : TestContext(http::make_curl_transport({.attempts = 1}),
                    Timestamp::from_seconds(1'790'000'000)) {
    std::filesystem::copy("testdata/models/tiny-gguf", model());
  }
  std::filesystem::path model() const { return directory.path() / "model"; }
  std::filesystem::path file(const std::string& name, const std::string& text) const {
    auto path = directory.path() / name;
    must(write_file_atomic(path, text));
    return path;
  }
  void own(const std::string& text) const { file("model/aibom.yaml", text); }
  DescribeRequest pack() {
    auto reference = must(oci::Reference::parse("oci:" + (directory.path() / "l").string() + ":1"));
    must(pack_to(context, {.directory = model()}, reference));
    return {.reference = reference};
  }
  TempDir directory = must(TempDir::create("mpk-describe-test"));
};

std::string supplier(const Description& described) {
  return described.aibom["metadata"]["component"]
      .value("supplier", Json::object())
      .value("name", std::string());
}

std::size_t unreadable(const Description& described) {
  std::size_t out = 0;
  for (const auto& each : described.info.findings) out += each.code == "overlay-unreadable" ? 1 : 0;
  return out;
}

}  // namespace

TEST_CASE("an artifact's own aibom.yaml counts as it does in a directory") {
  Scene scene;
  // Longer than what is kept of a file that says nothing about the model.
  scene.own(overlay("#" + std::string(10'000, '-') + "\nsupplier: {name: Acme}\n"));
  const auto here = must(describe(scene.context, {.directory = scene.model()}));
  const auto there = must(describe(scene.context, scene.pack()));
  CHECK(supplier(here) == "Acme");
  CHECK(supplier(there) == "Acme");
  CHECK(there.aibom.dump().find("supplier\",\"value\":\"declared;source=aibom.yaml\"") !=
        std::string::npos);
}

TEST_CASE("a named overlay takes the place of the model's own") {
  Scene scene;
  scene.own(overlay("supplier: {name: Acme}\n"));
  auto packed = scene.pack();
  packed.overlay = scene.file("other.yaml", overlay("supplier: {name: Initech}\n"));
  CHECK(supplier(must(describe(scene.context, packed))) == "Initech");
  CHECK(supplier(must(describe(
            scene.context, {.directory = scene.model(), .overlay = packed.overlay}))) == "Initech");
}

TEST_CASE("a wrong one is refused in a directory and a finding in an artifact") {
  Scene scene;
  scene.own(overlay("suplier: {name: Acme}\n"));
  const auto here = describe(scene.context, {.directory = scene.model()});
  REQUIRE_FALSE(static_cast<bool>(here));
  CHECK(here.error().kind() == ErrorKind::usage);
  CHECK(here.error().text().find("aibom.yaml:2:") != std::string::npos);
  auto packed = scene.pack();
  const auto there = must(describe(scene.context, packed));
  CHECK(unreadable(there) == 1);
  CHECK(supplier(there).empty());
  packed.overlay = scene.file("mended.yaml", overlay("supplier: {name: Acme}\n"));
  CHECK(unreadable(must(describe(scene.context, packed))) == 0);
}

TEST_CASE("an aibom.yaml deeper in the model is none") {
  Scene scene;
  std::filesystem::create_directory(scene.model() / "sub");
  scene.file("model/sub/aibom.yaml", overlay("supplier: {name: Acme}\n"));
  CHECK(supplier(must(describe(scene.context, scene.pack()))).empty());
}

TEST_CASE("SHA-512 is of the same bytes in a directory and in an artifact, and read once") {
  Scene scene;
  auto packed = scene.pack();
  packed.sha512 = true;
  scene.stats.bytes_read = 0;
  const auto here = must(describe(scene.context, {.directory = scene.model(), .sha512 = true}));
  std::uint64_t size = 0;
  for (const auto& each : std::filesystem::recursive_directory_iterator(scene.model()))
    size += each.is_regular_file() ? each.file_size() : 0;
  CHECK(scene.stats.bytes_read == size);
  const auto there = must(describe(scene.context, packed));
  const auto& files = here.aibom["metadata"]["component"]["components"];
  REQUIRE(files.size() > 1);
  CHECK(there.aibom["metadata"]["component"]["components"] == files);
  for (const auto& file : files) {
    const auto name = file["name"].get<std::string>();
    CAPTURE(name);
    REQUIRE(file["hashes"].size() == 2);
    const auto content = must(read_file(scene.model() / name, 1U << 30));
    CHECK(file["hashes"][1]["content"] ==
          crypto::hash(DigestAlgorithm::sha512, as_bytes(content)).hex());
  }
  packed.sha512 = false;
  CHECK(must(describe(scene.context, packed)).aibom.dump().find("SHA-512") == std::string::npos);
}

TEST_CASE("SHA-512 of what would not be read is refused before a store is asked") {
  Scene scene;
  const auto refused = describe(
      scene.context, {.reference = must(oci::Reference::parse("localhost:1/m:1")), .sha512 = true});
  REQUIRE_FALSE(static_cast<bool>(refused));
  CHECK(refused.error().kind() == ErrorKind::usage);
  CHECK(refused.error().hint().find("--content") != std::string::npos);
}

TEST_CASE("an outline says what the document will say, of a directory and of an artifact") {
  Scene scene;
  scene.own("not: valid\n");  // init must work where create refuses
  const auto packed = scene.pack();
  const auto whole = must(describe(scene.context, packed)).aibom["metadata"]["component"];
  for (const auto& request : {DescribeRequest{.directory = scene.model()}, packed}) {
    const auto outlined = must(outline(scene.context, request))["metadata"]["component"];
    CHECK(outlined["modelCard"] == whole["modelCard"]);
    CHECK(outlined.value("licenses", Json()) == whole.value("licenses", Json()));
  }
}

TEST_CASE("an outline reads headers, not weights") {
  Scene scene;
  const std::string header = R"({"a":{"dtype":"U8","shape":[4194304],"data_offsets":[0,4194304]}})";
  std::string length(8, '\0');
  length[0] = static_cast<char>(header.size());
  scene.file("model/b.safetensors", length + header + std::string(4U << 20, 'w'));
  scene.stats.bytes_read = 0;
  must(outline(scene.context, {.directory = scene.model()}));
  CHECK(scene.stats.bytes_read > 0);
  CHECK(scene.stats.bytes_read < (1U << 20));
}
