// TestRepository: a TUF repository in memory that signs, and the fetcher that serves it.
#pragma once

#include "base/encoding.hpp"
#include "base/time.hpp"
#include "crypto/hash.hpp"
#include "crypto/key.hpp"
#include "json/parse.hpp"
#include "tuf/canonical.hpp"
#include "tuf/fetcher.hpp"
#include "tuf/metadata.hpp"
#include "tuf/store.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::tuf::test {

inline const Timestamp kNow = Timestamp::parse("2026-11-21T12:00:00Z").take();
inline constexpr const char* kLater = "2026-12-21T12:00:00Z";
inline constexpr const char* kPast = "2026-11-20T12:00:00Z";

struct TestKey {
  std::string id;
  crypto::PrivateKey key;
  Json json() const {
    const Bytes& spki = key.public_key().spki();
    return {{"keytype", "ed25519"},
            {"scheme", "ed25519"},
            {"keyval", {{"public", hex_encode(BytesView(spki).last(32))}}}};
  }
  std::string sign(const std::string& message) const {
    return hex_encode(key.sign(as_bytes(message)).take());
  }
};

/// Serves `files`, and remembers what was asked for.
class TestFetcher final : public Fetcher {
 public:
  explicit TestFetcher(const std::map<std::string, std::string>& files) : files_(files) {}
  Result<std::optional<std::string>> fetch(const std::string& path, std::size_t cap) override {
    requests.push_back(path);
    if (fails == path) return Error(ErrorKind::network, path + ": the line broke");
    const auto found = files_.find(path);
    if (found == files_.end()) return std::optional<std::string>();
    if (found->second.size() > cap) return Error(ErrorKind::too_large, path + ": over the cap");
    return std::optional(found->second);
  }
  std::vector<std::string> requests;
  std::string fails;

 private:
  const std::map<std::string, std::string>& files_;
};

/// The signed parts may be changed freely between two calls of publish().
class TestRepository {
 public:
  TestRepository() {
    signed_["root"] = {{"_type", "root"}, {"consistent_snapshot", true}, {"keys", Json::object()}};
    for (const char* role : {"root", "timestamp", "snapshot", "targets"}) {
      signed_["root"]["roles"][role] = {{"keyids", Json::array()}, {"threshold", 1}};
      add_key(role);
    }
    signed_["timestamp"] = {{"_type", "timestamp"}, {"meta", Json::object()}};
    signed_["snapshot"] = {{"_type", "snapshot"}, {"meta", Json::object()}};
    signed_["targets"] = {{"_type", "targets"}, {"targets", Json::object()}};
    for (auto& [name, part] : signed_) complete(part);
    publish({"root", "targets", "snapshot", "timestamp"});
  }

  Json& part(const std::string& role) { return signed_[role]; }
  std::map<std::string, std::vector<TestKey>> signers;
  std::map<std::string, std::string> metadata, targets;  // as served
  bool with_hashes = false;

