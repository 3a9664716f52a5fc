// check_file_types: what GGUF metadata and file names call the quantisation, against the tensors.
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/contradictions.hpp"
#include "model/gguf_info.hpp"
#include "model/gguf_types.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace mpk::model {
namespace {

constexpr std::uint64_t kSuperBlock = 256;  // elements; ggml-common.h, QK_K
constexpr std::uint64_t kShare = 5;         // of so many parameters one is enough

/// Rows that are no multiple of 256 can't have a K type: llama-quantize takes another for them.
bool counts(const Tensor& tensor, bool blocks) {
  return !tensor.shape.empty() && (!blocks || tensor.shape.back() % kSuperBlock == 0);
}

/// Whether a good part of the tensors has a type that files of this type have.
bool bears_out(const std::vector<const Tensor*>& tensors, std::uint64_t file_type) {
  const std::string_view name = file_type_name(file_type);
  const bool quantised = is_quantised(name);
  const bool blocks = name.find("_K") != name.npos || name.find("IQ") != name.npos;
  const bool mixture =
      quantised && std::any_of(tensors.begin(), tensors.end(),
                               [](const Tensor* t) { return is_quantised(t->dtype); });
  std::uint64_t all = 0, allowed = 0;
  for (const Tensor* tensor : tensors) {
    if (!counts(*tensor, blocks && name != "IQ4_NL")) continue;
    // A mixture keeps some of its tensors plain.
    if (mixture && !is_quantised(tensor->dtype)) continue;
    std::uint64_t elements = 1;
    for (const std::uint64_t size : tensor->shape) elements *= size;
    all += elements / kShare;
    if (file_type_allows(file_type, tensor->dtype)) allowed += elements;
  }
  return allowed >= all;
}

struct Named {
  std::uint64_t file_type = 0;
  std::string_view name;
};

/// "tiny.Q4_K_M.gguf" → Q4_K_M; the longest of several. nullopt: none, or one of several kinds
/// ("UD-Q4_K_XL" is a mixture of another maker).
std::optional<Named> named_type(std::string_view path) {
  const std::string file(base_name(path));
  if (file.find("UD-") != file.npos) return std::nullopt;
  std::optional<Named> best;
  for (std::uint64_t id = 0; id < 64; ++id) {
    const std::string_view name = file_type_name(id);
    if (name.empty()) continue;
    for (std::size_t at = 0; at + name.size() < file.size(); ++at) {
      if (!iequals_ascii(std::string_view(file).substr(at, name.size()), name)) continue;
      const char before = at == 0 ? '-' : file[at - 1], after = file[at + name.size()];
      if (is_letter_or_digit(before) || is_letter_or_digit(after) || after == '_') continue;
      if (best && best->name.size() == name.size() && best->name != name) return std::nullopt;
      if (!best || name.size() > best->name.size()) best = Named{id, name};
    }
  }
  return best;
}

void check_name(const std::string& path, const std::vector<const Tensor*>& tensors,
                const std::string& type, ModelInfo& info) {
  const auto named = named_type(path);
  if (!named || bears_out(tensors, named->file_type)) return;
  add_finding(info, Severity::medium, "quantization-contradicts", path,
              "its name says " + std::string(named->name) + ", most tensors are " + type,
              "rename the file, or get the one that was meant");
}

}  // namespace

void check_file_types(const Weights& weights, ModelInfo& info) {
  if (weights.format != Format::gguf || weights.counted.empty()) return;
  const std::string type = main_type(info.tensors);
  if (type.empty()) return;
  const std::string& path = weights.counted.front();
  const auto tensors = counted_tensors(weights);
  const auto& integers = weights.gguf.at(path).integers;
  const auto declared = integers.find("general.file_type");
  const bool known = declared != integers.end();
  const bool agrees = known && file_type_allows(declared->second, type);
  if (is_quantised(type)) {
    const std::string_view name = agrees ? file_type_name(declared->second) : std::string_view();
    info.quantization = name.empty() ? type : name;
  }
  if (weights.complete) check_name(path, tensors, type, info);
  if (!known || agrees || bears_out(tensors, declared->second)) return;
  add_finding(info, Severity::medium, "quantization-contradicts", path,
              "general.file_type is " + std::string(file_type_name(declared->second)) +
                  ", most tensors are " + type,
              "the description names what the tensors are");
}

}  // namespace mpk::model
