// scan_file: what it is decides how it is looked at; containers are opened, and it starts again.
#include "scan/scan.hpp"

#include "archive/decompress.hpp"
#include "archive/deflate.hpp"
#include "archive/tar_reader.hpp"
#include "base/directory.hpp"
#include "model/names.hpp"
#include "scan/config.hpp"
#include "scan/sniff.hpp"
#include "scan/spool.hpp"
#include "scan/template.hpp"
#include "scan/weights.hpp"
#include "scan/zip_map.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

namespace mpk::scan {
namespace {

using archive::Compression;

/// Where content stands, and what is known of it before it is looked at.
struct Place {
  std::string member;  // empty: the file itself
  std::string name;    // the file's, or the last part of the member's
  unsigned depth = 0;
  bool storage = false;      // raw bytes of a tensor, which no loader unpickles
  bool torchscript = false;  // a pickle for PyTorch's own loader
};

archive::Source source_of(ContentPtr content) {
  auto at = std::make_shared<std::uint64_t>(0);
  return [content = std::move(content), at](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
    const std::size_t count = TRY(content->read_at(*at, buffer));
    *at += count;
    return count;
  };
}

Compression compression_of(Type type) {
  switch (type) {
    case Type::zstd:
      return Compression::zstd;
    case Type::xz:
      return Compression::xz;
    case Type::lzma:
      return Compression::lzma;
    case Type::bzip2:
      return Compression::bzip2;
    case Type::lz4:
      return Compression::lz4;
    default:
      return Compression::gzip;
  }
}

class Scanner {
 public:
  Scanner(ScannedFile& out, const ScanOptions& options)
      : out_(out),
        options_(options),
        left_(std::min(options.limits.unpacked,
                       options.limits.slack + options.limits.ratio * out.size)) {}

  Result<void> look(const ContentPtr& content, const Place& place);
  std::vector<Finding> take() { return findings_.take(out_.path); }

 private:
  Result<void> by_type(const ContentPtr& content, const Place& place, Type type);
  Result<Pickles> pickles(const Content& content, std::uint64_t begin, bool strict,
                          const Place& place);
  Result<void> npy(const Content& content, const Place& place);
  Result<void> text(const ContentPtr& content, const Place& place, Type type);
  Result<void> zip(const ContentPtr& content, const Place& place, const ZipMap& map);
  Result<void> zip_member(const ContentPtr& content, const Place& place, const ZipMember& member);
  Result<void> tar(const ContentPtr& content, const Place& place);
  Result<void> stream(const archive::Source& source, Compression compression, const Place& place,
                      bool doubtful);
  void disguise(const Place& place, Type type);
  Place inside(const Place& place, std::string_view name) const;

