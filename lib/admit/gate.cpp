// gate: each reference of an object to a reason, and the reasons to an answer.
#include "admit/gate.hpp"

#include "admit/limits.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace mpk::admit {
namespace {

constexpr int kForbidden = 403;
constexpr int kUnavailable = 503;
constexpr int kUndecided = 3;
constexpr std::size_t kShownReasons = 5;

struct Reason {
  int code;
  std::string text;
};

const policy::Check* decisive(const policy::Verdict& verdict) {
  const auto code = verdict.exit_code();
  const auto found = std::ranges::find_if(verdict.checks, [&](const policy::Check& check) {
    return check.result == policy::CheckResult::fail && check.exit_code == code;
  });
  return found == verdict.checks.end() ? nullptr : &*found;
}

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

class Gate {
 public:
  Gate(const ReviewRequest& request, const GateOptions& options, const policy::PolicyFile& policy,
       const VerifyReference& verify)
      : request_(request), options_(options), policy_(policy), verify_(verify) {
    response_.uid = request.uid;
  }

  ReviewResponse run(const AnnounceReference& announce) {
    if (is_exempt()) return answer();
    const auto known = old_references();
    auto all = options_.table->find(request_.object);
    const bool too_many = all.size() > limits::kReferences;
    if (too_many) all.resize(limits::kReferences);
    std::erase_if(
        all, [&](const FoundReference& found) { return known.contains({found.kind, found.text}); });
    if (announce) {
      for (const auto& found : all) {
        const auto reference = parse(found);
        if (reference && policy_.rule_for(reference->name()) != nullptr && may_be_asked(*reference))
          announce(*reference);
      }
    }
    for (const auto& found : all) judge(found);
    if (too_many) {
      reasons_.push_back({kForbidden, "more than " + std::to_string(limits::kReferences) +
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
    if (request_.operation != "UPDATE") return out;
    for (const auto& found : options_.table->find(request_.old_object))
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

  static std::optional<oci::Reference> parse(const FoundReference& found) {
    auto reference = oci::Reference::parse(found.reference);
    if (found.reference.empty() || !reference || reference->kind != oci::Reference::Kind::registry)
      return std::nullopt;
    return reference.take();
  }

  bool may_be_asked(const oci::Reference& reference) const {
    return reference.digest || options_.pin || options_.insecure_allow_tags;
  }

  void judge(const FoundReference& found) {
    const auto reference = parse(found);
    if (!reference) {
      return refuse(found, kForbidden,
                    std::string(to_string(found.kind)) + " is no reference to an artifact");
    }
    if (policy_.rule_for(reference->name()) == nullptr) return unmatched(found);
    if (!may_be_asked(*reference)) {
      return refuse(found, kForbidden,
                    "not pinned: a tag may name something else when it is pulled; name a digest "
                    "[tag-not-pinned]");
    }
    const auto& answer = verdict_of(*reference);
    if (!answer) return refuse(found, kUnavailable, answer.error().text());
    const auto& verdict = *answer;
    const auto digest = verdict->digest ? verdict->digest->text() : std::string("no digest");
    if (verdict->outcome() == policy::Verdict::Outcome::passed && verdict->digest) {
      note(found, "passed " + digest);
      if (options_.pin && !reference->digest) {
        response_.patches.push_back({.pointer = found.pointer,
                                     .value = pinned(found, *reference, digest),
                                     .expected = found.text});
      }
      return;
    }
    note(found, "refused " + digest);
    refuse(found, verdict->exit_code() == kUndecided ? kUnavailable : kForbidden,
           reason_of(*verdict));
  }

  void unmatched(const FoundReference& found) {
    const bool image = found.kind == FoundReference::Kind::container;
    if (image && !options_.refuse_other_images) return;
    refuse(found, kForbidden, "no rule of the policy is about it [no-rule]");
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
  const policy::PolicyFile& policy_;
  const VerifyReference& verify_;
  ReviewResponse response_;
  std::vector<Reason> reasons_;
  std::map<std::string, Result<std::shared_ptr<const policy::Verdict>>> verdicts_;
};

}  // namespace

std::string reason_of(const policy::Verdict& verdict) {
  const auto* check = decisive(verdict);
  if (check == nullptr) return "nothing was proven";
  auto out = check->label + ": " + check->message;
  if (!check->code.empty()) out += " [" + check->code + "]";
  return out;
}

ReviewResponse judge_review(const ReviewRequest& request, const GateOptions& options,
                            const policy::PolicyFile& policy, const VerifyReference& verify,
                            const AnnounceReference& announce) {
  return Gate(request, options, policy, verify).run(announce);
}

}  // namespace mpk::admit
