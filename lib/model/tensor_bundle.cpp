// tensor_bundle: a table of blocks with prefix-compressed keys; the values are small messages.
#include "model/tensor_bundle.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/little_endian.hpp"
#include "model/names.hpp"
#include "model/protobuf.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace mpk::model {
namespace {

using protozero::pbf_reader;

constexpr std::string_view kMagic = "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
constexpr std::size_t kFooter = 48, kTrailer = 5;
constexpr std::size_t kDimensions = 254;  // TensorShape::MaxDimensions
constexpr std::size_t kTensors = 1U << 20;
constexpr std::size_t kDataFiles = 1U << 16;

struct Type {
  std::string_view name;
  std::uint64_t bytes;  // 0: has no size of its own
};
/// types.proto, enum DataType, from 0.
constexpr auto kTypes = std::to_array<Type>({{"", 0},
                                             {"float32", 4},
                                             {"float64", 8},
                                             {"int32", 4},
                                             {"uint8", 1},
                                             {"int16", 2},
                                             {"int8", 1},
                                             {"", 0},
                                             {"complex64", 8},
                                             {"int64", 8},
                                             {"bool", 1},
                                             {"qint8", 1},
                                             {"quint8", 1},
                                             {"qint32", 4},
                                             {"bfloat16", 2},
                                             {"qint16", 2},
                                             {"quint16", 2},
                                             {"uint16", 2},
                                             {"complex128", 16},
                                             {"float16", 2},
                                             {"", 0},
                                             {"", 0},
                                             {"uint32", 4},
                                             {"uint64", 8},
                                             {"float8_e5m2", 1},
                                             {"float8_e4m3fn", 1}});

Error malformed(std::string message) { return Error(ErrorKind::malformed, std::move(message)); }

/// Of the text in front, which is taken away.
Result<std::uint64_t> varint(std::string_view& text) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !text.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return value;
  }
  return malformed("table: a number is cut off");
}

Result<std::string_view> taken(std::string_view& text, std::uint64_t size) {
  if (size > text.size()) return malformed("table: an entry is cut off");
  const auto out = text.substr(0, static_cast<std::size_t>(size));
  text.remove_prefix(out.size());
  return out;
}

/// The entries of a block; `handle` is its place, as text.
Result<std::string_view> block(std::string_view file, std::string_view& handle) {
  const auto offset = TRY(varint(handle));
  const auto size = TRY(varint(handle));
  if (offset > file.size() || file.size() - offset < kTrailer ||
      size > file.size() - offset - kTrailer || size < 4) {
    return malformed("table: a block is not within the file");
  }
  const auto bytes = file.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  if (file[static_cast<std::size_t>(offset + size)] != 0)
    return Error(ErrorKind::unsupported, "table: its blocks are compressed");
  const std::uint64_t restarts = little_endian_32(bytes.substr(bytes.size() - 4));
  if (restarts > (bytes.size() - 4) / 4) return malformed("table: a block is cut off");
  return bytes.substr(0, bytes.size() - 4 - static_cast<std::size_t>(restarts) * 4);
}

/// For each entry: take(key, value).
template <class Take>
Result<void> each_entry(std::string_view entries, const Take& take) {
  std::string key;
  while (!entries.empty()) {
    const auto shared = TRY(varint(entries));
    const auto fresh = TRY(varint(entries));
    const auto size = TRY(varint(entries));
    if (shared > key.size()) return malformed("table: a key begins with more than there is");
    key.resize(static_cast<std::size_t>(shared));
    key += TRY(taken(entries, fresh));
    if (key.size() > limits::kPathBytes) return malformed("table: a key is too long");
    TRY(take(key, TRY(taken(entries, size))));
  }
  return {};
}

struct Entry {
  std::uint64_t type = 0, file = 0, offset = 0, size = 0;
  bool sliced = false;
  std::vector<std::uint64_t> shape;
};

/// TensorShapeProto
Result<void> read_shape(pbf_reader reader, std::vector<std::uint64_t>& shape) {
  while (reader.next()) {
    if (reader.tag() != 2) {
      reader.skip();
      continue;
    }
    std::int64_t size = 0;
    pbf_reader dimension = reader.get_message();
    while (dimension.next()) {
      if (dimension.tag() == 1) {
        size = dimension.get_int64();
      } else {
        dimension.skip();
      }
    }
    if (size < 0 || shape.size() == kDimensions) return malformed("a variable has no shape");
    shape.push_back(static_cast<std::uint64_t>(size));
  }
  return {};
}

/// BundleEntryProto
Result<Entry> read_entry(std::string_view bytes) {
  pbf_reader reader(bytes.data(), bytes.size());
  Entry out;
  while (reader.next()) {
    if (reader.tag() == 1) {
      out.type = static_cast<std::uint64_t>(reader.get_enum());
    } else if (reader.tag() == 2) {
      TRY(read_shape(reader.get_message(), out.shape));
    } else if (reader.tag() == 3) {
      out.file = static_cast<std::uint64_t>(reader.get_int32());
    } else if (reader.tag() == 4) {
      out.offset = static_cast<std::uint64_t>(reader.get_int64());
    } else if (reader.tag() == 5) {
      out.size = static_cast<std::uint64_t>(reader.get_int64());
    } else if (reader.tag() == 7) {
      out.sliced = true;
      reader.skip();
    } else {
      reader.skip();
    }
  }
  return out;
}

