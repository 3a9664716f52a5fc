// HeadTap: a state machine whose decisions fall at fixed offsets, so that the pieces' sizes do not
// matter, and which ignores everything once it has what it needs.
#include "model/head.hpp"

#include "base/limits.hpp"
#include "model/gguf.hpp"
#include "model/little_endian.hpp"
#include "model/names.hpp"
#include "model/tokenizer_file.hpp"

#include <algorithm>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::size_t kSniff = 4096;           // enough for every magic number
constexpr std::size_t kSmallFile = 64U << 10;  // kept whole whatever they are
constexpr std::size_t kGgufStep = 64U << 10;   // the first look for the end of the metadata

std::size_t at_most(std::uint64_t size, std::size_t cap) {
  return size < cap ? static_cast<std::size_t>(size) : cap;
}

}  // namespace

struct HeadTap::Impl {
  enum class Stage { whole, sniff, safetensors, gguf };

  FileHead head;
  Stage stage = Stage::sniff;
  std::size_t want = 0;    // the next decision falls when this many bytes are there
  std::uint64_t seen = 0;  // of the stream
  bool done = false;

  Impl(std::string path, std::uint64_t size) {
    const bool by_name = is_text_name(path) || extension(path) == "onnx";
    const std::size_t most = is_tokenizer_file(path) ? kTokenizerFile : limits::kTextFile;
    const bool keep = size <= kSmallFile || (by_name && size <= most);
    head.path = std::move(path);
    head.size = size;
    if (keep) stage = Stage::whole;
    want = keep ? static_cast<std::size_t>(size) : kSniff;
    done = want == 0;
  }

  void keep_whole() {
    stage = Stage::whole;
    want = static_cast<std::size_t>(head.size);
  }

  void sniffed() {
    switch (detect_format(head)) {
      case Format::gguf:
        stage = Stage::gguf;
        want = at_most(head.size, kGgufStep);
        return;
      case Format::onnx:
        if (head.size <= limits::kTextFile) return keep_whole();
        break;
      case Format::safetensors: {
        const std::uint64_t length = little_endian_64(head.bytes);
        // A length that lies is visible in the first eight bytes.
        if (length > limits::kSafetensorsHeader || length > head.size - 8) break;
        stage = Stage::safetensors;
        want = static_cast<std::size_t>(8 + length);
        return;
      }
      default:
        break;
    }
    done = true;
  }

  void grow_gguf() {
    const auto size = gguf_header_size(head.bytes);
    // A malformed header is kept as far as it was read: the reader says what is wrong with it.
    if (!size || *size) {
      if (size) head.bytes.resize(**size);
      done = true;
      return;
    }
    const std::size_t cap = at_most(head.size, limits::kGgufMetadata);
    done = want >= cap;
    want = std::min(cap, want * 2);
  }

  void decide() {
    switch (stage) {
      case Stage::sniff:
        sniffed();
        break;
      case Stage::gguf:
        grow_gguf();
        break;
      case Stage::whole:
      case Stage::safetensors:
        done = true;
        break;
    }
    if (done || head.bytes.size() < want) return;
    head.bytes.resize(want);  // a header that ends within the sniffed bytes
    done = true;
  }

  void feed(BytesView piece) {
    seen += piece.size();
    while (!done && !piece.empty()) {
      const std::size_t count = std::min(piece.size(), want - head.bytes.size());
      if (head.bytes.capacity() < want) head.bytes.reserve(want);
      head.bytes.append(as_text(piece.first(count)));
      piece = piece.subspan(count);
      if (head.bytes.size() == want) decide();
    }
  }
};

HeadTap::HeadTap(std::string path, std::uint64_t size)
    : impl_(std::make_unique<Impl>(std::move(path), size)) {}
HeadTap::HeadTap(HeadTap&&) noexcept = default;
HeadTap& HeadTap::operator=(HeadTap&&) noexcept = default;
HeadTap::~HeadTap() = default;

void HeadTap::feed(BytesView piece) { impl_->feed(piece); }

bool HeadTap::satisfied() const { return impl_->done; }

std::uint64_t HeadTap::wanted() const { return impl_->want; }

FileHead HeadTap::finish() {
  FileHead head = std::move(impl_->head);
  head.whole = head.bytes.size() == head.size && impl_->seen == head.size;
  head.bytes.shrink_to_fit();
  return head;
}

FileHead condensed(FileHead head) {
  const Format format = detect_format(head);
  const bool weights =
      format == Format::safetensors || format == Format::gguf || format == Format::onnx;
  const bool facts = is_fact_name(head.path) || is_tokenizer_file(head.path);
  if (weights || facts || head.bytes.size() <= kSniff) return head;
  head.bytes.resize(kSniff);
  head.bytes.shrink_to_fit();
  head.whole = false;
  return head;
}

}  // namespace mpk::model
