// heads: layers in parallel, raw ones by ranges, archives by their own walk.
#include "flow/heads.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/inspect.hpp"
#include "model/names.hpp"
#include "modelpack/archive_heads.hpp"
#include "modelpack/remote_heads.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

namespace mpk::flow {
namespace {

using modelpack::LayerFile;

/// What is wrong with the content, and not with the way to it.
bool is_problem(const Error& error) {
  return error.kind() == ErrorKind::malformed || error.kind() == ErrorKind::too_large ||
         error.kind() == ErrorKind::unsupported;
}

Result<LayerHeads> read_archived(const Context& context, oci::Store& store, const LayerFile& layer,
                                 const WantedFile& wanted) {
  auto read = modelpack::read_archive_heads(
      store, layer, [&](const std::string& path) { return wanted(path, layer.kind); },
      context.cancel);
  LayerHeads out;
  out.whole = read && read->whole;
  if (!read) {
    if (!is_problem(read.error())) return std::move(read).error();
    out.problem = read.error().text();
    return out;
  }
  out.heads = std::move(read->heads);
  out.files = std::move(read->files);
  if (!read->all_heads) {
    out.problem = "layer " + printable(layer.path, 200) + ": only the first " +
                  human_size(modelpack::kWholeArchive) + " of " +
                  human_size(layer.descriptor.size) + " were read";
  }
  return out;
}

Result<LayerHeads> read_one(const Context& context, oci::Store& store, const LayerFile& layer,
                            const WantedFile& wanted) {
  if (modelpack::is_archive(layer.encoding)) return read_archived(context, store, layer, wanted);
  auto head = TRY(modelpack::fetch_head(store, layer, context.cancel));
  LayerHeads out;
  out.heads.push_back(model::condensed(std::move(head)));
  return out;
}

}  // namespace

bool is_weights(std::string_view path, model::Kind kind) {
  return model::may_list_tensors(path) ||
         (kind == model::Kind::weight && model::extension(path).empty());
}

bool is_document(std::string_view path) {
  // An index of shards says nothing that their headers do not.
  return model::is_fact_name(path) && !path.ends_with(".index.json");
}

Result<std::vector<LayerHeads>> read_heads(const Context& context, oci::Store& store,
                                           const std::vector<LayerFile>& layers,
                                           const WantedFile& wanted) {
  std::vector<LayerHeads> out(layers.size());
  std::atomic<std::uint64_t> kept{0};
  TRY(parallel_for(
      layers.size(), context.workers, context.cancel, [&](std::size_t i) -> Result<void> {
        out[i] = TRY(read_one(context, store, layers[i], wanted));
        std::uint64_t size = 0;
        for (const auto& head : out[i].heads) size += head.bytes.size();
        const std::uint64_t total = kept += size;
        if (total <= limits::kHeads) return {};
        return Error(ErrorKind::too_large, "the headers of all files together take more than " +
                                               human_size(limits::kHeads));
      }));
  return out;
}

Result<void> count_tensors(std::size_t& total, const model::TensorList& list) {
  total += list.tensors.size();
  if (total <= kMostTensors) return {};
  return Error(ErrorKind::too_large,
               "more than " + std::to_string(kMostTensors) + " tensors together");
}

Result<Headers> read_headers(const Context& context, oci::Store& store,
                             const std::vector<LayerFile>& layers, bool documents) {
  const WantedFile wanted = [&](std::string_view path, model::Kind kind) {
    return is_weights(path, kind) || (documents && is_document(path));
  };
  std::vector<LayerFile> read;
  for (const auto& layer : layers) {
    const bool archive = modelpack::is_archive(layer.encoding);
    const bool useful =
        documents ? layer.kind != model::Kind::dataset : layer.kind == model::Kind::weight;
    if (archive ? useful : wanted(layer.path, layer.kind)) read.push_back(layer);
  }
  Headers out;
  std::vector<model::FileHead> heads;
  for (auto& layer : TRY(read_heads(context, store, read, wanted))) {
    if (!layer.problem.empty()) out.problems.push_back(layer.problem);
    std::ranges::move(layer.heads, std::back_inserter(heads));
  }
  std::ranges::sort(heads, {}, &model::FileHead::path);
  std::size_t total = 0;
  for (const auto& head : heads) {
    auto list = model::list_tensors(head);
    if (!list) {
      out.problems.push_back(printable(head.path, 200) + ": " + list.error().text());
    } else if (*list) {
      TRY(count_tensors(total, **list));
      out.files.push_back({head.path, **std::move(list)});
    }
  }
  out.info = model::inspect(heads);
  return out;
}

}  // namespace mpk::flow
