// Evaluations as declarations (CycloneDX 1.6): who claims what of the model, on which evidence, and
// which requirement it answers; as definitions, the requirements.
#include "aibom/draft.hpp"
#include "aibom/lineage_parts.hpp"
#include "aibom/wording.hpp"
#include "model/evaluation.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace mpk::aibom {
namespace {

using model::EvaluationReport;
using Reports = std::vector<const EvaluationReport*>;

// By name: the order of options means nothing.
Reports ordered(const Draft& draft) {
  Reports out;
  for (const auto& each : draft.info.reports) out.push_back(&each);
  std::ranges::stable_sort(out, {}, [](const auto* each) -> const auto& { return each->source; });
  return out;
}

std::string number(std::size_t report) { return std::to_string(report + 1); }
std::string number(std::size_t report, std::size_t result) {
  return number(report) + "." + std::to_string(result + 1);
}

const char* reference_type(const EvaluationReport& report) {
  // Another's statement about the model is testimony, one's own is a measurement.
  return report.third_party ? "attestation" : "quality-metrics";
}

std::string side(const EvaluationReport::Result& result) {
  return (result.at_least ? "at least " : "at most ") + one_line(result.threshold);
}

std::string predicate(const EvaluationReport::Result& result) {
  auto out = one_line(result.metric) + " is " + one_line(result.value);
  for (const auto& [word, value] : {std::pair{" on ", &result.dataset},
                                    {", configuration ", &result.config},
                                    {", split ", &result.split},
                                    {", task ", &result.task}}) {
    if (!value->empty()) out += word + one_line(*value);
  }
  for (const auto& [name, value] : result.details)
    out += ", " + one_line(name) + " " + one_line(value);
  if (!result.threshold.empty()) out += "; expected " + side(result);
  const auto passed = model::verdict(result);
  if (passed) out += *passed ? "; passed" : "; did not pass";
  return one_line(out);
}

Json evidence(const EvaluationReport& report, const EvaluationReport::Document& document,
              std::string ref) {
  Json out = {{"bom-ref", std::move(ref)}, {"propertyName", "evaluation"}};
  auto harness = one_line(report.harness);
  if (!report.harness_version.empty()) harness += " " + one_line(report.harness_version);
  if (!harness.empty()) out["description"] = "measured with " + harness;
  if (!report.date.empty()) out["created"] = report.date;
  Json author = Json::object();
  if (auto name = one_line(report.evaluator.name); !name.empty()) author["name"] = name;
  if (auto email = one_line(report.evaluator.email); !author.empty() && !email.empty())
    author["email"] = email;
  if (!author.empty()) out["author"] = std::move(author);
  Json data = {{"name", one_line(report.source)}};
  if (const auto url = one_line(document.url, 2 * kNameLength); is_web_address(url))
    data["contents"] = {{"url", url}};
  out["data"] = Json::array({std::move(data)});
  return out;
}

Json conformance(const EvaluationReport::Result& result) {
  const bool passed = model::verdict(result).value_or(false);
  return {{"score", passed ? 1 : 0},
          {"rationale", one_line(result.metric) + " is " + one_line(result.value) + ", expected " +
                            side(result)}};
}

// Everything that one file claims.
class Claims {
 public:
  Claims(Draft& draft, Json& out) : draft_(draft), out_(out) {}

  void add(const EvaluationReport& report, std::size_t at) {
    std::string assessor;
    if (auto organization = organization_of(report.evaluator); !organization.empty()) {
      assessor = "assessor:" + number(at);
      Json one = {{"bom-ref", assessor},
                  {"thirdParty", report.third_party},
                  {"organization", std::move(organization)}};
      push("assessors", std::move(one), report.source);
    }
    const auto shared = "evidence:" + number(at);
    push("evidence", evidence(report, report.report, shared), report.source);
    Json map = Json::array();
    for (std::size_t i = 0; i < report.results.size() && claims_ < kListLength; ++i, ++claims_) {
      const auto& result = report.results[i];
      add_claim(report, result, number(at, i), shared);
      if (result.threshold.empty()) continue;
      map.push_back({{"requirement", "requirement:" + number(at, i)},
                     {"claims", Json::array({"claim:" + number(at, i)})},
                     {"conformance", conformance(result)}});
    }
    if (map.empty()) return;
    Json attestation = {{"summary", "Results of " + one_line(report.source)},
                        {"map", std::move(map)}};
    if (!assessor.empty()) attestation["assessor"] = assessor;
    push("attestations", std::move(attestation), report.source);
  }

