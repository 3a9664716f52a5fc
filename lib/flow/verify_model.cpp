// Verifying a model: its signature first, then the files against what was signed.
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "flow/model_signing.hpp"
#include "flow/model_tree.hpp"
#include "oms/bundle_form.hpp"
#include "oms/compare.hpp"
#include "sigstore/bundle.hpp"

#include <utility>

namespace mpk::flow {
namespace {

constexpr std::size_t kDifferencesShown = 100;
constexpr std::size_t kIgnoredShown = 5;

policy::Check files_check(policy::CheckResult result, std::string message) {
  return {.id = "model.files", .label = "files", .result = result, .message = std::move(message)};
}

policy::Check difference_check(const oms::Difference& difference) {
  auto check = files_check(policy::CheckResult::fail, difference.message);
  check.code = "file-" + std::string(oms::to_string(difference.kind));
  check.exit_code = 1;
  if (difference.kind == oms::Difference::Kind::unsigned_file) {
    check.hint = "remove it, or accept it with --ignore-unsigned-files";
  }
  return check;
}

void report(const oms::Comparison& comparison, policy::Verdict& verdict) {
  const auto& differences = comparison.differences;
  for (std::size_t i = 0; i < differences.size() && i < kDifferencesShown; ++i) {
    verdict.checks.push_back(difference_check(differences[i]));
  }
  if (differences.size() > kDifferencesShown) {
    auto check = files_check(policy::CheckResult::fail,
                             counted(differences.size() - kDifferencesShown, "more file") +
                                 " differ from what was signed");
    check.code = "files-differ";
    check.exit_code = 1;
    verdict.checks.push_back(std::move(check));
  }
  if (!differences.empty()) return;
  auto message = counted(comparison.files, "file") + " as signed";
  if (comparison.not_judged > 0) {
    message += " · not looked at: " + counted(comparison.not_judged, "other signed file");
  }
  if (comparison.not_signed > 0) {
    message += " · ignored: " + counted(comparison.not_signed, "unsigned file");
  }
  verdict.checks.push_back(files_check(policy::CheckResult::pass, std::move(message)));
}

// Trouble with reading leaves the question open; a file that is no part of a model is a refusal.
void report(const Error& error, policy::Verdict& verdict) {
  auto check = files_check(policy::CheckResult::fail, error.text());
  check.code = std::string(to_string(error.kind()));
  check.hint = error.hint();
  check.exit_code = error.kind() == ErrorKind::io ? policy::kUndecided : 1;
  verdict.checks.push_back(std::move(check));
}

// "files as signed" must not read as "all files": anyone may have put something there.
void report_ignored(const std::vector<oms::IgnoredPath>& ignored, const std::string& signature,
                    policy::Verdict& verdict) {
  std::uint64_t files = 0;
  std::vector<std::string> names;
  for (const auto& each : ignored) {
    if (each.files == 0 || each.path == signature) continue;
    files += each.files;
    names.push_back(printable(each.path, 80));
  }
  if (names.empty()) return;
  std::string list;
  for (std::size_t i = 0; i < names.size() && i < kIgnoredShown; ++i)
    list += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kIgnoredShown) list += ", …";
  verdict.checks.push_back(
      {.id = "model.ignored",
       .label = "ignored",
       .result = policy::CheckResult::skip,
       .message = "not covered by the signature: " + counted(files, "file") + " (" + list + ")"});
}

Result<oms::Statement> read_statement(const ReadBundle& read, std::string& payload) {
  if (!read.bundle) return read.bundle.error();
  if (!read.bundle->envelope) {
    return Error(ErrorKind::malformed, "bundle signs bytes, not a model",
                 "a file's signature is verified with mpk verify FILE --bundle BUNDLE");
  }
  payload = read.bundle->envelope->payload;
  return oms::parse_statement(payload);
}

Result<void> compare_files(const Context& context, const std::filesystem::path& model,
                           const oms::Statement& statement, const ModelVerifying& options,
                           policy::Verdict& verdict) {
  auto rules = TRY(tree_rules(model, options.rules));
  const auto& recorded = statement.serialization;
  rules.allow_symlinks = rules.allow_symlinks || recorded.allow_symlinks;
  rules.ignore_paths.insert(rules.ignore_paths.end(), recorded.ignore_paths.begin(),
                            recorded.ignore_paths.end());
  for (auto& path : oms::signed_paths(statement)) rules.keep.insert(std::move(path));
  const auto tree = oms::list_tree(model, rules);
  if (!tree) {
    report(tree.error(), verdict);
    return {};
  }
  const auto signature =
      options.rules.signature ? oms::path_below(tree->root, *options.rules.signature) : "";
  const auto before = context.stats.bytes_read.load();
  const auto comparison = oms::compare(statement, *tree,
                                       {.ignore_unsigned_files = options.ignore_unsigned_files,
                                        .only = options.only,
                                        .hash = hash_options(context)});
  verdict.bytes_read += context.stats.bytes_read.load() - before;
  TRY(context.cancel.check());
  if (comparison) {
    report(*comparison, verdict);
    report_ignored(tree->ignored, signature, verdict);
  } else if (comparison.error().kind() == ErrorKind::usage) {
    return Error(comparison.error());
  } else {
    report(comparison.error(), verdict);
  }
  return {};
}

}  // namespace

bool is_model_bundle(const ReadBundle& read) {
  auto parsed = read.bundle;
  if (!parsed) {
    const auto modern = oms::modern_bundle(read.text);
    if (modern) parsed = sigstore::parse_bundle(*modern);
  }
  if (!parsed || !parsed->envelope) return false;
  const auto statement = attest::parse_statement(parsed->envelope->payload);
  return statement && oms::is_model_signature(statement->predicate_type);
}

Result<policy::Verdict> verify_model(const Context& context, const std::filesystem::path& model,
                                     const std::string& bundle, const VerifyRequest& request,
                                     const ModelVerifying& options) {
  const auto& name = model.native();
  const std::vector<ReadBundle> modern{ReadBundle(oms::modern_bundle(bundle).value_or(bundle))};
  std::string payload;
  const auto statement = read_statement(modern.front(), payload);
  if (!statement) {
    // What can't be read is judged as a bundle, which gives the verdict its frame.
    auto verdict = TRY(verify_bundle_file(
        context, modern, {.name = name, .digest = crypto::sha256(bundle)}, request));
    verdict.digest.reset();
    for (const auto& item : verdict.evidence) {
      if (!item.predicate_type.empty()) verdict.checks.clear();
    }
    if (verdict.checks.empty()) {
      auto check = files_check(policy::CheckResult::fail, statement.error().text());
      check.id = "model.statement";
      check.label = "statement";
      check.code = "statement-malformed";
      check.hint = statement.error().hint();
      check.exit_code = 13;
      verdict.checks.push_back(std::move(check));
    }
    return verdict;
  }
  auto asked = request;
  asked.historical_message = oms::historical_message(attest::kInTotoPayloadType, payload);
  auto verdict =
      TRY(verify_bundle_file(context, modern, {.name = name, .digest = statement->root}, asked));
  if (verdict.outcome() != policy::Verdict::Outcome::passed) {
    verdict.checks.push_back(
        files_check(policy::CheckResult::skip, "not compared: what was signed is not proven"));
    return verdict;
  }
  TRY(compare_files(context, model, *statement, options, verdict));
  return verdict;
}

}  // namespace mpk::flow
