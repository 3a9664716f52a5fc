// gate: each reference of an object to a reason, and the reasons to an answer.
#include "admit/gate.hpp"

#include "admit/limits.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace mpk::admit {
namespace {

constexpr int kForbidden = 403;
constexpr int kUnavailable = 503;
constexpr std::size_t kShownReasons = 5;

struct Reason {
  int code;
  std::string text;
};

std::string why(const policy::Verdict& verdict) {
  const auto* check = verdict.decisive();
  if (check == nullptr) return "nothing was proven";
  auto out = check->label + ": " + check->message;
  if (!check->code.empty()) out += " [" + check->code + "]";
  return out;
}

class Gate {
 public:
  Gate(const ReviewRequest& request, const GateOptions& options, const policy::PolicyFile& policy,
       const VerifyReference& verify)
      : request_(request), options_(options), policy_(policy), verify_(verify) {
    response_.uid = request.uid;
  }

  ReviewResponse run() {
    if (!is_exempt()) {
      const auto known = old_references();
      const auto all = options_.table.find(request_.object);
      for (const auto& found : std::span(all).first(std::min(all.size(), limits::kReferences))) {
        if (!known.contains({found.kind, found.text})) judge(found);
      }
      if (all.size() > limits::kReferences) {
        reasons_.push_back({kForbidden, "more than " + std::to_string(limits::kReferences) +
                                            " references in one object"});
      }
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
    if (request_.operation != "UPDATE") return out;
    for (const auto& found : options_.table.find(request_.old_object))
      out.emplace(found.kind, found.text);
    return out;
  }

  void refuse(const FoundReference& found, int code, const std::string& text) {
    reasons_.push_back(
        {code, printable(found.text, 300) + " (" + printable(found.pointer, 200) + "): " + text});
  }

  // The API server takes qualified names as keys, so a number stands for the place.
  void note(const FoundReference& found, const std::string& outcome) {
    response_.audit["reference-" + std::to_string(response_.audit.size())] =
        printable(found.pointer, 200) + " " + printable(found.text, 300) + ": " + outcome;
  }

  void judge(const FoundReference& found) {
    auto reference = oci::Reference::parse(found.reference);
    if (found.reference.empty() || !reference ||
        reference->kind != oci::Reference::Kind::registry) {
      return refuse(found, kForbidden,
                    std::string(to_string(found.kind)) + " is no reference to an artifact");
    }
    if (policy_.rule_for(reference->name()) == nullptr) return unmatched(found);
    if (!reference->digest && !options_.pin && !options_.insecure_allow_tags) {
      return refuse(found, kForbidden,
                    "not pinned: a tag may name something else when it is pulled; name a digest "
                    "[tag-not-pinned]");
    }
    const auto& verdict = verdict_of(*reference);
    if (!verdict) {
      return refuse(found, kUnavailable, verdict.error().text());
    }
    const auto digest = verdict->digest ? verdict->digest->text() : std::string("no digest");
    if (verdict->outcome() == policy::Verdict::Outcome::passed && verdict->digest) {
      note(found, "passed " + digest);
      if (options_.pin && !reference->digest) {
        response_.patches.push_back(
            {.pointer = found.pointer, .value = found.text + "@" + digest, .expected = found.text});
      }
      return;
    }
    note(found, "refused " + digest);
    const bool undecided = verdict->outcome() == policy::Verdict::Outcome::undecided;
    refuse(found, undecided ? kUnavailable : kForbidden, why(*verdict));
  }

  void unmatched(const FoundReference& found) {
    const bool image = found.kind == FoundReference::Kind::container;
    if (image && !options_.refuse_other_images) return;
    refuse(found, kForbidden, "no rule of the policy is about it [no-rule]");
  }

  const Result<policy::Verdict>& verdict_of(const oci::Reference& reference) {
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
  const policy::PolicyFile& policy_;
  const VerifyReference& verify_;
  ReviewResponse response_;
  std::vector<Reason> reasons_;
  std::map<std::string, Result<policy::Verdict>> verdicts_;
};

}  // namespace

ReviewResponse judge_review(const ReviewRequest& request, const GateOptions& options,
                            const policy::PolicyFile& policy, const VerifyReference& verify) {
  return Gate(request, options, policy, verify).run();
}

}  // namespace mpk::admit
