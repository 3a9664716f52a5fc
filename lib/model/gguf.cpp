// GGUF: one walk over a prefix of the file, for measuring the header and for reading it.
#include "model/gguf.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/gguf_types.hpp"
#include "model/little_endian.hpp"

#include <set>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::size_t kNameBytes = 65'535;  // gguf.md: keys have at most 2^16 - 1 bytes
constexpr std::uint32_t kDimensions = 4;    // ggml.h, GGML_MAX_DIMS
constexpr unsigned kArrayDepth = 4;
constexpr std::uint64_t kListStrings = 64;

/// gguf.md, enum gguf_metadata_value_type.
enum Type : std::uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64
};

/// Bytes of a fixed-size value; 0 for strings, arrays and unknown types.
std::size_t width(std::uint32_t type) {
  static constexpr std::size_t kWidths[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  return type <= kF64 ? kWidths[type] : 0;
}

Error malformed(std::string message) { return Error(ErrorKind::malformed, std::move(message)); }

/// Reads that fail stick: after a short one every read gives zeros, and the walk looks at state()
/// before it uses what it read.
class Cursor {
 public:
  enum class State { good, cut, over };
  explicit Cursor(std::string_view data) : data_(data) {}

  State state() const { return state_; }
  bool good() const { return state_ == State::good; }
  std::size_t offset() const { return at_; }

  std::string_view bytes(std::uint64_t count) {
    if (!good()) return {};
    if (count > limits::kGgufMetadata - at_) return fail(State::over);
    if (count > data_.size() - at_) return fail(State::cut);
    const std::string_view out = data_.substr(at_, static_cast<std::size_t>(count));
    at_ += out.size();
    return out;
  }
  std::uint64_t number(std::size_t size) {
    const std::string_view raw = bytes(size);
    return raw.size() == size ? little_endian(raw, size) : 0;
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::string_view string() { return bytes(u64()); }
  /// What is announced to follow can't be within the limit: no need to wait for it.
  void announce(std::uint64_t count, std::uint64_t least_bytes) {
    if (good() && count > (limits::kGgufMetadata - at_) / least_bytes) fail(State::over);
  }

 private:
  std::string_view fail(State state) {
    state_ = state;
    return {};
  }
  std::string_view data_;
  std::size_t at_ = 0;
  State state_ = State::good;
};

class Walk {
 public:
  /// Without `out` only the syntax is walked over.
  Walk(std::string_view data, GgufHeader* out) : cursor_(data), out_(out) {}

  /// False: the prefix ends too early.
  Result<bool> run() {
    const auto [tensors, pairs] = TRY(counts());
    for (std::uint64_t i = 0; i < pairs && cursor_.good(); ++i) TRY(pair());
    for (std::uint64_t i = 0; i < tensors && cursor_.good(); ++i) TRY(tensor());
    if (cursor_.state() != Cursor::State::over) return cursor_.good();
    return Error(ErrorKind::too_large,
                 "GGUF metadata has more than " + human_size(limits::kGgufMetadata));
  }
  std::size_t offset() const { return cursor_.offset(); }
  std::uint64_t alignment() const { return alignment_; }
  /// Bytes of all tensors, if every type's size is known.
  std::optional<std::uint64_t> data_bytes() const { return data_end_; }

 private:
  struct Counts {
    std::uint64_t tensors = 0, pairs = 0;
  };
  Result<Counts> counts();
  Result<void> pair();
  Result<void> scalar(const std::string& key, std::uint32_t type);
  Result<void> array(const std::string& key);
  Result<void> elements(std::uint32_t type, std::uint64_t count, unsigned depth,
                        std::vector<std::string>* strings);
  Result<std::string> name(std::string_view what, std::set<std::string>& seen);
  Result<void> tensor();
  Result<std::optional<std::uint64_t>> bytes_of(const std::string& subject, const GgmlType& type,
                                                const Tensor& tensor, std::uint64_t count);
  Result<void> place(const std::string& subject, std::optional<std::uint64_t> bytes,
                     std::uint64_t offset);

  Cursor cursor_;
  GgufHeader* out_;
  std::set<std::string> keys_, names_;
  std::uint64_t alignment_ = 32;               // gguf.md, general.alignment
  std::optional<std::uint64_t> data_end_ = 0;  // where the next tensor must start
};

Result<Walk::Counts> Walk::counts() {
  const std::string_view magic = cursor_.bytes(4);
  if (cursor_.good() && magic != "GGUF") return malformed("not a GGUF file");
  const std::uint32_t version = cursor_.u32();
  if (cursor_.good() && version != 2 && version != 3) {
    const bool big_endian = version != 0 && (version & 0xffff) == 0;
    return Error(ErrorKind::unsupported,
                 big_endian ? "big-endian GGUF is not supported"
                            : "GGUF version " + std::to_string(version) + " is not supported");
  }
  Counts out;
  out.tensors = cursor_.u64();
  out.pairs = cursor_.u64();
  if (!cursor_.good()) return Counts{};
  if (out.tensors > limits::kGgufEntries || out.pairs > limits::kGgufEntries) {
    return Error(ErrorKind::too_large, "GGUF announces " + std::to_string(out.tensors) +
                                           " tensors and " + std::to_string(out.pairs) +
                                           " keys, the limit is " +
                                           std::to_string(limits::kGgufEntries));
  }
  if (out_) out_->version = version;
  return out;
}

Result<std::string> Walk::name(std::string_view what, std::set<std::string>& seen) {
  const std::uint64_t length = cursor_.u64();
  if (length > kNameBytes) return malformed(std::string(what) + " is longer than 65535 bytes");
  std::string out(cursor_.bytes(length));
  if (!cursor_.good()) return out;
  if (out.empty()) return malformed(std::string(what) + " is empty");
  if (!is_valid_utf8(out)) return malformed(std::string(what) + " is not UTF-8");
  if (!seen.insert(out).second) {
    return malformed("duplicate " + std::string(what) + " " + printable(out, 80));
  }
  return out;
}

Result<void> Walk::pair() {
  const std::string key = TRY(name("key", keys_));
  const std::uint32_t type = cursor_.u32();
  if (!cursor_.good()) return {};
  auto read = type == kArray ? array(key) : scalar(key, type);
  return std::move(read).with("key " + printable(key, 80));
}

Result<void> Walk::scalar(const std::string& key, std::uint32_t type) {
  if (type == kString) {
    const std::string_view text = cursor_.string();
    if (!cursor_.good()) return {};
    if (!is_valid_utf8(text)) return malformed("value is not UTF-8");
    if (out_) out_->strings.emplace(key, text);
    return {};
  }
  const std::size_t size = width(type);
  if (size == 0) return malformed("unknown value type " + std::to_string(type));
  const std::uint64_t value = cursor_.number(size);
  if (!cursor_.good() || type == kF32 || type == kF64) return {};
  if (type == kBool && value > 1) return malformed("boolean is neither 0 nor 1");
  const bool is_signed = type == kI8 || type == kI16 || type == kI32 || type == kI64;
  const bool negative = is_signed && (value >> (8 * size - 1)) != 0;
  if (key == "general.alignment") {
    if (type != kU32 || value == 0 || (value & (value - 1)) != 0) {
      return malformed("expected a power of two (uint32)");
    }
    alignment_ = value;
  }
  if (out_ && !negative) out_->integers.emplace(key, value);
  return {};
}

Result<void> Walk::array(const std::string& key) {
  const std::uint32_t type = cursor_.u32();
  const std::uint64_t count = cursor_.u64();
  if (!cursor_.good()) return {};
  std::vector<std::string> strings;
  const bool keep = out_ && type == kString && count <= kListStrings;
  TRY(elements(type, count, 1, keep ? &strings : nullptr));
  if (!out_ || !cursor_.good()) return {};
  out_->array_sizes.emplace(key, count);
  if (keep && strings.size() == count) out_->string_lists.emplace(key, std::move(strings));
  return {};
}

Result<void> Walk::elements(std::uint32_t type, std::uint64_t count, unsigned depth,
                            std::vector<std::string>* strings) {
  if (depth > kArrayDepth) {
    return Error(ErrorKind::too_large,
                 "arrays are nested deeper than " + std::to_string(kArrayDepth) + " levels");
  }
  if (const std::size_t size = width(type); size != 0) {
    cursor_.announce(count, size);
    cursor_.bytes(cursor_.good() ? count * size : 0);
    return {};
  }
  if (type != kString && type != kArray) {
    return malformed("unknown value type " + std::to_string(type));
  }
  cursor_.announce(count, type == kString ? 8 : 12);
  for (std::uint64_t i = 0; i < count && cursor_.good(); ++i) {
    if (type == kString) {
      const std::string_view text = cursor_.string();
      // Vocabularies hold half characters: such a list is only counted.
      if (strings && cursor_.good() && is_valid_utf8(text)) strings->emplace_back(text);
      continue;
    }
    const std::uint32_t inner = cursor_.u32();
    const std::uint64_t inner_count = cursor_.u64();
    if (cursor_.good()) TRY(elements(inner, inner_count, depth + 1, nullptr));
  }
  return {};
}

Result<void> Walk::tensor() {
  Tensor tensor;
  tensor.name = TRY(name("tensor name", names_));
  const std::uint32_t dimensions = cursor_.u32();
  if (!cursor_.good()) return {};
  const std::string subject = "tensor " + printable(tensor.name, 80);
  if (dimensions > kDimensions) {
    return malformed(subject + ": has " + std::to_string(dimensions) + " dimensions, at most 4");
  }
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    tensor.shape.insert(tensor.shape.begin(), cursor_.u64());
  }
  const GgmlType type = ggml_type(cursor_.u32());
  const std::uint64_t offset = cursor_.u64();
  if (!cursor_.good()) return {};
  const std::uint64_t count = TRY(element_count(tensor.shape).with(subject));
  tensor.bytes = TRY(bytes_of(subject, type, tensor, count));
  TRY(place(subject, tensor.bytes, offset));
  if (!out_) return {};
  tensor.dtype = type.name;
  TRY(count_tensor(out_->tensors, tensor.dtype, count));
  out_->list.push_back(std::move(tensor));
  return {};
}

/// nullopt: a type of unknown size.
Result<std::optional<std::uint64_t>> Walk::bytes_of(const std::string& subject,
                                                    const GgmlType& type, const Tensor& tensor,
                                                    std::uint64_t count) {
  if (type.block == 0) return std::optional<std::uint64_t>();
  const std::uint64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
  if (row % type.block != 0) {
    return malformed(subject + ": rows of " + std::to_string(row) + " do not fill blocks of " +
                     type.name);
  }
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(count / type.block, std::uint64_t{type.block_bytes}, &bytes)) {
    return malformed(subject + ": is larger than any file");
  }
  return std::optional<std::uint64_t>(bytes);
}

