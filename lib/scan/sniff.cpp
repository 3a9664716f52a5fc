// sniff: magic numbers, then what only looks right as a whole.
#include "scan/sniff.hpp"

#include "base/text.hpp"
#include "model/head.hpp"
#include "model/little_endian.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace mpk::scan {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  Type type;
};
constexpr auto kMagics = std::to_array<Magic>({
    {"PK\x03\x04"sv, Type::zip},
    {"\x1f\x8b"sv, Type::gzip},
    {"\x28\xb5\x2f\xfd"sv, Type::zstd},
    {"\xfd\x37zXZ\0"sv, Type::xz},
    {"\x04\x22\x4d\x18"sv, Type::lz4},
    {"7z\xbc\xaf\x27\x1c"sv, Type::other_archive},
    {"Rar!\x1a\x07"sv, Type::other_archive},
    {"MSCF\0\0\0\0"sv, Type::other_archive},
    {"!<arch>\n"sv, Type::other_archive},
    {"xar!\0"sv, Type::other_archive},
    {"hsqs"sv, Type::other_archive},
    {"ZF0x"sv, Type::other_archive},  // joblib before 0.10
    {"\x93NUMPY"sv, Type::npy},
    {"\x89HDF\r\n\x1a\n"sv, Type::hdf5},
    {"GGUF"sv, Type::gguf},
    {"\x7f"
     "ELF"sv,
     Type::executable},
    {"MZqFpD"sv, Type::executable},  // llamafile and other APE programs
    {"\xcf\xfa\xed\xfe"sv, Type::executable},
    {"\xce\xfa\xed\xfe"sv, Type::executable},
    {"\xca\xfe\xba\xbe\0\0\0"sv, Type::executable},
    {"\0asm\x01\0\0\0"sv, Type::executable},
    {"#!"sv, Type::script},
});

bool is_pe(const Content& content, std::string_view head) {
  if (head.size() < 64 || !head.starts_with("MZ")) return false;
  const auto at = model::little_endian(head.substr(0x3c), 4);
  const auto signature = bytes_at(content, at, 4);
  return signature && *signature == "PE\0\0"sv;
}

/// POSIX.1-2017 pax, "ustar Interchange Format": the sum of the header, its own field as spaces.
bool is_tar(std::string_view head) {
  if (head.size() < 512) return false;
  std::uint64_t sum = 0, told = 0;
  for (std::size_t i = 0; i < 512; ++i)
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(head[i]);
  const auto field = trim(head.substr(148, 8).substr(0, head.substr(148, 8).find('\0')));
  if (field.empty()) return false;
  for (const char digit : field) {
    if (digit < '0' || digit > '7') return false;
    told = told * 8 + static_cast<std::uint64_t>(digit - '0');
  }
  return told == sum && head[0] != '\0';
}

/// RFC 1950 §2.2: deflate, and a check sum over both bytes.
bool is_zlib(std::string_view head) {
  if (head.size() < 3 || head[0] != '\x78') return false;
  const auto flags = static_cast<unsigned char>(head[1]);
  return (0x78U * 256 + flags) % 31 == 0 && (flags & 0x20U) == 0;
}

bool is_bzip2(std::string_view head) {
  return head.size() >= 10 && head.starts_with("BZh") && head[3] >= '1' && head[3] <= '9' &&
         (head.substr(4, 6) == "\x31\x41\x59\x26\x53\x59"sv || head.substr(4, 2) == "\x17\x72"sv);
}

/// An HDF5 file may have a block of the user's before it: 512, 1024, … bytes.
bool is_hdf5(const Content& content) {
  for (std::uint64_t at = 512; at < content.size() && at <= (1U << 20); at *= 2) {
    const auto bytes = bytes_at(content, at, 8);
    if (bytes && *bytes == "\x89HDF\r\n\x1a\n"sv) return true;
  }
  return false;
}

