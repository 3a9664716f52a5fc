// Instances of Sigstore by name, and what this user has of each: embedded, updated or imported.
#pragma once

#include "base/env.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "tuf/embedded.hpp"
#include "tuf/kept.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::flow {

inline constexpr std::string_view kPublicInstance = "public";

/// Where trust is from, for reports.
enum class TrustSource { embedded, updated, imported };
std::string_view to_string(TrustSource source);

struct TrustInstance {
  std::string name;
  TrustSource source = TrustSource::embedded;
  std::string origin;                         // a file's name or a repository's address
  std::string since;                          // "2026-11-21" or with the time
  std::string trusted_root;                   // the file's text
  std::optional<std::string> signing_config;  // Rekor v2 first, where there are two
  std::vector<tuf::KeptRole> kept_roles;      // of what was updated
  std::vector<std::string> warnings;          // why something newer is not used
  /// The roles of TUF with their expiry: those that were kept, or the embedded root.json alone;
  /// none when imported. Reads and proves that root, which verification need not pay for.
  std::vector<tuf::KeptRole> roles() const;
  /// "updated 2026-11-21 22:04 UTC from https://…"
  std::string text() const;
};

/// A letter or digit, then up to 63 of them, '.', '_' and '-', all lower case. usage.
Result<void> check_instance_name(const std::string& name);

/// $XDG_DATA_HOME/mpk/trust/NAME: not the cache, for losing it would bring back older trust.
Result<std::filesystem::path> instance_directory(const Env& env, std::string_view name);

/// Opens no socket. "public": what `trust update` kept, proven again from the embedded root.json
/// and newer than the embedded trusted root; else the embedded one. So nothing that the environment
/// names can bring in another trusted root. Every other name is one that somebody gave on the
/// command line: "staging" as far as it was updated, or what was imported, or updated from a root
/// of one's own. usage: no such instance, or what an update kept is not whole any more; untrusted,
/// malformed, mismatch: what is there does not hold (of "public": a warning, and the embedded
/// one).
Result<TrustInstance> load_instance(const Env& env, const std::string& name);

/// "public" and every instance that is there, by name; those that can't be read as their error.
struct ListedInstance {
  std::string name;
  Result<TrustInstance> trust;
};
std::vector<ListedInstance> list_instances(const Env& env);

/// What is in an instance's directory, in its own words.
struct ImportedTrust {
  std::string imported, from;  // when, and the file's or directory's name
  std::string trusted_root;
  std::optional<std::string> signing_config;
};
struct UpdateRecord {
  std::string updated, url, targets_url;
};
inline constexpr const char* kImportedFile = "imported.json";
inline constexpr const char* kUpdateFile = "update.json";
inline constexpr const char* kChosenRootFile = "chosen_root.json";
std::string write_imported(const ImportedTrust& imported);
std::string write_update_record(const UpdateRecord& record);
std::optional<UpdateRecord> read_update_record(const tuf::Store& store);
/// The root.json that an instance's updates begin with: embedded, or the user's own choice.
std::optional<std::string> first_root(const tuf::Store& store, std::string_view name);

}  // namespace mpk::flow
