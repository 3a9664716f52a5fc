// Wire: header lines out and in, without a word of libcurl.
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::http {

/// RFC 9110 §5.6.2: methods and header names.
bool is_token(std::string_view text);

/// "Name: value" of each header of the request ("Name;" for an empty value, as libcurl wants it).
/// Content-Length, Transfer-Encoding and Expect follow from the body and are left out.
/// usage: a name or value that could break the framing.
Result<std::vector<std::string>> header_lines(const Headers& headers);

/// Collects the header of the final answer from lines; earlier 1xx blocks and trailers are dropped.
class AnswerHeader {
 public:
  enum class State { more, block_end, too_large };
  /// One line with its line break. block_end: the empty line after a block; accept() or the next
  /// block's status line follows.
  State add(std::string_view line);
  /// The block just ended is the final one: what comes after it are trailers.
  void accept() { accepted_ = true; }
  bool accepted() const { return accepted_; }
  bool overflow() const { return bytes_ > kCap; }
  std::size_t bytes() const { return bytes_; }
  const Headers& headers() const { return headers_; }

 private:
  static const std::size_t kCap;
  bool in_block_ = false;
  bool accepted_ = false;
  std::size_t bytes_ = 0;
  Headers headers_;
};

}  // namespace mpk::http
