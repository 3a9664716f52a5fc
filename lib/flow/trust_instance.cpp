// Instances: from their directory, or from what is embedded.
#include "flow/trust_instance.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "sigstore/trusted_root.hpp"
#include "tuf/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <system_error>

namespace mpk::flow {
namespace {

constexpr std::size_t kRecord = 64U << 10;
constexpr const char* kTrustedRootTarget = "trusted_root.json";
constexpr const char* kSigningConfigV2 = "signing_config_rekor_v2.v0.2.json";
constexpr const char* kSigningConfig = "signing_config.v0.2.json";

const tuf::EmbeddedRepository* embedded(std::string_view name) {
  for (const auto& repository : tuf::embedded_repositories()) {
    if (repository.name == name) return &repository;
  }
  return nullptr;
}

// The embedded root.json alone, where nothing was updated.
std::vector<tuf::KeptRole> embedded_roles(const tuf::EmbeddedRepository& repository) {
  const auto set = tuf::TrustedSet::begin(repository.root, Timestamp());
  if (!set) return {};
  return {{"root", set->root().version, set->root().expires}};
}

TrustInstance embedded_public() {
  const auto& root = sigstore::embedded_trusted_root();
  return {.name = std::string(kPublicInstance),
          .source = TrustSource::embedded,
          .origin = std::string(root.origin),
          .since = std::string(root.date),
          .trusted_root = std::string(root.text),
          .signing_config = std::string(sigstore::embedded_signing_config().text)};
}

Result<ImportedTrust> parse_imported(const std::string& text) {
  const auto document = TRY(json::parse(text));
  const json::Field top(document);
  ImportedTrust out;
  out.imported = TRY(top.string("imported"));
  out.from = TRY(top.string("from"));
  out.trusted_root = TRY(top.string("trustedRoot"));
  out.signing_config = TRY(top.optional_string("signingConfig"));
  return out;
}

Error lost(const tuf::DirectoryStore& store, const std::string& name, const std::string& what) {
  const bool is_public = name == kPublicInstance;
  return {ErrorKind::usage,
          "what trust update kept is not whole: " + what + " is missing or can't be read",
          is_public ? "run mpk trust update, or remove " + store.directory().native() +
                          " to go back to the embedded trusted root"
                    : "run mpk trust update --instance " + name};
}

bool is_there(const tuf::DirectoryStore& store, const char* file) {
  std::error_code failure;
  return std::filesystem::exists(
      std::filesystem::symlink_status(store.directory() / file, failure));
}

// nullopt: nothing was updated. usage: something was, and is lost: older trust in its place would
// count keys that were given up since.
Result<std::optional<TrustInstance>> updated(const tuf::DirectoryStore& store,
                                             const std::string& name) {
  const auto root = first_root(store, name);
  if (!root) return std::optional<TrustInstance>();
  const auto kept = TRY(tuf::read_kept(store, *root));
  if (!kept && (is_there(store, kUpdateFile) || is_there(store, tuf::kTargetsInUse)))
    return lost(store, name, tuf::kTargetsInUse);
  if (!kept) return std::optional<TrustInstance>();
  auto trusted_root = tuf::read_kept_target(store, *kept, kTrustedRootTarget);
  if (!trusted_root || !*trusted_root) return lost(store, name, kTrustedRootTarget);
  const auto record = read_update_record(store);
  if (!record) return lost(store, name, kUpdateFile);
  auto config = TRY(tuf::read_kept_target(store, *kept, kSigningConfigV2));
  if (!config) config = TRY(tuf::read_kept_target(store, *kept, kSigningConfig));
  return std::optional(TrustInstance{.name = name,
                                     .source = TrustSource::updated,
                                     .origin = record->url,
                                     .since = record->updated,
                                     .trusted_root = **std::move(trusted_root),
                                     .signing_config = std::move(config),
                                     .kept_roles = kept->roles});
}

Result<TrustInstance> load_public(const tuf::DirectoryStore& store) {
  auto out = embedded_public();
  // An mpk that was built after the last update knows more than the update did.
  const auto record = read_update_record(store);
  if (record && record->updated.substr(0, out.since.size()) < out.since) return out;
  auto found = updated(store, out.name);
  if (!found && found.error().kind() == ErrorKind::usage)
    return std::move(found).error().with("instance " + out.name);
  if (!found) {
    out.warnings.push_back("what trust update kept does not hold (" + found.error().text() +
                           "); the embedded trusted root is used: run mpk trust update");
    return out;
  }
  if (*found) return **std::move(found);
  return out;
}

Error no_instance(const std::string& name) {
  const auto* known = embedded(name);
  return {ErrorKind::usage, "instance " + name + ": nothing is known of it",
          known != nullptr ? "run mpk trust update --" + name
                           : "mpk trust show lists the instances; mpk trust import adds one"};
}

}  // namespace

std::string_view to_string(TrustSource source) {
  switch (source) {
    case TrustSource::embedded:
      return "embedded";
    case TrustSource::updated:
      return "updated";
    case TrustSource::imported:
      return "imported";
  }
  return "embedded";
}

std::vector<tuf::KeptRole> TrustInstance::roles() const {
  const auto* known = source == TrustSource::embedded ? embedded(name) : nullptr;
  return known == nullptr ? kept_roles : embedded_roles(*known);
}

std::string TrustInstance::text() const {
  return std::string(to_string(source)) + " " + since + " from " + printable(origin, 200);
}

Result<void> check_instance_name(const std::string& name) {
  const auto alphanumeric = [](char c) { return is_lower(c) || is_digit(c); };
  const bool good = !name.empty() && name.size() <= 64 && alphanumeric(name.front()) &&
                    std::all_of(name.begin(), name.end(), [&](char c) {
                      return alphanumeric(c) || c == '.' || c == '_' || c == '-';
                    });
  if (good) return {};
  return Error(ErrorKind::usage, "\"" + printable(name, 80) + "\" is no name of an instance",
               "lower-case letters and digits, with '.', '_' and '-' between them");
}

Result<std::filesystem::path> instance_directory(const Env& env, std::string_view name) {
  const auto data = TRY(env.data_dir());
  return data / "trust" / name;
}

std::string write_imported(const ImportedTrust& imported) {
  Json out = {{"kind", "ImportedTrust"},
              {"imported", imported.imported},
              {"from", imported.from},
              {"trustedRoot", imported.trusted_root}};
  if (imported.signing_config) out["signingConfig"] = *imported.signing_config;
  return json::pretty(out);
}

std::string write_update_record(const UpdateRecord& record) {
  return json::pretty({{"kind", "TrustUpdateRecord"},
                       {"updated", record.updated},
                       {"url", record.url},
                       {"targetsUrl", record.targets_url}});
}

std::optional<UpdateRecord> read_update_record(const tuf::Store& store) {
  const auto text = store.read(kUpdateFile, kRecord);
  if (!text) return std::nullopt;
  const auto document = json::parse(*text);
  if (!document) return std::nullopt;
  const json::Field top(*document);
  auto time = top.string("updated");
  auto url = top.string("url");
  auto targets = top.string("targetsUrl");
  if (!time || !url || !targets) return std::nullopt;
  return UpdateRecord{time.take(), url.take(), targets.take()};
}

std::optional<std::string> first_root(const tuf::Store& store, std::string_view name) {
  if (const auto* known = embedded(name)) return std::string(known->root);
  return store.read(kChosenRootFile, tuf::limits::kRoot);
}

Result<TrustInstance> load_instance(const Env& env, const std::string& name) {
  const bool is_public = name == kPublicInstance;
  if (!is_public) TRY(check_instance_name(name));
  const auto directory = instance_directory(env, name);
  if (!directory && is_public) return embedded_public();  // no HOME
  if (!directory) return Error(directory.error());
  const tuf::DirectoryStore store(*directory);
  if (is_public) return load_public(store);
  if (const auto text = store.read(kImportedFile, 4 * limits::kTrustedRoot)) {
    auto imported = TRY(parse_imported(*text).with("instance " + name));
    return TrustInstance{.name = name,
                         .source = TrustSource::imported,
                         .origin = imported.from,
                         .since = imported.imported,
                         .trusted_root = std::move(imported.trusted_root),
                         .signing_config = std::move(imported.signing_config)};
  }
  if (is_there(store, kImportedFile)) {
    return Error(
        ErrorKind::usage,
        "instance " + name + ": " + kImportedFile + " can't be read, or others may write it",
        "run mpk trust import again");
  }
  auto found = TRY(updated(store, name).with("instance " + name));
  if (!found) return no_instance(name);
  return *std::move(found);
}

std::vector<ListedInstance> list_instances(const Env& env) {
  std::vector<std::string> names;
  std::error_code failure;
  if (const auto directory = instance_directory(env, "")) {
    for (std::filesystem::directory_iterator entry(*directory, failure), end;
         !failure && entry != end; entry.increment(failure)) {
      auto name = entry->path().filename().string();
      if (name != kPublicInstance && check_instance_name(name)) names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  names.insert(names.begin(), std::string(kPublicInstance));
  std::vector<ListedInstance> out;
  out.reserve(names.size());
  for (const auto& name : names) out.push_back({name, load_instance(env, name)});
  return out;
}

}  // namespace mpk::flow
