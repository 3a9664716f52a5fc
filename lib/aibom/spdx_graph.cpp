// Elements get ids that the same document always gives again.
#include "aibom/spdx_graph.hpp"

#include "aibom/lookup.hpp"
#include "base/url.hpp"
#include "crypto/hash.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace mpk::aibom::spdx {
namespace {

constexpr std::string_view kCreation = "_:creation";
// A name can be as long as a document; an id is repeated in each relationship.
constexpr std::size_t kLongestName = 200;

}  // namespace

std::string Graph::unique(std::string_view kind, std::string_view name) {
  const auto part =
      name.size() > kLongestName ? "sha256-" + crypto::sha256(name).hex() : percent_encode(name);
  const auto wanted = base_ + "#" + std::string(kind) + (part.empty() ? std::string() : "/" + part);
  auto id = wanted;
  // A name that ends like the second of another is tried on like any other.
  while (!taken_.insert(id).second) id = wanted + "~" + std::to_string(++repeats_[wanted] + 1);
  return id;
}

Json& Graph::add(std::string_view type, std::string_view kind, std::string_view name) {
  Json element = Json::object();
  element["type"] = type;
  element["spdxId"] = unique(kind, name);
  element["creationInfo"] = kCreation;
  return elements_.emplace_back(std::move(element));
}

Json* Graph::find_element(const std::string& id) {
  const auto found = std::ranges::find(elements_, id, id_of);
  return found == elements_.end() ? nullptr : &*found;
}

const Graph::Relation* Graph::find(std::string_view type, const std::string& from) const {
  const auto found = relation_index_.find({from, std::string(type)});
  return found == relation_index_.end() ? nullptr : &relations_[found->second];
}

Graph::Relation* Graph::find(std::string_view type, const std::string& from) {
  const auto found = relation_index_.find({from, std::string(type)});
  return found == relation_index_.end() ? nullptr : &relations_[found->second];
}

void Graph::relate(std::string_view type, const std::string& from, const std::string& to) {
  if (from.empty() || to.empty()) return;
  auto* relation = find(type, from);
  if (relation == nullptr) {
    relation_index_.emplace(std::pair(from, std::string(type)), relations_.size());
    relation = &relations_.emplace_back();
    relation->type = type;
    relation->from = from;
  }
  if (relation->known.insert(to).second) relation->to.push_back(to);
}

bool Graph::related(std::string_view type, const std::string& from, const std::string& to) const {
  const auto* relation = find(type, from);
  return relation != nullptr && relation->known.contains(to);
}

bool Graph::has_relation(std::string_view type, const std::string& from) const {
  return find(type, from) != nullptr;
}

void Graph::comment_relation(std::string_view type, const std::string& from,
                             const std::string& comment) {
  if (auto* relation = find(type, from); relation != nullptr) relation->comment = comment;
}

void Graph::complete_relation(std::string_view type, const std::string& from,
                              std::string completeness) {
  if (auto* relation = find(type, from); relation != nullptr)
    relation->completeness = std::move(completeness);
}

std::string Graph::add_creation(Json info) {
  auto id = std::string(kCreation) + "-" + std::to_string(more_creations_.size() + 2);
  info["@id"] = id;
  more_creations_.push_back(std::move(info));
  return id;
}

Json Graph::finish() {
  for (auto& relation : relations_) {
    auto& element =
        add("Relationship", "relationship/" + relation.type + "/" + fragment_of(relation.from), "");
    element["from"] = relation.from;
    element["relationshipType"] = relation.type;
    element["to"] = std::move(relation.to);
    set_text(element, "comment", relation.comment);
    set_text(element, "completeness", relation.completeness);
  }
  relations_.clear();
  Json graph = Json::array();
  creation_["@id"] = kCreation;
  graph.push_back(std::move(creation_));
  for (auto& info : more_creations_) graph.push_back(std::move(info));
  for (auto& element : elements_) graph.push_back(std::move(element));
  elements_.clear();
  Json document = Json::object();
  document["@context"] = kContext;
  document["@graph"] = std::move(graph);
  return document;
}

std::string fragment_of(const std::string& id) {
  const auto cut = id.find('#');
  return cut == std::string::npos ? std::string() : id.substr(cut + 1);
}

std::string id_of(const Json& element) { return text(element, "spdxId"); }

void append(Json& element, std::string_view key, Json value) {
  auto& list = element[std::string(key)];
  if (list.is_null()) list = Json::array();
  list.push_back(std::move(value));
}

void append_once(Json& element, std::string_view key, const std::string& value) {
  // To say something twice does no harm, and a hostile list may be long.
  constexpr std::size_t kCompared = 64;
  const auto& known = items(member(element, key));
  const bool compared = known.size() <= kCompared;
  if (value.empty() || (compared && std::ranges::find(known, Json(value)) != known.end())) return;
  append(element, key, value);
}

void set_text(Json& element, std::string_view key, const std::string& value) {
  if (!value.empty()) element[std::string(key)] = value;
}

std::string date_time(Timestamp time) { return Timestamp::from_seconds(time.seconds()).text(); }

Json dictionary_entry(const std::string& key, const std::string& value) {
  Json entry = Json::object();
  entry["type"] = "DictionaryEntry";
  entry["key"] = key;
  set_text(entry, "value", value);
  return entry;
}

}  // namespace mpk::aibom::spdx
