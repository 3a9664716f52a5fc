// SLSA verification summaries: written, read, and their levels compared.
#include "attest/vsa.hpp"

#include "attest/field_types.hpp"
#include "base/text.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace mpk::attest {
namespace {

constexpr std::string_view kFailed = "FAILED";
constexpr std::string_view kLevel = "_LEVEL_";

// SLSA_<TRACK>_LEVEL_<number>, or …_UNEVALUATED: then without a number.
struct TrackLevel {
  std::string_view track;
  std::optional<std::uint64_t> number;
};

std::optional<TrackLevel> track_level(std::string_view level) {
  constexpr std::string_view kPrefix = "SLSA_";
  const auto split = level.rfind(kLevel);
  if (!level.starts_with(kPrefix) || split == std::string_view::npos || split <= kPrefix.size())
    return std::nullopt;
  const TrackLevel out{.track = level.substr(0, split), .number = {}};
  const auto text = level.substr(split + kLevel.size());
  if (text == "UNEVALUATED") return out;
  const auto number = parse_u64(text);
  // "03" is no level that anybody defined: it equals itself only.
  if (!number || std::to_string(*number) != text) return std::nullopt;
  return TrackLevel{.track = out.track, .number = *number};
}

Result<std::vector<std::string>> read_levels(const json::Field& field) {
  std::vector<std::string> out;
  std::set<std::string, std::less<>> tracks;
  for (const auto& item : TRY(field.items())) {
    auto level = TRY(item.string());
    const auto known = track_level(level);
    if (known && !tracks.emplace(known->track).second)
      return item.error("a second level of the track " + printable(known->track, 80));
    out.push_back(std::move(level));
  }
  return out;
}

Result<VsaInput> read_input(const json::Field& field) {
  VsaInput out;
  out.uri = TRY(field.optional_string("uri")).value_or("");
  const auto member = TRY(field.at("digest"));
  const auto digests = TRY(read_digest_set(member));
  for (const char* algorithm : {"sha512", "sha384", "sha256"}) {
    const auto found = digests.find(algorithm);
    if (found == digests.end()) continue;
    auto digest = Digest::parse(found->first + ":" + found->second);
    if (!digest) return member.error(digest.error().message());
    out.digest = *digest;
  }
  return out;
}

Result<std::map<std::string, std::string>> read_texts(const json::Field& field) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : TRY(field.members())) out[name] = TRY(value.string());
  return out;
}

Result<void> read_policy(const json::Field& policy, Vsa& out) {
  out.policy_uri = TRY(policy.string("uri"));
  if (auto digest = TRY(policy.find("digest"))) out.policy_digest = TRY(read_digest_set(*digest));
  return {};
}

Result<bool> read_result(const json::Field& field) {
  const auto text = TRY(field.string());
  if (text == "PASSED") return true;
  if (text == kFailed) return false;
  return field.error("expected PASSED or FAILED, found \"" + printable(text, 40) + "\"");
}

}  // namespace

Json make_vsa(const Vsa& vsa) {
  Json verifier = {{"id", vsa.verifier_id}};
  if (!vsa.verifier_version.empty()) verifier["version"] = vsa.verifier_version;
  Json policy = {{"uri", vsa.policy_uri}};
  if (!vsa.policy_digest.empty()) policy["digest"] = vsa.policy_digest;
  Json out = {{"verifier", std::move(verifier)},
              {"resourceUri", vsa.resource_uri},
              {"policy", std::move(policy)},
              {"verificationResult", vsa.passed ? "PASSED" : kFailed},
              {"verifiedLevels", vsa.levels}};
  if (!vsa.passed && vsa.levels.empty()) out["verifiedLevels"] = Json::array({kFailed});
  if (vsa.time_verified) out["timeVerified"] = vsa.time_verified->text();
  for (const auto& input : vsa.inputs) {
    Json entry = Json::object();
    if (!input.uri.empty()) entry["uri"] = input.uri;
    if (input.digest)
      entry["digest"] = {{std::string(to_string(input.digest->algorithm())), input.digest->hex()}};
    out["inputAttestations"].push_back(std::move(entry));
  }
  if (vsa.dependency_levels) out["dependencyLevels"] = *vsa.dependency_levels;
  if (!vsa.slsa_version.empty()) out["slsaVersion"] = vsa.slsa_version;
  return out;
}

Result<Vsa> read_vsa(const Json& predicate) {
  const json::Field root(predicate);
  Vsa out;
  const auto verifier = TRY(root.at("verifier"));
  out.verifier_id = TRY(verifier.string("id"));
  if (auto version = TRY(verifier.find("version")))
    out.verifier_version = TRY(read_texts(*version));
  out.time_verified = TRY(root.optional_timestamp("timeVerified"));
  out.resource_uri = TRY(root.string("resourceUri"));
  TRY(read_policy(TRY(root.at("policy")), out));
  for (const auto& input : TRY(root.optional_items("inputAttestations")))
    out.inputs.push_back(TRY(read_input(input)));
  out.passed = TRY(read_result(TRY(root.at("verificationResult"))));
  out.levels = TRY(read_levels(TRY(root.at("verifiedLevels"))));
  if (auto levels = TRY(root.find("dependencyLevels"))) {
    auto& counts = out.dependency_levels.emplace();
    for (const auto& [level, count] : TRY(levels->members()))
      counts[level] = TRY(count.unsigned_integer());
  }
  out.slsa_version = TRY(root.optional_string("slsaVersion")).value_or("");
  return out;
}

bool reaches_level(const std::vector<std::string>& levels, std::string_view wanted) {
  const auto minimum = track_level(wanted);
  return std::ranges::any_of(levels, [&](const std::string& level) {
    if (level == wanted) return true;
    const auto has = track_level(level);
    // UNEVALUATED has no number: it neither implies a level nor is implied by one.
    return minimum && has && minimum->number && has->number && has->track == minimum->track &&
           *has->number >= *minimum->number;
  });
}

Result<void> check_own_level(std::string_view level) {
  // slsa.dev/spec/v1.2: the tracks' levels and the verified properties.
  constexpr std::array<std::string_view, 13> kKnown = {"SLSA_BUILD_LEVEL_0",
                                                       "SLSA_BUILD_LEVEL_1",
                                                       "SLSA_BUILD_LEVEL_2",
                                                       "SLSA_BUILD_LEVEL_3",
                                                       "SLSA_BUILD_LEVEL_UNEVALUATED",
                                                       "SLSA_BUILD_REPRODUCED",
                                                       "SLSA_SOURCE_LEVEL_0",
                                                       "SLSA_SOURCE_LEVEL_1",
                                                       "SLSA_SOURCE_LEVEL_2",
                                                       "SLSA_SOURCE_LEVEL_3",
                                                       "SLSA_SOURCE_LEVEL_4",
                                                       "SLSA_SOURCE_LEVEL_UNEVALUATED",
                                                       "SLSA_SOURCE_TWO_PARTY_REVIEWED"};
  const bool foreign =
      level.starts_with("SLSA_") && std::ranges::find(kKnown, level) == kKnown.end();
  if (!foreign && !level.empty() && level != kFailed && printable(level) == level) return {};
  return Error(ErrorKind::usage,
               "level \"" + printable(level, 80) + "\": " +
                   (foreign ? "SLSA defines no such level" : "not a level that one can reach"),
               "for example SLSA_BUILD_LEVEL_2 or a name of your own such as ACME_REVIEWED");
}

}  // namespace mpk::attest
