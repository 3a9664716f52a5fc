// HTTP requests and responses as values.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk {
class FileReader;
}

namespace mpk::http {

/// Order and repeats are kept; names are compared without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> list) : list_(list) {}
  void set(std::string_view name, std::string value);  // replaces all of that name
  void add(std::string name, std::string value);
  void remove(std::string_view name);
  std::optional<std::string> get(std::string_view name) const;  // the first
  std::vector<std::string> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& list() const { return list_; }

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

/// A request body that can be read again. Called on the thread that called send(), which begins
/// where the source stands. With a size the source must end exactly there: mismatch.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual std::optional<std::uint64_t> size() const = 0;  // unknown: chunked transfer coding
  /// Up to buffer.size() bytes; 0 at the end.
  virtual Result<std::size_t> read(std::span<std::uint8_t> buffer) = 0;
  /// Reading goes on at `offset`, at most size(): for a retry, a redirect, or the rest of an
  /// upload. An error (kind unsupported) if that can't be.
  virtual Result<void> seek(std::uint64_t offset) = 0;
  Result<void> rewind() { return seek(0); }
  /// Equal for the same bytes in another run of the program, as the stamp of a file is; empty: they
  /// can't be known again.
  virtual std::string identity() const { return {}; }
  /// The file whose bytes these are, from its first to its last; null: something else. Who takes
  /// the bytes from there and not by read() asks for what it needs to prove them.
  virtual const FileReader* file() const { return nullptr; }
};

class TextSource final : public BodySource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  std::optional<std::uint64_t> size() const override { return text_.size(); }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  Result<void> seek(std::uint64_t offset) override;

 private:
  std::string text_;
  std::size_t offset_ = 0;
};

/// Takes a response body. Called on the thread that called send().
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// Called once before the first byte of a 2xx answer, also of an empty one (again after a retry:
  /// start over, or refuse; an error from a sink is final).
  virtual Result<void> begin(int status, const Headers& headers) = 0;
  virtual Result<void> write(BytesView bytes) = 0;
  /// Called a few times a second while no byte comes, before begin() and between retries too: an
  /// error ends the request. For a sink that may lose interest.
  virtual Result<void> poll() { return {}; }
  /// Whether another begin() is welcome. False: how the transfer ended is told at once, without a
  /// retry, for the sink's owner goes on from where it broke off.
  virtual bool restartable() const { return true; }
};

/// Which redirects are followed: never from https to http, and credentials in headers stay inside
/// their origin. A body is not looked into, so a request with a secret in it is not sent on.
enum class Redirects {
  none,
  reads,  // 301, 302, 303, 307 and 308 of GET and HEAD
  all,    // and 307 and 308 of the other methods, with their bodies
};

struct Request {
  std::string method = "GET";
  Url url;
  Headers headers;
  BodySource* body = nullptr;           // not owned
  BodySink* sink = nullptr;             // not owned; null: the body goes to Response::body
  std::size_t response_cap = 4U << 20;  // of Response::body; too_large beyond
  /// Bulk transfers use HTTP/1.1 connections of their own and have no total deadline, only a stall
  /// limit; API calls use h2 where offered and must end within `timeout_seconds`.
  bool bulk = false;
  unsigned timeout_seconds = 60;
  /// How long the answer to a bulk upload may take once the body is gone: a registry hashes it all
  /// first. At least five stall limits.
  unsigned answer_seconds = 0;
  /// Statuses that the caller wants to see as they are: no retry is made for them.
  std::vector<int> no_retry;
  Redirects redirects = Redirects::reads;
  /// False for a request that may not be sent twice when its fate is unknown (a Rekor POST).
  bool idempotent = true;
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;  // also of an error answer when a sink was given (at most limits::kErrorBody)
  Url url;           // after redirects
};

}  // namespace mpk::http
