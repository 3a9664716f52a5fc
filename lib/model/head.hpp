// HeadTap: keeps of a file, while it streams by, what the fact readers need (one read).
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mpk::model {

enum class Format {
  unknown,
  safetensors,
  gguf,
  onnx,
  pytorch,
  pickle,
  keras,
  hdf5,
  saved_model,
  tflite,
  coreml,
  openvino,
  npz,
  json,
  text,
  zip
};
std::string_view to_string(Format format);

class TokenizerScan;

/// The beginning of a file, as much as its format's header needs.
struct FileHead {
  std::string path;
  std::uint64_t size = 0;
  std::string bytes;
  bool whole = false;  // `bytes` is the complete file
  // Whether something stands for the bytes: a digest that the whole file has, or the file itself.
  bool proven = true;
  // Of a tokenizer.json that is not kept: what was read of it as it streamed by.
  std::shared_ptr<const TokenizerScan> tokenizer = nullptr;
};

/// Small files and text files by name (config, card, licence, code) are kept whole up to
/// limits::kTextFile, but tokenizer.json is read as it streams by, and its first 4 KiB kept;
/// safetensors up to the end of its JSON header; GGUF up to the end of its tensor infos
/// (limits::kGgufMetadata); ONNX, saved_model.pb and variables.index as text; PyTorch up to the end
/// of its pickle (kTorchPickle), TorchScript whole up to kTorchScript; Keras and HDF5 whole up to
/// kKerasWhole, else archives up to the weights (kKerasConfig), HDF5 up to kHdf5Head; of others the
/// first 4 KiB. Bounded memory whatever the file claims. Not thread-safe.
class HeadTap {
 public:
  HeadTap(std::string path, std::uint64_t size);
  HeadTap(HeadTap&&) noexcept;
  HeadTap& operator=(HeadTap&&) noexcept;
  ~HeadTap();
  /// The next piece of the file, in order. Cheap once everything needed is there.
  void feed(BytesView piece);
  /// Whether what comes now would be ignored.
  bool satisfied() const;
  /// How many bytes from the file's start the next decision needs. Exact once the format is known,
  /// but for GGUF and PyTorch, whose headers do not say how long they are.
  std::uint64_t wanted() const;
  FileHead finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The head with what inspect() reads of it: headers of weights, and the documents that it knows by
/// name, stay; of every other file the first 4 KiB. After classify().
FileHead condensed(FileHead head);

/// By content first, by name second.
Format detect_format(const FileHead& head);

}  // namespace mpk::model