/// BundleHeaderProto: the number of data files.
Result<std::uint64_t> read_header(std::string_view bytes) {
  pbf_reader reader(bytes.data(), bytes.size());
  std::int64_t files = 0;
  while (reader.next()) {
    if (reader.tag() == 1) {
      files = reader.get_int32();
    } else {
      reader.skip();
    }
  }
  if (files < 1 || static_cast<std::uint64_t>(files) > kDataFiles)
    return malformed("index: not between one and 65536 data files");
  return static_cast<std::uint64_t>(files);
}

/// What stands before TensorFlow 2's ending; nullopt: a name of TensorFlow 1.
std::optional<std::string_view> variable_name(std::string_view key) {
  constexpr std::string_view kEnding = "/.ATTRIBUTES/VARIABLE_VALUE";
  if (!key.ends_with(kEnding)) return std::nullopt;
  return key.substr(0, key.size() - kEnding.size());
}

class Bundle {
 public:
  Result<void> add(const std::string& key, std::string_view value) {
    if (!header_) {
      if (!key.empty()) return malformed("index: it does not begin with its header");
      out_.sizes.resize(static_cast<std::size_t>(TRY(read_header(value))));
      header_ = true;
      return {};
    }
    if (key <= last_) return malformed("index: its keys are not in order");
    last_ = key;
    const Entry entry = TRY(read_entry(value).with(printable(key, 200)));
    TRY(reach(entry).with(printable(key, 200)));
    if (entry.type >= kTypes.size() || kTypes[entry.type].name.empty()) return {};
    return add_tensor(key, entry).with(printable(key, 200));
  }

  Result<TensorBundle> finish() {
    if (!header_) return malformed("index: there is no header");
    const auto named = [&](std::string_view start) {
      return std::ranges::any_of(out_.list,
                                 [&](const Tensor& each) { return each.name.starts_with(start); });
    };
    if (named("optimizer/_trainable_variables/")) {
      return Error(ErrorKind::unsupported,
                   "variables are named as the optimizer's: which are the model's is not told");
    }
    // keras/src/export: ExportArchive keeps the model's variables, and each of them once more.
    const bool twice = named("variables/") && named("_all_variables/");
    std::vector<Tensor> kept;
    for (Tensor& tensor : out_.list) {
      const bool state = is_training_state(tensor.name);
      out_.training_state = out_.training_state || state;
      if (state || is_bookkeeping(tensor.name) ||
          (twice && tensor.name.starts_with("_all_variables/")))
        continue;
      TRY(count_tensor(out_.tensors, tensor.dtype, TRY(element_count(tensor.shape))));
      kept.push_back(std::move(tensor));
    }
    out_.list = std::move(kept);
    return std::move(out_);
  }

 private:
  static bool is_training_state(std::string_view name) {
    return name.starts_with("optimizer/") || name.find("/.OPTIMIZER_SLOT/") != name.npos;
  }
  static bool is_bookkeeping(std::string_view name) {
    return name.starts_with("keras_api/metrics/") || name == "save_counter" ||
           name == "global_step";
  }

  Result<void> reach(const Entry& entry) {
    std::uint64_t end = 0;
    if (entry.file >= out_.sizes.size()) return malformed("is in a data file that is not there");
    if (__builtin_add_overflow(entry.offset, entry.size, &end))
      return malformed("is beyond 2^64 bytes");
    auto& size = out_.sizes[static_cast<std::size_t>(entry.file)];
    size = std::max(size, end);
    return {};
  }

  Result<void> add_tensor(const std::string& key, const Entry& entry) {
    if (!is_valid_utf8(key)) return malformed("name is not UTF-8");
    const Type& type = kTypes[entry.type];
    const auto elements = TRY(element_count(entry.shape));
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(elements, type.bytes, &bytes))
      return malformed("tensor has more than 2^64 bytes");
    if (entry.sliced) return Error(ErrorKind::unsupported, "variable is stored in slices");
    if (entry.size != bytes) {
      return malformed("has " + std::to_string(entry.size) + " bytes, its shape " +
                       std::to_string(bytes));
    }
    if (out_.list.size() == kTensors) return malformed("more than a million variables");
    out_.list.push_back({std::string(variable_name(key).value_or(key)), std::string(type.name),
                         entry.shape, bytes});
    return {};
  }

  TensorBundle out_;
  std::string last_;
  bool header_ = false;
};

Result<TensorBundle> read(std::string_view file) {
  if (file.size() < kFooter || !file.ends_with(kMagic))
    return malformed("not an index of variables");
  std::string_view footer = file.substr(file.size() - kFooter);
  const auto rest = file.substr(0, file.size() - kFooter);
  TRY(varint(footer));  // the metaindex, which is empty
  TRY(varint(footer));
  Bundle bundle;
  TRY(each_entry(TRY(block(rest, footer)),
                 [&](const std::string& /*last*/, std::string_view handle) -> Result<void> {
                   return each_entry(TRY(block(rest, handle)),
                                     [&](const std::string& key, std::string_view value) {
                                       return bundle.add(key, value);
                                     });
                 }));
  return bundle.finish();
}

}  // namespace

Result<TensorBundle> read_tensor_bundle(const FileHead& head) {
  return read_protobuf(head, "index", "index: broken protobuf", [&] { return read(head.bytes); });
}

bool is_tensor_bundle(std::string_view path) { return base_name(path) == "variables.index"; }

}  // namespace mpk::model
