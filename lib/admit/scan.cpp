// Scan: a dump to objects, and objects to what the gate says of them.
#include "admit/scan.hpp"

#include "admit/api_group.hpp"
#include "admit/limits.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"
#include "json/path.hpp"
#include "json/yaml_stream.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace mpk::admit {
namespace {

using Outcome = ScannedObject::Outcome;

constexpr std::string_view kList = "List";
constexpr std::size_t kAtOnce = 32;  // objects; more than verdicts, so that these never idle
constexpr std::chrono::hours kPatience{24};  // each verdict has a limit of its own

/// Takes the documents of one file apart.
class Taker {
 public:
  explicit Taker(std::string_view name) : name_(name) {}

  Result<void> take(Json&& document, std::string place, const json::YamlDocument* yaml) {
    place_ = std::move(place);
    yaml_ = yaml;
    return take(std::move(document), "$", "", "");
  }
  std::vector<Json> objects() && { return std::move(objects_); }

 private:
  Error error(const std::string& path, const std::string& message) const {
    const auto at = yaml_ == nullptr ? std::string(name_) : yaml_->where(name_, path);
    return Error(ErrorKind::malformed, at + ": " + place_ + path + ": " + message,
                 "expected is what kubectl get -o yaml or -o json prints");
  }

  // A stored object has a name, whatever its kind; a list has none.
  static bool is_list(const Json& value) {
    return json::text(value, "kind").ends_with(kList) &&
           (json::member(value, "items").is_array() || json::member(value, "items").is_null()) &&
           json::text(json::member(value, "metadata"), "name").empty();
  }

  // Items of a PodList have their kind from the list.
  Result<void> take(Json&& value, const std::string& path, std::string_view version,
                    std::string_view kind) {
    if (!value.is_object()) return error(path, "no object of Kubernetes");
    if (!value.contains("apiVersion") && !version.empty()) value["apiVersion"] = version;
    if (!value.contains("kind") && !kind.empty()) value["kind"] = kind;
    if (json::text(value, "apiVersion").empty()) return error(path, "apiVersion is missing");
    if (json::text(value, "kind").empty()) return error(path, "kind is missing");
    if (!is_list(value)) {
      objects_.push_back(std::move(value));
      return {};
    }
    if (!json::text(json::member(value, "metadata"), "continue").empty())
      return error(path, "the list goes on elsewhere (metadata.continue)");
    const auto list_kind = json::text(value, "kind");
    const auto list_version = json::text(value, "apiVersion");
    const auto item_kind = std::string_view(list_kind).substr(0, list_kind.size() - kList.size());
    const auto items = value.find("items");
    if (items == value.end() || items->is_null()) return {};
    for (std::size_t i = 0; i < items->size(); ++i) {
      TRY(take(std::move((*items)[i]), json::item_path(json::member_path(path, "items"), i),
               item_kind.empty() ? std::string_view() : list_version, item_kind));
    }
    return {};
  }

  std::string_view name_;
  std::string place_;
  const json::YamlDocument* yaml_ = nullptr;
  std::vector<Json> objects_;
};

/// Also what could not be decided is asked for once: a registry that is down is for all.
class AskedOnce {
 public:
  AskedOnce(Verdicts& verdicts, const std::shared_ptr<const Rules>& rules)
      : verdicts_(verdicts), rules_(rules) {}

  Verdicts::Asked ask(const oci::Reference& reference) {
    const auto key =
        reference.digest ? reference.with_digest(*reference.digest).text() : reference.text();
    const std::scoped_lock lock(mutex_);
    auto& asked = known_[key];
    if (!asked.valid()) asked = verdicts_.ask(reference, rules_);
    return asked;
  }

