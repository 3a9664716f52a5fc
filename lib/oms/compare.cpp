// Comparing: names first, then sizes as far as shards tell them, then digests.
#include "oms/compare.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace mpk::oms {
namespace {

struct Signed {
  std::map<std::string, const Resource*> pieces;  // by resource name
  std::uint64_t size = 0;                         // as far as shards tell it
};

// What was signed of each file. A single file's resource is called "." by older signers.
std::map<std::string, Signed> by_path(const Statement& statement, const Tree& tree) {
  std::map<std::string, Signed> out;
  for (const auto& resource : statement.resources) {
    if (statement.serialization.method == Method::files) {
      const bool itself = resource.name == "." && tree.single;
      out[itself ? tree.name : resource.name].pieces[resource.name] = &resource;
      continue;
    }
    const auto shard = parse_shard(resource.name);
    if (!shard) continue;  // parse_statement() refused such names
    auto path = shard->path == "." && tree.single ? tree.name : shard->path;
    auto& file = out[path];
    file.pieces[shard_name(path, shard->begin, shard->end)] = &resource;
    file.size = std::max(file.size, shard->end);
  }
  return out;
}

class Comparer {
 public:
  Comparer(const Statement& statement, const Tree& tree, const CompareOptions& options)
      : statement_(statement),
        tree_(tree),
        options_(options),
        only_(options.only.begin(), options.only.end()),
        signed_(by_path(statement, tree)) {}

  Result<Comparison> run() {
    for (const auto& name : only_) {
      if (!signed_.contains(name)) {
        return Error(ErrorKind::usage, printable(name, 120) + ": not a file that was signed",
                     "names are relative to the model");
      }
    }
    for (const auto& file : tree_.files) plan(file);
    for (const auto& [path, unused] : signed_) find_missing(path);
    TRY(judge());
    std::ranges::sort(out_.differences, {}, &Difference::path);
    return std::move(out_);
  }

 private:
  bool is_asked_for(const std::string& path) const { return only_.empty() || only_.contains(path); }

  void differs(Difference::Kind kind, const std::string& path, const std::string& how) {
    out_.differences.push_back({kind, path, printable(path, 200) + ": " + how});
  }

  void plan(const TreeFile& file) {
    const auto found = signed_.find(file.path);
    if (found == signed_.end()) {
      // §6.3.2: an empty file has no shard, so nothing says whether it was there.
      const bool unseen = statement_.serialization.method == Method::shards && file.size == 0;
      if (unseen || !only_.empty()) return;
      if (options_.ignore_unsigned_files) {
        ++out_.not_signed;
      } else {
        differs(Difference::Kind::unsigned_file, file.path, "not signed");
      }
      return;
    }
    present_.insert(file.path);
    if (!is_asked_for(file.path)) return;
    if (statement_.serialization.method == Method::shards && file.size != found->second.size) {
      differs(Difference::Kind::changed, file.path,
              "changed: " + std::to_string(file.size) + " bytes, signed were " +
                  std::to_string(found->second.size));
      return;
    }
    // Counted before they are made: a shard size from outside may be one byte.
    const bool same_count =
        piece_count(file, statement_.serialization) == found->second.pieces.size();
    auto pieces = same_count ? pieces_of(file, statement_.serialization) : std::vector<Piece>();
    const bool same = same_count && (statement_.serialization.method == Method::files ||
                                     std::ranges::all_of(pieces, [&](const Piece& piece) {
                                       return found->second.pieces.contains(piece.name);
                                     }));
    if (!same) {
      differs(Difference::Kind::changed, file.path, "its shards are not those that were signed");
      return;
    }
    for (auto& piece : pieces) {
      const auto& all = found->second.pieces;
      const auto name = all.contains(piece.name) ? all.find(piece.name) : all.begin();
      expected_.push_back(name->second);
      pieces_.push_back(std::move(piece));
    }
  }

  void find_missing(const std::string& path) {
    if (present_.contains(path)) {
      if (!is_asked_for(path)) ++out_.not_judged;
      return;
    }
    if (is_asked_for(path)) {
      differs(Difference::Kind::missing, path, "signed, but not there");
    } else {
      ++out_.not_judged;
    }
  }

  Result<void> judge() {
    const auto found =
        TRY(hash_pieces(tree_, pieces_, statement_.serialization.hash, options_.hash));
    std::set<std::string> good;
    std::set<std::string> bad;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto& path = pieces_[i].file->path;
      (found[i].digest == expected_[i]->digest ? good : bad).insert(path);
    }
    for (const auto& path : bad) {
      good.erase(path);
      differs(Difference::Kind::changed, path, "changed: its digest is not the signed one");
    }
    out_.files = good.size();
    return {};
  }

  const Statement& statement_;
  const Tree& tree_;
  const CompareOptions& options_;
  const std::set<std::string> only_;
  const std::map<std::string, Signed> signed_;
  std::set<std::string> present_;
  std::vector<Piece> pieces_;
  std::vector<const Resource*> expected_;  // one a piece
  Comparison out_;
};

}  // namespace

std::string_view to_string(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::missing:
      return "missing";
    case Difference::Kind::unsigned_file:
      return "unsigned";
    case Difference::Kind::changed:
      break;
  }
  return "changed";
}

Result<Comparison> compare(const Statement& statement, const Tree& tree,
                           const CompareOptions& options) {
  return Comparer(statement, tree, options).run();
}

std::vector<std::string> signed_paths(const Statement& statement) {
  std::set<std::string> out;
  for (const auto& resource : statement.resources) {
    if (statement.serialization.method == Method::files) {
      out.insert(resource.name);
    } else if (auto shard = parse_shard(resource.name)) {
      out.insert(shard->path);
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace mpk::oms
