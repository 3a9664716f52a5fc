// Policy cases: a form, read into bundles that count as verified, and judged like real ones.
#include "flow/policy_case.hpp"

#include "attest/predicate_type.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/key.hpp"
#include "flow/judge.hpp"
#include "flow/lineage.hpp"
#include "flow/signers.hpp"
#include "flow/summary.hpp"
#include "flow/verify.hpp"
#include "json/form.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"
#include "model/inspect.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
#include <utility>

namespace mpk::flow {
namespace {

using json::items;
using json::member;
using json::text;

const Result<json::Form>& form() {
  static const Result<json::Form> compiled =
      json::Form::compile(policy_cases_schema(), "docs/policy-test.md shows a whole file")
          .with("embedded schema of policy cases");
  return compiled;
}

using Pointer = Json::json_pointer;

// Of a list that is there, or would be made: nothing fills what is skipped.
bool leaves_gap(const Json& root, Pointer at) {
  for (; !at.empty(); at = at.parent_pointer()) {
    const auto& step = at.back();
    const auto parent = at.parent_pointer();
    const bool exists = root.contains(parent);
    if (exists && root.at(parent).is_object()) continue;
    const auto size = exists && root.at(parent).is_array() ? root.at(parent).size() : 0;
    std::size_t index = 0;
    const auto read = std::from_chars(step.data(), step.data() + step.size(), index);
    if (read.ptr == step.data() + step.size() && index > size) return true;
  }
  return false;
}

bool remove(Json& root, const Pointer& at) {
  if (at.empty() || !root.contains(at)) return false;
  auto& owner = root.at(at.parent_pointer());
  if (owner.is_array()) {
    owner.erase(static_cast<std::size_t>(std::stoul(at.back())));
  } else {
    owner.erase(at.back());
  }
  return true;
}

// nlohmann throws for what is no pointer, and for one that leads nowhere.
Result<void> change(const std::string& what, const std::string& pointer,
                    const std::function<bool(const Pointer&)>& apply) {
  std::optional<Pointer> at;
  try {
    at.emplace(pointer);
  } catch (const Json::exception&) {
    return Error(ErrorKind::usage,
                 what + ": " + printable(pointer, 200) + ": expected a JSON Pointer");
  }
  try {
    if (apply(*at)) return {};
  } catch (const Json::exception&) {  // told below
  }
  return Error(ErrorKind::usage, what + ": nothing is at " + printable(pointer, 200));
}

class Reader {
 public:
  Reader(const Json& root, std::filesystem::path directory)
      : root_(root), directory_(std::move(directory)) {}

  Result<PolicyCase> read(const Json& value) {
    PolicyCase out{.name = text(value, "name")};
    const auto fail = [&](Error error) {
      return std::move(error)
          .with("case \"" + printable(out.name, 100) + "\"")
          .with_kind(ErrorKind::usage);
    };
    auto read = fill(value, out);
    if (!read) return fail(std::move(read).error());
    return out;
  }

 private:
  Result<void> fill(const Json& value, PolicyCase& out) {
    const auto& policy =
        text(value, "policy").empty() ? text(root_, "policy") : text(value, "policy");
    if (!policy.empty()) out.policy = directory_ / policy;
    const auto& now = text(value, "now").empty() ? text(root_, "now") : text(value, "now");
    if (now.empty()) return Error(ErrorKind::usage, "no time: now is neither here nor in the file");
    out.now = TRY(Timestamp::parse(now).with("now"));
    now_ = out.now;
    out.deep = member(value, "deep") == true;
    out.artifact = TRY(
        artifact(value.contains("artifact") ? value.at("artifact") : member(root_, "artifact")));
    for (const auto& each : items(value, "evidence"))
      out.artifact.bundles.push_back(TRY(bundle(each, *out.artifact.reference.digest)));
    for (const auto& each : items(value, "others")) out.others.push_back(TRY(artifact(each)));
    const auto& expected = value.at("expect");
    out.result = text(expected, "result");
    if (expected.contains("exitCode")) out.exit_code = expected.at("exitCode").get<int>();
    if (expected.contains("codes")) {
      out.codes = expected.at("codes").get<std::vector<std::string>>();
      std::ranges::sort(*out.codes);
    }
    if (expected.contains("skipped"))
      out.skipped = expected.at("skipped").get<std::vector<std::string>>();
    return {};
  }

