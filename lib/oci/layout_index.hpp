// Changes to index.json of an image layout: members that mpk does not know stay as they were.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"
#include "oci/descriptor.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::oci::layout {

struct Entry {
  Descriptor descriptor;
  std::string tag;  // empty: none
};

Json empty_index();
/// malformed: not an index.
Result<Json> parse_index(std::string_view bytes);
Result<std::vector<Entry>> entries(const Json& index);

/// malformed when one tag names two manifests: readers would choose differently.
Result<std::optional<Descriptor>> find_tag(const Json& index, const std::string& tag);

// The functions below want an index for which entries() succeeded.

/// Lists `descriptor` untagged unless its digest is listed; then only what is missing there (type,
/// annotations) is filled in.
void add(Json& index, const Descriptor& descriptor);
/// What had the tag before stays listed without it, as in a registry.
void set_tag(Json& index, const Descriptor& descriptor, const std::string& tag);
/// False: there was none. The manifest stays listed.
bool remove_tag(Json& index, const std::string& tag);
/// Removes the entries that have the tag.
void erase_tag(Json& index, const std::string& tag);
/// False: there was none.
bool erase(Json& index, const Digest& digest);
/// Cosign reads only what has the annotation `kind` (`cosign verify --local-image`).
void mark_for_cosign(Json& index, const Digest& digest);
bool is_marked_for_cosign(const Entry& entry);

}  // namespace mpk::oci::layout
