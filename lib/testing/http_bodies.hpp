// Large request bodies and sinks for tests, made and checked without being kept in memory.
#pragma once

#include "http/message.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace mpk::testing {

/// The byte at `offset` of every pattern body: not periodic in any buffer size.
inline std::uint8_t pattern_byte(std::uint64_t offset) {
  return static_cast<std::uint8_t>((offset * 2654435761U) >> 13U);
}

class PatternSource final : public http::BodySource {
 public:
  explicit PatternSource(std::uint64_t size, bool announce = true)
      : size_(size), announced_(announce ? std::optional(size) : std::nullopt) {}
  PatternSource(std::uint64_t size, std::uint64_t announced) : size_(size), announced_(announced) {}

  std::optional<std::uint64_t> size() const override { return announced_; }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    if (fail_at && offset_ >= *fail_at) return Error(ErrorKind::io, "pattern: made to fail");
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - offset_));
    for (std::size_t i = 0; i < count; ++i) buffer[i] = pattern_byte(offset_ + i);
    offset_ += count;
    return count;
  }
  Result<void> seek(std::uint64_t offset) override {
    if (!rewindable || offset > size_)
      return Error(ErrorKind::unsupported, "pattern: can't be read from there");
    offset_ = offset;
    if (offset == 0) ++rewinds;
    return {};
  }

  bool rewindable = true;
  std::optional<std::uint64_t> fail_at;
  int rewinds = 0;

 private:
  std::uint64_t size_;
  std::optional<std::uint64_t> announced_;
  std::uint64_t offset_ = 0;
};

/// Counts and compares what arrives with the pattern.
class PatternSink final : public http::BodySink {
 public:
  Result<void> begin(int status, const http::Headers& headers) override {
    last_status = status;
    last_headers = headers;
    ++begins;
    size = 0;
    matches = true;
    return {};
  }
  Result<void> write(BytesView bytes) override {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      matches = matches && bytes[i] == pattern_byte(size + i);
    }
    size += bytes.size();
    return on_write ? on_write() : Result<void>();
  }

  std::function<Result<void>()> on_write;
  int last_status = 0;
  http::Headers last_headers;
  int begins = 0;
  std::uint64_t size = 0;
  bool matches = true;
};

}  // namespace mpk::testing
