// Exchange: a request's source and sink as a transfer calls them, and what came of it.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace mpk::http {

/// One transfer's end at the caller: what the source gives goes straight into the buffer that is
/// sent from, and what arrives straight to the sink, unless it comes in pieces so small that
/// hashing and writing each would cost more than a copy. Once a member says stop, `stopped()` is
/// true and the transfer ends. Not thread-safe.
class Exchange {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kGathered = 256U << 10;
  /// How long gathered bytes wait for more of them.
  static constexpr std::chrono::milliseconds kMoment{5};

  /// `request` must outlive it.
  explicit Exchange(const Request& request);

  /// Before the transfer: a body without bytes is never asked for.
  Result<void> start();
  /// Body bytes into `into`; 0 at the end, nullopt: stop.
  std::optional<std::size_t> feed(std::span<std::uint8_t> into);
  // False: stop.
  bool rewind();  // the body is needed from its start again
  bool answer(int status, Headers headers);
  bool take(BytesView bytes);
  bool flush();                        // hands on what was gathered
  bool rest(Time now, bool no_bytes);  // between two looks at the network
  bool stop(Error error);

  bool stopped() const { return error_.has_value() || enough_; }
  bool holds_bytes() const { return !gathered_.empty(); }
  bool body_gone() const { return body_gone_; }
  /// Whether source or sink were at work since this was last asked.
  bool was_busy() { return std::exchange(busy_, false); }
  /// An answer of 400 or more counts even when the connection breaks after its headers: servers
  /// that refuse an upload hang up on it.
  bool refused_by_server() const { return response_.status >= 400; }
  /// Why it stopped; nullopt: because enough is known.
  std::optional<Error> take_error() { return std::move(error_); }
  Response take_response();

 private:
  bool success() const { return response_.status >= 200 && response_.status < 300; }
  template <class Work>
  bool go_on(Work work);
  Result<std::size_t> read(std::span<std::uint8_t> into);
  Result<void> check_end();
  Result<void> begin();
  Result<void> deliver(BytesView bytes);
  Result<void> keep(BytesView bytes);
  Error changed_body(const std::string& found) const;
  Error over_cap() const;

  const Request& request_;
  std::optional<std::uint64_t> announced_;
  std::uint64_t produced_ = 0;
  bool body_gone_ = false;
  Bytes gathered_;
  Time gathered_since_;
  Response response_;
  std::optional<Error> error_;
  bool enough_ = false;
  bool busy_ = false;
};

}  // namespace mpk::http
