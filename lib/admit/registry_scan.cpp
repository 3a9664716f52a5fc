// Registry scan: places to tags, and tags to what the policy says of what they name.
#include "admit/registry_scan.hpp"

#include "base/glob.hpp"
#include "base/text.hpp"
#include "oci/catalog.hpp"
#include "oci/store.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace mpk::admit {
namespace {

using Outcome = ScannedObject::Outcome;

constexpr std::chrono::hours kPatience{24};  // each verdict has a limit of its own
constexpr std::size_t kAtOnce = 8;           // lists of tags

Error no_place(const std::string& where) {
  return Error(ErrorKind::usage,
               "\"" + printable(where, 200) + "\" is no place where artifacts are",
               "write HOST, HOST/REPO or HOST/GLOB, as in ghcr.io/acme/llm");
}

// The tags cosign makes of a digest: what is there belongs to the digest, and is judged with it.
bool is_attachment(std::string_view tag) {
  constexpr std::size_t kDigest = std::string_view("sha256-").size() + 64;
  if (!tag.starts_with("sha256-") || tag.size() <= kDigest) return false;
  const auto ending = tag.substr(kDigest);
  return ending == ".sig" || ending == ".att" || ending == ".sbom";
}

Result<std::vector<oci::Reference>> repositories(const flow::Context& context,
                                                 const std::string& where) {
  const auto slash = std::min(where.find('/'), where.size());
  const auto host = where.substr(0, slash);
  const auto path = slash < where.size() ? where.substr(slash + 1) : std::string("**");
  if (path.find_first_of("*?[") == std::string::npos) {
    auto one = oci::Reference::parse(where);
    if (!one || one->kind != oci::Reference::Kind::registry || one->tag || one->digest)
      return no_place(where);
    return std::vector{one.take()};
  }
  // Any repository will do to see whether this is a host.
  if (!oci::Reference::looks_like(host + "/a") || !oci::Reference::parse(host + "/a"))
    return no_place(where);
  const auto glob = TRY(Glob::parse(path).with("\"" + printable(where, 200) + "\""));
  std::vector<oci::Reference> out;
  const auto registry = host + "/";
  for (const auto& name :
       TRY(oci::list_repositories(host, context.transport, context.env,
                                  {.plain_http = context.plain_http, .cancel = context.cancel}))) {
    if (glob.matches(name)) out.push_back(TRY(oci::Reference::parse(registry + name)));
  }
  return out;
}

ScannedObject repository_object(const oci::Reference& repository) {
  ScannedObject out;
  out.kind = "Repository";
  out.name = repository.name();
  return out;
}

// Registries go on to list a repository whose last tag is gone.
Result<std::vector<std::string>> tags_of(const flow::Context& context,
                                         const oci::Reference& repository) {
  const auto store = TRY(flow::open_store(context, repository, {.mirrors = flow::Mirrors::none}));
  auto tags = store->tags();
  if (!tags && tags.error().kind() == ErrorKind::not_found) return std::vector<std::string>();
  if (tags) std::erase_if(*tags, is_attachment);
  return tags;
}

ScannedObject judged(const oci::Reference& reference, const Result<Verdicts::Shared>& answer) {
  Finding finding{.kind = "tag", .text = reference.text()};
  if (!answer) {
    finding.status = kUnavailable;
    finding.reason = answer.error().text();
  } else {
    finding.digest = (*answer)->digest;
    if (!admits(**answer)) refuse_by(**answer, finding);
  }
  ScannedObject out;
  out.kind = "Tag";
  out.name = reference.text();
  out.outcome = finding.status == 0              ? Outcome::allowed
                : finding.status == kUnavailable ? Outcome::undecided
                                                 : Outcome::refused;
  out.message = finding.reason;
  out.findings.push_back(std::move(finding));
  return out;
}

}  // namespace

Result<Tagged> find_tagged(const flow::Context& context, const std::string& where,
                           const policy::PolicyFile& policy) {
  const auto all = TRY(repositories(context, where));
  std::vector<std::optional<Result<std::vector<std::string>>>> tags(all.size());
  TRY(parallel_for(all.size(), kAtOnce, context.cancel, [&](std::size_t i) -> Result<void> {
    if (policy.rule_for(all[i].name()) != nullptr) tags[i] = tags_of(context, all[i]);
    return {};
  }));
  TRY(context.cancel.check());
  Tagged out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto object = repository_object(all[i]);
    if (!tags[i]) {
      out.others.push_back(std::move(object));
    } else if (!*tags[i]) {
      object.outcome = Outcome::undecided;
      object.message = tags[i]->error().text();
      object.findings.push_back({.kind = "repository",
                                 .text = object.name,
                                 .status = kUnavailable,
                                 .reason = object.message});
      out.others.push_back(std::move(object));
    } else {
      for (const auto& tag : **tags[i]) out.references.push_back(all[i].with_tag(tag));
    }
  }
  return out;
}

Result<std::vector<ScannedObject>> scan_references(const std::vector<oci::Reference>& references,
                                                   const std::shared_ptr<const Rules>& rules,
                                                   Verdicts& verdicts, const CancelToken& cancel) {
  std::vector<Verdicts::Asked> asked;
  asked.reserve(references.size());
  for (const auto& reference : references) asked.push_back(verdicts.ask(reference, rules));
  std::vector<ScannedObject> out;
  for (std::size_t i = 0; i < references.size(); ++i) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    out.push_back(judged(references[i], Verdicts::wait(asked[i], end)));
    TRY(cancel.check());
  }
  return out;
}

}  // namespace mpk::admit
