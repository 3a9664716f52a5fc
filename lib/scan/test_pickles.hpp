// For tests: a small pickle assembler, and zips as nobody should write them. Payloads are inert.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::scan::test {

inline std::string le(std::uint64_t value, std::size_t width) {
  std::string out;
  for (std::size_t i = 0; i < width; ++i) out += static_cast<char>((value >> (8 * i)) & 0xff);
  return out;
}

// One function an opcode, named as pickletools.py names them.
inline std::string proto(int version) { return std::string("\x80") + static_cast<char>(version); }
inline std::string global(std::string_view module, std::string_view name) {
  return "c" + std::string(module) + "\n" + std::string(name) + "\n";
}
inline std::string inst(std::string_view module, std::string_view name) {
  return "i" + std::string(module) + "\n" + std::string(name) + "\n";
}
inline std::string unicode(std::string_view text) {
  return "X" + le(text.size(), 4) + std::string(text);
}
inline std::string short_unicode(std::string_view text) {
  return "\x8c" + le(text.size(), 1) + std::string(text);
}
inline std::string unicode8(std::string_view text) {
  return "\x8d" + le(text.size(), 8) + std::string(text);
}
inline std::string short_bytes(std::string_view text) {
  return "C" + le(text.size(), 1) + std::string(text);
}
inline std::string frame(std::string_view body) {
  return "\x95" + le(body.size(), 8) + std::string(body);
}
inline std::string stack_global(std::string_view module, std::string_view name) {
  return short_unicode(module) + short_unicode(name) + "\x93";
}
inline std::string int1(int value) { return "K" + le(static_cast<std::uint64_t>(value), 1); }
/// An opcode without operands.
struct Op {
  std::string_view text;
};
inline std::string operator+(Op a, Op b) { return std::string(a.text) + std::string(b.text); }
inline std::string operator+(Op a, const std::string& b) { return std::string(a.text) + b; }
inline std::string operator+(std::string a, Op b) { return a.append(b.text); }
inline constexpr Op kReduce{"R"};
inline constexpr Op kStop{"."};
inline constexpr Op kTuple1{"\x85"};
inline constexpr Op kTuple2{"\x86"};
inline constexpr Op kTuple3{"\x87"};
inline constexpr Op kNewobj{"\x81"};
inline constexpr Op kNewobjEx{"\x92"};
inline constexpr Op kBuild{"b"};
inline constexpr Op kMark{"("};
inline constexpr Op kTuple{"t"};
inline constexpr Op kMemoize{"\x94"};
inline constexpr Op kEmptyDict{"}"};
inline constexpr Op kEmptyList{"]"};
inline constexpr Op kEmptyTuple{")"};
inline constexpr Op kNone{"N"};
inline constexpr Op kPop{"0"};
inline constexpr Op kDup{"2"};
inline constexpr Op kSetitem{"s"};
inline constexpr Op kSetitems{"u"};
inline constexpr Op kAppend{"a"};
inline constexpr Op kAppends{"e"};
inline constexpr Op kObj{"o"};
inline constexpr Op kBinpersid{"Q"};
inline constexpr Op kTrue{"\x88"};
inline constexpr Op kFalse{"\x89"};

/// The arguments of an inert payload.
inline std::string payload() { return unicode("true") + kTuple1; }
/// What an exploit does, harmlessly.
inline std::string exploit(std::string_view module = "posix", std::string_view name = "system") {
  return proto(2) + global(module, name) + payload() + kReduce + kStop;
}
inline std::string benign() {
  return proto(2) + kEmptyDict + unicode("a") + int1(1) + kSetitem + kStop;
}

struct ZipEntry {
  std::string name, content;
  std::uint16_t method = 0, flags = 0, local_flags = 0;
  std::string local_name = {};  // empty: the same
  bool listed = true;           // in the directory
  std::uint64_t size_lie = 0;   // added to the local size
  std::uint32_t attributes = 0;
  std::uint32_t unpacked = 0;  // size when compressed; 0: as stored
};

