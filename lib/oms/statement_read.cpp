// Statements of signed models: reading v1.0 and the historical form.
#include "attest/statement.hpp"
#include "base/directory.hpp"
#include "base/encoding.hpp"
#include "crypto/blake2b.hpp"
#include "crypto/blake3.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oms/statement.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>
#include <set>

namespace mpk::oms {
namespace {

constexpr double kLargestWhole = 9007199254740992.0;  // 2^53: beyond, a double skips numbers

// The reference implementation writes it as a float, as its JSON comes out of a protobuf Struct.
Result<std::uint64_t> read_shard_size(const json::Field& field) {
  if (field.value().is_number_float()) {
    const double number = TRY(field.number());
    if (!(number >= 1 && number <= kLargestWhole) || std::floor(number) != number) {
      return field.error("expected a positive whole number");
    }
    return static_cast<std::uint64_t>(number);
  }
  const auto number = TRY(field.unsigned_integer());
  if (number == 0) return field.error("expected a positive whole number");
  return number;
}

Result<Serialization> read_serialization(const json::Field& field) {
  Serialization out;
  const auto method = TRY(field.string("method"));
  if (method == "shards") {
    out.method = Method::shards;
  } else if (method != "files") {
    return Error(ErrorKind::unsupported,
                 field.error("serialization by \"" + method + "\"").message(),
                 "expected files or shards");
  }
  out.hash = TRY(parse_hash_type(TRY(field.string("hash_type"))));
  const auto size = TRY(field.find("shard_size"));
  if (out.method == Method::shards) {
    if (!size) return field.error("missing \"shard_size\", required for shards");
    out.shard_size = TRY(read_shard_size(*size));
  } else if (size) {
    return size->error("not a member for method files");
  }
  const auto links = TRY(field.at("allow_symlinks"));
  out.allow_symlinks = TRY(links.boolean());
  out.ignore_paths = TRY(field.optional_strings("ignore_paths"));
  return out;
}

// "sha256", or what the reference implementation writes for shards: "sha256-sharded-1000000000".
bool names_algorithm(std::string_view text, const Serialization& serialization) {
  const std::string plain(to_string(serialization.hash));
  if (text == plain) return true;
  return serialization.method == Method::shards &&
         text == plain + "-sharded-" + std::to_string(serialization.shard_size);
}

std::size_t size_of(HashType type) {
  switch (type) {
    case HashType::sha256:
      return digest_size(DigestAlgorithm::sha256);
    case HashType::blake2b:
      return crypto::Blake2b::kSize;
    case HashType::blake3:
      break;
  }
  return crypto::Blake3::kSize;
}

Result<Bytes> read_digest(const json::Field& field, HashType type) {
  const auto text = TRY(field.string());
  auto bytes = hex_decode(text);
  if (!bytes || hex_encode(*bytes) != text || bytes->size() != size_of(type)) {
    return field.error("expected a " + std::string(to_string(type)) + " digest in lower-case hex");
  }
  return bytes;
}

// A file on its own had the name "." in the reference implementation.
Result<void> check_path(const json::Field& field, const std::string& path, bool alone) {
  if (alone && path == ".") return {};
  const auto safe = safe_relative_path(path);
  if (!safe) return field.error("not a path in a model: " + safe.error().message());
  return {};
}

Result<std::vector<Resource>> read_resources(const json::Field& predicate,
                                             const Serialization& serialization) {
  const auto items = TRY(predicate.items("resources"));
  if (items.empty()) return predicate.error("resources is empty");
  if (items.size() > kResources) {
    return Error(ErrorKind::too_large, "more than " + std::to_string(kResources) + " resources");
  }
  std::vector<Resource> out;
  std::set<std::string> names;
  for (const auto& item : items) {
    Resource resource;
    const auto name = TRY(item.at("name"));
    resource.name = TRY(name.string());
    std::string path = resource.name;
    if (serialization.method == Method::shards) {
      const auto shard = parse_shard(resource.name);
      if (!shard) return name.error(shard.error().message());
      path = shard->path;
    }
    TRY(check_path(name, path, items.size() == 1));
    const auto algorithm = TRY(item.string("algorithm"));
    if (!names_algorithm(algorithm, serialization)) {
      return item.error("algorithm is \"" + algorithm + "\", not the statement's hash_type");
    }
    resource.digest = TRY(read_digest(TRY(item.at("digest")), serialization.hash));
    if (!names.insert(resource.name).second) return name.error("there twice");
    out.push_back(std::move(resource));
  }
  return out;
}

Result<Statement> read_current(const attest::Statement& statement, const json::Field& top) {
  if (statement.subjects.size() != 1) {
    return top.error("expected one subject, found " + std::to_string(statement.subjects.size()));
  }
  const auto& subject = statement.subjects.front();
  const auto predicate = TRY(top.at("predicate"));
  const auto how = TRY(predicate.at("serialization"));
  auto serialization = TRY(read_serialization(how));
  auto resources = TRY(read_resources(predicate, serialization));
  const auto root = root_digest(resources);
  const auto claimed = subject.digest.find("sha256");
  if (claimed == subject.digest.end()) return top.error("subject has no sha256 digest");
  if (claimed->second != root.hex()) {
    return top.error("subject's digest is " + claimed->second + ", but the resources make " +
                     root.hex());
  }
  return Statement{.model = subject.name,
                   .root = root,
                   .serialization = std::move(serialization),
                   .resources = std::move(resources),
                   .historical = false};
}

// Reference implementation 0.2: the files are the subjects, nothing says how they were chosen.
Result<Statement> read_historical(const attest::Statement& statement, const json::Field& top) {
  std::vector<Resource> resources;
  std::set<std::string> names;
  std::optional<Digest> first;
  const auto subjects = TRY(top.items("subject"));
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const auto& name = statement.subjects[i].name;
    TRY(check_path(subjects[i], name, subjects.size() == 1));
    const auto digest = TRY(subjects[i].at("digest"));
    auto bytes = TRY(read_digest(TRY(digest.at("sha256")), HashType::sha256));
    if (!first) first = TRY(Digest::from_bytes(DigestAlgorithm::sha256, bytes));
    if (!names.insert(name).second) return subjects[i].error("there twice");
    resources.push_back({.name = name, .digest = std::move(bytes)});
  }
  return Statement{.model = {},
                   .root = *first,
                   .serialization = {},
                   .resources = std::move(resources),
                   .historical = true};
}

}  // namespace

Result<Statement> parse_statement(std::string_view payload) {
  const auto statement = TRY(attest::parse_statement(payload));
  const auto document = TRY(json::parse(payload).with("statement"));
  const json::Field top(document);
  if (statement.type != "https://in-toto.io/Statement/v1") {
    return top.error("_type is \"" + statement.type + "\", not that of a model signature");
  }
  if (statement.predicate_type == kPredicateType) return read_current(statement, top);
  if (statement.predicate_type == kHistoricalType) return read_historical(statement, top);
  return top.error("predicateType is \"" + statement.predicate_type +
                   "\", not that of a model signature");
}

}  // namespace mpk::oms