/// As llama.cpp's gguf.cpp: tensors follow each other in the order of their infos, padded.
Result<void> Walk::place(const std::string& subject, std::optional<std::uint64_t> bytes,
                         std::uint64_t offset) {
  if (!data_end_) return {};
  if (!bytes) {
    data_end_.reset();  // nothing can be said about what comes after a type of unknown size
    return {};
  }
  std::uint64_t start = 0, end = 0;
  if (__builtin_add_overflow(*data_end_, alignment_ - 1, &start)) {
    return malformed(subject + ": is larger than any file");
  }
  start &= ~(alignment_ - 1);
  if (offset != start) {
    return malformed(subject + ": starts at byte " + std::to_string(offset) + ", expected " +
                     std::to_string(start) + (offset < start ? " (overlap)" : " (hole)"));
  }
  if (__builtin_add_overflow(start, *bytes, &end)) {
    return malformed(subject + ": is larger than any file");
  }
  data_end_ = end;
  return {};
}

/// The data section starts at the next multiple of the alignment after the header.
Result<void> check_size(const Walk& walk, const GgufHeader& header, std::uint64_t file_size) {
  const std::uint64_t data = (walk.offset() + walk.alignment() - 1) & ~(walk.alignment() - 1);
  std::uint64_t end = 0;
  if (header.list.empty() || !walk.data_bytes()) return {};
  if (!__builtin_add_overflow(data, *walk.data_bytes(), &end) && end <= file_size) return {};
  return malformed("tensors end at byte " + std::to_string(end) + ", the file has " +
                   std::to_string(file_size) + " bytes");
}

}  // namespace

Result<GgufHeader> read_gguf(const FileHead& head) {
  GgufHeader out;
  Walk walk(head.bytes, &out);
  if (!TRY(walk.run())) {
    return malformed("GGUF header is cut off after " + std::to_string(walk.offset()) + " bytes");
  }
  TRY(check_size(walk, out, head.size));
  return out;
}

Result<std::optional<std::size_t>> gguf_header_size(std::string_view prefix) {
  Walk walk(prefix, nullptr);
  if (!TRY(walk.run())) return std::optional<std::size_t>();
  return std::optional<std::size_t>(walk.offset());
}

}  // namespace mpk::model
