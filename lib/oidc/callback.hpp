// Callback: what the browser brings back to the listener on loopback, judged without a network.
#pragma once

#include "base/result.hpp"
#include "http/server.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace mpk::oidc {

/// Thread-safe. The first callback with the right state decides; every other request gets an error
/// page and decides nothing, so that neither a browser's favicon nor a web page that guesses the
/// port ends a log-in.
class Callback {
 public:
  /// `path`: of the redirect address. `issuer`: what the parameter iss must say when it is there,
  /// or must be there (RFC 9207).
  Callback(std::string path, std::string state, std::string issuer, bool must_name_issuer)
      : path_(std::move(path)),
        state_(std::move(state)),
        issuer_(std::move(issuer)),
        must_name_issuer_(must_name_issuer) {}

  http::ServerResponse handle(const http::ServerRequest& request);

  /// The code, an error that the issuer or the user gave, or nothing so far; waits up to `time`.
  std::optional<Result<std::string>> wait_for(std::chrono::milliseconds time);
  /// How many callbacks had a wrong state.
  unsigned strangers() const;

 private:
  http::ServerResponse decide(Result<std::string> outcome);
  std::string path_, state_, issuer_;
  bool must_name_issuer_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Result<std::string>> outcome_;
  unsigned strangers_ = 0;
};

}  // namespace mpk::oidc
