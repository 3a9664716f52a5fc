// Bodies of a known length and in chunks.
#include "http/server_body.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace mpk::http {
namespace {

constexpr std::size_t kPiece = 64U << 10;
constexpr std::size_t kLine = 1024;  // a chunk's size, or a trailer field
constexpr std::size_t kTrailers = 64;

Error malformed(std::string_view what) {
  return {ErrorKind::malformed, "request body: " + std::string(what)};
}

Result<std::uint64_t> chunk_size(std::string_view line) {
  const auto digits = trim(line.substr(0, line.find(';')));  // RFC 9112 §7.1.1: extensions
  std::uint64_t size = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (digits.empty() || fault != std::errc() || end != digits.data() + digits.size()) {
    return malformed("expected a chunk's size, found '" + printable(line, 32) + "'");
  }
  return size;
}

}  // namespace

Result<RequestBody> RequestBody::of(const Headers& headers, Link& link, Link::Deadline deadline) {
  RequestBody body(link, deadline);
  const auto lengths = headers.all("Content-Length");
  const auto codings = headers.all("Transfer-Encoding");
  if (!codings.empty()) {
    if (!lengths.empty()) return malformed("has both Content-Length and Transfer-Encoding");
    if (codings.size() > 1 || !iequals_ascii(codings.front(), "chunked")) {
      return Error(ErrorKind::unsupported, "request body: expected the transfer coding chunked");
    }
    body.chunked_ = true;
  } else if (!lengths.empty()) {
    const auto length = parse_u64(lengths.front());
    const auto same = [&](const std::string& text) { return text == lengths.front(); };
    if (!length || !std::all_of(lengths.begin(), lengths.end(), same)) {
      return malformed("expected a number as Content-Length");
    }
    body.length_ = *length;
  }
  return body;
}

Result<void> RequestBody::read(const std::function<bool(BytesView)>& consume) {
  bool wanted = true;
  if (!std::exchange(started_, true)) {
    auto whole = read_all([&](BytesView bytes) { wanted = wanted && consume(bytes); });
    if (!whole) fault_ = std::move(whole).error().with("request body");
  }
  if (fault_) return *fault_;
  if (!wanted) return Error(ErrorKind::cancelled, "request body: not all of it was wanted");
  return {};
}

bool RequestBody::drain() {
  static_cast<void>(read([](BytesView) { return false; }));
  return !fault_;
}

Result<void> RequestBody::read_all(const Consume& consume) {
  return chunked_ ? read_chunks(consume) : read_length(length_, consume);
}

Result<void> RequestBody::read_length(std::uint64_t length, const Consume& consume) {
  while (length > 0) {
    if (link_->buffered().empty()) {
      link_->widen(static_cast<std::size_t>(std::min<std::uint64_t>(length, kPiece)));
      TRY(link_->fill(deadline_));
    }
    const auto text = link_->buffered();
    const auto piece =
        text.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(length, text.size())));
    consume(as_bytes(piece));
    link_->consume(piece.size());
    length -= piece.size();
  }
  return {};
}

Result<std::string> RequestBody::read_line() {
  while (true) {
    const auto text = link_->buffered();
    const auto end = text.find("\r\n");
    if (end != std::string_view::npos && end <= kLine) {
      std::string line(text.substr(0, end));
      link_->consume(end + 2);
      return line;
    }
    if (text.size() > kLine) return malformed("a line of its chunks is too long");
    TRY(link_->fill(deadline_));
  }
}

Result<void> RequestBody::read_chunks(const Consume& consume) {
  while (const auto size = TRY(chunk_size(TRY(read_line())))) {
    TRY(read_length(size, consume));
    if (!TRY(read_line()).empty()) return malformed("a chunk is longer than its size");
  }
  for (std::size_t i = 0; i <= kTrailers; ++i) {
    if (TRY(read_line()).empty()) return {};
  }
  return malformed("has too many trailer fields");
}

}  // namespace mpk::http
