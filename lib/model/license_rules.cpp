// The table of licences and the rules between their classes.
#include "model/license_rules.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace mpk::model {
namespace {

enum class Class { unknown, permissive, gpl, share_alike, non_commercial, no_derivatives, named };

struct Known {
  std::string_view id;  // lower case
  Class kind;
  std::string_view family;  // of copyleft and named licences
};

// Weak copyleft (MPL, EPL, EUPL, …) is not here: it reaches as far as files, and a model is one.
constexpr auto kLicenses = std::to_array<Known>({
    {"apache-2.0", Class::permissive, ""},
    {"mit", Class::permissive, ""},
    {"bsd-2-clause", Class::permissive, ""},
    {"bsd-3-clause", Class::permissive, ""},
    {"bsd-3-clause-clear", Class::permissive, ""},
    {"isc", Class::permissive, ""},
    {"0bsd", Class::permissive, ""},
    {"zlib", Class::permissive, ""},
    {"unlicense", Class::permissive, ""},
    {"bsl-1.0", Class::permissive, ""},
    {"ncsa", Class::permissive, ""},
    {"postgresql", Class::permissive, ""},
    {"afl-3.0", Class::permissive, ""},
    {"ecl-2.0", Class::permissive, ""},
    {"wtfpl", Class::permissive, ""},
    {"cc0-1.0", Class::permissive, ""},
    {"cc-by-2.0", Class::permissive, ""},
    {"cc-by-2.5", Class::permissive, ""},
    {"cc-by-3.0", Class::permissive, ""},
    {"cc-by-4.0", Class::permissive, ""},
    {"cdla-permissive-1.0", Class::permissive, ""},
    {"cdla-permissive-2.0", Class::permissive, ""},
    {"pddl-1.0", Class::permissive, ""},
    {"odc-by-1.0", Class::permissive, ""},
    {"gpl-2.0", Class::gpl, "gpl-2"},
    {"gpl-2.0-only", Class::gpl, "gpl-2-only"},
    {"gpl-2.0-or-later", Class::gpl, "gpl-2"},
    {"gpl-3.0", Class::gpl, "gpl-3"},
    {"gpl-3.0-only", Class::gpl, "gpl-3"},
    {"gpl-3.0-or-later", Class::gpl, "gpl-3"},
    {"agpl-3.0", Class::gpl, "agpl-3"},
    {"agpl-3.0-only", Class::gpl, "agpl-3"},
    {"agpl-3.0-or-later", Class::gpl, "agpl-3"},
    {"lgpl-2.1", Class::gpl, "lgpl"},
    {"lgpl-2.1-only", Class::gpl, "lgpl"},
    {"lgpl-2.1-or-later", Class::gpl, "lgpl"},
    {"lgpl-3.0", Class::gpl, "lgpl"},
    {"lgpl-3.0-only", Class::gpl, "lgpl"},
    {"lgpl-3.0-or-later", Class::gpl, "lgpl"},
    {"cc-by-sa-3.0", Class::share_alike, "3"},
    {"cc-by-sa-4.0", Class::share_alike, "4"},
    {"cc-by-nc-2.0", Class::non_commercial, ""},
    {"cc-by-nc-3.0", Class::non_commercial, ""},
    {"cc-by-nc-4.0", Class::non_commercial, ""},
    {"cc-by-nc-sa-2.0", Class::non_commercial, "sa"},
    {"cc-by-nc-sa-3.0", Class::non_commercial, "sa"},
    {"cc-by-nc-sa-4.0", Class::non_commercial, "sa"},
    {"cc-by-nd-4.0", Class::no_derivatives, ""},
    {"cc-by-nc-nd-3.0", Class::no_derivatives, "nc"},
    {"cc-by-nc-nd-4.0", Class::no_derivatives, "nc"},
    {"llama2", Class::named, "llama"},
    {"llama3", Class::named, "llama"},
    {"llama3.1", Class::named, "llama"},
    {"llama3.2", Class::named, "llama"},
    {"llama3.3", Class::named, "llama"},
    {"llama4", Class::named, "llama"},
    {"gemma", Class::named, "gemma"},
    {"openrail", Class::named, "rail"},
    {"openrail++", Class::named, "rail"},
    {"bigscience-openrail-m", Class::named, "rail"},
    {"creativeml-openrail-m", Class::named, "rail"},
    {"bigscience-bloom-rail-1.0", Class::named, "rail"},
    {"bigcode-openrail-m", Class::named, "rail"},
});

Known known(std::string_view id) {
  const auto word = lower_ascii(trim(id));
  const auto* found = std::find_if(kLicenses.begin(), kLicenses.end(),
                                   [&](const Known& each) { return each.id == word; });
  return found == kLicenses.end() ? Known{"", Class::unknown, ""} : *found;
}

// GPLv3 §13 and AGPLv3 §13, LGPLv3 §4; "gpl-2" without "only" may be followed by a later version.
bool gpl_allows(std::string_view base, const Known& derived) {
  if (derived.kind != Class::gpl) return false;
  if (base == "lgpl") return true;
  if (base == derived.family) return true;
  if (base == "gpl-2") {
    return derived.family == "gpl-2-only" || derived.family == "gpl-3" ||
           derived.family == "agpl-3";
  }
  if (base == "gpl-2-only") return derived.family == "gpl-2";
  return base == "gpl-3" && derived.family == "agpl-3";
}

// CC BY-SA 3.0 §4(b), 4.0 §3(b), and the list of compatible licences: 4.0 may become GPL-3.0.
bool share_alike_allows(const Known& base, const Known& derived) {
  if (derived.kind == Class::share_alike) return base.family <= derived.family;
  return base.family == "4" && derived.kind == Class::gpl && derived.family == "gpl-3";
}

}  // namespace

