// Weight formats without code: what their headers may still do.
#pragma once

#include "base/result.hpp"
#include "scan/content.hpp"
#include "scan/finding.hpp"

#include <string>

namespace mpk::scan {

/// The header must cover the data exactly.
Result<void> scan_safetensors(const ContentPtr& content, const std::string& member,
                              Findings& findings);
/// The header, and the chat templates in it.
Result<void> scan_gguf(const ContentPtr& content, const std::string& member, Findings& findings);
/// External data that lies elsewhere.
Result<void> scan_onnx(const ContentPtr& content, const std::string& member, Findings& findings);
/// TensorFlow graphs: operations that touch files or Python, by their names in the protobuf.
Result<void> scan_tensorflow(const Content& content, const std::string& member, Findings& findings);

/// numpy/lib/format.py: where the data begin, and whether they are a pickle.
struct NpyHeader {
  std::uint64_t data = 0;
  bool objects = false;
};
/// malformed: the header is cut off.
Result<NpyHeader> read_npy(const Content& content);

}  // namespace mpk::scan
