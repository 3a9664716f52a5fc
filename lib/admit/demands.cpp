// Demands: annotations to conditions.
#include "admit/demands.hpp"

#include "attest/vsa.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"
#include "json/pointer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace mpk::admit {
namespace {

constexpr std::string_view kAnnotations = "annotations";
constexpr std::string_view kPrefix = "mpk/";
constexpr std::string_view kIdentity = "certificate-identity";
constexpr std::string_view kIssuer = "certificate-oidc-issuer";
constexpr std::string_view kSlsaLevel = "slsa-level";

struct Switch {
  std::string_view name;
  bool Demands::* member;
};
constexpr std::array<Switch, 4> kSwitches{{{"require-digest", &Demands::digest},
                                           {"require-rule", &Demands::rule},
                                           {"pinned-agents", &Demands::pinned_agents},
                                           {"enforce", &Demands::enforce}}};

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto& each : kSwitches) out.emplace_back(each.name);
  for (const auto name : {kIdentity, kIssuer, kSlsaLevel}) out.emplace_back(name);
  return out;
}

// Where the walk is; the pointer is only written when somebody is told.
struct Step {
  const Step* up = nullptr;
  const std::string* key = nullptr;  // null in an array
  std::size_t index = 0;
};

std::string pointer_to(const Step& step) {
  if (step.up == nullptr) return {};
  return json::pointer_step(pointer_to(*step.up),
                            step.key == nullptr ? std::to_string(step.index) : *step.key);
}

class Reader {
 public:
  void walk(const Json& value, const Step& here) {
    if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i)
        walk(value[i], {.up = &here, .key = nullptr, .index = i});
      return;
    }
    const auto* members = value.get_ptr<const Json::object_t*>();
    if (members == nullptr) return;
    for (const auto& [key, member] : *members) {
      if (!member.is_structured()) continue;
      const Step at{.up = &here, .key = &key};
      if (key == "metadata") metadata(member, at);
      walk(member, at);
    }
  }

  Demands take() {
    std::ranges::sort(out_.signers);
    return std::move(out_);
  }

 private:
  void metadata(const Json& value, const Step& here) {
    const auto* list = json::member(value, kAnnotations).get_ptr<const Json::object_t*>();
    if (list == nullptr) return;
    const auto at = [&] { return json::pointer_step(pointer_to(here), kAnnotations); };
    Demands::Signer signer;
    for (const auto& [key, each] : *list) {
      if (!key.starts_with(kPrefix)) continue;
      annotation(key.substr(kPrefix.size()), json::text(each), json::pointer_step(at(), key),
                 signer);
    }
    if (signer.identity.empty() && signer.issuer.empty()) return;
    // Anybody may have the same name with another issuer.
    if (signer.identity.empty() || signer.issuer.empty()) {
      return problem(at(),
                     "annotations mpk/certificate-identity and mpk/certificate-oidc-issuer "
                     "need each other");
    }
    out_.signers.push_back(std::move(signer));
  }

  void annotation(const std::string& name, const std::string& value, const std::string& pointer,
                  Demands::Signer& signer) {
    const auto as_switch = std::ranges::find(kSwitches, name, &Switch::name);
    if (as_switch != kSwitches.end()) {
      if (value != "true") return wrong(name, value, "\"true\"; annotations only tighten", pointer);
      out_.*(as_switch->member) = true;
    } else if (name == kSlsaLevel) {
      if (value.size() != 1 || value < "1" || value > "3")
        return wrong(name, value, "1, 2 or 3", pointer);
      out_.slsa_level = std::max(out_.slsa_level, static_cast<unsigned>(value[0] - '0'));
    } else if (name == kIdentity || name == kIssuer) {
      if (value.empty()) return wrong(name, value, "who must have signed, exactly", pointer);
      (name == kIdentity ? signer.identity : signer.issuer) = value;
    } else {
      const auto known = names();
      const auto near = nearest(name, known);
      problem(pointer, "annotation mpk/" + printable(name, 100) + ": not known" +
                           (near.empty() ? "" : "; did you mean mpk/" + std::string(near) + "?"));
    }
  }

  void wrong(const std::string& name, const std::string& value, const std::string& expected,
             const std::string& pointer) {
    problem(pointer, "annotation mpk/" + name + ": found \"" + printable(value, 100) +
                         "\", expected " + expected);
  }

  void problem(const std::string& pointer, std::string text) {
    constexpr std::size_t kShown = 5;
    if (out_.problems.size() < kShown) out_.problems.push_back({pointer, std::move(text)});
  }

  Demands out_;
};

bool has_signed(const policy::Verdict& verdict, const Demands::Signer& signer) {
  return std::ranges::any_of(verdict.evidence, [&](const policy::EvidenceItem& item) {
    return item.type == "signature" && item.verified && item.key.empty() &&
           item.identity.subject == signer.identity && item.identity.issuer == signer.issuer;
  });
}

// Of the accepted provenance, or of the summary that stands in for it.
std::string reached(const policy::Verdict& verdict) {
  const auto found = verdict.provenance_facts.find("level");
  return found == verdict.provenance_facts.end() ? std::string() : found->second;
}

}  // namespace

Demands demands_of(const Json& object) {
  Reader reader;
  reader.walk(object, {});
  return reader.take();
}

GateOptions tightened(const GateOptions& options, const Demands& demands) {
  auto out = options;
  if (demands.digest) out.insecure_allow_tags = out.pin = false;
  if (demands.rule) out.refuse_other_images = true;
  if (demands.pinned_agents) out.pinned_agents = true;
  if (demands.enforce) out.warn = false;
  return out;
}

std::optional<Objection> objection_to(const policy::Verdict& verdict, const Demands& demands) {
  for (const auto& signer : demands.signers) {
    if (has_signed(verdict, signer)) continue;
    return Objection{"annotation mpk/certificate-identity: " + printable(signer.identity, 200) +
                         " (" + printable(signer.issuer, 200) + ") has not signed",
                     "annotation-signer"};
  }
  if (demands.slsa_level == 0) return std::nullopt;
  const auto level = reached(verdict);
  const auto wanted = "SLSA_BUILD_LEVEL_" + std::to_string(demands.slsa_level);
  if (!level.empty() && attest::reaches_level({level}, wanted)) return std::nullopt;
  return Objection{"annotation mpk/slsa-level: expected " + wanted + ", found " +
                       (level.empty() ? "no provenance with a level" : printable(level, 100)),
                   "annotation-slsa-level"};
}

}  // namespace mpk::admit
