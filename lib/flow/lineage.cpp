// lineage: breadth first, each artifact once.
#include "flow/lineage.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "flow/signers.hpp"
#include "json/parse.hpp"
#include "oci/reference.hpp"

#include <nlohmann/json.hpp>

#include <deque>
#include <optional>
#include <set>
#include <utility>

namespace mpk::flow {
namespace {

constexpr std::size_t kMostAncestors = 64;

struct Waiting {
  aibom::NamedBase base;
  unsigned depth;
};

const std::string& name_of(const aibom::NamedBase& base) {
  return base.reference ? *base.reference : base.purl.empty() ? base.name : base.purl;
}

std::string shown(const aibom::NamedBase& base) { return printable(name_of(base), 300); }

class Walk {
 public:
  Walk(const policy::LineageRule& rule, const VerifyRequest& request, const JudgeOne& judge_one,
       policy::Verdict& verdict)
      : rule_(rule), request_(request), judge_one_(judge_one), verdict_(verdict) {}

  Result<void> run(std::vector<aibom::NamedBase> bases) {
    enqueue(std::move(bases), 1);
    while (!waiting_.empty()) {
      const auto next = std::move(waiting_.front());
      waiting_.pop_front();
      TRY(visit(next));
    }
    verdict_.checks.push_back(outcome());
    return {};
  }

 private:
  void enqueue(std::vector<aibom::NamedBase> bases, unsigned depth) {
    if (depth > rule_.depth) return;
    for (auto& base : bases) {
      if (!seen_.emplace(base.reference.has_value(), name_of(base)).second) continue;
      if (seen_.size() > kMostAncestors) {
        refuse("lineage-too-long", "more than " + std::to_string(kMostAncestors) + " base models",
               1);
        return;
      }
      waiting_.push_back({.base = std::move(base), .depth = depth});
    }
  }

  Result<void> visit(const Waiting& next) {
    const auto name = shown(next.base);
    auto reference = next.base.reference
                         ? oci::Reference::parse(*next.base.reference)
                         : Result<oci::Reference>(Error(ErrorKind::not_found, "no artifact"));
    if (!reference || reference->kind != oci::Reference::Kind::registry) {
      add(name, next.depth, "unresolved");
      if (!rule_.unresolved) {
        refuse("ancestor-unresolved",
               "base model " + name + " is not named by repository and digest of an artifact", 1);
      }
      return {};
    }
    auto request = for_reference(request_, *reference);
    if (!request.policy) {
      add(name, next.depth, "refused");
      refuse("ancestor-no-rule", "no rule of the policy is about base model " + name, 1);
      return {};
    }
    const bool last = next.depth == rule_.depth;
    auto judged = TRY(judge_one_(*reference, request, last ? FollowBases::no : FollowBases::yes));
    using Outcome = policy::Verdict::Outcome;
    const auto outcome = judged.verdict.outcome();
    add(name, next.depth, to_string(outcome));
    verdict_.bytes_read += judged.verdict.bytes_read;
    if (outcome != Outcome::passed) {
      const bool undecided = outcome == Outcome::undecided;
      const auto* check = judged.verdict.decisive();
      refuse(undecided ? "ancestor-undecided" : "ancestor-refused",
             "base model " + name + ": " +
                 (check == nullptr ? "nothing passed" : check->label + ": " + check->message),
             undecided ? policy::kUndecided : 1);
      return {};
    }
    ++passed_;
    enqueue(std::move(judged.bases), next.depth + 1);
    return {};
  }

  void add(const std::string& name, unsigned depth, std::string_view result) {
    verdict_.lineage.push_back({.reference = name, .depth = depth, .result = std::string(result)});
  }

  // A definite refusal beats what could not be decided.
  void refuse(const char* code, std::string message, int exit_code) {
    if (failure_ && (failure_->exit_code != policy::kUndecided || exit_code == policy::kUndecided))
      return;
    failure_ = policy::Check{.id = "lineage",
                             .label = "lineage",
                             .result = policy::CheckResult::fail,
                             .code = code,
                             .message = std::move(message),
                             .hint = "mpk verify on the base model shows all of it",
                             .exit_code = exit_code};
  }

  policy::Check outcome() {
    if (failure_) return *std::move(failure_);
    policy::Check check{.id = "lineage", .label = "lineage", .result = policy::CheckResult::pass};
    const auto unresolved = verdict_.lineage.size() - passed_;
    check.message = verdict_.lineage.empty() ? "the aibom names no base model"
                                             : counted(passed_, "base model") + " verified";
    if (unresolved > 0)
      check.message += " · " + std::to_string(unresolved) + " not an artifact, let pass";
    return check;
  }

  const policy::LineageRule& rule_;
  const VerifyRequest& request_;
  const JudgeOne& judge_one_;
  policy::Verdict& verdict_;
  std::deque<Waiting> waiting_;
  // Whole, as two may differ in what no screen shows; and a name that looks like a reference is
  // none.
  std::set<std::pair<bool, std::string>> seen_;
  std::size_t passed_ = 0;
  std::optional<policy::Check> failure_;
};

}  // namespace

std::vector<aibom::NamedBase> bases_of(const std::vector<const CheckedBundle*>& aiboms) {
  std::vector<aibom::NamedBase> out;
  for (const auto* bundle : aiboms) {
    const auto* statement = proven_statement(*bundle);
    if (statement == nullptr) continue;
    const auto bom = json::parse(statement->predicate, {.max_depth = 128});
    if (!bom) continue;
    for (auto& base : aibom::named_bases(*bom)) out.push_back(std::move(base));
  }
  return out;
}

FollowBases follows_bases(const VerifyRequest& request) {
  const bool asked = request.policy && request.policy->lineage && !request.predicate_type;
  return asked ? FollowBases::yes : FollowBases::no;
}

Result<void> check_lineage(const policy::LineageRule& rule, std::vector<aibom::NamedBase> bases,
                           const VerifyRequest& request, const JudgeOne& judge_one,
                           policy::Verdict& verdict) {
  return Walk(rule, request, judge_one, verdict).run(std::move(bases));
}

}  // namespace mpk::flow
