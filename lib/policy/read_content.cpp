// Policy files: what may lie in the layers, and what of the base models is looked at.
#include "policy/reader.hpp"

#include <nlohmann/json.hpp>

namespace mpk::policy {
namespace {

constexpr std::uint64_t kMostDepth = 8;

// Formats of weights as model/format.hpp names them; "unknown": a file of weights of none of them.
const std::vector<std::string>& format_names() {
  static const std::vector<std::string> kWords = {
      "safetensors", "gguf",   "onnx",   "pytorch", "pickle",   "keras",  "hdf5",
      "saved_model", "tflite", "coreml", "npz",     "openvino", "unknown"};
  return kWords;
}

}  // namespace

Result<std::optional<ContentRule>> read_content(const Reader& in, const json::Field& parent,
                                                const OwnSigners& own) {
  const auto field = TRY(in.section(parent, "content", {"formats", "scan"}));
  if (!field) return std::optional<ContentRule>();
  ContentRule out;
  if (const auto formats = TRY(in.section(*field, "formats", {"allow", "deny"}))) {
    TRY(in.apart(*formats));
    out.formats_allowed = TRY(in.words(*formats, "allow", "format of weights", format_names()));
    out.formats_denied = TRY(
        in.words(*formats, "deny", "format of weights", format_names(), Reader::Empty::allowed));
  }
  const auto scan =
      TRY(in.section(*field, "scan", {"required", "warnings", "signers", "threshold", "maxAge"}));
  if (scan) {
    out.scan_required = TRY(in.boolean(*scan, "required", true));
    out.scan_warnings = TRY(in.boolean(*scan, "warnings", false));
    if (TRY(in.located(scan->find("signers"))) || TRY(in.located(scan->find("threshold"))))
      out.scan_signed_by = TRY(read_signed_by(in, *scan, own));
    out.scan_max_age = TRY(in.duration(*scan, "maxAge"));
  }
  return std::optional(std::move(out));
}

Result<std::optional<LineageRule>> read_lineage(const Reader& in, const json::Field& parent) {
  const auto field = TRY(in.section(parent, "lineage", {"depth", "unresolved"}));
  if (!field) return std::optional<LineageRule>();
  LineageRule out;
  out.depth =
      static_cast<unsigned>(TRY(in.whole_number(*field, "depth", 1, kMostDepth)).value_or(1));
  out.unresolved = TRY(in.boolean(*field, "unresolved", false));
  return std::optional(out);
}

}  // namespace mpk::policy
