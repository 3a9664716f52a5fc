// push --join: find the parts, read them, check them against each other, publish, tidy up.
#include "flow/join.hpp"

#include "archive/tar_writer.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "modelpack/pack_steps.hpp"
#include "modelpack/part_document.hpp"
#include "modelpack/parts.hpp"
#include "oci/blob_pipe.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>

namespace mpk::flow {
namespace {

using modelpack::PartNumber;
using modelpack::StreamedFile;

// Tags of parts by the count that they say, in their words.
Result<std::map<std::size_t, std::vector<std::string>>> tags_of_parts(oci::Store& store,
                                                                      const std::string& tag) {
  std::map<std::size_t, std::vector<std::string>> out;
  auto tags = store.tags();
  if (!tags && tags.error().kind() == ErrorKind::not_found) return out;
  if (!tags) return std::move(tags).error();
  for (auto& each : *tags) {
    const auto part = modelpack::parse_part_tag(tag, each);
    if (!part) continue;
    if (part->count == 0) {
      return Error(ErrorKind::malformed, printable(each, 160) + ": there can be no such part",
                   "mpk push --part did not make it: find out who did, then mpk rm it");
    }
    out[part->count].push_back(std::move(each));
  }
  return out;
}

// 0: there is no part.
Result<std::size_t> count_of_parts(const Context& context, oci::Store& store,
                                   const std::string& tag, std::optional<std::size_t> wanted) {
  auto found = TRY(tags_of_parts(store, tag));
  if (wanted) {
    found.erase(*wanted);
    for (const auto& [count, tags] : found)
      context.logger.warning("parts of another run: " + join(tags, ", "));
    return *wanted;
  }
  if (found.empty()) return std::size_t{0};
  if (found.size() == 1) return found.begin()->first;
  std::vector<std::string> all;
  for (const auto& [count, tags] : found) all.insert(all.end(), tags.begin(), tags.end());
  return Error(ErrorKind::mismatch, "parts of several runs: " + join(all, ", "),
               "--parts N says which ones to join; mpk rm removes the others");
}

Result<void> read_parts(oci::Store& store, const std::string& tag, JoinOutcome& out) {
  for (std::size_t index = 1; index <= out.count; ++index) {
    const PartNumber number{.index = index, .count = out.count};
    const auto name = modelpack::part_tag(tag, number);
    // Apart from what follows: a document that is gone is not a part that is still to come.
    const auto there = store.resolve(name);
    if (!there && there.error().kind() == ErrorKind::not_found) {
      out.missing.push_back(index);
      continue;
    }
    out.parts.push_back(TRY(read_part(store, name, number).with(store.name() + ":" + name)));
  }
  return {};
}

void warn_about_versions(const Context& context, const std::vector<PushedPart>& parts) {
  std::set<std::string> versions{context.mpk_version};
  for (const auto& part : parts) versions.insert(printable(part.document.mpk_version, 40));
  if (versions.size() == 1) return;
  context.logger.warning("several versions of mpk were at work: " +
                         join(std::vector(versions.begin(), versions.end()), ", "));
}

Result<void> check_blobs(const Context& context, oci::Store& store,
                         const std::vector<PushedPart>& parts) {
  struct Blob {
    oci::Descriptor descriptor;
    const std::string* tag;
    const std::string* path;
  };
  std::map<Digest, Blob> blobs;
  for (const auto& part : parts) {
    for (const auto& [file, head_size, head_whole] : part.document.files) {
      blobs.try_emplace(file.digest, Blob{.descriptor = {.media_type = "application/octet-stream",
                                                         .digest = file.digest,
                                                         .size = file.size},
                                          .tag = &part.tag,
                                          .path = &file.path});
    }
  }
  std::vector<const Blob*> list;
  for (const auto& [digest, blob] : blobs) list.push_back(&blob);
  return parallel_for(list.size(), context.workers, context.cancel,
                      [&](std::size_t i) -> Result<void> {
                        const auto& blob = *list[i];
                        if (TRY(store.has_blob(blob.descriptor).with(*blob.tag))) return {};
                        return Error(ErrorKind::not_found,
                                     *blob.tag + ": the blob of " + printable(*blob.path, 120) +
                                         " (" + blob.descriptor.digest.brief() + ") is gone",
                                     "push this part again");
                      });
}

Result<std::vector<StreamedFile>> read_files(oci::Store& store,
                                             const std::vector<PushedPart>& parts) {
  std::vector<StreamedFile> files;
  std::uint64_t kept = 0;
  for (const auto& part : parts) {
    auto some = TRY(read_part_files(store, part).with(part.tag));
    for (const auto& file : some) kept += file.head.bytes.size();
    if (kept > limits::kHeads) {
      return Error(ErrorKind::too_large, "the headers of all files together take more than " +
                                             human_size(limits::kHeads));
    }
    std::ranges::move(some, std::back_inserter(files));
  }
  return files;
}

// The contents of files that the parts brought, as members of an archive.
archive::TarWriter::Open members_of(oci::Store& store, std::vector<modelpack::ModelFile> files,
                                    CancelToken stop) {
  return [&store, files = std::move(files), stop = std::move(stop)](std::size_t i) {
    auto pipe =
        std::make_shared<oci::BlobPipe>(store,
                                        oci::Descriptor{.media_type = "application/octet-stream",
                                                        .digest = files[i].digest,
                                                        .size = files[i].size},
                                        stop);
    return Result<archive::Source>(
        [pipe](std::span<std::uint8_t> buffer) { return pipe->read(buffer); });
  };
}

// Where one machine would have made archives, they are made now, of what the registry has.
Result<std::vector<modelpack::StreamedArchive>> push_archives(
    const Context& context, oci::Store& store, const std::vector<StreamedFile>& streamed,
    const modelpack::BuildOptions& options) {
  std::vector<modelpack::ModelFile> all;
  for (const auto& one : streamed) all.push_back(one.file);
  if (!TRY(modelpack::needs_archives(all, options)))
    return std::vector<modelpack::StreamedArchive>();
  std::ranges::sort(all, {}, &modelpack::ModelFile::path);
  std::map<model::Kind, std::vector<modelpack::ModelFile>> kinds;
  for (auto& file : all) {
    if (file.kind != model::Kind::weight) kinds[file.kind].push_back(std::move(file));
  }
  std::vector<std::pair<model::Kind, std::vector<modelpack::ModelFile>>> list(kinds.begin(),
                                                                              kinds.end());
  std::vector<std::optional<modelpack::StreamedArchive>> made(list.size());
  const modelpack::PackOptions packing{.created = options.created, .stats = &context.stats};
  TRY(parallel_for(
      list.size(), context.workers, context.cancel,
      [&](std::size_t i, const CancelToken& stop) -> Result<void> {
        auto& [kind, files] = list[i];
        std::vector<archive::TarMember> members;
        for (const auto& file : files) {
          members.push_back({.path = file.path, .size = file.size, .executable = file.executable});
        }
        made[i] = TRY(modelpack::stream_archive(&store, kind, std::move(members),
                                                members_of(store, std::move(files), stop), packing,
                                                stop));
        return {};
      }));
  std::vector<modelpack::StreamedArchive> out;
  for (auto& one : made) out.push_back(std::move(*one));
  return out;
}

Result<modelpack::PackOutcome> assemble(const Context& context, oci::Store& store,
                                        const std::vector<PushedPart>& parts) {
  auto files = TRY(read_files(store, parts));
  const auto& plan = parts.front().document.plan;
  modelpack::BuildOptions options{.created = plan.created};
  if (!plan.modelfile.empty())
    options.modelfile = TRY(modelpack::parse_modelfile(plan.modelfile).with("Modelfile"));
  auto archives = TRY(push_archives(context, store, files, options));
  return modelpack::assemble({.files = std::move(files), .archives = std::move(archives)}, options);
}

// The name first: what is left without one, the registry's garbage collector takes. A host that
// can't remove a name may still remove what it names.
Result<void> remove_part(oci::Store& store, const PushedPart& part) {
  const auto untagged = store.remove_tag(part.tag);
  const auto removed = store.remove_manifest(part.manifest);
  if (untagged || removed) return {};
  return untagged.error();
}

void remove_parts(const Context& context, oci::Store& store, JoinOutcome& out) {
  std::string reason;
  for (const auto& part : out.parts) {
    const auto removed = remove_part(store, part);
    if (removed || removed.error().kind() == ErrorKind::not_found) continue;
    reason = removed.error().text();
    out.tags_left.push_back(part.tag);
  }
  if (!out.tags_left.empty()) {
    context.logger.warning("these tags of parts stay: " + join(out.tags_left, ", ") + " (" +
                           reason + ")");
  }
}

}  // namespace

Result<JoinOutcome> join_in_store(const Context& context, oci::Store& store,
                                  const oci::Reference& reference,
                                  std::optional<std::size_t> count) {
  const auto& tag = *reference.tag;
  JoinOutcome out;
  out.count = TRY(count_of_parts(context, store, tag, count).with(store.name()));
  TRY(read_parts(store, tag, out));
  if (out.parts.size() < out.count || out.count == 0) {
    out.there_before = store.resolve(tag).has_value();
    return out;
  }
  std::vector<modelpack::PartDocument> documents;
  for (const auto& part : out.parts) documents.push_back(part.document);
  TRY(modelpack::check_parts(documents).with(reference.text()));
  warn_about_versions(context, out.parts);
  TRY(check_blobs(context, store, out.parts));
  auto packed = TRY(assemble(context, store, out.parts));
  TRY(modelpack::push_config(store, packed));
  TRY(context.cancel.check());
  TRY(store.push_manifest(packed.artifact.manifest, packed.artifact.manifest_bytes, tag));
  out.packed = std::move(packed);
  remove_parts(context, store, out);
  return out;
}

Result<JoinOutcome> join_parts(const Context& context, const oci::Reference& reference,
                               std::optional<std::size_t> count) {
  auto store = TRY(open_store(context, reference, {.mirrors = Mirrors::none}));
  return join_in_store(context, *store, reference, count);
}

}  // namespace mpk::flow
