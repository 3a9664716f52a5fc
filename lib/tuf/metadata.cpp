// TUF metadata: from a parsed envelope to values.
#include "tuf/metadata.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "crypto/hash.hpp"
#include "json/read.hpp"
#include "tuf/role_keys.hpp"

#include <array>

namespace mpk::tuf {
namespace {

Result<Common> read_common(const json::Field& top, std::string_view type) {
  const std::string found = TRY(top.string("_type"));
  if (found != type) {
    return top.error("expected _type \"" + std::string(type) + "\", found \"" +
                     printable(found, 40) + "\"");
  }
  const std::string spec = TRY(top.string("spec_version"));
  if (spec != "1" && !spec.starts_with("1.")) {
    return Error(ErrorKind::unsupported,
                 "$.spec_version: expected 1.x, found " + printable(spec, 20));
  }
  const auto version_field = TRY(top.at("version"));
  const auto version = TRY(version_field.integer());
  if (version < 1) return version_field.error("expected a number from 1");
  const auto expires_field = TRY(top.at("expires"));
  const auto expires = TRY(expires_field.timestamp());
  return Common{.version = static_cast<std::uint64_t>(version), .expires = expires};
}

Result<Hashes> read_hashes(const json::Field& field) {
  constexpr std::array<std::string_view, 3> kKnown = {"sha256", "sha512", "sha384"};
  Hashes out;
  for (const auto name : kKnown) {  // in this order: the first names the file
    const auto value = TRY(field.optional_string(name));
    if (!value) continue;
    auto digest = Digest::parse(std::string(name) + ":" + lower_ascii(*value));
    if (!digest) return field.error(std::string(name) + ": " + digest.error().message());
    out.push_back(digest.take());
  }
  if (out.empty()) return field.error("no hash by sha256, sha384 or sha512");
  return out;
}

Result<std::uint64_t> read_natural(const json::Field& field) {
  const auto value = TRY(field.integer());
  if (value < 0) return field.error("expected a number from 0");
  return static_cast<std::uint64_t>(value);
}

Result<MetaFile> read_meta_file(const json::Field& field) {
  MetaFile out;
  const auto version = TRY(field.at("version"));
  out.version = TRY(read_natural(version));
  if (out.version < 1) return version.error("expected a number from 1");
  if (const auto length = TRY(field.find("length"))) out.length = TRY(read_natural(*length));
  if (const auto hashes = TRY(field.find("hashes"))) out.hashes = TRY(read_hashes(*hashes));
  return out;
}

Result<RoleKeys> read_root_role(const json::Field& roles, std::string_view name) {
  const auto role = TRY(roles.at(name));
  return read_role_keys(role);
}

}  // namespace

Result<Root> parse_root(const Envelope& envelope) {
  const json::Field top(envelope.signed_part, "$.signed");
  Root out;
  static_cast<Common&>(out) = TRY(read_common(top, "root"));
  const auto consistent = TRY(top.optional_boolean("consistent_snapshot"));
  out.consistent_snapshot = consistent.value_or(false);
  const auto keys = TRY(top.at("keys"));
  out.keys = TRY(read_keys(keys));
  const auto roles = TRY(top.at("roles"));
  out.root = TRY(read_root_role(roles, "root"));
  out.timestamp = TRY(read_root_role(roles, "timestamp"));
  out.snapshot = TRY(read_root_role(roles, "snapshot"));
  out.targets = TRY(read_root_role(roles, "targets"));
  return out;
}

Result<TimestampRole> parse_timestamp(const Envelope& envelope) {
  const json::Field top(envelope.signed_part, "$.signed");
  TimestampRole out;
  static_cast<Common&>(out) = TRY(read_common(top, "timestamp"));
  const auto meta = TRY(top.at("meta"));
  const auto snapshot = TRY(meta.at("snapshot.json"));
  out.snapshot = TRY(read_meta_file(snapshot));
  return out;
}

Result<Snapshot> parse_snapshot(const Envelope& envelope) {
  const json::Field top(envelope.signed_part, "$.signed");
  Snapshot out;
  static_cast<Common&>(out) = TRY(read_common(top, "snapshot"));
  const auto meta = TRY(top.at("meta"));
  const auto members = TRY(meta.members());
  for (const auto& [name, field] : members) {
    auto file = TRY(read_meta_file(field));
    out.meta.emplace(name, std::move(file));
  }
  return out;
}

Result<Targets> parse_targets(const Envelope& envelope) {
  const json::Field top(envelope.signed_part, "$.signed");
  Targets out;
  static_cast<Common&>(out) = TRY(read_common(top, "targets"));
  const auto targets = TRY(top.at("targets"));
  const auto members = TRY(targets.members());
  for (const auto& [path, field] : members) {
    TargetFile file{.path = path};
    const auto length = TRY(field.at("length"));
    file.length = TRY(read_natural(length));
    // Others may use what mpk can't check; it is refused when it is asked for.
    const auto hashes = TRY(field.at("hashes"));
    if (!hashes.is_object()) return hashes.error("expected an object");
    if (auto known = read_hashes(hashes)) file.hashes = known.take();
    out.targets.emplace(path, std::move(file));
  }
  if (const auto delegations = TRY(top.find("delegations")))
    out.delegations = TRY(read_delegations(*delegations));
  return out;
}

Result<void> check_bytes(std::string_view bytes, std::optional<std::uint64_t> length,
                         const Hashes& hashes) {
  if (length && bytes.size() != *length) {
    return Error(ErrorKind::mismatch, "expected " + std::to_string(*length) + " bytes, found " +
                                          std::to_string(bytes.size()));
  }
  for (const auto& expected : hashes) {
    const auto found = crypto::hash(expected.algorithm(), as_bytes(bytes));
    if (found != expected) {
      return Error(ErrorKind::mismatch, "expected " + expected.text() + ", found " + found.text());
    }
  }
  return {};
}

std::string role_file_name(std::string_view role) { return percent_encode(role) + ".json"; }

}  // namespace mpk::tuf
