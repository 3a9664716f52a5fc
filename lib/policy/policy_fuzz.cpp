// Fuzz entry: a policy file that is read asks for something that can be met; a refusal says where.
#include "base/bytes.hpp"
#include "json/lookup.hpp"
#include "json/yaml.hpp"
#include "policy/policy.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

// keyFile is taken from the policy's directory on: this one is not there.
constexpr std::string_view kFile = "/nonexistent/policy.yaml";

bool reads_elsewhere(const mpk::Json& value) {
  if (mpk::json::text(value, "keyFile").starts_with('/')) return true;
  return value.is_structured() && std::ranges::any_of(value, reads_elsewhere);
}

bool can_be_met(const mpk::policy::SignedBy& by, std::size_t own) {
  const auto among = by.signers.empty() ? own : by.signers.size();
  return by.threshold >= 1 && by.threshold <= among;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto text = as_text({data, size});
  const auto document = json::parse_yaml(text, kFile);
  if (document && reads_elsewhere(*document->value)) return 0;
  const auto file = policy::parse_policy(text, kFile);
  if (!file) {
    if (file.error().kind() != ErrorKind::usage) std::abort();
    if (!file.error().text().starts_with(kFile)) std::abort();
    return 0;
  }
  if (file->rules.empty() || file->rules.size() > size) std::abort();
  for (const auto& rule : file->rules) {
    const auto own = rule.signers.size();
    if (own == 0 || rule.threshold < 1 || rule.threshold > own) std::abort();
    if (rule.provenance) {
      const auto best = std::ranges::max(rule.provenance->builders, {}, &policy::Builder::level);
      if (rule.provenance->level > best.level) std::abort();
      if (!can_be_met(rule.provenance->signed_by, own)) std::abort();
    }
    if (rule.aibom && rule.aibom->signed_by && !can_be_met(*rule.aibom->signed_by, own))
      std::abort();
    if (rule.waivers && rule.waivers->signed_by.signers.empty()) std::abort();
  }
  return 0;
}
