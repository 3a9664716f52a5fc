// Link: the bytes of one accepted connection, plain or TLS, buffered both ways; private to servers.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/tls_server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::http {

/// `fd` does not block and is its owner's. For one thread.
class Link {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  Link(int fd, std::unique_ptr<crypto::TlsConnection> tls) : fd_(fd), tls_(std::move(tls)) {}

  crypto::TlsConnection* tls() const { return tls_.get(); }

  std::string_view buffered() const;
  void consume(std::size_t size) { begin_ += size; }
  /// Something has come that fill() could take. False: not by `deadline`.
  bool wait(Deadline deadline);
  /// More bytes into buffered(), at least one; what was put() goes out before. timeout; network:
  /// the other end is closed, too.
  Result<void> fill(Deadline deadline);
  /// fill() takes up to this much at a time.
  void widen(std::size_t size);
  /// Nothing will happen for a while: gives back what memory it can.
  void rest();

  /// Of what is put from now on.
  void write_by(Deadline deadline) { write_by_ = deadline; }
  /// Sent when enough has come together, or by flush(). timeout, network: the same from then on.
  Result<void> put(BytesView bytes);
  Result<void> flush();

  /// Tells the other end that nothing follows.
  void close();
  /// close() after an answer to a request that was not read: what the client sends meanwhile would
  /// reset the connection, and the answer be lost with it.
  void close_gently(Deadline deadline);

 private:
  Result<std::size_t> receive(std::span<std::uint8_t> into, Deadline deadline);
  Result<void> send(BytesView bytes);
  void grow(std::size_t capacity);

  int fd_;
  std::unique_ptr<crypto::TlsConnection> tls_;
  std::unique_ptr<std::uint8_t[]> in_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
  std::string out_;
  Deadline write_by_;
  std::optional<Error> fault_;  // of sending
};

}  // namespace mpk::http