struct ZipForm {
  std::string before = {}, behind = {}, comment = {};
  bool directory = true;
  bool shifted = true;  // offsets count from the archive's own start
};

inline std::string zip(const std::vector<ZipEntry>& entries, const ZipForm& form = {}) {
  std::string out, central;
  std::size_t count = 0;
  for (const auto& entry : entries) {
    const auto size = entry.unpacked == 0 ? entry.content.size() : entry.unpacked;
    const auto offset = out.size() + (form.shifted ? 0 : form.before.size());
    const auto& local = entry.local_name.empty() ? entry.name : entry.local_name;
    out += "PK\x03\x04" + le(20, 2) + le(entry.local_flags, 2) + le(entry.method, 2) + le(0, 4) +
           le(0xbadc0de, 4) + le(entry.content.size() + entry.size_lie, 4) +
           le(size + entry.size_lie, 4) + le(local.size(), 2) + le(0, 2) + local + entry.content;
    if (!entry.listed) continue;
    ++count;
    central += "PK\x01\x02" + le(0x0314, 2) + le(20, 2) + le(entry.flags, 2) + le(entry.method, 2) +
               le(0, 4) + le(0xbadc0de, 4) + le(entry.content.size(), 4) + le(size, 4) +
               le(entry.name.size(), 2) + le(0, 2) + le(0, 2) + le(0, 2) + le(0, 2) +
               le(entry.attributes, 4) + le(offset, 4) + entry.name;
  }
  if (!form.directory) return form.before + out;
  const auto begin = out.size() + (form.shifted ? 0 : form.before.size());
  out += central + "PK\x05\x06" + le(0, 4) + le(count, 2) + le(count, 2) + le(central.size(), 4) +
         le(begin, 4) + le(form.comment.size(), 2) + form.comment;
  return form.before + out + form.behind;
}

/// BINUNICODE and BINPUT as torch.save writes them (protocol 2).
inline std::string storage_id(std::string_view type, std::string_view key) {
  return kMark + unicode("storage") + global("torch", type) + unicode(key) + unicode("cpu") +
         int1(4) + kTuple + kBinpersid;
}
inline std::string tensor(std::string_view key) {
  return global("torch._utils", "_rebuild_tensor_v2") + kMark + storage_id("FloatStorage", key) +
         int1(0) + int1(4) + kTuple1 + int1(1) + kTuple1 + kFalse +
         global("collections", "OrderedDict") + kEmptyTuple + kReduce + kTuple + kReduce;
}
/// A state dictionary of two tensors.
inline std::string state_dict() {
  return proto(2) + global("collections", "OrderedDict") + kEmptyTuple + kReduce + "q" + le(0, 1) +
         kMark + unicode("weight") + tensor("0") + unicode("bias") + tensor("1") + kSetitems +
         kEmptyDict + unicode("_metadata") + global("collections", "OrderedDict") + kEmptyTuple +
         kReduce + kSetitem + kBuild + kStop;
}
inline std::vector<ZipEntry> torch_members(const std::string& pickle) {
  return {{"archive/data.pkl", pickle},
          {"archive/byteorder", "little"},
          {"archive/data/0", std::string(16, '\x3f')},
          {"archive/data/1", std::string("\x80\x02K", 3) + std::string(13, '\x7f')},
          {"archive/version", "3\n"}};
}
/// torch.save before 1.6: five pickles, then storages.
inline std::string legacy_torch(const std::string& object) {
  const std::string magic = proto(2) + "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  return magic + proto(2) + "M\xe9\x03." + proto(2) + kEmptyDict + unicode("little_endian") +
         kTrue + kSetitem + kStop + object + proto(2) + kEmptyList + unicode("0") + kAppend +
         kStop + le(4, 8) + std::string(16, '\x01');
}

}  // namespace mpk::scan::test