 private:
  Verdicts& verdicts_;
  const std::shared_ptr<const Rules>& rules_;
  std::mutex mutex_;
  std::map<std::string, Verdicts::Asked> known_;
};

ReviewRequest request_of(const Json& object) {
  const auto& metadata = json::member(object, "metadata");
  const auto& api_version = json::text(object, "apiVersion");
  ReviewRequest out;
  out.operation = "CREATE";
  out.group = group_of(api_version);
  out.version = out.group.empty() ? api_version : api_version.substr(out.group.size() + 1);
  out.kind = json::text(object, "kind");
  out.name = json::text(metadata, "name");
  out.name_space = json::text(metadata, "namespace");
  out.object = object;
  return out;
}

Outcome outcome_of(const ReviewResponse& response) {
  if (!response.allowed)
    return response.code == kUnavailable ? Outcome::undecided : Outcome::refused;
  return response.findings.empty() ? Outcome::none : Outcome::allowed;
}

ScannedObject judge(const Json& object, const Rules& rules, AskedOnce& asked) {
  const auto request = request_of(object);
  auto response = judge_review(
      request, rules.gate, *rules.request.policies,
      [&](const oci::Reference& reference) {
        return Verdicts::wait(asked.ask(reference), std::chrono::steady_clock::now() + kPatience);
      },
      [&](const oci::Reference& reference) { asked.ask(reference); });
  ScannedObject out{.api_version = json::text(object, "apiVersion"),
                    .kind = request.kind,
                    .name_space = request.name_space,
                    .name = request.name,
                    .uid = json::text(json::member(object, "metadata"), "uid"),
                    .outcome = outcome_of(response),
                    .findings = std::move(response.findings),
                    .message = std::move(response.message)};
  if (const auto exempt = response.audit.find("exempt");
      exempt != response.audit.end() && !rules.gate.table->find(object).empty()) {
    out.outcome = Outcome::exempt;
    out.message = exempt->second + " is exempt";
  }
  return out;
}

}  // namespace

Result<std::vector<Json>> objects_of(std::string_view text, std::string_view name) {
  Taker taker(name);
  if (trim(text).starts_with('{')) {
    auto document =
        json::parse(text, {.max_bytes = limits::kDumpBytes, .max_values = limits::kDumpValues});
    if (!document) return std::move(document).error().with(std::string(name));
    TRY(taker.take(document.take(), "", nullptr));
    return std::move(taker).objects();
  }
  auto documents = json::parse_yaml_stream(
      text, name, {.max_bytes = limits::kDumpBytes, .max_values = limits::kDumpValues});
  if (!documents)
    return std::move(documents).error().with_hint("kubectl get -o json prints what is read as is");
  std::size_t seen = 0;
  for (std::size_t i = 0; i < documents->size(); ++i) {
    const auto& document = (*documents)[i];
    if (document.value->is_null()) continue;
    ++seen;
    TRY(taker.take(Json(*document.value), "document " + std::to_string(i + 1) + ": ", &document));
  }
  // Whoever was to print them has failed, perhaps: that is no cluster in order.
  if (seen == 0) {
    return Error(ErrorKind::malformed, std::string(name) + ": no document in it",
                 "an empty cluster is a List without items");
  }
  return std::move(taker).objects();
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::none:
      return "none";
    case Outcome::exempt:
      return "exempt";
    case Outcome::allowed:
      return "allowed";
    case Outcome::refused:
      return "refused";
    case Outcome::undecided:
      return "undecided";
  }
  return "undecided";
}

std::size_t Scan::count(Outcome outcome) const {
  return static_cast<std::size_t>(std::ranges::count(objects, outcome, &ScannedObject::outcome));
}

int Scan::exit_code() const {
  if (count(Outcome::refused) > 0) return 1;
  return count(Outcome::undecided) > 0 ? 3 : 0;
}

Result<Scan> scan_objects(const std::vector<Json>& objects,
                          const std::shared_ptr<const Rules>& rules, Verdicts& verdicts,
                          const CancelToken& cancel) {
  AskedOnce asked(verdicts, rules);
  Scan out;
  out.objects.resize(objects.size());
  TRY(parallel_for(objects.size(), kAtOnce, cancel, [&](std::size_t i) -> Result<void> {
    out.objects[i] = judge(objects[i], *rules, asked);
    return {};
  }));
  // What was cut short looks undecided.
  TRY(cancel.check());
  return out;
}

}  // namespace mpk::admit
