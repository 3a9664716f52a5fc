// The files that a document claims to describe, those of archives apart.
#include "aibom/described_files.hpp"

#include "aibom/lookup.hpp"
#include "modelpack/media_types.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::aibom {
namespace {

bool is_file(const Json& component) { return text(component, "type") == "file"; }

bool is_archive(const Json& component) {
  const auto type = modelpack::parse_media_type(text(component, "mime-type"));
  return is_file(component) && type && modelpack::is_archive(type->encoding);
}

Files files_below(const Json& component) {
  Files out;
  each_component(member(component, "components"), [&](const Json& each) {
    if (is_file(each)) out[text(each, "name")].push_back(&each);
  });
  return out;
}

void collect(const Json& components, DescribedFiles& out, std::size_t depth = 0) {
  if (depth > kMaxDepth) return;
  for (const auto& component : items(components)) {
    if (is_archive(component)) {
      out.archives.push_back({.component = &component, .files = files_below(component)});
      continue;
    }
    if (is_file(component)) out.files[text(component, "name")].push_back(&component);
    collect(member(component, "components"), out, depth + 1);
  }
}

}  // namespace

DescribedFiles described_files(const Json& bom) {
  DescribedFiles out;
  collect(member(member(member(bom, "metadata"), "component"), "components"), out);
  collect(member(bom, "components"), out);
  return out;
}

std::size_t count(const Files& files) {
  std::size_t out = 0;
  for (const auto& [name, components] : files) out += components.size();
  return out;
}

std::size_t count(const DescribedFiles& described) {
  std::size_t out = count(described.files);
  for (const auto& archive : described.archives) out += count(archive.files);
  return out;
}

}  // namespace mpk::aibom
