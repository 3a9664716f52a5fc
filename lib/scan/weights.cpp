// Headers by the readers of lib/model; names in protobuf by search.
#include "scan/weights.hpp"

#include "base/directory.hpp"
#include "model/gguf.hpp"
#include "model/head.hpp"
#include "model/little_endian.hpp"
#include "model/onnx.hpp"
#include "model/safetensors.hpp"
#include "scan/search.hpp"
#include "scan/template.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace mpk::scan {
namespace {

constexpr std::uint64_t kOnnxInMemory = 256U << 20;
constexpr std::size_t kPiece = 256U << 10;

/// What the tap keeps of it, under a name that makes it look at the bytes alone.
Result<model::FileHead> head_of(const Content& content, std::string name) {
  model::HeadTap tap(std::move(name), content.size());
  std::uint64_t at = 0;
  while (!tap.satisfied() && at < content.size()) {
    const auto piece = TRY(bytes_at(content, at, kPiece));
    if (piece.empty()) break;
    tap.feed(as_bytes(piece));
    at += piece.size();
  }
  return tap.finish();
}

bool leaves(const std::string& location) { return !safe_relative_path(location).has_value(); }

struct Operation {
  std::string_view name, code;
};
constexpr auto kOperations =
    std::to_array<Operation>({{"ReadFile", "tensorflow.file-access"},
                              {"WriteFile", "tensorflow.file-access"},
                              {"MatchingFiles", "tensorflow.file-access"},
                              {"PrintV2File", "tensorflow.file-access"},
                              {"DebugIdentityV2", "tensorflow.file-access"},
                              {"WholeFileReader", "tensorflow.file-access"},
                              {"WholeFileReaderV2", "tensorflow.file-access"},
                              {"PyFunc", "tensorflow.python"},
                              {"PyFuncStateless", "tensorflow.python"},
                              {"EagerPyFunc", "tensorflow.python"}});

/// A string field: any key byte of wire type 2 before length and name; and as text protobuf writes
/// it.
bool names(std::string_view window, std::string_view name, std::size_t at) {
  if (at >= 2 && static_cast<unsigned char>(window[at - 1]) == name.size() &&
      (static_cast<unsigned char>(window[at - 2]) & 7U) == 2)
    return true;
  return at >= 1 && window[at - 1] == '"' && window.substr(at + name.size(), 1) == "\"";
}

}  // namespace

Result<void> scan_safetensors(const ContentPtr& content, const std::string& member,
                              Findings& findings) {
  const auto head = TRY(head_of(*content, "model.safetensors"));
  const auto header = model::read_safetensors(head);
  if (!header) findings.add("safetensors.malformed", member, 0, header.error().text());
  return {};
}

Result<void> scan_gguf(const ContentPtr& content, const std::string& member, Findings& findings) {
  const auto head = TRY(head_of(*content, "model.gguf"));
  const auto header = model::read_gguf(head);
  if (!header) {
    findings.add("gguf.malformed", member, 0, header.error().text());
    return {};
  }
  for (const auto& [key, value] : header->strings) {
    // Blocks may stand in any string that a program renders; those of others are text.
    if (key.find("chat_template") != std::string::npos) scan_template(value, member, {}, findings);
  }
  return {};
}

Result<void> scan_onnx(const ContentPtr& content, const std::string& member, Findings& findings) {
  if (content->size() > kOnnxInMemory) {
    findings.add("onnx.large", member, {}, "");
    // StringStringEntryProto: key (1) "location", value (2).
    static constexpr std::string_view kLocation("\x0a\x08location\x12", 11);
    std::uint64_t at = 0;
    while (const auto found = TRY(find_bytes(*content, kLocation, at, content->size()))) {
      at = *found + kLocation.size();
      const auto text = TRY(bytes_at(*content, at, 256));
      const auto length = text.empty() ? 0U : static_cast<unsigned char>(text[0]) & 0x7fU;
      const auto location = text.substr(std::min<std::size_t>(1, text.size()), length);
      if (leaves(location)) findings.add("onnx.external-path", member, found, location);
    }
    return {};
  }
  auto bytes = TRY(bytes_at(*content, 0, static_cast<std::size_t>(content->size())));
  const auto header = model::read_onnx(
      {.path = "model.onnx", .size = content->size(), .bytes = std::move(bytes), .whole = true});
  if (!header) {
    findings.add("onnx.malformed", member, 0, header.error().text());
    return {};
  }
  for (const auto& location : header->external_files) {
    if (leaves(location)) findings.add("onnx.external-path", member, {}, location);
  }
  return {};
}

Result<void> scan_tensorflow(const Content& content, const std::string& member,
                             Findings& findings) {
  static constexpr std::size_t kOverlap = 64;
  return for_each_window(content, kOverlap,
                         [&](std::string_view window, std::uint64_t start) -> Result<void> {
                           for (const auto& [name, code] : kOperations) {
                             for (auto at = window.find(name); at != std::string_view::npos;
                                  at = window.find(name, at + 1)) {
                               if (names(window, name, at))
                                 findings.add(code, member, start + at, std::string(name));
                             }
                           }
                           return {};
                         });
}

Result<NpyHeader> read_npy(const Content& content) {
  static constexpr std::size_t kMost = 1U << 20;
  const Error cut(ErrorKind::malformed, "the array's header is cut off");
  const auto start = TRY(bytes_at(content, 0, 12));
  if (start.size() < 12) return cut;
  const std::string_view view = start;
  const bool first = start[6] == 1;
  const std::size_t width = first ? 2 : 4;
  const auto length = static_cast<std::size_t>(model::little_endian(view.substr(8), width));
  if (start[6] < 1 || start[6] > 3 || length > kMost) return cut;
  NpyHeader out{.data = 8 + width + length};
  const auto header = TRY(bytes_at(content, 8 + width, length));
  if (header.size() < length) return cut;
  // The kind of objects stands alone in its quotes: '|O', 'O', 'O8'.
  for (std::size_t i = 1; i < header.size(); ++i) {
    if (header[i - 1] != '\'' && header[i - 1] != '"') continue;
    const auto kind = header.find_first_not_of("|<>=", i);
    if (kind == std::string::npos || header[kind] != 'O') continue;
    const auto end = header.find_first_not_of("0123456789", kind + 1);
    if (end != std::string::npos && header[end] == header[i - 1]) out.objects = true;
  }
  return out;
}

}  // namespace mpk::scan
