// Parts: plan, digest, shares, tags.
#include "modelpack/parts.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/canonical.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace mpk::modelpack {

std::string PartNumber::text() const {
  return std::to_string(index) + " of " + std::to_string(count);
}

Json to_json(const PartsPlan& plan) {
  Json files = Json::array();
  for (const auto& file : plan.files) {
    files.push_back({{"path", file.path},
                     {"size", file.size},
                     {"executable", file.executable},
                     {"modified", file.modified}});
  }
  Json out = {{"parts", plan.parts},
              {"files", std::move(files)},
              {"modelfile", base64_encode(as_bytes(plan.modelfile))}};
  if (plan.created) out["created"] = plan.created->text();
  return out;
}

Result<Digest> digest_of(const PartsPlan& plan) {
  return crypto::sha256(TRY(json::canonical(to_json(plan))));
}

Result<PartsPlan> read_parts_plan(const json::Field& field) {
  TRY(field.only({"parts", "files", "modelfile", "created"}));
  PartsPlan plan;
  plan.parts = TRY(field.unsigned_integer("parts"));
  if (plan.parts == 0 || plan.parts > kMaxParts)
    return field.error("parts: expected 1 to " + std::to_string(kMaxParts));
  std::set<std::string> paths;
  for (const auto& item : TRY(field.items("files"))) {
    TRY(item.only({"path", "size", "executable", "modified"}));
    PlannedFile file;
    file.path = TRY(item.string("path"));
    file.size = TRY(item.unsigned_integer("size"));
    file.executable = TRY(TRY(item.at("executable")).boolean());
    file.modified = TRY(TRY(item.at("modified")).integer());
    if (!paths.insert(file.path).second)
      return item.error("two files have the path " + printable(file.path, 120));
    plan.files.push_back(std::move(file));
  }
  plan.modelfile = std::string(as_text(TRY(field.base64("modelfile"))));
  plan.created = TRY(field.optional_timestamp("created"));
  return plan;
}

std::vector<std::size_t> files_of_part(const PartsPlan& plan, std::size_t index) {
  std::vector<std::size_t> order(plan.files.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return plan.files[a].size > plan.files[b].size;
  });
  // (bytes so far, part): the smallest is served next. A file counts as one byte at least, so that
  // many empty files are shared out too.
  std::set<std::pair<std::uint64_t, std::size_t>> loads;
  for (std::size_t part = 1; part <= plan.parts; ++part) loads.emplace(0, part);
  std::vector<std::size_t> mine;
  for (const auto file : order) {
    auto least = loads.extract(loads.begin());
    if (least.value().second == index) mine.push_back(file);
    least.value().first += std::max<std::uint64_t>(plan.files[file].size, 1);
    loads.insert(std::move(least));
  }
  std::ranges::sort(mine);
  return mine;
}

std::string part_tag(std::string_view tag, const PartNumber& part) {
  return std::string(tag) + ".part-" + std::to_string(part.index) + "-of-" +
         std::to_string(part.count);
}

std::optional<PartNumber> parse_part_tag(std::string_view tag, std::string_view candidate) {
  const std::string prefix = std::string(tag) + ".part-";
  if (!candidate.starts_with(prefix)) return std::nullopt;
  const auto numbers = candidate.substr(prefix.size());
  constexpr std::string_view kOf = "-of-";
  const auto middle = numbers.find(kOf);
  if (middle == std::string_view::npos) return std::nullopt;
  const auto index = parse_u64(numbers.substr(0, middle));
  const auto count = parse_u64(numbers.substr(middle + kOf.size()));
  if (!index || !count) return std::nullopt;
  const PartNumber part{.index = *index, .count = *count};
  // One spelling for each part: no leading zeros.
  const bool exact = part_tag(tag, part) == candidate;
  if (!exact || *index == 0 || *index > *count || *count > kMaxParts)
    return PartNumber{.index = 0, .count = 0};
  return part;
}

}  // namespace mpk::modelpack
