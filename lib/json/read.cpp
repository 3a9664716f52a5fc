// Field: types, members and items of a JSON value.
#include "json/read.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "json/path.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace mpk::json {
namespace {

std::string_view type_name(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "object";
    case Json::value_t::array:
      return "array";
    case Json::value_t::string:
      return "string";
    case Json::value_t::boolean:
      return "boolean";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return "number";
    default:
      return "binary";
  }
}

Error expected(const Field& field, std::string_view what) {
  return field.error("expected " + std::string(what) + ", found " +
                     std::string(type_name(field.value())));
}

}  // namespace

bool Field::is_object() const { return value_->is_object(); }
bool Field::is_array() const { return value_->is_array(); }
bool Field::is_string() const { return value_->is_string(); }

Result<std::optional<Field>> Field::find(std::string_view key) const {
  if (!value_->is_object()) return expected(*this, "an object");
  const auto member = value_->find(key);
  if (member == value_->end() || member->is_null()) return std::optional<Field>();
  return std::optional<Field>(Field(*member, member_path(path_, key)));
}

Result<Field> Field::at(std::string_view key) const {
  auto member = TRY(find(key));
  if (!member) return error("missing \"" + printable(key, 80) + "\"");
  return *std::move(member);
}

Result<std::vector<Field>> Field::items() const {
  if (!value_->is_array()) return expected(*this, "an array");
  std::vector<Field> out;
  out.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i) {
    out.emplace_back((*value_)[i], item_path(path_, i));
  }
  return out;
}

Result<std::vector<std::pair<std::string, Field>>> Field::members() const {
  if (!value_->is_object()) return expected(*this, "an object");
  std::vector<std::pair<std::string, Field>> out;
  out.reserve(value_->size());
  for (const auto& [key, member] : value_->get_ref<const Json::object_t&>()) {
    out.emplace_back(key, Field(member, member_path(path_, key)));
  }
  return out;
}

Result<std::string> Field::string() const {
  if (!value_->is_string()) return expected(*this, "a string");
  return value_->get_ref<const std::string&>();
}

Result<bool> Field::boolean() const {
  if (!value_->is_boolean()) return expected(*this, "true or false");
  return value_->get<bool>();
}

Result<std::int64_t> Field::integer() const {
  if (!value_->is_number_integer()) return expected(*this, "an integer");
  if (value_->is_number_unsigned() &&
      value_->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
    return error("integer does not fit 64 bits");
  }
  return value_->get<std::int64_t>();
}

Result<std::uint64_t> Field::unsigned_integer() const {
  if (value_->is_string()) {
    auto number = parse_u64(value_->get_ref<const std::string&>());
    if (!number) return error("expected a non-negative integer, found another string");
    return *number;
  }
  if (!value_->is_number_integer()) return expected(*this, "a non-negative integer");
  // A value built in code may hold a positive number as signed.
  if (!value_->is_number_unsigned() && value_->get<std::int64_t>() < 0) {
    return error("expected a non-negative integer, found a negative one");
  }
  return value_->get<std::uint64_t>();
}

Result<double> Field::number() const {
  if (!value_->is_number()) return expected(*this, "a number");
  return value_->get<double>();
}

Result<Bytes> Field::base64() const {
  auto text = TRY(string());
  auto bytes = base64_decode(text);
  if (!bytes) return error(bytes.error().message());
  return bytes;
}

Result<Timestamp> Field::timestamp() const {
  auto text = TRY(string());
  auto time = Timestamp::parse(text);
  if (!time) return error(time.error().message());
  return time;
}

Result<void> Field::only(std::initializer_list<std::string_view> keys) const {
  if (!value_->is_object()) return expected(*this, "an object");
  for (const auto& [key, member] : value_->get_ref<const Json::object_t&>()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    const std::vector<std::string> candidates(keys.begin(), keys.end());
    const std::string_view meant = nearest(key, candidates);
    Error unknown = error("unknown member \"" + printable(key, 80) + "\"");
    if (meant.empty()) return unknown;
    return std::move(unknown).with_hint("did you mean \"" + std::string(meant) + "\"?");
  }
  return {};
}

Error Field::error(std::string_view message) const {
  return Error(ErrorKind::malformed, path_ + ": " + std::string(message));
}

}  // namespace mpk::json
