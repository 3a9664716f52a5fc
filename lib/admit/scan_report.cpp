// Scan: its two documents, for programs and for Kubernetes' policy tools.
#include "admit/limits.hpp"
#include "admit/scan.hpp"
#include "base/text.hpp"
#include "report/openreports.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <utility>

namespace mpk::admit {
namespace {

using Outcome = ScannedObject::Outcome;

constexpr std::size_t kName = 253;  // RFC 1123, as Kubernetes takes it
// `kubectl apply` keeps the object in an annotation, and all annotations may have 256 KiB. It
// escapes what HTML would, so that there has to be room.
constexpr std::size_t kReportBytes = 128U << 10;

std::string shown(const std::string& text) { return printable(text, kName); }

std::string_view word(const Finding& finding) {
  if (finding.status == 0) return "passed";
  return finding.status == kUnavailable ? "undecided" : "refused";
}

std::string digest_text(const Finding& finding) {
  return finding.digest ? finding.digest->text() : "";
}

Json finding_json(const Finding& finding) {
  return {{"kind", finding.kind},
          {"pointer", printable(finding.pointer, limits::kMessageCharacters)},
          {"reference", printable(finding.text, limits::kMessageCharacters)},
          {"outcome", word(finding)},
          {"digest", digest_text(finding)},
          {"code", printable(finding.code, kName)},
          {"message", printable(finding.reason, limits::kMessageCharacters)}};
}

Json object_json(const ScannedObject& object) {
  Json references = Json::array();
  for (const auto& finding : object.findings) references.push_back(finding_json(finding));
  return {{"apiVersion", shown(object.api_version)},
          {"kind", shown(object.kind)},
          {"namespace", shown(object.name_space)},
          {"name", shown(object.name)},
          {"uid", shown(object.uid)},
          {"outcome", to_string(object.outcome)},
          {"references", std::move(references)},
          {"message", printable(object.message, limits::kMessageCharacters)}};
}

// What is empty is left out: no cluster has an object whose uid is "".
Json resource_of(const ScannedObject& object) {
  Json out = {{"apiVersion", shown(object.api_version)}, {"kind", shown(object.kind)}};
  for (const auto& [key, value] : {std::pair<const char*, const std::string&>{"name", object.name},
                                   {"namespace", object.name_space},
                                   {"uid", object.uid}}) {
    if (!value.empty()) out[key] = shown(value);
  }
  return out;
}

/// The reports of one namespace, or of what is in none.
class Reports {
 public:
  explicit Reports(std::string name_space) : name_space_(std::move(name_space)) {}

  void add(Json result) {
    const auto size = json::compact(result).size();
    if (size_ + size > kReportBytes) close();
    size_ += size;
    results_.push_back(std::move(result));
  }

  void close() {
    if (results_.empty()) return;
    ++number_;
    Json metadata = {{"name", number_ == 1 ? "mpk-scan" : "mpk-scan-" + std::to_string(number_)},
                     {"labels", {{"app.kubernetes.io/managed-by", "mpk"}}}};
    if (!name_space_.empty()) metadata["namespace"] = shown(name_space_);
    closed_.push_back(report::open_report(name_space_.empty() ? "ClusterReport" : "Report",
                                          std::move(metadata),
                                          std::exchange(results_, Json::array())));
    size_ = 0;
  }

  const std::vector<Json>& closed() const { return closed_; }

 private:
  std::string name_space_;
  std::size_t number_ = 0, size_ = 0;
  Json results_ = Json::array();
  std::vector<Json> closed_;
};

report::OpenResult result_of(const Finding& finding) {
  report::OpenResult out;
  out.rule = finding.kind == "mcp_server" ? "mcp-server" : "reference";
  out.result = finding.status == 0 ? "pass" : finding.status == kUnavailable ? "error" : "fail";
  out.severity = finding.status == 0 ? "info" : finding.status == kUnavailable ? "medium" : "high";
  out.message = finding.status == 0 ? "verified" : finding.reason;
  out.properties = {{"reference", finding.text},
                    {"kind", finding.kind},
                    {"pointer", finding.pointer},
                    {"digest", digest_text(finding)},
                    {"code", finding.code}};
  return out;
}

std::vector<report::OpenResult> results_of(const ScannedObject& object) {
  std::vector<report::OpenResult> out;
  for (const auto& finding : object.findings) out.push_back(result_of(finding));
  if (object.outcome == Outcome::exempt) {
    report::OpenResult skipped;
    skipped.rule = "reference";
    skipped.result = "skip";
    skipped.severity = "info";
    skipped.message = object.message;
    out.push_back(std::move(skipped));
  }
  return out;
}

}  // namespace

Json to_json(const Scan& scan, const policy::PolicyFile& policy) {
  Json objects = Json::array();
  for (const auto& object : scan.objects) {
    if (object.outcome != Outcome::none) objects.push_back(object_json(object));
  }
  Json summary = {{"objects", scan.objects.size()}};
  for (const auto outcome :
       {Outcome::allowed, Outcome::refused, Outcome::undecided, Outcome::exempt, Outcome::none})
    summary[std::string(to_string(outcome))] = scan.count(outcome);
  return {{"kind", "AdmitScan"},
          {"version", 1},
          {"policy", policy.digest.text()},
          {"objects", std::move(objects)},
          {"summary", std::move(summary)}};
}

Json openreports(const Scan& scan, const policy::PolicyFile& policy, Timestamp now) {
  std::map<std::string, Reports> by_namespace;
  for (const auto& object : scan.objects) {
    for (auto& result : results_of(object)) {
      result.policy = policy.name.empty() ? "mpk admit scan" : policy.name;
      result.category = "admission";
      result.properties["policyDigest"] = policy.digest.text();
      auto json = report::open_result(result, now);
      // A tag is no object of the cluster.
      if (!object.api_version.empty()) json["resources"] = Json::array({resource_of(object)});
      by_namespace.try_emplace(object.name_space, object.name_space)
          .first->second.add(std::move(json));
    }
  }
  Json items = Json::array();
  for (auto& [name, reports] : by_namespace) {
    reports.close();
    for (const auto& report : reports.closed()) items.push_back(report);
  }
  return {{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items)}};
}

}  // namespace mpk::admit