  ScannedFile& out_;
  const ScanOptions& options_;
  Findings findings_;
  std::uint64_t left_;
};

Place Scanner::inside(const Place& place, std::string_view name) const {
  return {
      .member = place.member.empty() ? std::string(name) : place.member + "!" + std::string(name),
      .name = std::string(model::base_name(name)),
      .depth = place.depth + 1};
}

Result<Pickles> Scanner::pickles(const Content& content, std::uint64_t begin, bool strict,
                                 const Place& place) {
  auto found = TRY(scan_pickles(content, begin, strict,
                                {.member = place.member,
                                 .torchscript = place.torchscript,
                                 .limits = options_.limits.pickles,
                                 .cancel = options_.cancel},
                                findings_));
  return found;
}

void Scanner::disguise(const Place& place, Type type) {
  if (place.storage) return;
  const auto ending = model::extension(place.name);
  const bool code = type == Type::pickle || type == Type::zip || type == Type::tar ||
                    type == Type::other_archive || type == Type::executable || type == Type::hdf5;
  const auto what = std::string(to_string(type)) + " named ." + ending;
  if (code && promises_harmless(place.name)) {
    findings_.add("format.disguise", place.member, 0, what);
  } else if ((ending == "safetensors" && type != Type::safetensors) ||
             (ending == "gguf" && type != Type::gguf) || (ending == "json" && type == Type::data)) {
    findings_.add("format.mismatch", place.member, 0, what);
  }
}

Result<void> Scanner::look(const ContentPtr& content, const Place& place) {
  TRY(options_.cancel.check());
  if (place.depth > options_.limits.depth) {
    findings_.add("archive.too-large", place.member, {}, "nested too deep");
    return {};
  }
  if (place.storage) {  // nobody unpickles it, and weights may look like anything
    TRY(pickles(*content, 0, false, place));
    return {};
  }
  const Type type = TRY(sniff(*content, place.name));
  if (place.depth == 0) out_.type = to_string(type);
  disguise(place, type);
  // Whatever it looks like: a zip's directory stands at the end, and a pickle needs no magic.
  // A tar's last member may be a zip; what is behind the tar's end is a finding of its own.
  const auto map = type == Type::tar ? std::nullopt : TRY(map_zip(*content));
  if (map) {
    TRY(zip(content, place, *map));
  } else if (type == Type::zip) {
    findings_.add("archive.unreadable", place.member, 0, "zip");
  }
  if (type == Type::pickle) {
    const auto found = TRY(pickles(*content, 0, true, place));
    out_.pickles += found.count;
    return {};
  }
  const bool expected = promises_pickle(place.name) && !map &&
                        (type == Type::data || type == Type::text || type == Type::json);
  const auto found = TRY(pickles(*content, 0, expected, place));
  if (expected) out_.pickles += found.count;
  if (found.acted) {
    ++out_.pickles;
    disguise(place, Type::pickle);
  }
  return by_type(content, place, type);
}

Result<void> Scanner::by_type(const ContentPtr& content, const Place& place, Type type) {
  switch (type) {
    case Type::tar:
      return tar(content, place);
    case Type::gzip:
    case Type::zstd:
    case Type::xz:
    case Type::lzma:
    case Type::bzip2:
    case Type::lz4:
      return stream(source_of(content), compression_of(type), place,
                    type == Type::lzma && !promises_pickle(place.name));
    case Type::zlib: {  // RFC 1950: two bytes before, a check sum of four behind
      const auto size = content->size() > 6 ? content->size() - 6 : 0;
      return stream(archive::as_gzip(source_of(slice(content, 2, size))), Compression::gzip, place,
                    !promises_pickle(place.name));
    }
    case Type::other_archive:
      findings_.add("archive.unsupported", place.member, 0, place.name);
      return {};
    case Type::npy:
      return npy(*content, place);
    case Type::safetensors:
      return scan_safetensors(content, place.member, findings_);
    case Type::gguf:
      return scan_gguf(content, place.member, findings_);
    case Type::onnx:
      return scan_onnx(content, place.member, findings_);
    case Type::hdf5:
      return scan_keras_text(*content, place.member, findings_);
    case Type::tensorflow:
      TRY(scan_keras_text(*content, place.member, findings_));
      return scan_tensorflow(*content, place.member, findings_);
    case Type::executable:
      findings_.add("code.executable", place.member, 0, place.name);
      return {};
    case Type::script:
      findings_.add("code.script", place.member, 0, place.name);
      return text(content, place, type);
    case Type::python:
      findings_.add("code.python", place.member, {}, place.name);
      return {};
    case Type::json:
    case Type::yaml:
    case Type::text:
      return text(content, place, type);
    case Type::empty:
    case Type::zip:
    case Type::pickle:
    case Type::data:
      return {};
  }
  return {};
}

Result<void> Scanner::npy(const Content& content, const Place& place) {
  const auto header = read_npy(content);
  if (!header) {
    if (header.error().kind() != ErrorKind::malformed) return Error(header.error());
    findings_.add("npy.malformed", place.member, 0, header.error().message());
    return {};
  }
  if (header->objects) findings_.add("npy.objects", place.member, header->data, place.name);
  const auto found = TRY(pickles(content, header->data, header->objects, place));
  if (header->objects) out_.pickles += found.count;
  return {};
}

Result<void> Scanner::text(const ContentPtr& content, const Place& place, Type type) {
  const auto ending = model::extension(place.name);
  const auto bytes = TRY(bytes_at(*content, 0, kDocument));
  if (content->size() > kDocument && type != Type::text)
    findings_.add("config.unreadable", place.member, {}, "larger than is read as a document");
  if (type == Type::json && ending != "jsonl") scan_json(bytes, place.member, findings_);
  if (type == Type::yaml) scan_yaml(bytes, place.member, findings_);
  if (is_template(ending)) scan_template(bytes, place.member, 0, findings_);
  if (place.name == "chat_template") scan_template(bytes, place.member, 0, findings_);
  return {};
}

// PyTorch ignores check sums and marks of encryption, so they hide nothing here either.
Result<void> Scanner::zip_member(const ContentPtr& content, const Place& place,
                                 const ZipMember& member) {
  static constexpr std::uint16_t kStored = 0, kDeflated = 8, kBzip2 = 12, kXz = 95, kZstd = 93;
  const auto packed = slice(content, member.data, member.packed);
  switch (member.method) {
    case kStored:
      // Many members may be the same bytes.
      if (member.packed > left_) {
        findings_.add("archive.too-large", place.member, member.header, "more than is judged");
        return {};
      }
      left_ -= member.packed;
      if (member.packed != member.size && !member.hidden)
        findings_.add("archive.mismatch", place.member, member.header, "two sizes");
      return look(packed, place);
    case kDeflated:
      return stream(archive::as_gzip(source_of(packed)), Compression::gzip, place, false);
    case kBzip2:
      return stream(source_of(packed), Compression::bzip2, place, false);
    case kXz:
      return stream(source_of(packed), Compression::xz, place, false);
    case kZstd:
      return stream(source_of(packed), Compression::zstd, place, false);
    default:
      findings_.add("archive.unsupported", place.member, member.header,
                    "compression method " + std::to_string(member.method));
      return {};
  }
}

Result<void> Scanner::zip(const ContentPtr& content, const Place& place, const ZipMap& map) {
  for (const auto& odd : map.oddities) {
    const auto where = odd.name.empty() ? place : inside(place, odd.name);
    findings_.add(odd.code, where.member, odd.offset, odd.name.empty() ? place.name : odd.name,
                  odd.detail);
  }
  const bool before = map.begin > 0, behind = map.end < content->size();
  if (before || behind) {
    findings_.add("archive.polyglot", place.member, before ? map.begin : map.end,
                  before ? "a zip behind something else" : "a zip before something else");
  }
  std::set<std::string, std::less<>> names;
  for (const auto& member : map.members) names.insert(member.name);
  for (const auto& member : map.members) {
    if (member.name.ends_with('/') && member.size == 0) continue;
    if (++out_.members > options_.limits.members) {
      findings_.add("archive.too-large", place.member, {}, "more members than are judged");
      return {};
    }
    auto at = inside(place, member.name);
    auto relative = member.name;
    if (!safe_relative_path(relative))
      findings_.add("archive.path", at.member, member.header, member.name);
    static constexpr std::uint32_t kTypeMask = 0170000, kLink = 0120000;
    if (((member.attributes >> 16U) & kTypeMask) == kLink)
      findings_.add("archive.link", at.member, member.header, member.name);
    // PREFIX/data.pkl, PREFIX/data/0 …: as torch.save and torch.jit.save write them.
    const auto directory = std::string(model::directory(member.name));
    const auto prefix =
        directory.ends_with("data/") ? directory.substr(0, directory.size() - 5) : std::string();
    const auto number = model::base_name(member.name);
    at.storage = directory.ends_with("data/") && names.contains(prefix + "data.pkl") &&
                 !number.empty() &&
                 number.find_first_not_of("0123456789") == std::string_view::npos;
    const bool script = names.contains(directory + "constants.pkl") &&
                        std::ranges::any_of(names, [&](const std::string& name) {
                          return name.starts_with(directory + "code/");
                        });
    at.torchscript = script && at.name.ends_with(".pkl");
    if (script && at.name == "constants.pkl")
      findings_.add("torchscript.code", place.member, {}, directory + "code/");
    TRY(zip_member(content, at, member));
  }
  return {};
}

Result<void> Scanner::tar(const ContentPtr& content, const Place& place) {
  archive::TarReader reader(source_of(content), Compression::none);
  while (true) {
    auto entry = reader.next();
    if (!entry) {
      if (entry.error().kind() == ErrorKind::io) return Error(entry.error());
      findings_.add("archive.unreadable", place.member, {}, entry.error().message());
      return {};
    }
    if (!*entry) return {};
    if ((*entry)->directory) continue;
    if (++out_.members > options_.limits.members) {
      findings_.add("archive.too-large", place.member, {}, "more members than are judged");
      return {};
    }
    const auto at = inside(place, (*entry)->path);
    auto piece = std::make_shared<BytesView>();
    const auto spooled = TRY(spool(
        [&reader, piece](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
          if (piece->empty()) *piece = TRY(reader.read());
          const auto count = std::min(piece->size(), buffer.size());
          std::copy_n(piece->begin(), count, buffer.begin());
          *piece = piece->subspan(count);
          return count;
        },
        left_));
    TRY(look(spooled.content, at));
    if (spooled.failure) {
      const bool large = spooled.failure->kind() == ErrorKind::too_large;
      findings_.add(large ? "archive.too-large" : "archive.unreadable", at.member, {},
                    spooled.failure->message());
      return {};
    }
  }
}

// What came out before a stream broke off is looked at as well: a loader would have seen it.
Result<void> Scanner::stream(const archive::Source& source, Compression compression,
                             const Place& place, bool doubtful) {
  auto decompressor = std::make_shared<archive::Decompressor>(
      source, compression, archive::DecompressLimits{.bytes = options_.limits.unpacked_pieces});
  const auto spooled = TRY(
      spool([decompressor](std::span<std::uint8_t> buffer) { return decompressor->read(buffer); },
            left_));
  if (spooled.failure && spooled.failure->kind() == ErrorKind::io) return Error(*spooled.failure);
  const bool nothing = spooled.failure && spooled.content->size() == 0;
  if (doubtful && nothing) return {};  // two bytes that look like a header
  if (spooled.failure) {
    const bool large = spooled.failure->kind() == ErrorKind::too_large;
    findings_.add(large ? "archive.too-large" : "archive.unreadable", place.member, {},
                  spooled.failure->message());
  }
  // The same thing without its wrapping: "weights.pkl.gz" is named for what is in it.
  auto within = place;
  ++within.depth;
  const auto ending = model::extension(place.name);
  if (ending == "gz" || ending == "zst" || ending == "xz" || ending == "bz2" || ending == "lz4" ||
      ending == "z" || ending == "lzma")
    within.name = place.name.substr(0, place.name.size() - ending.size() - 1);
  return look(spooled.content, within);
}

}  // namespace

Result<ScannedFile> scan_file(const ContentPtr& content, const std::string& path,
                              const ScanOptions& options) {
  ScannedFile out{.path = path, .size = content->size()};
  Scanner scanner(out, options);
  TRY(scanner.look(content, {.member = {}, .name = std::string(model::base_name(path))})
          .with(path));
  out.findings = scanner.take();
  sort_findings(out.findings);
  return out;
}

std::uint64_t Report::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& file : files) sum += file.size;
  return sum;
}
std::size_t Report::members() const {
  std::size_t sum = 0;
  for (const auto& file : files) sum += file.members;
  return sum;
}
std::size_t Report::pickles() const {
  std::size_t sum = 0;
  for (const auto& file : files) sum += file.pickles;
  return sum;
}

std::vector<Finding> Report::findings() const {
  std::vector<Finding> out;
  for (const auto& file : files) out.insert(out.end(), file.findings.begin(), file.findings.end());
  sort_findings(out);
  return out;
}

bool Report::reaches(Severity severity) const {
  return std::ranges::any_of(files, [&](const ScannedFile& file) {
    return std::ranges::any_of(file.findings,
                               [&](const Finding& each) { return each.severity >= severity; });
  });
}

}  // namespace mpk::scan
