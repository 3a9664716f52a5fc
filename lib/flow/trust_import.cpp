// Trust import: read, checked, and kept as one file.
#include "flow/trust_import.hpp"

#include "base/limits.hpp"
#include "sigstore/signing_config.hpp"
#include "sigstore/trusted_root.hpp"

#include <initializer_list>
#include <system_error>
#include <utility>

namespace mpk::flow {
namespace {

constexpr unsigned kWaitSeconds = 10;

// The first of them that is in the directory.
Result<std::optional<std::string>> read_one(const std::filesystem::path& directory,
                                            std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    auto text = read_file(directory / name, limits::kTrustedRoot);
    if (text) return std::optional(text.take());
    if (text.error().kind() != ErrorKind::not_found) return std::move(text).error();
  }
  return std::optional<std::string>();
}

Result<ImportedTrust> from_text(const std::string& text) {
  if (auto parts = sigstore::parse_trust_config(text)) {
    return ImportedTrust{.trusted_root = std::move(parts->trusted_root),
                         .signing_config = std::move(parts->signing_config)};
  }
  return ImportedTrust{.trusted_root = text, .signing_config = std::nullopt};
}

Result<ImportedTrust> read_trust(const std::filesystem::path& from) {
  std::error_code failure;
  if (!std::filesystem::is_directory(from, failure)) {
    auto text = read_file(from, limits::kTrustedRoot);
    if (!text) return std::move(text).error().with_kind(ErrorKind::usage);
    return from_text(*text);
  }
  if (auto both = TRY(read_one(from, {"trust_config.json", "trust-config.json"})))
    return from_text(*both);
  auto root = TRY(read_one(from, {"trusted_root.json", "trusted-root.json"}));
  if (!root) {
    return Error(ErrorKind::usage,
                 from.string() + ": no trusted_root.json and no trust_config.json",
                 "name the file");
  }
  auto config = TRY(read_one(from, {"signing_config.json", "signing-config.json"}));
  return ImportedTrust{.trusted_root = *std::move(root), .signing_config = std::move(config)};
}

}  // namespace

Result<TrustInstance> import_trust(const Context& context, const std::string& name,
                                   const std::filesystem::path& from) {
  TRY(check_instance_name(name));
  const auto directory = TRY(instance_directory(context.env, name));
  const tuf::DirectoryStore current(directory);
  if (first_root(current, name)) {
    return Error(ErrorKind::usage, "instance " + name + " is kept up to date by TUF",
                 "import under another name");
  }
  auto imported = TRY(read_trust(from));
  TRY(sigstore::parse_trusted_root(imported.trusted_root).with(from.string()));
  if (imported.signing_config)
    TRY(sigstore::parse_signing_config(*imported.signing_config).with(from.string()));
  imported.imported = Timestamp::from_seconds(context.clock.now().seconds()).text();
  imported.from = from.string();

  auto opened = TRY(tuf::open_for_update(directory, kWaitSeconds, context.cancel));
  if (opened.not_kept) return Error(*opened.not_kept);
  TRY(opened.store->write(kImportedFile, write_imported(imported)));
  return load_instance(context.env, name);
}

}  // namespace mpk::flow
