// hdf5: from the root through the groups; each structure is visited once, which bounds the work.
#include "model/hdf5.hpp"

#include "base/text.hpp"
#include "model/little_endian.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::size_t kDepth = 64;       // groups in groups; Keras nests under 20
constexpr std::size_t kRank = 32;        // H5S_MAX_RANK
constexpr std::size_t kSuperblock = 48;  // the shortest, of version 2
constexpr std::size_t kNameLength = 1024;
constexpr std::uint64_t kUndefined = UINT64_MAX;

Error malformed(std::string message) {
  return Error(ErrorKind::malformed, "HDF5: " + std::move(message));
}
Error unsupported(std::string message) {
  return Error(ErrorKind::unsupported, "HDF5: " + std::move(message));
}

/// A structure's bytes, read from the front; reading beyond them gives zeros and is noted.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number(std::size_t width) {
    const auto bytes = take(width);
    return bytes.size() == width ? little_endian(bytes, width) : 0;
  }
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) {
      good_ = false;
      bytes_ = {};
      return {};
    }
    const auto out = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(out.size());
    return out;
  }
  std::size_t left() const { return bytes_.size(); }
  bool good() const { return good_; }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

struct Message {
  std::uint64_t type = 0;
  bool shared = false;
  std::string_view data;
};
/// §IV.A.2
constexpr std::uint64_t kDataspace = 0x1, kLinkInfo = 0x2, kDatatype = 0x3, kLink = 0x6,
                        kExternal = 0x7, kLayout = 0x8, kContinuation = 0x10, kSymbolTable = 0x11;

/// §IV.A.2.b
Result<std::vector<std::uint64_t>> read_shape(std::string_view data) {
  Fields fields(data);
  const auto version = fields.number(1), rank = fields.number(1);
  fields.take(1);
  if (version == 1) {
    fields.take(5);
  } else if (version != 2) {
    return unsupported("dataspace of version " + std::to_string(version));
  } else if (fields.number(1) == 2) {
    return std::vector<std::uint64_t>{0};  // no element at all
  }
  if (rank > kRank) return malformed("more than 32 dimensions");
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = 0; i < rank; ++i) out.push_back(fields.number(8));
  if (!fields.good()) return malformed("a dataspace is cut off");
  return out;
}

struct Type {
  std::string name;  // empty: text
  std::uint64_t bytes = 0;
};

