// gate: each reference of an object to a reason, and the reasons to an answer.
#include "admit/gate.hpp"

#include "admit/demands.hpp"
#include "admit/limits.hpp"
#include "admit/wired_servers.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace mpk::admit {
namespace {

constexpr std::size_t kShownReasons = 5;
constexpr const char* kNoRule = "no-rule";
constexpr const char* kAnnotation = "annotation";
constexpr const char* kMcpServer = "mcp_server";

struct Reason {
  int code;
  std::string text;
};

// CRI-O mounts no artifact that is named by tag and digest, so no volume keeps its tag; the CSI
// driver takes nothing without one.
std::string pinned(const FoundReference& found, const oci::Reference& reference,
                   const std::string& digest) {
  auto name = found.text;
  const bool volume = found.kind == FoundReference::Kind::image_volume ||
                      found.kind == FoundReference::Kind::storage_uri;
  const auto tail = ":" + reference.tag.value_or("");
  if (volume && reference.tag && name.ends_with(tail)) name.resize(name.size() - tail.size());
  return name + "@" + digest;
}

std::string with_code(std::string text, const std::string& code) {
  return code.empty() ? std::move(text) : std::move(text) + " [" + code + "]";
}

class Gate {
 public:
  Gate(const ReviewRequest& request, const GateOptions& options, const Demands& demands,
       const policy::PolicyFile& policy, const VerifyReference& verify)
      : request_(request), options_(options), demands_(demands), policy_(policy), verify_(verify) {
    response_.uid = request.uid;
    // What is demanded anew is demanded of all.
    judges_all_ = request.operation != "UPDATE" || demands_of(request.old_object) != demands;
  }

  ReviewResponse run(const AnnounceReference& announce) {
    if (is_exempt()) return answer();
    for (const auto& problem : demands_.problems) {
      refuse({.pointer = problem.pointer,
              .status = kForbidden,
              .code = kAnnotation,
              .reason = with_code(problem.text, kAnnotation)});
    }
    const auto known = old_references();
    auto all = options_.table->find(request_.object);
    const bool too_many = all.size() > limits::kReferences;
    if (too_many) all.resize(limits::kReferences);
    std::vector<Place> places;
    for (const auto& found : all) {
      places.push_back(place_of(found));
      places.back().is_new = !known.contains({found.kind, found.text});
    }
    const auto wired = new_servers();
    const auto models = wired.empty() ? std::vector<oci::Reference>() : models_among(places);
    if (announce) {
      for (const auto& place : places) {
        if (place.is_new && place.is_asked()) announce(*place.found.reference);
      }
      for (const auto& model : models) announce(model);
    }
    for (const auto& place : places) {
      if (place.is_new) judge(place);
    }
    if (!wired.empty()) judge_servers(wired, models);
    if (too_many) {
      refuse({.status = kForbidden,
              .reason = "more than " + std::to_string(limits::kReferences) +
                        " references in one object"});
    }
    return answer();
  }

 private:
  bool is_exempt() {
    if (request_.operation != "CREATE" && request_.operation != "UPDATE") return true;
    if (options_.exempt_namespaces.contains(request_.name_space)) {
      response_.audit["exempt"] = "namespace " + request_.name_space;
      return true;
    }
    const auto& metadata = json::member(request_.object, "metadata");
    return request_.operation == "UPDATE" && !json::text(metadata, "deletionTimestamp").empty();
  }

  // With their kind: a container's image may pass where a volume's may not.
  std::set<std::pair<FoundReference::Kind, std::string>> old_references() const {
    std::set<std::pair<FoundReference::Kind, std::string>> out;
    if (judges_all_) return out;
    for (const auto& found : options_.table->find(request_.old_object))
      out.emplace(found.kind, found.text);
    return out;
  }

  void refuse(Finding finding) {
    auto subject = finding.kind == kMcpServer ? std::string("MCP server") : std::string();
    if (!finding.text.empty())
      subject += (subject.empty() ? "" : " ") + printable(finding.text, 300);
    if (!finding.pointer.empty())
      subject += (subject.empty() ? "(" : " (") + printable(finding.pointer, 200) + ")";
    reasons_.push_back({finding.status, (subject.empty() ? "" : subject + ": ") + finding.reason});
    response_.findings.push_back(std::move(finding));
  }

