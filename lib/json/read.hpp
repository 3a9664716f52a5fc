// Field: typed reading of a JSON value, with the path in every error ("$.layers[3].digest: …").
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::json {

/// A view: the Json must outlive it. Every error is malformed and starts with the path.
/// A null member counts as absent (proto3 JSON; trusted roots in the wild write "end": null).
class Field {
 public:
  explicit Field(const Json& value, std::string path = "$")
      : value_(&value), path_(std::move(path)) {}

  const Json& value() const { return *value_; }
  const std::string& path() const { return path_; }
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;

  /// A required member; "expected an object" when this is none.
  Result<Field> at(std::string_view key) const;
  /// An optional member.
  Result<std::optional<Field>> find(std::string_view key) const;
  Result<std::vector<Field>> items() const;
  Result<std::vector<std::pair<std::string, Field>>> members() const;

  Result<std::string> string() const;
  Result<bool> boolean() const;
  Result<std::int64_t> integer() const;
  /// A non-negative integer as a number or as a decimal string (proto3 JSON's int64).
  Result<std::uint64_t> unsigned_integer() const;
  Result<double> number() const;
  /// Standard base64 with padding, strict.
  Result<Bytes> base64() const;
  Result<Timestamp> timestamp() const;

  // Required members.
  Result<std::string> string(std::string_view key) const;
  Result<std::uint64_t> unsigned_integer(std::string_view key) const;
  Result<Bytes> base64(std::string_view key) const;
  Result<std::vector<Field>> items(std::string_view key) const;
  // Optional members: empty / no items when absent.
  Result<std::optional<std::string>> optional_string(std::string_view key) const;
  Result<std::optional<bool>> optional_boolean(std::string_view key) const;
  Result<std::optional<std::uint64_t>> optional_unsigned(std::string_view key) const;
  Result<std::optional<Bytes>> optional_base64(std::string_view key) const;
  Result<std::optional<Timestamp>> optional_timestamp(std::string_view key) const;
  Result<std::vector<Field>> optional_items(std::string_view key) const;
  /// An array of strings; empty when absent.
  Result<std::vector<std::string>> optional_strings(std::string_view key) const;

  /// Refuses a member that is not listed, and suggests the nearest one.
  Result<void> only(std::initializer_list<std::string_view> keys) const;

  /// "$.a[2].b: message"
  Error error(std::string_view message) const;

 private:
  const Json* value_;
  std::string path_;
};

}  // namespace mpk::json
