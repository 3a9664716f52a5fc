// pytorch: where the pickle stands in each layout, and whether the storages it claims are there.
#include "model/pytorch.hpp"

#include "base/text.hpp"
#include "model/zip_head.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace mpk::model {
namespace {

constexpr unsigned kLegacyPickles = 5;  // magic, protocol version, system, object, storage keys
constexpr std::size_t kLegacyObject = 3;

Error malformed(std::string message) { return Error(ErrorKind::malformed, std::move(message)); }
Error unsupported(std::string message) { return Error(ErrorKind::unsupported, std::move(message)); }

/// A pickle that fills what is kept of the file may go on behind it.
Error cut_off(const FileHead& head, const Error& error) {
  if (!head.whole && head.bytes.size() >= kTorchPickle)
    return Error(ErrorKind::too_large, "pickle is larger than " + human_size(kTorchPickle));
  return error;
}

bool is_script(const std::vector<ZipEntry>& entries, std::string_view root) {
  std::string name(root);
  name += "constants.pkl";
  return std::ranges::find(entries, name, &ZipEntry::name) != entries.end();
}

/// Each storage is a member of its size.
Result<void> check_members(const TorchState& state, const std::vector<ZipEntry>& entries,
                           const std::string& root) {
  std::map<std::string_view, std::uint64_t> sizes;
  for (const ZipEntry& entry : entries) sizes.emplace(entry.name, entry.size);
  for (const auto& [key, bytes] : state.storages) {
    const auto member = sizes.find(root + "data/" + key);
    const std::string subject = "storage " + printable(key, 80);
    if (member == sizes.end()) return malformed(subject + " is not in the archive");
    if (member->second != bytes) {
      return malformed(subject + " should have " + std::to_string(bytes) + " bytes, it has " +
                       std::to_string(member->second));
    }
  }
  return {};
}

Result<PytorchHeader> finish(PytorchHeader::Layout layout, TorchState state) {
  PytorchHeader out{.layout = layout, .state = std::move(state)};
  out.tensors = std::exchange(out.state.tensors, {});
  out.list = std::exchange(out.state.list, {});
  return out;
}

Result<PytorchHeader> read_zip(const FileHead& head) {
  const auto entries = TRY(zip_entries(head));
  const ZipEntry* pickle = nullptr;
  for (const ZipEntry& entry : entries) {
    const bool found = entry.name == "data.pkl" || entry.name.ends_with("/data.pkl");
    // torch takes the directory of the first record for all (caffe2/serialize,
    // PyTorchStreamReader).
    if (found && !pickle) pickle = &entry;
  }
  if (!pickle) {
    const bool script = !head.whole && entries.front().name.find("/data/") != std::string::npos;
    if (script) return unsupported("TorchScript archive lists its tensors behind the weights");
    return unsupported("zip holds no PyTorch checkpoint");
  }
  const std::string root = pickle->name.substr(0, pickle->name.size() - 8);
  const auto bytes = TRY(zip_bytes(head, *pickle));
  auto read = read_pickle(bytes);
  if (!read) return cut_off(head, read.error());
  auto state = TRY(read_torch_state(*read));
  if (head.whole) {
    TRY(check_members(state, entries, root));
    const auto layout =
        is_script(entries, root) ? PytorchHeader::Layout::torchscript : PytorchHeader::Layout::zip;
    return finish(layout, std::move(state));
  }
  const std::uint64_t used = pickle->data + read->end;
  if (used > head.size || state.storage_bytes > head.size - used) {
    return malformed("storages should have " + std::to_string(state.storage_bytes) +
                     " bytes, the file has " + std::to_string(head.size));
  }
  return finish(PytorchHeader::Layout::zip, std::move(state));
}

Result<PytorchHeader> read_legacy(const FileHead& head) {
  std::string_view left = head.bytes;
  std::vector<Pickle> pickles;
  for (unsigned i = 0; i < kLegacyPickles; ++i) {
    auto read = read_pickle(left);
    if (!read) return cut_off(head, read.error());
    left.remove_prefix(read->end);
    pickles.push_back(*std::move(read));
  }
  auto state = TRY(read_torch_state(pickles[kLegacyObject]));
  // Behind the keys each storage follows, its element count before it.
  const std::uint64_t begin = head.bytes.size() - left.size();
  std::uint64_t expected = 8 * state.storages.size();
  if (__builtin_add_overflow(expected, state.storage_bytes, &expected) ||
      head.size - begin != expected) {
    return malformed("storages should have " + std::to_string(state.storage_bytes) +
                     " bytes, behind the pickles are " + std::to_string(head.size - begin));
  }
  const auto keys = pickles.back().items(pickles.back().root);
  if (keys.size() != state.storages.size()) return malformed("list of storages is not complete");
  for (const PickleValue& key : keys) {
    if (!state.storages.contains(pickles.back().text(key)))
      return malformed("storage " + printable(pickles.back().text(key), 80) + " is not described");
  }
  return finish(PytorchHeader::Layout::legacy, std::move(state));
}

}  // namespace

std::optional<TorchPickles> torch_pickles(std::string_view bytes) {
  if (bytes.size() >= 2 && bytes[0] == '\x80' && bytes.substr(2).starts_with(kTorchMagic))
    return TorchPickles{0, kLegacyPickles};
  const ZipEntry first = first_zip_entry(bytes);
  if (first.name == "data.pkl" || first.name.ends_with("/data.pkl"))
    return TorchPickles{first.data, 1};
  return std::nullopt;
}

Result<PytorchHeader> read_pytorch(const FileHead& head) {
  const std::string_view bytes = head.bytes;
  if (bytes.starts_with("PK\x03\x04")) return read_zip(head);
  if (bytes.size() > 2 && bytes.substr(2).starts_with(kTorchMagic)) return read_legacy(head);
  // torch 0.1 wrote a tar of "sys_info", "pickle", "storages" and "tensors".
  if (bytes.size() > 262 && bytes.substr(257, 5) == "ustar")
    return unsupported("PyTorch checkpoint is a tar as torch 0.1 wrote it");
  if (!bytes.empty() && bytes[0] == '\x80')
    return unsupported("pickle was not written by torch.save");
  return malformed("not a PyTorch checkpoint");
}

}  // namespace mpk::model