  Result<CaseArtifact> artifact(const Json& value) {
    auto name = text(value, "reference");
    if (name.empty()) name = "registry.example/acme/model:1.0";
    CaseArtifact out{.reference = TRY(oci::Reference::parse(name)), .layers = {}, .bundles = {}};
    const auto& digest = text(value, "digest");
    if (!digest.empty()) out.reference.digest = TRY(Digest::parse(digest));
    if (!out.reference.digest) out.reference.digest = crypto::sha256(name);
    for (const auto& each : items(value, "layers")) {
      const auto& path = text(each, "path");
      const auto& given = text(each, "digest");
      auto bytes = given.empty() ? crypto::sha256(path) : TRY(Digest::parse(given));
      out.layers.push_back({.descriptor = {.media_type = {}, .digest = std::move(bytes), .size = 0},
                            .path = path,
                            .kind = model::classify({.path = path}),
                            .encoding = modelpack::Encoding::raw});
    }
    for (const auto& each : items(value, "evidence"))
      out.bundles.push_back(TRY(bundle(each, *out.reference.digest)));
    return out;
  }

  Result<Json> predicate(const Json& value) const {
    Json out = value.contains("predicate") ? value.at("predicate") : Json::object();
    if (const auto& file = text(value, "predicateFile"); !file.empty()) {
      const auto content = TRY(read_file(directory_ / file, limits::kEvidence));
      out = TRY(json::parse(content, {.max_depth = 128}).with(file));
    }
    for (const auto& [pointer, what] : member(value, "set").items()) {
      TRY(change("set", pointer, [&](const Pointer& at) {
        if (leaves_gap(out, at)) return false;
        out[at] = what;
        return true;
      }));
    }
    for (const auto& each : items(value, "remove"))
      TRY(change("remove", text(each), [&](const Pointer& at) { return remove(out, at); }));
    return out;
  }

  Result<CheckedBundle> bundle(const Json& value, const Digest& artifact) {
    CheckedBundle out;
    out.predicate_type = TRY(attest::predicate_type_uri(text(value, "type")));
    out.digest = crypto::sha256("bundle " + std::to_string(++count_)).text();
    out.statement = json::compact(TRY(predicate(value)));
    const auto& given = text(value, "subject");
    const auto subject = given.empty() ? artifact : TRY(Digest::parse(given));
    auto problem = text(value, "problem");
    if (problem.empty() && subject != artifact) problem = "subject-mismatch";
    if (!problem.empty()) {
      out.report.steps.push_back({.id = "case",
                                  .result = sigstore::Step::Result::fail,
                                  .code = problem,
                                  .message = "does not verify: " + problem});
      return out;
    }
    out.report.verified = TRY(verified(value));
    auto& statement = out.report.verified->statement.emplace();
    statement.predicate_type = out.predicate_type;
    statement.predicate = out.statement;
    statement.subjects = {{.name = {}, .digest = {{"sha256", subject.hex()}}}};
    return out;
  }

  Result<sigstore::Verified> verified(const Json& value) const {
    const bool own = value.contains("identity") || value.contains("keyFile");
    const auto& signer = own ? value : member(root_, "signer");
    sigstore::Verified out;
    if (const auto& file = text(signer, "keyFile"); !file.empty()) {
      const auto pem = TRY(read_file(directory_ / file, limits::kToken));
      out.key = TRY(crypto::PublicKey::from_pem(pem).with(file)).fingerprint();
    } else if (!text(signer, "identity").empty()) {
      out.identity.subject = text(signer, "identity");
      out.identity.issuer = text(signer, "issuer");
      const auto& claims = value.contains("claims") ? value.at("claims") : member(signer, "claims");
      for (const auto& [name, claim] : claims.items()) out.identity.claims[name] = text(claim);
    } else {
      return Error(ErrorKind::usage,
                   "evidence by nobody: neither identity nor keyFile, nor a signer");
    }
    const bool timed = !value.contains("signedAt") || !text(value, "signedAt").empty();
    if (!timed) return out;
    const auto time = value.contains("signedAt")
                          ? TRY(Timestamp::parse(text(value, "signedAt")).with("signedAt"))
                          : now_.plus_seconds(-3600);
    out.times.push_back({.source = "tsa", .authority = "case", .time = time});
    return out;
  }

