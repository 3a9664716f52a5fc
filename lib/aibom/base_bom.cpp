// A base model's own document, read tolerantly: anybody may have written it.
#include "aibom/base_bom.hpp"

#include "aibom/lookup.hpp"
#include "aibom/page_parts.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "model/collect.hpp"
#include "model/forms.hpp"
#include "model/license.hpp"
#include "model/training.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace mpk::aibom {
namespace {

constexpr std::string_view kSerial = "urn:uuid:";

std::vector<model::License> licenses(const Json& component, const std::string& source) {
  std::vector<model::License> out;
  for (const auto& entry : items(member(component, "licenses"))) {
    const auto& license = member(entry, "license");
    const auto& id = text(license, "id");
    const auto& word = id.empty() ? text(license, "name") : id;
    if (!word.empty())
      out.push_back(model::license_from_huggingface(word, "", text(license, "url"), source));
  }
  return out;
}

std::string manifest_digest(const Json& component) {
  for (const auto& hash : items(member(component, "hashes"))) {
    if (text(hash, "alg") != "SHA-256") continue;
    if (auto digest = Digest::parse("sha256:" + lower_ascii(text(hash, "content"))))
      return digest->text();
  }
  return {};
}

std::string bom_link(const Json& bom) {
  const auto& serial = text(bom, "serialNumber");
  const auto& version = member(bom, "version");
  if (!serial.starts_with(kSerial) || !version.is_number_integer()) return {};
  return "urn:cdx:" + serial.substr(kSerial.size()) + "/" + version.dump();
}

std::set<std::string> names(const std::vector<model::License>& list) {
  std::set<std::string> out;
  for (const auto& each : list)
    out.insert(lower_ascii(each.spdx_id.empty() ? each.name : each.spdx_id));
  return out;
}

std::string joined(const std::vector<model::License>& list) {
  const auto all = names(list);
  return printable(join(std::vector<std::string>(all.begin(), all.end()), ", "), 200);
}

}  // namespace

Result<BaseBom> parse_base_bom(std::string_view text_of, std::string_view file) {
  const auto refuse = [&](const std::string& message) {
    return Error(ErrorKind::usage, std::string(file) + ": " + message,
                 "give the aiBOM of the base model, as mpk aibom create writes it");
  };
  const auto bom = json::parse(text_of);
  if (!bom) return refuse(bom.error().text());
  if (text(*bom, "bomFormat") != "CycloneDX") return refuse("not a CycloneDX document");
  const auto& model = subject(*bom);
  if (text(model, "type") != "machine-learning-model" || text(model, "name").empty())
    return refuse("describes no machine-learning model with a name");
  BaseBom out;
  out.name = full_name(model);
  out.source = model::source_name(file);
  out.digest = manifest_digest(model);
  out.link = bom_link(*bom);
  out.file_digest = crypto::sha256(text_of).text();
  out.licenses = licenses(model, out.source);
  return out;
}

void add_base_bom(const BaseBom& bom, model::ModelInfo& info) {
  auto& bases = info.base_models;
  auto found = std::find_if(bases.begin(), bases.end(), [&](const model::BaseModel& base) {
    return !base.digest.empty() && base.digest == bom.digest;
  });
  if (found == bases.end()) {
    found = std::find_if(bases.begin(), bases.end(), [&](const model::BaseModel& base) {
      return iequals_ascii(base.name, bom.name);
    });
  }
  if (found == bases.end() && !bases.empty()) {
    model::add_finding(info, model::Severity::medium, "base-aibom-contradicts", bom.source,
                       "describes " + printable(bom.name, 100) +
                           (bom.digest.empty() ? "" : " (" + bom.digest + ")") +
                           ", which is none of the base models",
                       "give the aiBOM of the base model, or name it in the training file");
    return;
  }
  if (found != bases.end() && !found->licenses.empty() && !bom.licenses.empty() &&
      names(found->licenses) != names(bom.licenses)) {
    model::add_finding(info, model::Severity::medium, "base-aibom-contradicts", bom.source,
                       "the licence of " + printable(bom.name, 100) + " is " +
                           joined(bom.licenses) + ", " + printable(found->source, 100) +
                           " declares " + joined(found->licenses),
                       "make both name the same licence");
  }
  model::BaseModel base{.name = found == bases.end() ? bom.name : found->name,
                        .relation = {},
                        .revision = {},
                        .source = bom.source};
  base.digest = bom.digest;
  base.licenses = bom.licenses;
  base.bom = bom.link;
  base.bom_digest = bom.link.empty() ? std::string() : bom.file_digest;
  model::merge_base_model(info, std::move(base));
}

}  // namespace mpk::aibom
