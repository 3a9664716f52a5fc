// Statements of signed models: writing, and what both forms share.
#include "oms/statement.hpp"

#include "attest/statement.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::oms {

bool is_model_signature(std::string_view predicate_type) {
  return predicate_type == kPredicateType || predicate_type == kHistoricalType;
}

std::string_view to_string(HashType type) {
  switch (type) {
    case HashType::sha256:
      return "sha256";
    case HashType::blake2b:
      return "blake2b";
    case HashType::blake3:
      break;
  }
  return "blake3";
}

Result<HashType> parse_hash_type(std::string_view text) {
  for (const auto type : {HashType::sha256, HashType::blake2b, HashType::blake3}) {
    if (text == to_string(type)) return type;
  }
  return Error(ErrorKind::malformed,
               "\"" + printable(text, 40) + "\" is no hash type of a model signature",
               "expected sha256, blake2b or blake3");
}

Digest root_digest(const std::vector<Resource>& resources) {
  crypto::Hasher hasher;
  for (const auto& resource : resources) hasher.update(resource.digest);
  return hasher.finish();
}

Result<std::string> make_statement(const std::string& model, const Serialization& serialization,
                                   std::vector<Resource> resources) {
  if (resources.empty()) {
    return Error(ErrorKind::usage, model + ": no file to sign",
                 "a model signature needs at least one file that is not ignored");
  }
  std::ranges::sort(resources, {}, &Resource::name);
  const auto twin = std::ranges::adjacent_find(resources, {}, &Resource::name);
  if (twin != resources.end()) {
    return Error(ErrorKind::usage, printable(twin->name, 120) + ": there twice");
  }
  Json list = Json::array();
  for (const auto& resource : resources) {
    list.push_back({{"name", resource.name},
                    {"algorithm", std::string(to_string(serialization.hash))},
                    {"digest", hex_encode(resource.digest)}});
  }
  const bool sharded = serialization.method == Method::shards;
  Json how = {{"method", sharded ? "shards" : "files"},
              {"hash_type", std::string(to_string(serialization.hash))},
              {"allow_symlinks", serialization.allow_symlinks}};
  if (sharded) how["shard_size"] = serialization.shard_size;
  if (!serialization.ignore_paths.empty()) how["ignore_paths"] = serialization.ignore_paths;
  Json predicate = {{"serialization", std::move(how)}};
  predicate["resources"] = std::move(list);
  return attest::make_statement(
      {{.name = model, .digest = {{"sha256", root_digest(resources).hex()}}}}, kPredicateType,
      predicate);
}

Result<Shard> parse_shard(std::string_view name) {
  const auto refuse = [&] {
    return Error(ErrorKind::malformed,
                 printable(name, 120) + ": expected the name of a shard, PATH:BEGIN:END");
  };
  const auto last = name.rfind(':');
  const auto first = last == std::string_view::npos || last == 0 ? last : name.rfind(':', last - 1);
  if (first == std::string_view::npos || last == 0 || first == 0) return refuse();
  const auto begin = parse_u64(name.substr(first + 1, last - first - 1));
  const auto end = parse_u64(name.substr(last + 1));
  if (!begin || !end || *begin >= *end) return refuse();
  Shard out{std::string(name.substr(0, first)), *begin, *end};
  // "f:00:7" would be another name of the same bytes.
  if (shard_name(out.path, out.begin, out.end) != name) return refuse();
  return out;
}

std::string shard_name(std::string_view path, std::uint64_t begin, std::uint64_t end) {
  return std::string(path) + ":" + std::to_string(begin) + ":" + std::to_string(end);
}

}  // namespace mpk::oms
