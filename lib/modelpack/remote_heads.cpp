// fetch_head: a guess by name, then what the format asks for.
#include "modelpack/remote_heads.hpp"

#include "model/names.hpp"

#include <algorithm>
#include <string>

namespace mpk::modelpack {
namespace {

constexpr std::size_t kSniff = 4096;  // enough for every magic number
constexpr std::uint64_t kGrowth = 4;

std::uint64_t first_guess(const LayerFile& layer) {
  const auto size = layer.descriptor.size;
  const std::string ending = model::extension(layer.path);
  if (ending == "gguf") return std::min(size, kFirstGgufRange);
  if (ending == "onnx") return size <= kWholeOnnx ? size : kSniff;
  if (model::is_text_name(layer.path) && size <= kWholeDocument) return size;
  const bool short_file = size <= kFirstRange;
  return short_file || ending == "safetensors" ? std::min(size, kFirstRange) : kSniff;
}

class HeadFetch {
 public:
  HeadFetch(oci::Store& store, const LayerFile& layer, const CancelToken& cancel)
      : store_(store), layer_(layer), cancel_(cancel), tap_(layer.path, layer.descriptor.size) {}

  Result<model::FileHead> run() {
    const auto size = layer_.descriptor.size;
    auto end = first_guess(layer_);
    if (end > 0) TRY(fetch(end));
    while (!tap_.satisfied() && fed_ < size) {
      const auto wanted = std::min(size, tap_.wanted());
      const auto format = model::detect_format({layer_.path, size, start_});
      if (format == model::Format::onnx && wanted > kWholeOnnx) break;
      if (model::is_text_name(layer_.path) && wanted > kWholeDocument) break;
      const bool announced = format != model::Format::gguf;
      end = announced ? wanted : std::min(size, std::max(wanted, end * kGrowth));
      TRY(fetch(end));
    }
    auto head = tap_.finish();
    head.proven = proven_;
    return head;
  }

 private:
  Result<void> fetch(std::uint64_t end) {
    const auto& blob = layer_.descriptor;
    if (fed_ == 0 && end == blob.size) {
      proven_ = true;
      return store_.fetch_blob(blob, [this](BytesView piece) { return take(piece); });
    }
    const auto from = fed_;
    auto outcome =
        store_.fetch_range(blob, from, end - from, [this](BytesView piece) { return take(piece); });
    if (outcome || from == 0 || outcome.error().kind() != ErrorKind::unsupported) return outcome;
    // Without ranges the host begins at the start again; what is known already is dropped.
    std::uint64_t known = from;
    return store_.fetch_range(blob, 0, end, [&](BytesView piece) -> Result<void> {
      const auto drop = std::min<std::uint64_t>(known, piece.size());
      known -= drop;
      return take(piece.subspan(static_cast<std::size_t>(drop)));
    });
  }

  Result<void> take(BytesView piece) {
    TRY(cancel_.check());
    start_ += as_text(piece).substr(0, kSniff - start_.size());
    fed_ += piece.size();
    tap_.feed(piece);
    return {};
  }

  oci::Store& store_;
  const LayerFile& layer_;
  const CancelToken& cancel_;
  model::HeadTap tap_;
  std::uint64_t fed_ = 0;
  bool proven_ = false;
  std::string start_;
};

}  // namespace

Result<model::FileHead> fetch_head(oci::Store& store, const LayerFile& layer,
                                   const CancelToken& cancel) {
  return HeadFetch(store, layer, cancel).run().with(layer.path);
}

}  // namespace mpk::modelpack
