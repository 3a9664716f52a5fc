// Lineage: pins of base models, and licences along the pedigree.
#include "model/lineage.hpp"

#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/license_rules.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::size_t kCommit = 40;  // hexadecimal digits of a commit on the hub

bool is_commit(std::string_view revision) {
  return revision.size() == kCommit &&
         revision.find_first_not_of("0123456789abcdefABCDEF") == revision.npos;
}

const std::string& id_of(const License& license) {
  return license.spdx_id.empty() ? license.name : license.spdx_id;
}

std::string ids(const std::vector<License>& licenses) {
  std::vector<std::string> out;
  for (const auto& each : licenses) {
    if (std::find(out.begin(), out.end(), id_of(each)) == out.end()) out.push_back(id_of(each));
  }
  return printable(join(out, ", "), 200);
}

/// Why no licence of `derived` can follow any of `base`: when one pair fits, or is not known to the
/// rules, nothing is said, for licences of one thing may be a choice between them.
template <class Conflict>
std::string conflict(const std::vector<License>& base, const std::vector<License>& derived,
                     Conflict judge) {
  std::string first;
  for (const auto& from : base) {
    for (const auto& to : derived) {
      auto why = judge(id_of(from), id_of(to));
      if (why.empty()) return {};
      if (first.empty()) first = std::move(why);
    }
  }
  return first;
}

void check_pin(const BaseModel& base, ModelInfo& info) {
  if (base.revision.empty() || !base.digest.empty() || is_commit(base.revision)) return;
  add_finding(info, Severity::low, "base-not-pinned", base.source,
              "base model " + printable(base.name, 100) + " is named at " +
                  printable(base.revision, 80) + ", which is no commit and may move",
              "name the commit of 40 digits, or the digest of the artifact");
}

void check_base_license(const BaseModel& base, std::size_t index, ModelInfo& info) {
  const bool declared = !base.licenses.empty();
  std::vector<License> own = base.licenses;
  if (!declared) {
    if (const auto family = family_license(base.name); !family.empty())
      own.push_back({.spdx_id = {}, .name = std::string(family), .url = {}, .source = {}});
  }
  // A conversion of a model changes nothing in the sense of CC's "adapted material".
  const bool changes = base.relation != "quantized";
  const auto why = conflict(own, info.licenses, [&](const auto& from, const auto& to) {
    return license_conflict(from, to, changes);
  });
  if (why.empty()) return;
  add_finding(info, declared ? Severity::medium : Severity::low, "license-incompatible",
              declared ? base.licenses.front().source : base.source,
              "base model " + printable(base.name, 100) + " is under " + ids(own) +
                  (declared ? "" : " as its family is") + ", this model under " +
                  ids(info.licenses) + ": " + why + " (/metadata/component/pedigree/ancestors/" +
                  std::to_string(index) + ")",
              "keep the base model's licence or choose one that it allows; this compares names of "
              "licences and is no legal advice");
}

void check_data_license(const Dataset& dataset, ModelInfo& info) {
  const bool learned_from =
      dataset.roles.empty() ||
      std::any_of(dataset.roles.begin(), dataset.roles.end(), [](const std::string& role) {
        return role == "training" || role == "fine-tuning";
      });
  if (!learned_from) return;
  const auto why = conflict(dataset.licenses, info.licenses, data_license_conflict);
  if (why.empty()) return;
  add_finding(info, Severity::low, "license-incompatible", dataset.source,
              "dataset " + printable(dataset.name, 100) + " is under " + ids(dataset.licenses) +
                  ", this model under " + ids(info.licenses) + ": " + why,
              "ask whoever owns the data, or say in the model's licence what may not be done; this "
              "compares names of licences and is no legal advice");
}

}  // namespace

std::vector<BaseModel> ordered_base_models(const ModelInfo& info) {
  auto out = info.base_models;
  std::sort(out.begin(), out.end(), [](const BaseModel& a, const BaseModel& b) {
    return std::tie(a.name, a.revision, a.relation, a.source) <
           std::tie(b.name, b.revision, b.relation, b.source);
  });
  const auto end = std::unique(out.begin(), out.end(), [](const BaseModel& a, const BaseModel& b) {
    return a.name == b.name && a.revision == b.revision;
  });
  out.erase(end, out.end());
  std::erase_if(out, [](const BaseModel& base) { return trim(base.name).empty(); });
  return out;
}

void check_lineage(ModelInfo& info) {
  const auto bases = ordered_base_models(info);
  for (std::size_t i = 0; i < bases.size(); ++i) {
    check_pin(bases[i], info);
    check_base_license(bases[i], i, info);
  }
  for (const auto& dataset : info.datasets) check_data_license(dataset, info);
  sort_findings(info);
}

}  // namespace mpk::model
