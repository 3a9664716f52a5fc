// outline: heads only; every digest is that of nothing.
#include "flow/outline.hpp"

#include "aibom/build.hpp"
#include "crypto/hash.hpp"
#include "flow/attach.hpp"
#include "flow/heads.hpp"
#include "flow/pack.hpp"
#include "model/inspect.hpp"
#include "modelpack/model_source.hpp"
#include "modelpack/pack.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace mpk::flow {
namespace {

struct Known {
  std::vector<modelpack::ModelFile> files;
  model::ModelInfo info;
  std::string name;
};

modelpack::ModelFile file_of(const std::string& path, std::uint64_t size) {
  return {.path = path, .size = size, .digest = crypto::sha256("")};
}

Result<Known> of_directory(const Context& context, const DescribeRequest& request) {
  const auto options = pack_options(
      context, {.directory = *request.directory, .modelfile = request.modelfile, .created = {}});
  const auto plan = TRY(modelpack::plan_pack(options));
  Known out;
  std::vector<model::FileHead> heads;
  for (const auto& file : plan.files) {
    TRY(context.cancel.check());
    heads.push_back(model::condensed(TRY(modelpack::read_head(file, options))));
    out.files.push_back(file_of(file.path, file.size));
  }
  out.info = model::inspect(heads);
  out.name = std::filesystem::weakly_canonical(*request.directory).filename().string();
  return out;
}

Result<Known> of_artifact(const Context& context, const oci::Reference& reference) {
  auto store = TRY(open_store(context, reference, {.mirrors = Mirrors::bytes}));
  const auto descriptor = TRY(resolve(*store, reference));
  const auto bytes = TRY(store->fetch_manifest(descriptor));
  const auto manifest = TRY(oci::parse_manifest(bytes, descriptor.media_type));
  const auto layers = TRY(modelpack::layer_files(*store, manifest));
  Known out;
  out.info = TRY(read_headers(context, *store, layers, true)).info;
  for (const auto& layer : layers) {
    if (!modelpack::is_archive(layer.encoding))
      out.files.push_back(file_of(layer.path, layer.descriptor.size));
  }
  const auto name = subject_name(reference);
  out.name = name.substr(name.rfind('/') + 1);
  return out;
}

}  // namespace

Result<Json> outline(const Context& context, const DescribeRequest& request) {
  auto known = TRY(request.directory ? of_directory(context, request)
                                     : of_artifact(context, *request.reference));
  const auto nothing = oci::Descriptor::of(oci::kManifestType, "");
  const modelpack::Artifact artifact{.manifest = nothing,
                                     .manifest_bytes = {},
                                     .config = nothing,
                                     .config_bytes = {},
                                     .files = std::move(known.files),
                                     .archives = {}};
  aibom::BuildInput input;
  input.artifact = &artifact;
  input.info = &known.info;
  input.name = known.name.empty() ? "model" : known.name;
  if (request.reference) input.version = request.reference->tag.value_or("");
  input.mpk_version = context.mpk_version;
  return aibom::build_aibom(input);
}

}  // namespace mpk::flow
