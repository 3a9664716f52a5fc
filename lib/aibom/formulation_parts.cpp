// The components of a training run.
#include "aibom/formulation_parts.hpp"

#include "aibom/draft.hpp"
#include "aibom/lineage_parts.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/purl.hpp"
#include "aibom/wording.hpp"
#include "base/digest.hpp"

#include <fmt/core.h>

#include <set>
#include <utility>

namespace mpk::aibom {
namespace {

class Parts {
 public:
  // A thing that is there twice is one thing.
  std::string add(std::string ref, Json component) {
    if (refs_.insert(ref).second) {
      component["bom-ref"] = ref;
      out.components.push_back(std::move(component));
    }
    return ref;
  }
  RunParts out;

 private:
  std::set<std::string> refs_;
};

Json property(const std::string& name, std::string value) {
  return {{"name", own(kHardware) + name}, {"value", std::move(value)}};
}

void add_code(const model::TrainingRun& run, Parts& parts) {
  if (run.code_repository.empty()) return;
  const auto address = one_line(run.code_repository, 2 * kNameLength);
  auto plain = address;
  while (plain.ends_with('/')) plain.pop_back();
  auto name = plain.substr(plain.rfind('/') + 1);
  Json component = {{"type", "application"},
                    {"name", name.empty() ? address : name},
                    {"version", run.code_commit},
                    {"pedigree", {{"commits", Json::array({{{"uid", run.code_commit}}})}}}};
  if (auto link = reference_to("vcs", address, {}); !link.empty())
    component["externalReferences"] = Json::array({std::move(link)});
  parts.out.code = parts.add("code:" + address + "@" + run.code_commit, std::move(component));
}

void add_container(const model::TrainingRun& run, Parts& parts) {
  if (run.container_image.empty()) return;
  const auto image = one_line(run.container_image);
  Json component = {{"type", "container"}, {"name", image}};
  auto ref = "container:" + image;
  if (auto digest = Digest::parse(run.container_digest)) {
    component["hashes"] = Json::array({hash_of(*digest)});
    component["purl"] = artifact_purl(image + "@" + digest->text());
    ref += "@" + digest->text();
  }
  parts.out.container = parts.add(ref, std::move(component));
}

}  // namespace

RunParts run_parts(const model::TrainingRun& run) {
  Parts parts;
  add_code(run, parts);
  add_container(run, parts);
  for (const auto& each : run.frameworks) {
    const auto name = one_line(each.name), version = one_line(each.version);
    auto ref = "framework:" + name;
    ref.append("@").append(version);
    Json component = {{"type", "framework"}, {"name", name}, {"version", version}};
    if (!each.purl.empty()) component["purl"] = one_line(each.purl);
    parts.out.frameworks.push_back(parts.add(std::move(ref), std::move(component)));
  }
  std::size_t number = 0;
  for (const auto& each : run.hardware) {
    Json properties = Json::array();
    if (each.count) properties.push_back(property("count", std::to_string(*each.count)));
    if (each.hours) properties.push_back(property("hours", fmt::format("{}", *each.hours)));
    for (const auto& [name, value] :
         {std::pair{"provider", &each.provider}, {"region", &each.region}}) {
      if (!value->empty()) properties.push_back(property(name, one_line(*value)));
    }
    Json component = {{"type", "device"}, {"name", one_line(each.accelerator)}};
    if (!properties.empty()) component["properties"] = std::move(properties);
    // Two entries of one model are two groups of machines.
    parts.out.hardware.push_back(
        parts.add("device:" + std::to_string(++number), std::move(component)));
  }
  return std::move(parts.out);
}

}  // namespace mpk::aibom
