// PartDocument: JSON, heads, and what must hold between parts.
#include "modelpack/part_document.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace mpk::modelpack {
namespace {

constexpr std::uint64_t kVersion = 1;

std::optional<model::Kind> parse_kind(std::string_view text) {
  using model::Kind;
  for (const auto kind :
       std::array{Kind::config, Kind::weight, Kind::code, Kind::dataset, Kind::doc})
    if (to_string(kind) == text) return kind;
  return std::nullopt;
}

Result<PartFile> read_file_entry(const json::Field& field) {
  TRY(field.only({"path", "kind", "size", "executable", "digest", "headSize", "headWhole"}));
  auto path = TRY(field.string("path"));
  const auto kind = parse_kind(TRY(field.string("kind")));
  if (!kind) return field.error("kind: expected config, weight, code, dataset or doc");
  auto digest = TRY(Digest::parse(TRY(field.string("digest"))).with(field.path()));
  if (digest.algorithm() != DigestAlgorithm::sha256) return field.error("digest: expected sha256");
  PartFile out{.file = {.path = std::move(path), .kind = *kind, .digest = std::move(digest)}};
  out.file.size = TRY(field.unsigned_integer("size"));
  out.file.executable = TRY(TRY(field.at("executable")).boolean());
  out.head_size = TRY(field.unsigned_integer("headSize"));
  out.head_whole = TRY(TRY(field.at("headWhole")).boolean());
  if (out.head_size > out.file.size || (out.head_whole && out.head_size != out.file.size))
    return field.error("headSize: does not fit the file's size");
  return out;
}

// What is said about a file must be what the plan says about it.
Result<void> check_against_plan(const PartDocument& document) {
  std::map<std::string_view, const PlannedFile*> planned;
  for (const auto& file : document.plan.files) planned[file.path] = &file;
  std::set<std::string_view> seen;
  for (const auto& [file, size, whole] : document.files) {
    const auto found = planned.find(file.path);
    if (found == planned.end())
      return Error(ErrorKind::malformed, printable(file.path, 120) + ": not in the plan");
    if (!seen.insert(file.path).second)
      return Error(ErrorKind::malformed, printable(file.path, 120) + ": twice in this part");
    if (found->second->size != file.size || found->second->executable != file.executable) {
      return Error(ErrorKind::malformed,
                   printable(file.path, 120) + ": size or mode is not that of the plan");
    }
  }
  return {};
}

std::string described(const PlannedFile* file) {
  if (file == nullptr) return "not there";
  return std::to_string(file->size) + " bytes" + (file->executable ? ", executable" : "") +
         ", of " + Timestamp::from_seconds(file->modified).text();
}

// The first difference between two plans, in words.
std::string difference(const PartsPlan& a, const PartsPlan& b) {
  if (a.parts != b.parts)
    return std::to_string(a.parts) + " parts and " + std::to_string(b.parts) + " parts";
  if (a.modelfile != b.modelfile) return "another Modelfile";
  if (a.created != b.created) return "another date (--created, SOURCE_DATE_EPOCH)";
  std::map<std::string_view, std::pair<const PlannedFile*, const PlannedFile*>> files;
  for (const auto& file : a.files) files[file.path].first = &file;
  for (const auto& file : b.files) files[file.path].second = &file;
  for (const auto& [path, two] : files) {
    if (two.first == nullptr || two.second == nullptr || *two.first != *two.second)
      return printable(path, 120) + ": " + described(two.first) + "; " + described(two.second);
  }
  return "their files come in another order";
}

Error disagreement(std::size_t first, std::size_t second, const ModelFile& a, const ModelFile& b) {
  const auto parts = "parts " + std::to_string(first) + " and " + std::to_string(second);
  if (a.digest != b.digest) {
    return {ErrorKind::mismatch, parts + " disagree about " + printable(a.path, 120) + ": " +
                                     a.digest.brief() + " and " + b.digest.brief()};
  }
  return {ErrorKind::mismatch, printable(a.path, 120) + " is in " + parts};
}

}  // namespace

