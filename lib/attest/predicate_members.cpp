// check_members: a JSON object against a table.
#include "attest/predicate_members.hpp"

#include "attest/field_types.hpp"

#include <algorithm>

namespace mpk::attest {
namespace {

Result<void> check_word(const json::Field& field, std::span<const std::string_view> words) {
  if (std::ranges::find(words, TRY(field.string())) != words.end()) return {};
  std::string list;
  for (const auto word : words) list += (list.empty() ? "" : ", ") + std::string(word);
  return field.error("expected one of " + list);
}

Result<void> check_text(const json::Field& field) {
  if (!TRY(field.string()).empty()) return {};
  return field.error("is empty");
}

Result<void> check_value(const json::Field& field, const Member& member);

// The same demand on each item of a list.
Result<void> check_each(const json::Field& field, const Member& member, Is item) {
  for (const auto& each : TRY(field.items())) {
    TRY(check_value(each, {.name = member.name, .is = item, .members = member.members}));
  }
  return {};
}

Result<void> check_value(const json::Field& field, const Member& member) {
  switch (member.is) {
    case Is::anything:
      return {};
    case Is::text:
      return check_text(field);
    case Is::uri:
      return check_uri(field);
    case Is::utc_time:
      return check_timestamp(field);
    case Is::time:
      TRY(field.timestamp());
      return {};
    case Is::number:
      TRY(field.unsigned_integer());
      return {};
    case Is::texts:
      return check_each(field, member, Is::text);
    case Is::text_map:
      for (const auto& [name, value] : TRY(field.members())) TRY(value.string());
      return {};
    case Is::any_object:
    case Is::object:
      TRY(field.members());
      return check_members(field, member.members);
    case Is::one_of:
      return check_word(field, member.words);
    case Is::objects:
      return check_each(field, member, Is::object);
    case Is::descriptors:
      return check_each(field, member, Is::descriptor);
    case Is::descriptor:
      TRY(check_resource_descriptor(field));
      return check_members(field, member.members);
  }
  return {};
}

}  // namespace

Result<void> check_members(const json::Field& object, std::span<const Member> members) {
  for (const auto& member : members) {
    const auto field = TRY(object.find(member.name));
    if (field) TRY(check_value(*field, member));
    if (!field && member.required) TRY(object.at(member.name));
  }
  return {};
}

}  // namespace mpk::attest