/// §IV.A.2.d
Result<Type> read_type(std::string_view data) {
  Fields fields(data);
  const auto kind = fields.number(1) & 0xfU, bits = fields.number(3), bytes = fields.number(4);
  fields.take(4);  // offset and precision
  fields.take(1);
  const auto exponent = kind == 1 ? fields.number(1) : 0;
  if (kind == 3 || kind == 9) return Type{"", bytes};
  if (!fields.good()) return malformed("a datatype is cut off");
  const std::string width = std::to_string(bytes * 8);
  const bool sized = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  if (kind == 0 && sized) return Type{((bits & 8U) != 0 ? "int" : "uint") + width, bytes};
  if (kind == 1 && bytes == 2 && exponent == 8) return Type{"bfloat16", bytes};
  const bool ieee = (bytes == 2 && exponent == 5) || (bytes == 4 && exponent == 8) ||
                    (bytes == 8 && exponent == 11);
  if (kind == 1 && ieee) return Type{"float" + width, bytes};
  return unsupported("datatype of class " + std::to_string(kind));
}

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  Result<std::vector<Tensor>> run() {
    constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
    if (!file_.starts_with(kSignature)) return malformed("not an HDF5 file");
    if (file_.size() < kSuperblock) return malformed("the superblock is cut off");
    Fields fields(file_.substr(kSignature.size()));
    const auto version = fields.number(1);
    if (version > 1) return unsupported("superblock of version " + std::to_string(version));
    fields.take(4);
    if (fields.number(1) != 8 || fields.number(1) != 8)
      return unsupported("addresses that have not 8 bytes");
    fields.take(version == 0 ? 9 : 13);
    const auto base = fields.number(8);
    fields.take(8);
    const auto end = fields.number(8);
    fields.take(16);  // driver information, name of the root
    const auto root = fields.number(8);
    if (!fields.good()) return malformed("the superblock is cut off");
    if (base != 0) return unsupported("a block of the user's stands before it");
    if (end != file_.size()) {
      return malformed("has " + std::to_string(file_.size()) + " bytes, its superblock says " +
                       std::to_string(end));
    }
    TRY(object(root, "", 0));
    return std::move(out_);
  }

 private:
  Result<std::string_view> at(std::uint64_t address, std::uint64_t size, const char* what) const {
    if (address > file_.size() || size > file_.size() - address)
      return malformed(std::string(what) + " is not within the file");
    return file_.substr(static_cast<std::size_t>(address), static_cast<std::size_t>(size));
  }
  Result<std::string_view> structure(std::uint64_t address, std::uint64_t size,
                                     std::string_view signature) {
    const auto bytes = TRY(at(address, size, "a structure"));
    if (!bytes.starts_with(signature)) return malformed("a structure is not where it should be");
    if (!visited_.insert(address).second) return unsupported("a structure is used twice");
    return bytes.substr(signature.size());
  }

  /// §IV.A.1.a
  Result<std::vector<Message>> messages(std::uint64_t address) {
    if (at(address, 4, "").value_or("") == "OHDR") return unsupported("object header of version 2");
    Fields prefix(TRY(structure(address, 16, "\x01")));
    prefix.take(1);
    prefix.take(6);  // their number, which counts continuations; references
    const auto size = prefix.number(4);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> chunks{{address + 16, size}};
    std::vector<Message> out;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      Fields chunk(TRY(at(chunks[i].first, chunks[i].second, "an object's header")));
      while (chunk.left() >= 8) {
        Message message{.type = chunk.number(2)};
        const auto length = chunk.number(2);
        message.shared = (chunk.number(1) & 2U) != 0;
        chunk.take(3);
        message.data = chunk.take(length);
        if (!chunk.good()) return malformed("an object's header is cut off");
        // Headers that overlap could make a small file a long list.
        if (++messages_ > file_.size() / 8) return malformed("headers overlap");
        if (message.type == kContinuation) {
          Fields place(message.data);
          const auto from = place.number(8), more = place.number(8);
          if (!visited_.insert(from).second) return malformed("a header continues in itself");
          chunks.emplace_back(from, more);
        }
        out.push_back(message);
      }
    }
    return out;
  }

  Result<void> object(std::uint64_t address, const std::string& path, std::size_t depth) {
    if (depth > kDepth) return unsupported("groups nested too deeply");
    std::array<const Message*, kSymbolTable + 1> found{};
    const auto all = TRY(messages(address));
    for (const Message& message : all) {
      if (message.type < found.size()) found[static_cast<std::size_t>(message.type)] = &message;
    }
    if (const Message* table = found[kSymbolTable]) {
      Fields fields(table->data);
      const auto tree = fields.number(8), heap = fields.number(8);
      if (!fields.good()) return malformed("a group is cut off");
      const auto names = TRY(heap_of(heap));
      return entries(tree, names, path, depth, std::nullopt);
    }
    if (found[kLink] != nullptr || found[kLinkInfo] != nullptr)
      return unsupported("group without a symbol table");
    if (depth == 0) return malformed("its root is no group");
    const Message *space = found[kDataspace], *type = found[kDatatype], *layout = found[kLayout];
    if (space == nullptr || type == nullptr || layout == nullptr) return {};  // a named type
    if (space->shared || type->shared || layout->shared || found[kExternal] != nullptr)
      return unsupported("dataset that is described elsewhere");
    return dataset(*space, *type, *layout, path);
  }

  Result<void> dataset(const Message& space, const Message& type, const Message& layout,
                       const std::string& path) {
    const Type element = TRY(read_type(type.data));
    if (element.name.empty()) return {};
    auto shape = TRY(read_shape(space.data));
    Tensor tensor{.name = path, .dtype = element.name, .shape = std::move(shape), .bytes = {}};
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(TRY(element_count(tensor.shape)), element.bytes, &bytes))
      return malformed("dataset has more than 2^64 bytes");
    tensor.bytes = bytes;
    TRY(check_layout(layout.data, bytes).with(printable(path, 200)));
    out_.push_back(std::move(tensor));
    return {};
  }

  /// §IV.A.2.i
  Result<void> check_layout(std::string_view data, std::uint64_t bytes) const {
    Fields fields(data);
    const auto version = fields.number(1), kind = fields.number(1);
    if (version != 3 || kind > 1) {
      return unsupported("layout " + std::to_string(kind) + " of version " +
                         std::to_string(version));
    }
    const auto address = kind == 1 ? fields.number(8) : 0;
    const auto size = fields.number(kind == 1 ? 8 : 2);
    if (!fields.good() || size != bytes) {
      return malformed("data has " + std::to_string(size) + " bytes, its shape " +
                       std::to_string(bytes));
    }
    if (kind == 1 && bytes > 0) {
      if (address == kUndefined) return unsupported("data that was never written");
      TRY(at(address, size, "data"));
    }
    return {};
  }

  /// §III.D: the names of a group.
  Result<std::string_view> heap_of(std::uint64_t address) {
    Fields fields(TRY(structure(address, 32, "HEAP")));
    fields.take(4);
    const auto size = fields.number(8);
    fields.take(8);
    return at(fields.number(8), size, "a heap");
  }

  /// §III.A.1: a node of a group's tree, of the level below its parent's.
  Result<void> entries(std::uint64_t address, std::string_view names, const std::string& path,
                       std::size_t depth, std::optional<std::uint64_t> level) {
    Fields node(TRY(structure(address, 24, "TREE")));
    const auto type = node.number(1), own = node.number(1), used = node.number(2);
    if (type != 0 || (level && own + 1 != *level) || own > kDepth)
      return malformed("a group's tree is broken");
    Fields pairs(TRY(at(address + 24, used * 16, "a group's tree")));
    for (std::uint64_t i = 0; i < used; ++i) {
      pairs.take(8);
      const auto child = pairs.number(8);
      if (own > 0) {
        TRY(entries(child, names, path, depth, own));
      } else {
        TRY(symbols(child, names, path, depth));
      }
    }
    return {};
  }

  /// §III.B
  Result<void> symbols(std::uint64_t address, std::string_view names, const std::string& path,
                       std::size_t depth) {
    Fields node(TRY(structure(address, 8, "SNOD")));
    node.take(2);
    const auto count = node.number(2);
    Fields table(TRY(at(address + 8, count * 40, "a group")));
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto name_at = table.number(8), object_at = table.number(8), cached = table.number(4);
      table.take(20);
      if (cached == 2) return unsupported("a symbolic link");
      if (name_at >= names.size()) return malformed("a name is not within its heap");
      const auto rest = names.substr(static_cast<std::size_t>(name_at), kNameLength);
      const auto end = rest.find('\0');
      if (end == rest.npos || end == 0 || !is_valid_utf8(rest.substr(0, end)))
        return malformed("a name is broken");
      std::string name(rest.substr(0, end));
      if (!path.empty()) name.insert(0, path + "/");
      if (name.size() > kNameLength) return unsupported("a name is too long");
      TRY(object(object_at, name, depth + 1));
    }
    return {};
  }

  std::string_view file_;
  std::unordered_set<std::uint64_t> visited_;
  std::size_t messages_ = 0;
  std::vector<Tensor> out_;
};

}  // namespace

Result<std::vector<Tensor>> read_hdf5(std::string_view file) { return Reader(file).run(); }

}  // namespace mpk::model