std::string license_conflict(std::string_view base_id, std::string_view derived_id, bool changes) {
  const auto base = known(base_id), derived = known(derived_id);
  if (base.kind == Class::no_derivatives && changes) return "it allows no derived work";
  if (base.kind == Class::unknown || derived.kind == Class::unknown) return {};
  switch (base.kind) {
    case Class::unknown:
    case Class::permissive:
      return {};
    case Class::gpl:
      return gpl_allows(base.family, derived) ? "" : "derived works keep its copyleft";
    case Class::share_alike:
      return share_alike_allows(base, derived) ? "" : "derived works are shared alike";
    case Class::non_commercial:
      if (derived.kind == Class::non_commercial && (base.family.empty() || derived.family == "sa"))
        return {};
      if (derived.kind == Class::no_derivatives && derived.family == "nc" && base.family.empty())
        return {};
      return base.family == "sa" ? "derived works stay non-commercial and are shared alike"
                                 : "derived works stay non-commercial";
    case Class::no_derivatives:
      if (base.family != "nc" || derived.kind == Class::non_commercial) return {};
      return derived.kind == Class::no_derivatives && derived.family == "nc"
                 ? ""
                 : "copies stay non-commercial";
    case Class::named:
      return derived.kind == Class::named && derived.family == base.family
                 ? ""
                 : "derived models keep its conditions";
  }
  return {};
}

std::string data_license_conflict(std::string_view data_id, std::string_view derived_id) {
  const auto data = known(data_id), derived = known(derived_id);
  const bool restricted = data.kind == Class::non_commercial ||
                          (data.kind == Class::no_derivatives && data.family == "nc");
  const bool open = derived.kind == Class::permissive || derived.kind == Class::gpl ||
                    derived.kind == Class::share_alike;
  return restricted && open ? "the data may not be used commercially" : "";
}

std::string_view family_license(std::string_view model) {
  struct Family {
    std::string_view start, license;
  };
  // The makers' own repositories only: a name under another owner says nothing.
  static constexpr auto kFamilies = std::to_array<Family>({
      {"meta-llama/llama-2-", "llama2"},
      {"meta-llama/meta-llama-3-", "llama3"},
      {"meta-llama/meta-llama-3.1-", "llama3.1"},
      {"meta-llama/llama-3.1-", "llama3.1"},
      {"meta-llama/llama-3.2-", "llama3.2"},
      {"meta-llama/llama-3.3-", "llama3.3"},
      {"meta-llama/llama-4-", "llama4"},
      {"google/gemma-2b", "gemma"},
      {"google/gemma-7b", "gemma"},
      {"google/gemma-2-", "gemma"},
      {"google/gemma-3-", "gemma"},
      {"bigscience/bloom", "bigscience-bloom-rail-1.0"},
      {"bigcode/starcoder", "bigcode-openrail-m"},
      {"compvis/stable-diffusion-v1-", "creativeml-openrail-m"},
  });
  const auto name = lower_ascii(model);
  for (const auto& family : kFamilies) {
    if (name.starts_with(family.start)) return family.license;
  }
  return {};
}

}  // namespace mpk::model
