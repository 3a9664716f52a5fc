// index.json: tags are annotations of its entries (image-spec, image-layout.md#indexjson-file).
#include "oci/layout_index.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oci/media_type.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::oci::layout {
namespace {

constexpr std::string_view kCosignKey = "kind";
constexpr std::string_view kCosignImage = "dev.cosignproject.cosign/image";

std::string tag_of(const Json& entry) {
  const auto annotations = entry.find("annotations");
  if (annotations == entry.end() || !annotations->is_object()) return {};
  return annotations->value(kAnnotationRefName, std::string());
}

bool has_digest(const Json& entry, const Digest& digest) {
  return entry.at("digest") == digest.text();
}

void clear_tag(Json& entry) {
  entry["annotations"].erase(kAnnotationRefName);
  if (entry["annotations"].empty()) entry.erase("annotations");
}

Json& list_of(Json& index) {
  Json& list = index["manifests"];
  if (list.is_null()) list = Json::array();
  return list;
}

bool is_listed_elsewhere(const Json& list, const Json& entry) {
  return std::ranges::any_of(list, [&](const Json& other) {
    return &other != &entry && other.at("digest") == entry.at("digest");
  });
}

// Takes the tag from its holder; a second entry of the same digest has no further use then.
bool take_tag(Json& list, const std::string& tag) {
  bool found = false;
  for (auto entry = list.begin(); entry != list.end();) {
    if (tag_of(*entry) != tag) {
      ++entry;
      continue;
    }
    found = true;
    if (is_listed_elsewhere(list, *entry)) {
      entry = list.erase(entry);
    } else {
      clear_tag(*entry);
      ++entry;
    }
  }
  return found;
}

template <class Predicate>
bool erase_where(Json& list, const Predicate& predicate) {
  const std::size_t before = list.size();
  for (auto entry = list.begin(); entry != list.end();) {
    entry = predicate(*entry) ? list.erase(entry) : entry + 1;
  }
  return list.size() != before;
}

}  // namespace

Json empty_index() {
  return {{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", Json::array()}};
}

Result<Json> parse_index(std::string_view bytes) {
  Json index = TRY(json::parse(bytes));
  const json::Field root(index);
  const auto version = TRY(TRY(root.at("schemaVersion")).integer());
  if (version != 2) return root.error(fmt::format("expected schemaVersion 2, found {}", version));
  const auto type = TRY(root.optional_string("mediaType"));
  if (type && *type != kIndexType) {
    return root.error(
        fmt::format("mediaType is \"{}\", expected \"{}\"", printable(*type, 100), kIndexType));
  }
  TRY(entries(index));
  return index;
}

Result<std::vector<Entry>> entries(const Json& index) {
  std::vector<Entry> out;
  for (const auto& item : TRY(json::Field(index).optional_items("manifests"))) {
    Descriptor descriptor = TRY(read_descriptor(item));
    std::string tag = tag_of(item.value());
    out.push_back({std::move(descriptor), std::move(tag)});
  }
  return out;
}

Result<std::optional<Descriptor>> find_tag(const Json& index, const std::string& tag) {
  std::optional<Descriptor> found;
  for (auto& entry : TRY(entries(index))) {
    if (tag.empty() || entry.tag != tag) continue;
    if (found && found->digest != entry.descriptor.digest) {
      return Error(ErrorKind::malformed,
                   fmt::format("tag \"{}\" names two manifests, {} and {}", printable(tag, 128),
                               found->digest.text(), entry.descriptor.digest.text()),
                   "name the one that is meant by its digest");
    }
    found = std::move(entry.descriptor);
  }
  return found;
}

void add(Json& index, const Descriptor& descriptor) {
  Json& list = list_of(index);
  bool listed = false;
  for (Json& entry : list) {
    if (!has_digest(entry, descriptor.digest)) continue;
    listed = true;
    if (!descriptor.artifact_type.empty()) {
      entry.emplace("artifactType", descriptor.artifact_type);
    }
    for (const auto& [key, value] : descriptor.annotations)
      entry["annotations"].emplace(key, value);
  }
  if (!listed) list.push_back(to_json(descriptor));
}

void set_tag(Json& index, const Descriptor& descriptor, const std::string& tag) {
  Json& list = list_of(index);
  const auto has_tag_already = [&](const Json& entry) {
    return has_digest(entry, descriptor.digest) && tag_of(entry) == tag;
  };
  if (std::ranges::count_if(list, [&](const Json& e) { return tag_of(e) == tag; }) == 1 &&
      std::ranges::any_of(list, has_tag_already)) {
    return;
  }
  take_tag(list, tag);
  const auto same_digest = [&](const Json& entry) { return has_digest(entry, descriptor.digest); };
  const auto untagged = std::ranges::find_if(
      list, [&](const Json& entry) { return same_digest(entry) && tag_of(entry).empty(); });
  if (untagged != list.end()) {
    (*untagged)["annotations"][kAnnotationRefName] = tag;
    return;
  }
  // A further tag is a further entry; what others wrote beside the digest (platform) belongs to it.
  const auto other = std::ranges::find_if(list, same_digest);
  Json entry = other != list.end() ? *other : to_json(descriptor);
  entry["annotations"][kAnnotationRefName] = tag;
  list.push_back(std::move(entry));
}

bool remove_tag(Json& index, const std::string& tag) {
  return !tag.empty() && take_tag(list_of(index), tag);
}

void erase_tag(Json& index, const std::string& tag) {
  erase_where(list_of(index), [&](const Json& entry) { return tag_of(entry) == tag; });
}

bool erase(Json& index, const Digest& digest) {
  return erase_where(list_of(index), [&](const Json& entry) { return has_digest(entry, digest); });
}

void mark_for_cosign(Json& index, const Digest& digest) {
  for (Json& entry : list_of(index)) {
    if (has_digest(entry, digest)) {
      entry["annotations"].emplace(kCosignKey, kCosignImage);
    }
  }
}

bool is_marked_for_cosign(const Entry& entry) {
  const auto kind = entry.descriptor.annotations.find(std::string(kCosignKey));
  return kind != entry.descriptor.annotations.end() && kind->second == kCosignImage;
}

}  // namespace mpk::oci::layout
