// PartDocument: what one machine says about the files that it has pushed, and whether several such
// documents make a whole. Pure.
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "modelpack/pack_steps.hpp"
#include "modelpack/parts.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::modelpack {

/// All paths twice, each at its longest, and their digests.
inline constexpr std::size_t kPartDocumentCap = 128U << 20;

struct PartFile {
  ModelFile file;
  std::uint64_t head_size = 0;  // of its head, among those that travel beside the document
  bool head_whole = false;
};

struct PartDocument {
  PartsPlan plan;
  Digest plan_digest;
  std::size_t index = 1;        // of plan.parts
  std::vector<PartFile> files;  // sorted by path
  std::string worker;           // "slurm job 71 task 3"; may be empty
  std::string mpk_version;
};

std::string to_text(const PartDocument& document);
/// malformed: not such a document, or a digest that is not that of its plan, a part that the plan
/// does not have, a file that is not in the plan or twice; unsupported: another version.
Result<PartDocument> parse_part_document(std::string_view text);

/// The heads one after the other, as they travel.
std::string join_heads(const std::vector<StreamedFile>& files);
/// Their opposite. malformed: the sizes do not add up.
Result<std::vector<StreamedFile>> split_heads(const PartDocument& document, std::string_view heads);

/// Whether `documents` (all parts, in order) are one model: mismatch when plans differ, a file is
/// in two parts or in none; the message names parts, file and both values.
Result<void> check_parts(const std::vector<PartDocument>& documents);

}  // namespace mpk::modelpack
