// push --part: plan, this part's blobs, heads, document, manifest with the part's tag.
#include "flow/parts.hpp"

#include "base/error.hpp"
#include "base/identifiers.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "flow/part_number.hpp"
#include "modelpack/media_types.hpp"
#include "modelpack/pack.hpp"
#include "modelpack/pack_steps.hpp"
#include "oci/media_type.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace mpk::flow {
namespace {

using modelpack::PartDocument;
using modelpack::PartNumber;
using modelpack::PartsPlan;
using modelpack::StreamedFile;

// Whole seconds: what every file system keeps, and copies with their times do not lose.
Result<std::int64_t> modified(const std::filesystem::path& path) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(path, error);
  if (error) return Error(ErrorKind::io, path.string() + ": " + error.message());
  const auto system = std::chrono::file_clock::to_sys(time);
  return std::chrono::floor<std::chrono::seconds>(system).time_since_epoch().count();
}

Result<PartsPlan> shared_plan(const modelpack::PackPlan& plan,
                              const modelpack::PackOptions& options, std::size_t parts) {
  PartsPlan out{.parts = parts, .modelfile = plan.modelfile_text, .created = options.created};
  for (const auto& file : plan.files) {
    out.files.push_back({.path = file.path,
                         .size = file.size,
                         .executable = file.executable,
                         .modified = TRY(modified(file.absolute))});
  }
  return out;
}

modelpack::PackPlan share_of(const modelpack::PackPlan& plan,
                             const std::vector<std::size_t>& indices) {
  modelpack::PackPlan out{.modelfile = plan.modelfile, .modelfile_text = plan.modelfile_text};
  for (const auto index : indices) out.files.push_back(plan.files[index]);
  return out;
}

// Of the same plan, so of the same times and sizes: only the bytes can tell that two machines do
// not see the same files.
Result<void> check_repeated(const PushedPart& before, const PartDocument& now) {
  if (before.document.plan_digest != now.plan_digest) return {};
  std::map<std::string_view, const Digest*> known;
  for (const auto& entry : before.document.files) known[entry.file.path] = &entry.file.digest;
  for (const auto& entry : now.files) {
    const auto found = known.find(entry.file.path);
    if (found == known.end() || *found->second == entry.file.digest) continue;
    return Error(ErrorKind::mismatch,
                 before.tag + " is there already and disagrees about " +
                     printable(entry.file.path, 120) + ": " + found->second->brief() +
                     ", here it is " + entry.file.digest.brief(),
                 "find out which is right; mpk rm removes the part that is there");
  }
  return {};
}

oci::Descriptor blob_of(const modelpack::ModelFile& file) {
  return {.media_type = "application/octet-stream",
          .digest = file.digest,
          .size = file.size,
          .artifact_type = {},
          .annotations = {{std::string(modelpack::kAnnotationFilepath), file.path}},
          .data = std::nullopt};
}

// Names the blobs, so that the registry's garbage collector lets them be.
Result<Digest> push_document(oci::Store& store, const PartDocument& document,
                             const std::string& heads, const std::string& tag) {
  oci::Manifest manifest{
      .media_type = std::string(oci::kManifestType),
      .artifact_type = std::string(identifiers::kPartType),
      .config = TRY(oci::push_text(store, oci::kEmptyType, std::string(oci::kEmptyBlob))),
      .layers = {},
      .subject = std::nullopt,
      .annotations = {}};
  manifest.layers.push_back(TRY(oci::push_text(store, identifiers::kPartType, to_text(document))));
  if (!heads.empty())
    manifest.layers.push_back(TRY(oci::push_text(store, identifiers::kPartHeadsType, heads)));
  for (const auto& entry : document.files) manifest.layers.push_back(blob_of(entry.file));
  const auto bytes = oci::serialize(manifest);
  const auto descriptor = oci::Descriptor::of(oci::kManifestType, bytes);
  TRY(store.push_manifest(descriptor, bytes, tag));
  return descriptor.digest;
}

