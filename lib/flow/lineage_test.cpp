// lineage: each base model is judged, however alike two look on the screen.
#include "flow/lineage.hpp"

#include "flow/signers.hpp"
#include "flow/test_workbench.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace mpk;
using namespace mpk::flow;
using test::check_of;
using test::must;

namespace {

// A base model of this digest is good, every other is not.
const std::string kGood = "sha256:" + std::string(63, 'a') + "1";
const std::string kBad = "sha256:" + std::string(63, 'a') + "2";

struct Followed {
  policy::Verdict verdict;
  std::vector<std::string> judged;
};

Followed follow(std::vector<aibom::NamedBase> bases) {
  const sigstore::TrustedRoot nobody{{}, {}, {}, {}, {}, must(Digest::parse(kGood))};
  const VerifyRequest request{
      .policies = test::policies("apiVersion: mpk/v1\n"
                                 "signers: [{identityPattern: .*, issuerPattern: .*}]\n"),
      .trusted_root = nobody};
  Followed out;
  const JudgeOne judge_one = [&](const oci::Reference& reference, const VerifyRequest& ask,
                                 FollowBases) -> Result<Judged> {
    out.judged.push_back(reference.text());
    Judged judged{.verdict = start_verdict(reference.text(), ask), .bases = {}, .bundles = {}};
    const bool good = reference.digest->text() == kGood;
    judged.verdict.checks.push_back(
        {.id = "signature",
         .label = "signature",
         .result = good ? policy::CheckResult::pass : policy::CheckResult::fail,
         .code = good ? "" : "no-signature",
         .exit_code = good ? 0 : 10});
    return judged;
  };
  must(check_lineage({.depth = 1, .unresolved = true}, std::move(bases), request, judge_one,
                     out.verdict));
  return out;
}

aibom::NamedBase artifact(const std::string& reference) {
  return {.name = {}, .purl = {}, .reference = reference};
}

}  // namespace

TEST_CASE("of two references that differ after the cut of the screen both are judged") {
  // The longest name that a reference may have: the digest's end is past what is shown.
  const auto longest = "registry.example/" + std::string(255 - 17, 'm');
  const auto alone = follow({artifact(longest + "@" + kGood)});
  CHECK(alone.verdict.exit_code() == 0);
  const auto both = follow({artifact(longest + "@" + kGood), artifact(longest + "@" + kBad)});
  CHECK(both.judged.size() == 2);
  CHECK(both.verdict.lineage.size() == 2);
  CHECK(check_of(both.verdict, "lineage").code == "ancestor-refused");
}

TEST_CASE("a base model named twice is judged once") {
  const auto name = "registry.example/acme/base@" + kGood;
  const auto twice = follow({artifact(name), artifact(name)});
  CHECK(twice.judged == std::vector{name});
  CHECK(twice.verdict.exit_code() == 0);
}

TEST_CASE("what is called like a base model and is no artifact does not stand for it") {
  const auto reference = "registry.example/acme/base@" + kBad;
  const aibom::NamedBase called{.name = reference, .purl = {}, .reference = {}};
  CHECK(follow({called}).verdict.exit_code() == 0);
  const auto both = follow({called, artifact(reference)});
  CHECK(both.judged == std::vector{reference});
  CHECK(check_of(both.verdict, "lineage").code == "ancestor-refused");
}
