// What annotations of a workload ask for, and what they can't: none of them makes the gate milder.
#include "admit/demands.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace mpk;
using namespace mpk::admit;

namespace {

Json annotated(const Json& annotations) {
  return {{"kind", "Pod"}, {"metadata", {{"name", "p"}, {"annotations", annotations}}}};
}

std::string problem_of(const Json& annotations) {
  const auto demands = demands_of(annotated(annotations));
  REQUIRE(demands.problems.size() == 1);
  return demands.problems.front().pointer + " " + demands.problems.front().text;
}

policy::EvidenceItem signature(const std::string& subject, const std::string& issuer) {
  policy::EvidenceItem out;
  out.type = "signature";
  out.verified = true;
  out.identity = {.subject = subject, .issuer = issuer, .claims = {}};
  return out;
}

Demands signed_by_ci() { return {.signers = {{"ci", "https://i.example"}}}; }
Demands level_two() { return {.slsa_level = 2}; }

std::string code_of(const std::optional<Objection>& objection) {
  return objection ? objection->code : "none";
}

}  // namespace

TEST_CASE("annotations of others ask for nothing") {
  CHECK(demands_of(annotated({{"example.com/enforce", "true"}, {"mpk", "true"}})) == Demands());
  CHECK(demands_of(annotated(Json::object())) == Demands());
  for (const auto* text : {"null", "[]", "\"mpk/enforce\"", "1", R"({"metadata":null})",
                           R"({"metadata":{"annotations":[{"mpk/enforce":"true"}]}})",
                           R"({"spec":{"annotations":{"mpk/enforce":"true"}}})"}) {
    CAPTURE(text);
    CHECK(demands_of(json::parse(text).take()) == Demands());
  }
}

TEST_CASE("each annotation asks for its own") {
  CHECK(demands_of(annotated({{"mpk/require-digest", "true"}})).digest);
  CHECK(demands_of(annotated({{"mpk/require-rule", "true"}})).rule);
  CHECK(demands_of(annotated({{"mpk/pinned-agents", "true"}})).pinned_agents);
  CHECK(demands_of(annotated({{"mpk/enforce", "true"}})).enforce);
  CHECK(demands_of(annotated({{"mpk/slsa-level", "3"}})).slsa_level == 3);
  const auto two = demands_of(annotated(
      {{"mpk/certificate-identity", "ci"}, {"mpk/certificate-oidc-issuer", "https://i.example"}}));
  CHECK(two == signed_by_ci());
}

TEST_CASE("of an object and its templates all annotations count together") {
  const auto object = json::parse(R"({
    "metadata": {"annotations": {"mpk/slsa-level": "1", "mpk/enforce": "true"}},
    "spec": {"groups": [{"template": {"metadata": {"annotations": {
      "mpk/slsa-level": "2", "mpk/require-digest": "true",
      "mpk/certificate-identity": "b", "mpk/certificate-oidc-issuer": "i"}}}},
      {"template": {"metadata": {"annotations": {
      "mpk/certificate-identity": "a", "mpk/certificate-oidc-issuer": "i"}}}}]}})")
                          .take();
  CHECK(demands_of(object) ==
        Demands{
            .digest = true, .enforce = true, .slsa_level = 2, .signers = {{"a", "i"}, {"b", "i"}}});
}

TEST_CASE("what is not understood is a problem that names its place, never overlooked") {
  CHECK(problem_of({{"mpk/enforced", "true"}}) ==
        "/metadata/annotations/mpk~1enforced annotation mpk/enforced: not known; did you mean "
        "mpk/enforce?");
  CHECK(problem_of({{"mpk/skip-verification", "true"}}).ends_with(": not known"));
  CHECK(problem_of({{"mpk/require-digest", "false"}})
            .ends_with("found \"false\", expected \"true\"; annotations only tighten"));
  CHECK(problem_of({{"mpk/require-digest", true}}).find("found \"\"") != std::string::npos);
  for (const auto* level : {"0", "4", "", "12", "L3"}) {
    CAPTURE(level);
    CHECK(problem_of({{"mpk/slsa-level", level}}).ends_with("expected 1, 2 or 3"));
  }
  CHECK(problem_of({{"mpk/certificate-identity", "ci"}}).ends_with("need each other"));
  CHECK(problem_of({{"mpk/certificate-oidc-issuer", "i"}}).ends_with("need each other"));
}

TEST_CASE("the gate's options only become stricter") {
  GateOptions mild;
  mild.insecure_allow_tags = mild.pin = mild.warn = true;
  const auto strict =
      tightened(mild, {.digest = true, .rule = true, .pinned_agents = true, .enforce = true});
  CHECK_FALSE(strict.insecure_allow_tags);
  CHECK_FALSE(strict.pin);
  CHECK_FALSE(strict.warn);
  CHECK(strict.refuse_other_images);
  CHECK(strict.pinned_agents);

  GateOptions own;
  own.refuse_other_images = own.pinned_agents = true;
  const auto same = tightened(own, {});
  CHECK(same.refuse_other_images);
  CHECK(same.pinned_agents);
  CHECK_FALSE(same.warn);
  const auto still_mild = tightened(mild, level_two());
  CHECK(still_mild.pin);
  CHECK(still_mild.warn);
}

TEST_CASE("a demanded signer must have signed the artifact, by name and issuer") {
  policy::Verdict verdict;
  CHECK(code_of(objection_to(verdict, Demands())) == "none");
  CHECK(code_of(objection_to(verdict, signed_by_ci())) == "annotation-signer");
  verdict.evidence = {signature("ci", "https://i.example")};
  CHECK(code_of(objection_to(verdict, signed_by_ci())) == "none");
  verdict.evidence = {signature("ci", "https://other.example"),
                      signature("other", "https://i.example")};
  CHECK(code_of(objection_to(verdict, signed_by_ci())) == "annotation-signer");
  auto attestation = signature("ci", "https://i.example");
  attestation.type = "attestation";
  auto unproven = signature("ci", "https://i.example");
  unproven.verified = false;
  auto by_key = signature("ci", "https://i.example");
  by_key.key = "sha256:" + std::string(64, 'a');
  verdict.evidence = {attestation, unproven, by_key};
  CHECK(code_of(objection_to(verdict, signed_by_ci())) == "annotation-signer");
}

TEST_CASE("a demanded SLSA level is reached by itself and by higher ones") {
  policy::Verdict verdict;
  CHECK(code_of(objection_to(verdict, level_two())) == "annotation-slsa-level");
  for (const auto& [level, code] : {std::pair{"SLSA_BUILD_LEVEL_1", "annotation-slsa-level"},
                                    {"SLSA_BUILD_LEVEL_2", "none"},
                                    {"SLSA_BUILD_LEVEL_3", "none"},
                                    {"SLSA_SOURCE_LEVEL_3", "annotation-slsa-level"}}) {
    CAPTURE(level);
    verdict.provenance_facts["level"] = level;
    CHECK(code_of(objection_to(verdict, level_two())) == code);
  }
}
