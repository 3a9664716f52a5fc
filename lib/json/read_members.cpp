// Field: the shorthands that read a required or optional member in one call.
#include "json/lookup.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

namespace mpk::json {
namespace {

// Not for items, which carry their path on.
template <class T>
Result<T> required(const Field& object, std::string_view key, Result<T> (Field::*read)() const) {
  const auto& found = member(object.value(), key);
  if (!found.is_null()) {
    if (auto value = (Field(found, {}).*read)()) return value;
  }
  // Once more with its path, which only an error needs.
  return (TRY(object.at(key)).*read)();
}

template <class T>
Result<std::optional<T>> optional(const Field& object, std::string_view key,
                                  Result<T> (Field::*read)() const) {
  const auto& found = member(object.value(), key);
  if (found.is_null() && object.is_object()) return std::optional<T>();
  return std::optional<T>(TRY(required(object, key, read)));
}

}  // namespace

Result<std::string> Field::string(std::string_view key) const {
  return required<std::string>(*this, key, &Field::string);
}
Result<std::uint64_t> Field::unsigned_integer(std::string_view key) const {
  return required<std::uint64_t>(*this, key, &Field::unsigned_integer);
}
Result<Bytes> Field::base64(std::string_view key) const {
  return required<Bytes>(*this, key, &Field::base64);
}
Result<std::vector<Field>> Field::items(std::string_view key) const { return TRY(at(key)).items(); }

Result<std::optional<std::string>> Field::optional_string(std::string_view key) const {
  return optional<std::string>(*this, key, &Field::string);
}
Result<std::optional<bool>> Field::optional_boolean(std::string_view key) const {
  return optional<bool>(*this, key, &Field::boolean);
}
Result<std::optional<std::uint64_t>> Field::optional_unsigned(std::string_view key) const {
  return optional<std::uint64_t>(*this, key, &Field::unsigned_integer);
}
Result<std::optional<Bytes>> Field::optional_base64(std::string_view key) const {
  return optional<Bytes>(*this, key, &Field::base64);
}
Result<std::optional<Timestamp>> Field::optional_timestamp(std::string_view key) const {
  return optional<Timestamp>(*this, key, &Field::timestamp);
}

Result<std::vector<Field>> Field::optional_items(std::string_view key) const {
  const auto member = TRY(find(key));
  if (!member) return std::vector<Field>();
  return member->items();
}

Result<std::vector<std::string>> Field::optional_strings(std::string_view key) const {
  std::vector<std::string> out;
  for (const Field& item : TRY(optional_items(key))) out.push_back(TRY(item.string()));
  return out;
}

}  // namespace mpk::json
