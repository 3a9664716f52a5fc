// The statement of a signed model (OpenSSF Model Signing v1.0, §5 and §6.5): each file's digest,
// and how they were made.
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::oms {

inline constexpr std::string_view kPredicateType = "https://model_signing/signature/v1.0";
/// Of the reference implementation before 1.0; read, never written.
inline constexpr std::string_view kHistoricalType = "https://model_signing/Digests/v0.1";
/// Whether a bundle of this type is a model's signature.
bool is_model_signature(std::string_view predicate_type);

inline constexpr std::uint64_t kShardSize = 1'000'000'000;  // §6.3.2, the default
inline constexpr std::size_t kResources = 200'000;  // a shard for each gigabyte of 32,768 files

enum class Method { files, shards };
enum class HashType { sha256, blake2b, blake3 };
/// "sha256", "blake2b", "blake3".
std::string_view to_string(HashType type);
/// malformed: another word.
Result<HashType> parse_hash_type(std::string_view text);

/// How files became resources (§5.2.2).
struct Serialization {
  Method method = Method::files;
  HashType hash = HashType::sha256;
  std::uint64_t shard_size = kShardSize;  // of Method::shards
  bool allow_symlinks = false;
  std::vector<std::string> ignore_paths = {};
};

struct Resource {
  std::string name;  // a relative path; of a shard "path:begin:end" (§6.3.2)
  Bytes digest;
};

struct Statement {
  std::string model;  // for people: the directory's name when it was signed
  /// Over the resources' digests in their order (§6.5.1); of the historical form the digest of the
  /// first file, which is the first subject.
  Digest root;
  Serialization serialization;
  std::vector<Resource> resources;
  bool historical = false;
};

/// SHA-256 over the raw digests, one after the other.
Digest root_digest(const std::vector<Resource>& resources);

/// Sorts the resources by name (§6.4) and gives the bytes to sign. usage: no resource, or two of
/// one name.
Result<std::string> make_statement(const std::string& model, const Serialization& serialization,
                                   std::vector<Resource> resources);

/// malformed: not of this type, not exactly one subject, a root digest that is not that of the
/// resources, no resource, one that is there twice, a name that leads out of the model, a digest of
/// the wrong length or algorithm; too_large: over kResources. Their order is
/// left alone: the reference implementation sorts by path components.
Result<Statement> parse_statement(std::string_view payload);

/// The name of a shard, taken apart at its last two colons. malformed.
struct Shard {
  std::string path;
  std::uint64_t begin = 0, end = 0;
};
Result<Shard> parse_shard(std::string_view name);
std::string shard_name(std::string_view path, std::uint64_t begin, std::uint64_t end);

}  // namespace mpk::oms