  static Finding finding_of(const FoundReference& found) {
    return {
        .kind = std::string(to_string(found.kind)), .pointer = found.pointer, .text = found.text};
  }

  void refuse(const FoundReference& found, int status, const std::string& text,
              const std::string& code = {}) {
    auto finding = finding_of(found);
    finding.status = status;
    finding.code = code;
    finding.reason = with_code(text, code);
    refuse(std::move(finding));
  }

  // The API server takes qualified names as keys, so a number stands for the place.
  void note(const FoundReference& found, const std::string& outcome) {
    response_.audit["reference-" + std::to_string(response_.audit.size())] =
        printable(found.pointer, 200) + " " + printable(found.text, 300) + ": " + outcome;
  }

  struct Place {
    const FoundReference& found;
    std::optional<Objection> objection;
    bool is_new = true;  // the old object has it not
    bool is_asked() const { return found.reference && !objection; }
  };

  Place place_of(const FoundReference& found) const {
    Place out{.found = found};
    if (found.reference) out.objection = objection_to(*found.reference, options_, policy_);
    return out;
  }

  // MCP servers that the old object has not.
  std::vector<WiredServer> new_servers() const {
    if (!options_.pinned_agents) return {};
    auto out = wired_servers(request_.object);
    if (judges_all_) return out;
    const auto list = wired_servers(request_.old_object);
    const std::set<WiredServer> old(list.begin(), list.end());
    std::erase_if(out, [&](const WiredServer& server) {
      return server.problem.empty() && old.contains(server);
    });
    return out;
  }

  // Whose pins count: those that the object names, also where they are no news; else the gate's
  // own.
  std::vector<oci::Reference> models_among(const std::vector<Place>& places) const {
    std::vector<oci::Reference> out;
    for (const auto& place : places) {
      if (place.is_asked()) out.push_back(*place.found.reference);
    }
    return out.empty() ? options_.agent_models : out;
  }

  void judge_servers(const std::vector<WiredServer>& servers,
                     const std::vector<oci::Reference>& models) {
    std::vector<policy::PinnedServer> pins;
    for (const auto& model : models) {
      const auto& verdict = verdict_of(model);
      if (!verdict || (*verdict)->outcome() == policy::Verdict::Outcome::undecided) {
        return refuse({.text = model.text(),
                       .status = kUnavailable,
                       .reason = "its pins could not be read: " +
                                 (verdict ? reason_of(**verdict) : verdict.error().text())});
      }
      if ((*verdict)->outcome() != policy::Verdict::Outcome::passed || !(*verdict)->servers)
        continue;
      pins.insert(pins.end(), (*verdict)->servers->begin(), (*verdict)->servers->end());
    }
    for (const auto& server : servers) {
      const auto why = not_pinned(server, pins);
      Finding finding{.kind = kMcpServer,
                      .pointer = server.pointer,
                      .text = server.name.empty() ? server.endpoint : server.name};
      if (why.empty()) {
        response_.findings.push_back(std::move(finding));
        continue;
      }
      finding.status = kForbidden;
      finding.code = "agent-not-pinned";
      finding.reason = with_code(printable(why, 300), finding.code);
      refuse(std::move(finding));
    }
  }

  void judge(const Place& place) {
    const auto& found = place.found;
    const auto& reference = found.reference;
    if (!reference) {
      return refuse(found, kForbidden,
                    std::string(to_string(found.kind)) + " is no reference to an artifact");
    }
    if (place.objection) return object(place);
    const auto& answer = verdict_of(*reference);
    if (!answer) return refuse(found, kUnavailable, answer.error().text());
    const auto& verdict = *answer;
    const auto digest = verdict->digest ? verdict->digest->text() : std::string("no digest");
    auto finding = finding_of(found);
    finding.digest = verdict->digest;
    if (admits(*verdict)) {
      if (const auto why = objection_to(*verdict, demands_)) {
        note(found, "refused " + digest);
        return refuse(found, kForbidden, why->text, why->code);
      }
      note(found, "passed " + digest);
      response_.findings.push_back(std::move(finding));
      if (options_.pin && !reference->digest) {
        response_.patches.push_back({.pointer = found.pointer,
                                     .value = pinned(found, *reference, digest),
                                     .expected = found.text});
      }
      return;
    }
    note(found, "refused " + digest);
    refuse_by(*verdict, finding);
    refuse(std::move(finding));
  }