 private:
  void add_claim(const EvaluationReport& report, const EvaluationReport::Result& result,
                 const std::string& id, const std::string& shared) {
    Json claim = {{"bom-ref", "claim:" + id},
                  {"target", std::string(kModelRef)},
                  {"predicate", predicate(result)},
                  {"evidence", Json::array({shared})}};
    auto link = reference_to(reference_type(report), result.report.url, result.report.digest);
    if (!link.empty()) {
      claim["evidence"] = Json::array({"evidence:" + id});
      claim["externalReferences"] = Json::array({std::move(link)});
      push("evidence", evidence(report, result.report, "evidence:" + id), report.source);
    }
    push("claims", std::move(claim), report.source);
  }
  void push(const char* list, Json value, const std::string& source) {
    auto& target = out_[list];
    if (!target.is_array()) target = Json::array();
    draft_.tiers.add(std::string("/declarations/") + list + "/" + std::to_string(target.size()),
                     model::Tier::declared, source);
    target.push_back(std::move(value));
  }

  Draft& draft_;
  Json& out_;
  std::size_t claims_ = 0;
};

}  // namespace

Json declarations(Draft& draft) {
  Json out = Json::object();
  Claims claims(draft, out);
  const auto reports = ordered(draft);
  for (std::size_t i = 0; i < reports.size(); ++i) claims.add(*reports[i], i);
  return out;
}

Json definitions(Draft& draft) {
  const auto reports = ordered(draft);
  Json standards = Json::array();
  std::size_t claims = 0;  // no more requirements than claims that answer them
  for (std::size_t at = 0; at < reports.size(); ++at) {
    const auto& report = *reports[at];
    Json requirements = Json::array();
    for (std::size_t i = 0; i < report.results.size() && claims < kListLength; ++i, ++claims) {
      const auto& result = report.results[i];
      if (result.threshold.empty()) continue;
      Json one = {{"bom-ref", "requirement:" + number(at, i)},
                  {"text", one_line(result.metric) + " is " + side(result)}};
      if (!result.id.empty()) one["identifier"] = one_line(result.id);
      if (!result.title.empty()) one["title"] = one_line(result.title);
      requirements.push_back(std::move(one));
    }
    if (requirements.empty()) continue;
    const auto& from = report.standard;
    Json standard = {{"bom-ref", "standard:" + number(at)},
                     {"name", from.name.empty() ? "Thresholds of " + one_line(report.source)
                                                : one_line(from.name)},
                     {"requirements", std::move(requirements)}};
    if (!from.version.empty()) standard["version"] = one_line(from.version);
    if (!from.owner.empty()) standard["owner"] = one_line(from.owner);
    if (auto link = reference_to("documentation", from.url, {}); !link.empty())
      standard["externalReferences"] = Json::array({std::move(link)});
    standards.push_back(std::move(standard));
  }
  if (standards.empty()) return Json::object();
  return {{"standards", std::move(standards)}};
}

Json report_references(Draft& draft) {
  Json out = Json::array();
  for (const auto* report : ordered(draft)) {
    auto link = reference_to(reference_type(*report), report->report.url, report->report.digest,
                             "evaluation");
    if (!link.empty() && std::find(out.begin(), out.end(), link) == out.end())
      out.push_back(std::move(link));
  }
  return out;
}

}  // namespace mpk::aibom
