// compare_manifests: two manifests that are not one never go by unnoticed.
#include "flow/diff_manifests.hpp"

#include "base/text.hpp"
#include "json/changes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace mpk::flow {
namespace {

using modelpack::LayerFile;

/// The members that people read; the list of layers follows from the files.
Json readable(const Json& config) {
  Json out = Json::object();
  for (const char* group : {"config", "descriptor"}) {
    if (const auto found = config.find(group); found != config.end()) out[group] = *found;
  }
  return out;
}

Json unread(Json config) {
  for (const char* group : {"config", "descriptor", "modelfs"}) config.erase(group);
  return config;
}

auto place(const LayerFile& layer) {
  return std::tuple(layer.path, layer.descriptor.digest.text(), layer.encoding, layer.kind);
}
using Layers = std::multimap<decltype(place(std::declval<const LayerFile&>())), const LayerFile*>;

Layers layers_of(const Side& side) {
  Layers out;
  for (const auto& layer : side.layers) out.emplace(place(layer), &layer);
  return out;
}

bool same_layers(const Layers& before, const Layers& after) {
  return std::ranges::equal(before, after, {}, &Layers::value_type::first,
                            &Layers::value_type::first);
}

/// Only of equal layers: where a file changed, its size and times do as well.
void compare_layers(const Layers& before, const Layers& after, Diff& out) {
  for (const auto& [key, old] : before) {
    const auto now = after.find(key);
    if (now == after.end() || now->second->mode != old->mode) continue;
    for (auto& change :
         model::compare_texts(old->descriptor.annotations, now->second->descriptor.annotations)) {
      change.name = "layer " + printable(old->path, 200) + ": " + change.name;
      out.manifest.push_back(std::move(change));
    }
  }
}

/// `repacked`: the lists of layers in the configs can't be equal.
void compare_configs(const Side& before, const Side& after, bool repacked, Diff& out) {
  if (before.config_digest == after.config_digest) return;
  if (before.config.is_null() != after.config.is_null()) {
    out.notes.emplace_back("the configs are of two kinds and were not compared");
  } else if (!before.config.is_null()) {
    out.config = json::changes(readable(before.config), readable(after.config));
    if (!out.config.empty()) return;
    if (repacked && unread(before.config) == unread(after.config)) return;
  }
  out.manifest.push_back({"config", before.config_digest->text(), after.config_digest->text()});
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

void compare_manifests(const Side& before, const Side& after, Diff& out) {
  if (!before.store || !after.store) return;
  const auto old = layers_of(before);
  const auto now = layers_of(after);
  const bool repacked = !same_layers(old, now);
  out.annotations = model::compare_texts(before.annotations, after.annotations);
  if (before.shown.artifact_type != after.shown.artifact_type) {
    out.manifest.push_back({"artifact type", unless_empty(before.shown.artifact_type),
                            unless_empty(after.shown.artifact_type)});
  }
  compare_configs(before, after, repacked, out);
  compare_layers(old, now, out);
  if (repacked || out.differ()) return;
  out.manifest.push_back(
      {"digest", before.shown.descriptor->digest.text(), after.shown.descriptor->digest.text()});
}

}  // namespace mpk::flow