Type text_type(std::string_view name, const model::FileHead& head) {
  const auto ending = model::extension(name);
  if (name == "MLmodel") return Type::yaml;
  if (ending == "py" || ending == "pyw" || ending == "pyi") return Type::python;
  if (ending == "yaml" || ending == "yml") return Type::yaml;
  // A template begins as JSON does.
  if (is_template(ending)) return Type::text;
  const auto text = trim(head.bytes);
  if (text.starts_with('{') || ending == "json" || ending == "ipynb") return Type::json;
  return Type::text;
}

constexpr auto kPickleNames =
    std::to_array<std::string_view>({"pkl", "pickle", "pck", "pt", "pth", "joblib", "dill"});
constexpr auto kHarmlessNames =
    std::to_array<std::string_view>({"safetensors", "gguf", "onnx", "json", "jsonl", "txt", "md",
                                     "yaml", "yml", "csv", "jinja", "jpg", "png"});

template <std::size_t N>
bool in(const std::array<std::string_view, N>& list, const std::string& word) {
  return std::ranges::find(list, word) != list.end();
}

}  // namespace

std::string_view to_string(Type type) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"empty",       "pickle", "zip",  "tar",        "gzip",       "zstd",   "xz",
       "lzma",        "bzip2",  "lz4",  "zlib",       "archive",    "npy",    "hdf5",
       "safetensors", "gguf",   "onnx", "tensorflow", "executable", "script", "json",
       "yaml",        "python", "text", "data"});
  return kNames.at(static_cast<std::size_t>(type));
}

Result<Type> sniff(const Content& content, std::string_view name) {
  if (content.size() == 0) return Type::empty;
  const auto bytes = TRY(bytes_at(content, 0, 4096));
  const std::string_view head = bytes;
  for (const auto& magic : kMagics) {
    if (head.starts_with(magic.bytes)) return magic.type;
  }
  if (is_pe(content, head)) return Type::executable;
  if (is_bzip2(head)) return Type::bzip2;
  // Compiled Python: two bytes of version, then a line break that text mode would spoil.
  if (model::extension(name) == "pyc" || (head.size() > 16 && head.substr(1, 3) == "\x0d\r\n"))
    return Type::executable;
  if (head.starts_with("\x5d\0\0"sv) && head.size() > 13) return Type::lzma;
  const model::FileHead sniffed{.path = "sniffed",
                                .size = content.size(),
                                .bytes = bytes,
                                .whole = bytes.size() == content.size()};
  const auto format = model::detect_format(sniffed);
  // The length of a safetensors header may begin like PROTO. Then only a literal of five bytes fits
  // before its first quotation mark, which is no opcode: nothing can run.
  const bool tensors = format == model::Format::safetensors && head.substr(8, 2) == "{\"";
  if (head.size() >= 2 && head[0] == '\x80' && static_cast<unsigned char>(head[1]) <= 5 && !tensors)
    return Type::pickle;
  if (is_tar(head)) return Type::tar;
  // SavedModel: schema version 1 (field 1), then its graphs (field 2).
  const auto ending = model::extension(name);
  if (head.starts_with("\x08\x01\x12"sv) || ending == "pb" || ending == "pbtxt")
    return Type::tensorflow;
  if (format == model::Format::safetensors) return Type::safetensors;
  // The fields of a protobuf may come in any order: then the name says what reads it.
  if (format == model::Format::onnx || ending == "onnx") return Type::onnx;
  if (is_zlib(head)) return Type::zlib;
  if (format == model::Format::json || format == model::Format::text)
    return text_type(name, sniffed);
  return is_hdf5(content) ? Type::hdf5 : Type::data;
}

bool is_template(std::string_view ending) {
  return ending == "jinja" || ending == "jinja2" || ending == "j2";
}

bool promises_pickle(std::string_view name) { return in(kPickleNames, model::extension(name)); }

bool promises_harmless(std::string_view name) { return in(kHarmlessNames, model::extension(name)); }

}  // namespace mpk::scan
