// HeadTap: a state machine whose decisions fall at fixed offsets, so that the pieces' sizes do not
// matter, and which ignores everything once it has what it needs.
#include "model/head.hpp"

#include "base/limits.hpp"
#include "model/gguf.hpp"
#include "model/keras.hpp"
#include "model/little_endian.hpp"
#include "model/names.hpp"
#include "model/pickle_opcodes.hpp"
#include "model/pytorch.hpp"
#include "model/tensor_bundle.hpp"
#include "model/tokenizer_file.hpp"

#include <algorithm>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::size_t kSniff = 4096;           // enough for every magic number
constexpr std::size_t kSmallFile = 64U << 10;  // kept whole whatever they are
constexpr std::size_t kStep = 64U << 10;       // the first look for the end of the metadata

std::size_t at_most(std::uint64_t size, std::size_t cap) {
  return size < cap ? static_cast<std::size_t>(size) : cap;
}

}  // namespace

struct HeadTap::Impl {
  enum class Stage { whole, sniff, safetensors, gguf, pickle, keras };

  FileHead head;
  std::shared_ptr<TokenizerScan> tokenizer;
  Stage stage = Stage::sniff;
  std::size_t want = 0;       // the next decision falls when this many bytes are there
  std::uint64_t seen = 0;     // of the stream
  std::size_t pickle_at = 0;  // the opcodes before are decoded
  unsigned pickles = 0;       // that are still to come
  bool done = false;

  Impl(std::string path, std::uint64_t size) {
    const bool by_name = is_text_name(path) || extension(path) == "onnx" ||
                         base_name(path) == "saved_model.pb" || is_tensor_bundle(path);
    const bool stream = is_tokenizer_file(path) && size > kSmallFile;
    const bool keep = !stream && (size <= kSmallFile || (by_name && size <= limits::kTextFile));
    head.path = std::move(path);
    head.size = size;
    if (keep) stage = Stage::whole;
    want = keep || stream ? static_cast<std::size_t>(size) : kSniff;
    done = want == 0;
    if (stream) tokenizer = std::make_shared<TokenizerScan>();
  }

  void keep_whole(std::size_t most = limits::kTextFile) {
    stage = Stage::whole;
    want = at_most(head.size, most);
  }

  void sniffed() {
    switch (detect_format(head)) {
      case Format::gguf:
        stage = Stage::gguf;
        want = at_most(head.size, kStep);
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
      case Format::keras:
        if (head.size <= kKerasWhole) return keep_whole();
        stage = Stage::keras;
        want = kSniff;
        return grow_keras();
      case Format::hdf5:
        return keep_whole(head.size <= kKerasWhole ? kKerasWhole : kHdf5Head);
      case Format::pytorch: {
        const auto pickle = torch_pickles(head.bytes);
        // TorchScript, whose list of tensors follows the weights.
        if (!pickle && head.size <= kTorchScript) return keep_whole();
        if (!pickle) break;
        stage = Stage::pickle;
        pickle_at = static_cast<std::size_t>(pickle->begin);
        pickles = pickle->count;
        want = at_most(head.size, kStep);
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

  void grow_keras() {
    const auto needed = keras_head_size(head.bytes, head.size);
    done = !needed || *needed <= head.bytes.size() || *needed > kKerasConfig;
    if (!done) want = static_cast<std::size_t>(*needed);
  }

  void grow_pickle() {
    const std::size_t cap = at_most(head.size, kTorchPickle);
    PickleOp op;
    PickleStep found = PickleStep::op;
    while (found == PickleStep::op) {
      found = next_opcode(head.bytes, pickle_at, op);
      if (found != PickleStep::op || op.code != kPickleStop || --pickles > 0) continue;
      head.bytes.resize(pickle_at);
      done = true;
      return;
    }
    // What can't be read is kept as far as it came: the reader says what is wrong with it.
    done = found == PickleStep::bad || want >= cap || op.number > cap;
    want = std::min(cap, std::max(want * 2, static_cast<std::size_t>(op.number)));
  }

  void decide() {
    switch (stage) {
      case Stage::sniff:
        sniffed();
        break;
      case Stage::gguf:
        grow_gguf();
        break;
      case Stage::pickle:
        grow_pickle();
        break;
      case Stage::keras:
        grow_keras();
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

  void feed_tokenizer(std::string_view piece) {
    head.bytes.append(piece.substr(0, kSniff - head.bytes.size()));
    tokenizer->feed(piece);
    done = tokenizer->failed() || seen >= head.size;
  }

  void feed(BytesView piece) {
    seen += piece.size();
    if (tokenizer && !done) return feed_tokenizer(as_text(piece));
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
  if (impl_->tokenizer && (impl_->tokenizer->failed() || impl_->seen == head.size)) {
    impl_->tokenizer->finish();
    head.tokenizer = std::move(impl_->tokenizer);
  }
  return head;
}

FileHead condensed(FileHead head) {
  const Format format = detect_format(head);
  const bool weights = format == Format::safetensors || format == Format::gguf ||
                       format == Format::onnx || format == Format::pytorch ||
                       format == Format::keras || format == Format::hdf5 ||
                       format == Format::saved_model;
  const bool facts =
      is_fact_name(head.path) || is_tokenizer_file(head.path) || is_tensor_bundle(head.path);
  if (weights || facts || head.bytes.size() <= kSniff) return head;
  head.bytes.resize(kSniff);
  head.bytes.shrink_to_fit();
  head.whole = false;
  return head;
}

}  // namespace mpk::model
