// References: one pass that marks strings by forms and rows, and lists them as it meets them.
#include "admit/references.hpp"

#include "admit/api_group.hpp"
#include "admit/reference_rows.hpp"
#include "admit/reference_text.hpp"
#include "json/lookup.hpp"
#include "json/pointer.hpp"

#include <nlohmann/json.hpp>

#include <unordered_map>

namespace mpk::admit {
namespace {

using Kind = FoundReference::Kind;

bool is_container(std::string_view name) {
  return name == "container" || name.ends_with("Container") || name == "script";
}
bool are_containers(std::string_view name) {
  return name == "containers" || name.ends_with("Containers") || name == "sidecars";
}

}  // namespace

std::string_view to_string(FoundReference::Kind kind) {
  switch (kind) {
    case Kind::container:
      return "container";
    case Kind::image_volume:
      return "image_volume";
    case Kind::csi:
      return "csi";
    case Kind::storage_uri:
      return "storage_uri";
    case Kind::agent:
      return "agent";
    case Kind::custom:
      return "custom";
  }
  return "";
}

class ReferenceTable::Search {
 public:
  explicit Search(const ReferenceTable& table) : table_(table) {}

  void look_at(const Json& value) {
    if (value.is_string()) {
      if (const auto marked = marks_.find(&value); marked != marks_.end())
        add(marked->second, json::text(value));
    } else if (value.is_array()) {
      std::size_t index = 0;
      for (const auto& item : json::items(value)) step(std::to_string(index++), item);
    } else if (value.is_object()) {
      // Each string is marked from above, before it is met.
      mark_rows(value);
      for (const auto& [name, below] : value.get_ref<const Json::object_t&>())
        mark_forms(value, name, below);
      for (const auto& [name, below] : value.get_ref<const Json::object_t&>()) step(name, below);
    }
  }

  std::vector<FoundReference> take() { return std::move(found_); }

 private:
  void step(std::string_view token, const Json& below) {
    const auto here = pointer_.size();
    json::append_step(pointer_, token);
    look_at(below);
    pointer_.resize(here);
  }

  void add(Kind kind, const std::string& text) {
    auto read = read_reference(kind, text);
    if (!read) return;
    found_.push_back({kind, pointer_, text, std::move(read->scheme), std::move(read->reference)});
  }

  // A form wins over a row: a row of a user must not let a container's image pass as s3://….
  void mark(const Json& value, Kind kind) {
    if (!json::text(value).empty()) marks_.insert_or_assign(&value, kind);
  }

  void mark_forms(const Json& parent, std::string_view name, const Json& value) {
    if (is_container(name)) {
      mark(json::member(value, "image"), Kind::container);
    } else if (are_containers(name)) {
      for (const auto& item : json::items(value))
        mark(json::member(item, "image"), Kind::container);
    } else if (name == "image") {
      mark(json::member(value, "reference"), Kind::image_volume);
    } else if (name == "csi" && json::text(value, "driver") == table_.csi_driver_) {
      mark(json::member(json::member(value, "volumeAttributes"), table_.csi_key_), Kind::csi);
    } else if (name == "provisioner" && json::text(value) == table_.csi_driver_) {
      mark(json::member(json::member(parent, "parameters"), table_.csi_key_), Kind::csi);
    }
  }

  void mark_rows(const Json& object) {
    const auto& version = json::text(object, "apiVersion");
    const auto& kind = json::text(object, "kind");
    if (version.empty() || kind.empty()) return;
    for (const auto group : {group_of(version), std::string_view("*")}) {
      const auto kinds = table_.rows_.find(group);
      if (kinds == table_.rows_.end()) continue;
      for (const auto each : {std::string_view(kind), std::string_view("*")}) {
        const auto rows = kinds->second.find(each);
        if (rows == kinds->second.end()) continue;
        for (const auto& row : rows->second) {
          for (const auto* text : row.path.strings(object)) marks_.try_emplace(text, row.reference);
        }
      }
    }
  }

  const ReferenceTable& table_;
  std::string pointer_;
  std::unordered_map<const Json*, Kind> marks_;
  std::vector<FoundReference> found_;
};

Result<ReferenceTable> ReferenceTable::make(Options options) {
  Rows rows;
  const auto add = [&](const ReferenceRow& row) -> Result<void> {
    auto path = TRY(ReferencePath::parse(row.path));
    rows[row.group][row.kind].push_back({std::move(path), row.reference});
    return {};
  };
  for (const auto& row : built_in_rows())
    TRY(add({std::string(row.group), std::string(row.kind), std::string(row.path), row.reference}));
  for (const auto& row : options.rows) TRY(add(row));
  return ReferenceTable(std::move(options.csi_driver), std::move(rows));
}

std::vector<FoundReference> ReferenceTable::find(const Json& object) const {
  Search search(*this);
  search.look_at(object);
  return search.take();
}

}  // namespace mpk::admit
