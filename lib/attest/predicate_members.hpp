// What the tables of predicate forms are written with. Internal to attest/.
#pragma once

#include "base/result.hpp"
#include "json/read.hpp"

#include <span>
#include <string_view>

namespace mpk::attest {

/// How one value has to be; null counts as absent (json::Field).
enum class Is {
  anything,
  text,
  uri,
  utc_time,     // in-toto's Timestamp
  time,         // RFC 3339 of any offset
  number,       // a non-negative integer
  texts,        // a list of strings
  text_map,     // an object of strings
  any_object,   // with whatever members
  one_of,       // `words`
  object,       // of `members`
  objects,      // a list of them
  descriptors,  // ResourceDescriptors that have `members`, too
  descriptor,
};

struct Member {
  std::string_view name;
  Is is = Is::anything;
  bool required = false;
  std::span<const Member> members = {};
  std::span<const std::string_view> words = {};
};

/// malformed: a required member is missing, or one is not as its row says.
Result<void> check_members(const json::Field& object, std::span<const Member> members);

}  // namespace mpk::attest
