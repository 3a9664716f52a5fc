// What content is, by its bytes; and what its name promises.
#pragma once

#include "base/result.hpp"
#include "scan/content.hpp"

#include <string>
#include <string_view>

namespace mpk::scan {

enum class Type {
  empty,
  pickle,  // begins with PROTO
  zip,
  tar,
  gzip,
  zstd,
  xz,
  lzma,
  bzip2,
  lz4,
  zlib,
  other_archive,  // 7z, rar, … are not opened
  npy,
  hdf5,
  safetensors,
  gguf,
  onnx,
  tensorflow,
  executable,
  script,
  json,
  yaml,
  python,
  text,
  data,  // nothing of these
};
std::string_view to_string(Type type);

/// By magic numbers; text by name among texts. io.
Result<Type> sniff(const Content& content, std::string_view name);

/// By its ending: a Jinja template.
bool is_template(std::string_view ending);
/// Whether whoever loads a file of this name unpickles it: what is no pickle there is judged too.
bool promises_pickle(std::string_view name);
/// Whether the name promises something that holds no code (weights without it, text).
bool promises_harmless(std::string_view name);

}  // namespace mpk::scan
