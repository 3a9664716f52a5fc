// A client for tests that sends what it is told to, byte by byte if need be, plain or by TLS.
#pragma once

#include "base/process_signals.hpp"
#include "base/text.hpp"
#include "crypto/test_tls.hpp"

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace mpk::http::testing {

struct Answer {
  int status = 0;
  std::string head, body;
};

/// For one thread. Each read waits ten seconds at most.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, const char* from = "127.0.0.1")
      : fd_(crypto::testing::connect_to(port, from)) {}
  RawClient(std::uint16_t port, const crypto::testing::TlsClientOptions& options)
      : RawClient(port) {
    tls_ = std::make_unique<crypto::testing::TlsClient>(fd_.get(), options);
    right_ = tls_->handshake();
  }

  /// Connected, and hands shaken.
  bool is_open() const { return fd_ && right_; }
  crypto::testing::TlsClient& tls() { return *tls_; }

  bool send(std::string_view text) {
    if (tls_) return tls_->write(text);
    return ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }
  /// A byte every `pause`, until all is sent or the server has closed.
  void drip(std::string_view text, std::chrono::milliseconds pause) {
    for (const char& byte : text) {
      if (!send({&byte, 1}) || has_ended()) return;
      std::this_thread::sleep_for(pause);
    }
  }
  /// Nothing: the server has ended the connection.
  std::optional<Answer> answer() {
    while (text_.find("\r\n\r\n") == std::string::npos) {
      if (!more()) return std::nullopt;
    }
    Answer made;
    made.head = text_.substr(0, text_.find("\r\n\r\n") + 2);
    made.status = std::stoi(made.head.substr(9, 3));
    text_.erase(0, made.head.size() + 2);
    constexpr std::string_view kLength = "Content-Length: ";
    const auto at = made.head.find(kLength);
    const auto size =
        at == std::string::npos ? 0 : std::stoul(made.head.substr(at + kLength.size()));
    while (text_.size() < size) {
      if (!more()) return std::nullopt;
    }
    made.body = text_.substr(0, size);
    text_.erase(0, size);
    return made;
  }
  std::optional<Answer> ask(std::string_view request) {
    if (!send(request)) return std::nullopt;
    return answer();
  }
  /// The end comes, and nothing before.
  bool at_end() { return text_.empty() && !more(); }

 private:
  bool more() {
    std::string piece;
    if (tls_) {
      piece = tls_->read();
    } else {
      std::array<char, 16384> raw{};
      const auto size = ::recv(fd_.get(), raw.data(), raw.size(), 0);
      if (size > 0) piece.assign(raw.data(), static_cast<std::size_t>(size));
    }
    text_ += piece;
    return !piece.empty();
  }
  bool has_ended() const {
    char byte = 0;
    return ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  }

  BlockedSigpipe no_signal_;
  Fd fd_;
  std::unique_ptr<crypto::testing::TlsClient> tls_;
  bool right_ = true;
  std::string text_;
};

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Whether `done` comes true within five seconds.
template <class Done>
bool soon(const Done& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!done() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return done();
}

}  // namespace mpk::http::testing
