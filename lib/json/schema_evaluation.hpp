// One run of a compiled schema over one document. Internal to json/.
#pragma once

#include "json/schema_program.hpp"

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace mpk::json::draft7 {

/// Where an instance stands: a list of steps on the stack, made text only for a violation.
struct Place {
  const Place* parent = nullptr;
  const std::string* key = nullptr;  // of a member; an item has an index
  std::size_t index = 0;
};

/// A schema meeting a value. With `report` every failure is told, else the first one ends it.
struct Meeting {
  const Node& node;
  const Json& value;
  const Place& place;
  bool report;
};

/// Time is linear in the document although a schema may look at a value many times: a reference
/// remembers what it decided about an array or object, and recursion always passes a reference.
class Evaluation {
 public:
  Evaluation(const Program& program, std::size_t max_violations)
      : nodes_(program.nodes), max_violations_(max_violations) {}

  bool check(NodeId id, const Json& value, const Place& place, bool report);
  std::vector<Violation> take() { return std::move(violations_); }

 private:
  bool reference(const Meeting& meeting);
  bool keywords(const Meeting& meeting);
  bool type(const Meeting& meeting);
  bool values(const Meeting& meeting);
  bool number(const Meeting& meeting);
  bool string(const Meeting& meeting);
  bool array(const Meeting& meeting);
  bool items(const Meeting& meeting);
  bool unique(const Meeting& meeting);
  bool object(const Meeting& meeting);
  bool members(const Meeting& meeting);
  bool member(const Meeting& meeting, const std::string& key, const Json& value);
  bool unexpected(const Meeting& meeting, const std::string& key, const Place& place);
  bool required(const Meeting& meeting, const std::vector<std::string>& keys,
                std::string_view keyword);
  bool dependencies(const Meeting& meeting);
  bool combinations(const Meeting& meeting);
  bool alternatives(const Meeting& meeting, const std::vector<NodeId>& branches, bool exactly_one);
  bool conditional(const Meeting& meeting);

  const Node& dereference(NodeId id) const;
  /// A guess for better messages, from types and required members, a few levels deep.
  bool looks_meant(NodeId id, const Json& value, std::size_t levels) const;
  /// Always false.
  bool fail(const Meeting& meeting, std::string_view keyword, std::string message);
  bool full() const { return violations_.size() >= max_violations_; }

  enum class Known : std::uint8_t { valid, invalid, reported };
  struct Key {
    NodeId node;
    const Json* value;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.value) * 31 + key.node;
    }
  };

  const std::deque<Node>& nodes_;
  std::size_t max_violations_;
  std::vector<Violation> violations_;
  std::unordered_map<Key, Known, Hash> known_;
};

}  // namespace mpk::json::draft7
