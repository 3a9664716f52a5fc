// The elements of an SPDX 3.0.1 graph in the making, in a fixed order. Internal to aibom/.
#pragma once

#include "base/time.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::aibom::spdx {

inline constexpr std::string_view kContext = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
inline constexpr std::string_view kSpecVersion = "3.0.1";
/// What the spdxIds begin with; then uuid and version of the CycloneDX document.
inline constexpr std::string_view kIdPrefix = "urn:mpk:spdx:";
/// An individual of the model (ExpandedLicensing/Individuals): nothing is known of the licence.
inline constexpr std::string_view kNoAssertionLicense =
    "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense";

class Graph {
 public:
  /// spdxIds are `base` and a fragment: "urn:mpk:spdx:<uuid>/1" + "#" + "component/model".
  explicit Graph(std::string base) : base_(std::move(base)) {}

  /// A new element; the reference stays valid. `kind` is a word, `name` any text: it is escaped,
  /// and made another when it is taken.
  Json& add(std::string_view type, std::string_view kind, std::string_view name);
  /// `to` joins the others that `from` has by this type. Nothing happens without `from` or `to`.
  void relate(std::string_view type, const std::string& from, const std::string& to);
  bool related(std::string_view type, const std::string& from, const std::string& to) const;
  bool has_relation(std::string_view type, const std::string& from) const;
  void comment_relation(std::string_view type, const std::string& from, const std::string& comment);
  void complete_relation(std::string_view type, const std::string& from, std::string completeness);
  /// Elements without a CreationInfo of their own have the document's.
  void creation_info(Json info) { creation_ = std::move(info); }
  /// A further one; returns its blank node.
  std::string add_creation(Json info);

  const std::deque<Json>& elements() const { return elements_; }
  /// Null when there is none.
  Json* find_element(const std::string& id);
  /// Relationships become elements, and all of it one "@graph".
  Json finish();

 private:
  struct Relation {
    std::string type, from, comment, completeness;
    std::vector<std::string> to;
    std::set<std::string> known;
  };
  const Relation* find(std::string_view type, const std::string& from) const;
  Relation* find(std::string_view type, const std::string& from);
  std::string unique(std::string_view kind, std::string_view name);

  std::string base_;
  Json creation_;
  std::vector<Json> more_creations_;
  std::deque<Json> elements_;
  std::set<std::string> taken_;
  std::map<std::string, std::size_t> repeats_;
  std::vector<Relation> relations_;
  std::map<std::pair<std::string, std::string>, std::size_t> relation_index_;
};

/// The id of an element.
std::string id_of(const Json& element);
/// What follows "#" in an id.
std::string fragment_of(const std::string& id);
/// element[key] is a list; makes it when it is missing.
void append(Json& element, std::string_view key, Json value);
/// The same for a text that may be there already; nothing for an empty one.
void append_once(Json& element, std::string_view key, const std::string& value);
/// Nothing is set for an empty text.
void set_text(Json& element, std::string_view key, const std::string& value);
/// SPDX knows seconds and UTC only (Core/DateTime).
std::string date_time(Timestamp time);
/// {"type": "DictionaryEntry", …}
Json dictionary_entry(const std::string& key, const std::string& value);

}  // namespace mpk::aibom::spdx
