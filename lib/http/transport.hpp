// Transport: sends one request and brings one response; decorators add retries and redirects.
#pragma once

#include "base/log.hpp"
#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace mpk::http {

/// Thread-safe: send() may be called from many threads and blocks its caller.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Any status is a success here. network, timeout, cancelled, too_large, and whatever the
  /// request's source or sink returned.
  virtual Result<Response> send(Request request) = 0;
};

/// What one host wants beside the certificates of the system.
struct TlsFiles {
  std::string authorities;                 // PEM: trusted, too
  std::filesystem::path certificate, key;  // PEM: who we are; empty: nobody
};

struct TransportOptions {
  std::string user_agent = "mpk";
  CancelToken cancel;
  Logger logger;
  Stats* stats = nullptr;       // not owned
  unsigned attempts = 5;        // of one request, the first included
  unsigned stall_seconds = 60;  // a bulk transfer in which no byte moves ends as a timeout
  /// Asked before every https request, those of a redirect included, so that a client certificate
  /// stays with its host. Thread-safe. An error is the request's.
  std::function<Result<TlsFiles>(const Url&)> tls;
};

/// libcurl, each transfer on its caller's thread, connections kept. Follows redirects by hand:
/// at most limits::kRedirects, never https → http, Authorization, Cookie, Proxy-Authorization,
/// traceparent and tracestate dropped when the origin changes. Retries by http/retry.hpp where the
/// body can be sent again. Proxies from the usual variables; TLS verified, at least 1.2;
/// SSL_CERT_FILE honoured.
std::unique_ptr<Transport> make_curl_transport(TransportOptions options);

/// Loads libcurl, some milliseconds of work, on a thread of its own; what goes wrong is told by the
/// first request. Without it, and where no thread can be had, that request loads it.
std::jthread prepare_transport();

}  // namespace mpk::http