std::string to_text(const PartDocument& document) {
  Json files = Json::array();
  for (const auto& [file, head_size, head_whole] : document.files) {
    files.push_back({{"path", file.path},
                     {"kind", std::string(to_string(file.kind))},
                     {"size", file.size},
                     {"executable", file.executable},
                     {"digest", file.digest.text()},
                     {"headSize", head_size},
                     {"headWhole", head_whole}});
  }
  return json::compact({{"version", kVersion},
                        {"plan", to_json(document.plan)},
                        {"planDigest", document.plan_digest.text()},
                        {"part", document.index},
                        {"files", std::move(files)},
                        {"worker", document.worker},
                        {"mpkVersion", document.mpk_version}});
}

Result<PartDocument> parse_part_document(std::string_view text) {
  const Json json = TRY(json::parse(text, {.max_bytes = kPartDocumentCap}));
  const json::Field field(json);
  const auto version = TRY(field.unsigned_integer("version"));
  if (version != kVersion) {
    return Error(ErrorKind::unsupported, "part document of version " + std::to_string(version),
                 "use one release of mpk for all parts and the join");
  }
  TRY(field.only({"version", "plan", "planDigest", "part", "files", "worker", "mpkVersion"}));
  auto plan = TRY(read_parts_plan(TRY(field.at("plan"))));
  auto digest = TRY(Digest::parse(TRY(field.string("planDigest"))));
  if (TRY(digest_of(plan)) != digest)
    return Error(ErrorKind::malformed, "$.planDigest: not that of the plan in it");
  PartDocument out{.plan = std::move(plan), .plan_digest = std::move(digest)};
  out.index = TRY(field.unsigned_integer("part"));
  if (out.index == 0 || out.index > out.plan.parts)
    return field.error("part: the plan has no part " + std::to_string(out.index));
  for (const auto& item : TRY(field.items("files")))
    out.files.push_back(TRY(read_file_entry(item)));
  out.worker = TRY(field.string("worker"));
  out.mpk_version = TRY(field.string("mpkVersion"));
  TRY(check_against_plan(out));
  return out;
}

std::string join_heads(const std::vector<StreamedFile>& files) {
  std::string out;
  for (const auto& file : files) out += file.head.bytes;
  return out;
}

Result<std::vector<StreamedFile>> split_heads(const PartDocument& document,
                                              std::string_view heads) {
  std::vector<StreamedFile> out;
  for (const auto& [file, head_size, head_whole] : document.files) {
    if (head_size > heads.size())
      return Error(ErrorKind::malformed, "heads: end before that of " + printable(file.path, 120));
    out.push_back({.file = file,
                   .head = {.path = file.path,
                            .size = file.size,
                            .bytes = std::string(heads.substr(0, head_size)),
                            .whole = head_whole},
                   .pushed = oci::Pushed::already_there});
    heads.remove_prefix(head_size);
  }
  if (!heads.empty()) {
    return Error(ErrorKind::malformed,
                 "heads: " + std::to_string(heads.size()) + " bytes too many");
  }
  return out;
}

Result<void> check_parts(const std::vector<PartDocument>& documents) {
  struct Held {
    std::size_t part;
    const ModelFile* file;
  };
  std::map<std::string_view, Held> held;
  for (const auto& document : documents) {
    const auto& first = documents.front();
    if (document.plan_digest != first.plan_digest) {
      return Error(ErrorKind::mismatch,
                   "parts " + std::to_string(first.index) + " and " +
                       std::to_string(document.index) +
                       " were made from different plans: " + difference(first.plan, document.plan),
                   "the machines saw different files, or one part is of an earlier run");
    }
    for (const auto& [file, head_size, head_whole] : document.files) {
      const auto [at, is_new] = held.try_emplace(file.path, Held{document.index, &file});
      if (!is_new) return disagreement(at->second.part, document.index, *at->second.file, file);
    }
  }
  for (const auto& file : documents.front().plan.files) {
    if (!held.contains(file.path)) {
      return Error(ErrorKind::mismatch, printable(file.path, 120) + ": in no part, though all " +
                                            std::to_string(documents.size()) + " are there");
    }
  }
  return {};
}

}  // namespace mpk::modelpack