  const Json& root_;
  std::filesystem::path directory_;
  Timestamp now_;
  std::size_t count_ = 0;
};

Judged judge_artifact(const CaseArtifact& artifact, const VerifyRequest& request, Timestamp now,
                      FollowBases follow) {
  Judged out{.verdict = start_verdict(artifact.reference.text(), request),
             .bases = {},
             .bundles = artifact.bundles};
  const auto& digest = *artifact.reference.digest;
  out.verdict.digest = digest;
  if (takes_summary(request)) {
    auto check =
        judge_summary(*request.policy, artifact.bundles, resource_uri(artifact.reference), now);
    if (decide_by_summary(*request.policy, digest, std::move(check), out.verdict)) return out;
  }
  const aibom::ArchiveFiles no_archives;
  out.whole = true;
  const auto aiboms = judge(request,
                            {.manifest = digest,
                             .manifest_bytes = {},
                             .layers = artifact.layers,
                             .archives = no_archives,
                             .bundles = artifact.bundles},
                            now, out.verdict);
  if (follow == FollowBases::yes) out.bases = bases_of(aiboms);
  return out;
}

// A base model that no case describes is one that the registry has not.
Judged not_there(const oci::Reference& reference, const VerifyRequest& request) {
  Judged out{.verdict = start_verdict(reference.text(), request), .bases = {}, .bundles = {}};
  out.verdict.checks.push_back({.id = "reference",
                                .label = "reference",
                                .result = policy::CheckResult::fail,
                                .code = "not_found",
                                .message = "not among the case's artifacts",
                                .exit_code = 11});
  return out;
}

}  // namespace

Result<std::vector<PolicyCase>> read_policy_cases(std::string_view text, const std::string& file) {
  if (!form()) return Error(form().error()).with_kind(ErrorKind::internal);
  const auto root = TRY(form()->read(text, file));
  Reader reader(root, std::filesystem::path(file).parent_path());
  std::vector<PolicyCase> out;
  std::set<std::string> names;
  for (const auto& value : items(root, "cases")) {
    out.push_back(TRY(reader.read(value).with(file)));
    if (!names.insert(out.back().name).second) {
      return Error(ErrorKind::usage,
                   file + ": two cases are named \"" + printable(out.back().name, 100) + "\"");
    }
  }
  return out;
}

Result<policy::Verdict> run_policy_case(const std::shared_ptr<const policy::PolicyFile>& policies,
                                        const PolicyCase& one) {
  const sigstore::TrustedRoot nobody{{}, {}, {}, {}, {}, crypto::sha256("")};
  VerifyRequest request{.policies = policies, .trusted_root = nobody};
  request.deep = one.deep;
  const auto chosen = for_reference(request, one.artifact.reference);
  if (!chosen.policy) return no_rule(one.artifact.reference.text(), request);
  const auto follow = follows_bases(chosen);
  auto judged = judge_artifact(one.artifact, chosen, one.now, follow);
  if (follow == FollowBases::yes && judged.whole) {
    TRY(check_lineage(
        *chosen.policy->lineage, std::move(judged.bases), chosen,
        [&](const oci::Reference& reference, const VerifyRequest& ask,
            FollowBases follow_theirs) -> Result<Judged> {
          for (const auto& other : one.others) {
            if (other.reference.digest != reference.digest ||
                other.reference.name() != reference.name())
              continue;
            auto out = judge_artifact(other, ask, one.now, follow_theirs);
            waive(ask, out.bundles, one.now, out.verdict);
            return out;
          }
          return not_there(reference, ask);
        },
        judged.verdict));
  }
  waive(chosen, judged.bundles, one.now, judged.verdict);
  return std::move(judged.verdict);
}

std::vector<std::string> differences(const PolicyCase& one, const policy::Verdict& verdict) {
  std::vector<std::string> out;
  const auto differ = [&](const std::string& what, const std::string& expected,
                          const std::string& found) {
    if (expected != found) out.push_back(what + ": expected " + expected + ", found " + found);
  };
  differ("result", one.result, std::string(to_string(verdict.outcome())));
  if (one.exit_code)
    differ("exitCode", std::to_string(*one.exit_code), std::to_string(verdict.exit_code()));
  std::vector<std::string> codes, skipped;
  for (const auto& check : verdict.checks) {
    if (check.result == policy::CheckResult::fail) codes.push_back(check.code);
    if (check.result == policy::CheckResult::skip) skipped.push_back(check.code);
  }
  std::ranges::sort(codes);
  if (one.codes) differ("codes", "[" + join(*one.codes, ", ") + "]", "[" + join(codes, ", ") + "]");
  for (const auto& code : one.skipped) {
    if (std::ranges::find(skipped, code) == skipped.end())
      out.push_back("skipped: no skipped check has the code " + code);
  }
  return out;
}

}  // namespace mpk::flow