  // Containers' images that no rule is about are another gate's.
  void object(const Place& place) {
    const auto& [text, code] = *place.objection;
    const bool image = place.found.kind == FoundReference::Kind::container;
    if (code == kNoRule && image && !options_.refuse_other_images) return;
    refuse(place.found, kForbidden, text, code);
  }

  const Result<std::shared_ptr<const policy::Verdict>>& verdict_of(
      const oci::Reference& reference) {
    const auto key = reference.text();
    auto at = verdicts_.find(key);
    if (at == verdicts_.end()) at = verdicts_.emplace(key, verify_(reference)).first;
    return at->second;
  }

  ReviewResponse answer() {
    response_.allowed = reasons_.empty() || options_.warn;
    if (reasons_.empty()) return std::move(response_);
    // A definite refusal beats what could not be decided: trying again would not help.
    const bool definite =
        std::ranges::any_of(reasons_, [](const Reason& r) { return r.code == kForbidden; });
    response_.code = definite ? kForbidden : kUnavailable;
    for (std::size_t i = 0; i < std::min(reasons_.size(), kShownReasons); ++i) {
      if (options_.warn) {
        response_.warnings.push_back("mpk: " + reasons_[i].text);
      } else {
        response_.message += (i == 0 ? "" : "; ") + reasons_[i].text;
      }
    }
    if (!options_.warn && reasons_.size() > kShownReasons)
      response_.message += "; and " + std::to_string(reasons_.size() - kShownReasons) + " more";
    if (!response_.allowed) response_.patches.clear();
    return std::move(response_);
  }

  const ReviewRequest& request_;
  const GateOptions& options_;
  const Demands& demands_;
  const policy::PolicyFile& policy_;
  const VerifyReference& verify_;
  bool judges_all_ = true;  // else what the old object has not
  ReviewResponse response_;
  std::vector<Reason> reasons_;
  std::map<std::string, Result<std::shared_ptr<const policy::Verdict>>> verdicts_;
};

}  // namespace

std::string Objection::with_code() const { return admit::with_code(text, code); }

std::optional<Objection> objection_to(const oci::Reference& reference, const GateOptions& options,
                                      const policy::PolicyFile& policy) {
  if (policy.rule_for(reference.name()) == nullptr)
    return Objection{"no rule of the policy is about it", kNoRule};
  if (reference.digest || options.pin || options.insecure_allow_tags) return std::nullopt;
  return Objection{"not pinned: a tag may name something else when it is pulled; name a digest",
                   "tag-not-pinned"};
}

bool admits(const policy::Verdict& verdict) {
  return verdict.outcome() == policy::Verdict::Outcome::passed && verdict.digest;
}

void refuse_by(const policy::Verdict& verdict, Finding& finding) {
  const auto* check = verdict.decisive();
  const bool undecided = verdict.outcome() == policy::Verdict::Outcome::undecided;
  finding.status = undecided ? kUnavailable : kForbidden;
  finding.code = check == nullptr ? "" : check->code;
  finding.reason = reason_of(verdict);
}

std::string reason_of(const policy::Verdict& verdict) {
  const auto* check = verdict.decisive();
  if (check == nullptr) return "nothing was proven";
  return with_code(check->label + ": " + check->message, check->code);
}

ReviewResponse judge_review(const ReviewRequest& request, const GateOptions& options,
                            const policy::PolicyFile& policy, const VerifyReference& verify,
                            const AnnounceReference& announce) {
  const auto demands = demands_of(request.object);
  if (demands == Demands()) return Gate(request, options, demands, policy, verify).run(announce);
  const auto stricter = tightened(options, demands);
  return Gate(request, stricter, demands, policy, verify).run(announce);
}

}  // namespace mpk::admit