Result<std::string> tag_of(const oci::Reference& reference, const PartNumber& part) {
  // Of the longest one, so that either all parts are refused or none.
  if (!oci::is_tag(
          modelpack::part_tag(*reference.tag, {.index = part.count, .count = part.count}))) {
    return Error(ErrorKind::usage, *reference.tag + ": too long, " + modelpack::part_tag("", part) +
                                       " would not fit behind it");
  }
  return modelpack::part_tag(*reference.tag, part);
}

}  // namespace

Result<PartOutcome> push_part(const Context& context, const PackRequest& request,
                              const oci::Reference& reference, const PartNumber& part) {
  const auto tag = TRY(tag_of(reference, part));
  auto options = pack_options(context, request);
  const auto plan = TRY(modelpack::plan_pack(options));
  const auto shared = TRY(shared_plan(plan, options, part.count));
  const auto digest = TRY(digest_of(shared));
  auto store = TRY(open_store(context, reference, {.create = true}));
  // A part that was interrupted goes on; whatever else is under that name is replaced.
  const auto before = read_part(*store, tag, part);
  options.current =
      before ? std::optional(before->content) : TRY(current_manifest(*store, *reference.tag));
  const RunCache cache(context, request, options);
  const auto [streamed, archives] = TRY(modelpack::stream_files(
      store.get(), share_of(plan, files_of_part(shared, part.index)), options));
  TRY(context.cancel.check());
  const auto again = TRY(shared_plan(TRY(modelpack::plan_pack(options)), options, part.count));
  if (TRY(digest_of(again)) != digest) {
    return Error(ErrorKind::mismatch,
                 request.directory.string() + ": changed while this part was pushed",
                 "push all parts again when nobody writes there");
  }

  PartDocument document{.plan = shared,
                        .plan_digest = digest,
                        .index = part.index,
                        .files = {},
                        .worker = part_worker(context.env),
                        .mpk_version = context.mpk_version};
  for (const auto& one : streamed) {
    document.files.push_back(
        {.file = one.file, .head_size = one.head.bytes.size(), .head_whole = one.head.whole});
  }
  if (before) TRY(check_repeated(*before, document));
  auto pushed = TRY(push_document(*store, document, modelpack::join_heads(streamed), tag));
  PartOutcome out{.reference = reference.with_tag(tag),
                  .digest = std::move(pushed),
                  .plan = digest,
                  .files = {},
                  .ignored = plan.ignored};
  for (const auto& one : streamed) {
    (one.pushed == oci::Pushed::uploaded ? out.blobs_uploaded : out.blobs_already_there) += 1;
    out.files.push_back(one.file);
  }
  return out;
}

Result<PushedPart> read_part(oci::Store& store, const std::string& tag, const PartNumber& part) {
  auto descriptor = TRY(store.resolve(tag));
  const auto bytes = TRY(store.fetch_manifest(descriptor));
  auto manifest = TRY(oci::parse_manifest(bytes, descriptor.media_type));
  if (manifest.effective_artifact_type() != identifiers::kPartType) {
    return Error(ErrorKind::malformed,
                 "not a part: its type is " + printable(manifest.effective_artifact_type(), 120));
  }
  if (manifest.layers.empty() || manifest.layers[0].media_type != identifiers::kPartType)
    return Error(ErrorKind::malformed, "a part without its document");
  const auto text = TRY(oci::fetch_text(store, manifest.layers[0], modelpack::kPartDocumentCap));
  auto document = TRY(modelpack::parse_part_document(text));
  const PartNumber said{.index = document.index, .count = document.plan.parts};
  if (said != part)
    return Error(ErrorKind::mismatch, "its document is that of part " + said.text());
  return PushedPart{.tag = tag,
                    .manifest = std::move(descriptor),
                    .content = std::move(manifest),
                    .document = std::move(document)};
}

Result<std::vector<StreamedFile>> read_part_files(oci::Store& store, const PushedPart& part) {
  std::string heads;
  for (const auto& layer : part.content.layers) {
    if (layer.media_type != identifiers::kPartHeadsType) continue;
    heads = TRY(oci::fetch_text(store, layer, limits::kHeads));
    break;
  }
  return modelpack::split_heads(part.document, heads);
}

}  // namespace mpk::flow