  TestKey new_key() {
    return {"key" + std::to_string(++keys_),
            crypto::PrivateKey::generate(crypto::KeyType::ed25519).take()};
  }
  /// One more key that signs a top-level role.
  void add_key(const std::string& role) {
    auto key = new_key();
    signed_["root"]["keys"][key.id] = key.json();
    signed_["root"]["roles"][role]["keyids"].push_back(key.id);
    signers[role].push_back(std::move(key));
  }
  void rotate(const std::string& role) {
    signed_["root"]["roles"][role]["keyids"] = Json::array();
    signers[role].clear();
    add_key(role);
  }
  /// `delegator` trusts `role`, by a new key, with `paths`.
  void delegate(const std::string& delegator, const std::string& role,
                const std::vector<std::string>& paths, bool terminating = false) {
    auto key = new_key();
    Json& delegations = signed_[delegator]["delegations"];
    delegations["keys"][key.id] = key.json();
    Json entry = {{"name", role},
                  {"keyids", Json::array({key.id})},
                  {"threshold", 1},
                  {"terminating", terminating},
                  {"paths", paths}};
    delegations["roles"].push_back(std::move(entry));
    signers[role].push_back(std::move(key));
    if (signed_.contains(role)) return;
    Json targets_part = {{"_type", "targets"}, {"targets", Json::object()}};
    complete(targets_part);
    signed_[role] = std::move(targets_part);
  }
  /// `delegator` divides all paths among 2^`bits` bins, all by one new key; one bin is there.
  void divide(const std::string& delegator, unsigned bits, const std::string& bin) {
    auto key = new_key();
    Json& delegations = signed_[delegator]["delegations"];
    delegations["keys"] = {{key.id, key.json()}};
    delegations["succinct_roles"] = {{"keyids", Json::array({key.id})},
                                     {"threshold", 1},
                                     {"bit_length", bits},
                                     {"name_prefix", bin.substr(0, bin.rfind('-'))}};
    signers[bin].push_back(std::move(key));
    Json targets_part = {{"_type", "targets"}, {"targets", Json::object()}};
    complete(targets_part);
    signed_[bin] = std::move(targets_part);
  }
  void add_target(const std::string& role, const std::string& path, const std::string& bytes) {
    const auto hex = crypto::sha256(std::string_view(bytes)).hex();
    signed_[role]["targets"][path] = {{"length", bytes.size()}, {"hashes", {{"sha256", hex}}}};
    const auto slash = path.rfind('/');
    const std::size_t base = slash == std::string::npos ? 0 : slash + 1;
    targets[path.substr(0, base) + hex + "." + path.substr(base)] = bytes;
  }

  /// Signs each role as its next version, and what lists it says so.
  void publish(const std::vector<std::string>& roles) {
    for (const auto& role : roles) {
      Json& part = signed_[role];
      if (published_.contains(role)) part["version"] = part["version"].get<int>() + 1;
      published_.insert({role, true});
      put(role, sign(role));
    }
  }
  /// The same version again.
  void publish_again(const std::string& role) { put(role, sign(role)); }
  std::string sign(const std::string& role) {
    Json envelope = {{"signed", signed_[role]}, {"signatures", Json::array()}};
    const auto message = canonical(signed_[role]).take();
    for (const auto& key : signers[role])
      envelope["signatures"].push_back({{"keyid", key.id}, {"sig", key.sign(message)}});
    return envelope.dump(1);
  }
  /// Serves these bytes as the current version of the role.
  void put(const std::string& role, const std::string& bytes) {
    const int version = signed_[role]["version"].get<int>();
    const std::string name = role_file_name(role);
    metadata[role == "timestamp" ? name : std::to_string(version) + "." + name] = bytes;
    Json meta = {{"version", version}};
    if (with_hashes) {
      meta["length"] = bytes.size();
      meta["hashes"]["sha256"] = crypto::sha256(std::string_view(bytes)).hex();
    }
    if (role == "snapshot") signed_["timestamp"]["meta"]["snapshot.json"] = meta;
    if (role != "root" && role != "timestamp" && role != "snapshot")
      signed_["snapshot"]["meta"][role + ".json"] = meta;
  }
  std::string root(int version) { return metadata[std::to_string(version) + ".root.json"]; }

 private:
  static void complete(Json& part) {
    part["version"] = 1;
    part["spec_version"] = "1.0.31";
    part["expires"] = kLater;
  }
  std::map<std::string, Json> signed_;
  std::map<std::string, bool> published_;
  int keys_ = 0;
};

/// The version of a role in a store; 0: it is not there.
inline int version_in(const Store& store, const std::string& role) {
  const auto text = store.read(role_file_name(role), 1U << 20);
  return text ? json::parse(*text).take()["signed"]["version"].get<int>() : 0;
}

}  // namespace mpk::tuf::test
