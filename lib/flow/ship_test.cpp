// ship: what is there afterwards, and that a service which fails leaves nothing behind.
#include "flow/ship.hpp"

#include "base/identifiers.hpp"
#include "flow/look.hpp"
#include "flow/test_workbench.hpp"

#include <algorithm>

using namespace mpk;
using namespace mpk::flow;
using test::must;

TEST_CASE("what ship leaves behind passes for its signer, and all of it is attached") {
  test::Workbench bench;
  const auto outcome = must(bench.ship_to("1.0"));
  CHECK(outcome.identity == "ci@sandbox.example");
  CHECK(outcome.build.builder_id == identifiers::kBuilderLocal);
  std::vector<std::string> types;
  for (const auto& each : outcome.attached) types.push_back(each.predicate_type);
  CHECK(types == std::vector<std::string>{std::string(attest::kCosignSign),
                                          std::string(attest::kCycloneDx),
                                          std::string(attest::kSlsaProvenance)});

  const auto verdict = must(verify_artifact(bench.context, bench.reference("1.0"), bench.by()));
  CHECK(verdict.exit_code() == 0);
  CHECK(verdict.digest == outcome.packed.artifact.manifest.digest);
  CHECK(verdict.evidence.size() == 3);
  CHECK(test::check_of(verdict, "aibom.layers").result == policy::CheckResult::pass);

  const auto seen =
      must(tree(bench.context, bench.reference("1.0"), bench.by().trusted_root)).referrers;
  CHECK(seen.size() == 3);
  CHECK(std::all_of(seen.begin(), seen.end(),
                    [](const auto& node) { return node.state == TreeNode::State::verified; }));
}

TEST_CASE("with SHA-512 the bytes are read once, and verify says whether it compared") {
  test::Workbench bench;
  const PackRequest pack{.directory = "testdata/models/tiny-gguf", .sha512 = true};
  const auto outcome =
      must(ship(bench.context,
                {.pack = pack, .reference = bench.reference("1.0"), .signing = bench.signing()}));
  std::uint64_t size = 0;
  for (const auto& file : outcome.packed.artifact.files) {
    CHECK(file.sha512.has_value());
    size += file.size;
  }
  CHECK(bench.stats.bytes_hashed == size);
  const auto message = [&](VerifyRequest::Content content) {
    auto request = bench.by();
    request.content = content;
    const auto verdict = must(verify_artifact(bench.context, bench.reference("1.0"), request));
    CHECK(verdict.exit_code() == 0);
    return test::check_of(verdict, "aibom.layers").message;
  };
  const auto count = std::to_string(outcome.packed.artifact.files.size());
  CHECK(message(VerifyRequest::Content::none) ==
        count + " of " + count + " files match the layers · not compared: SHA-512 of " + count);
  CHECK(message(VerifyRequest::Content::all) == count + " of " + count + " files match the layers");
}

TEST_CASE("a signing service that is down leaves no tag and no manifest") {
  struct Case {
    const char* name;
    std::atomic<bool> sandbox::Faults::* fault;
  };
  for (const auto& [name, fault] : {Case{"fulcio", &sandbox::Faults::fulcio_unavailable},
                                    Case{"rekor", &sandbox::Faults::rekor_unavailable},
                                    Case{"tsa", &sandbox::Faults::tsa_unavailable}}) {
    CAPTURE(name);
    test::Workbench bench;
    bench.services->faults().*fault = true;
    const auto refused = bench.ship_to("1.0");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::network);
    CHECK(refused.error().text().find("503") != std::string::npos);
    const auto inspected = inspect(bench.context, bench.reference("1.0"));
    REQUIRE_FALSE(inspected);
    CHECK(inspected.error().kind() == ErrorKind::not_found);

    bench.services->faults().*fault = false;
    CHECK(bench.ship_to("1.0"));
  }
}

TEST_CASE("a log answer that was lost is signed and logged anew") {
  test::Workbench bench;
  bench.services->faults().rekor_lose_answer = true;
  CHECK(bench.ship_to("1.0"));
  CHECK_FALSE(bench.services->faults().rekor_lose_answer);
  CHECK(must(verify_artifact(bench.context, bench.reference("1.0"), bench.by())).exit_code() == 0);
}

TEST_CASE("services whose evidence does not verify get nothing attached") {
  test::Workbench bench;
  SUBCASE("a certificate log that signs something else") {
    bench.services->faults().garbage_sct = true;
  }
  SUBCASE("a time-stamp after the certificate's end") {
    bench.services->faults().tsa_offset_seconds = 3'600;
  }
  CHECK_FALSE(bench.ship_to("1.0"));
  CHECK_FALSE(inspect(bench.context, bench.reference("1.0")));
}

TEST_CASE("a token that has ended is refused before the first byte is read") {
  test::Workbench bench;
  auto signing = bench.signing();
  bench.clock.set(bench.clock.now().plus_seconds(3'600));
  const auto refused = ship(bench.context, {.pack = {.directory = "testdata/models/tiny-gguf"},
                                            .reference = bench.reference("1.0"),
                                            .signing = std::move(signing)});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text().find("expired") != std::string::npos);
  CHECK(bench.stats.bytes_read == 0);
}

TEST_CASE("the files that are there already are not sent again") {
  test::Workbench bench;
  CHECK(must(bench.ship_to("1.0")).packed.blobs_already_there == 0);
  const auto again = must(bench.ship_to("1.0")).packed;
  CHECK(again.blobs_uploaded == 0);
  CHECK(again.blobs_already_there == 3);
}
