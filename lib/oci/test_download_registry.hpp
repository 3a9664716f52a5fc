// For tests: a registry in memory that hands out one blob, with a fault in every answer that is
// asked for one.
#pragma once

#include "http/redirect.hpp"
#include "http/resilient.hpp"
#include "http/transport.hpp"
#include "oci/remote_store.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::oci::test {

enum class DownloadFault {
  none,
  reset,        // the connection breaks in mid-body
  refuse,       // it breaks before the header
  short_body,   // the body ends early, as if that were all
  stall,        // some bytes, then the transport's stall limit
  wrong_bytes,  // one of them
  status_503,
  status_429,
  whole,        // 200 to a range
  wrong_range,  // a Content-Range that does not fit
  no_range,     // 206 without one
  encoded,      // Content-Encoding: gzip
  expired,      // storage's 403
};

/// The registry reg.example, with storage.example behind it if `redirects`. The transport's retries
/// and redirects are the real ones, without their pauses. Thread-safe.
class DownloadRegistry final : public http::Transport {
 public:
  /// Which fault the n-th answer to a GET of the blob has, and where in its body.
  struct Plan {
    DownloadFault fault = DownloadFault::none;
    double at = 0.5;
  };
  using Planner = std::function<Plan(std::size_t request, const http::Request&)>;

  DownloadRegistry(std::string content, Planner planner, bool redirects = false)
      : content_(std::move(content)),
        planner_(std::move(planner)),
        redirects_(redirects),
        inner_(http::make_resilient(http::make_redirecting(std::make_unique<Wire>(*this), {}), {},
                                    {[](auto) {}, [] { return 0.5; }})) {}

  Result<http::Response> send(http::Request request) override {
    return inner_->send(std::move(request));
  }

  struct Seen {
    std::string host, range, authorization;
  };
  std::vector<Seen> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  std::uint64_t bytes_sent() const { return bytes_sent_; }
  int most_streams() const { return most_streams_; }
  /// Pieces in which a body arrives.
  std::size_t piece = 1000;
  bool has_ranges = true;
  std::function<void()> on_piece = [] {};

 private:
  struct Wire final : http::Sender {
    explicit Wire(DownloadRegistry& owner) : registry(owner) {}
    http::Attempt send_once(const http::Request& request) override {
      return registry.answer(request);
    }
    DownloadRegistry& registry;
  };

  http::Attempt answer(const http::Request& request) {
    std::size_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      seen_.push_back({request.url.host, request.headers.get("Range").value_or(""),
                       request.headers.get("Authorization").value_or("")});
      if (redirects_ && request.url.host == "reg.example") {
        return {plain(request, 307, {{"Location", "https://storage.example/blob?sig=1"}})};
      }
      number = answered_++;
    }
    const Plan plan = planner_(number, request);
    switch (plan.fault) {
      case DownloadFault::refuse:
        return {Error(ErrorKind::network, "connection refused"), false};
      case DownloadFault::status_503:
        return {plain(request, 503, {{"Retry-After", "1"}})};
      case DownloadFault::status_429:
        return {plain(request, 429, {})};
      case DownloadFault::expired:
        return {plain(request, 403, {})};
      default:
        return body(request, plan);
    }
  }

  static http::Response plain(const http::Request& request, int status, http::Headers headers) {
    http::Response response;
    response.status = status;
    response.headers = std::move(headers);
    response.url = request.url;
    return response;
  }

  http::Attempt body(const http::Request& request, const Plan& plan) {
    std::size_t first = 0;
    std::size_t last = content_.size() - 1;
    auto response = plain(request, 200, {});
    const auto range = request.headers.get("Range");
    if (range && has_ranges && plan.fault != DownloadFault::whole) {
      // "bytes=FIRST-LAST"
      char* dash = nullptr;
      first = std::strtoul(range->c_str() + 6, &dash, 10);
      last = std::strtoul(dash + 1, nullptr, 10);
      if (first > last || last >= content_.size()) {
        return {plain(request, 416, {})};
      }
      response.status = 206;
      const std::size_t shift = plan.fault == DownloadFault::wrong_range ? 1 : 0;
      if (plan.fault != DownloadFault::no_range) {
        response.headers.set("Content-Range", "bytes " + std::to_string(first + shift) + "-" +
                                                  std::to_string(last + shift) + "/" +
                                                  std::to_string(content_.size() + 2 * shift));
      }
    }
    std::string bytes = content_.substr(first, last - first + 1);
    const auto at = static_cast<std::size_t>(plan.at * static_cast<double>(bytes.size()));
    if (plan.fault == DownloadFault::encoded) response.headers.set("Content-Encoding", "gzip");
    if (plan.fault == DownloadFault::wrong_bytes) bytes[std::min(at, bytes.size() - 1)] ^= 1;
    const bool broken = plan.fault == DownloadFault::reset || plan.fault == DownloadFault::stall;
    if (!broken && plan.fault != DownloadFault::short_body) {
      response.headers.set("Content-Length", std::to_string(bytes.size()));
    } else {
      bytes.resize(at);
    }
    const Stream counted(*this);
    if (auto fed = feed(request, response, bytes); !fed)
      return {std::move(fed.error()), true, true};
    if (plan.fault == DownloadFault::reset) return {Error(ErrorKind::network, "connection reset")};
    if (plan.fault == DownloadFault::stall) return {Error(ErrorKind::timeout, "no byte moved")};
    return {response};
  }

  Result<void> feed(const http::Request& request, const http::Response& response,
                    const std::string& bytes) {
    TRY(request.sink->begin(response.status, response.headers));
    for (std::size_t from = 0; from < bytes.size(); from += piece) {
      const auto part = std::string_view(bytes).substr(from, piece);
      bytes_sent_ += part.size();
      on_piece();
      TRY(request.sink->poll());
      TRY(request.sink->write(as_bytes(part)));
    }
    return {};
  }

  struct Stream {
    explicit Stream(DownloadRegistry& owner) : registry(owner) {
      const std::lock_guard lock(registry.mutex_);
      registry.most_streams_ = std::max<int>(registry.most_streams_, ++registry.streams_);
    }
    ~Stream() {
      const std::lock_guard lock(registry.mutex_);
      --registry.streams_;
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    DownloadRegistry& registry;
  };

  const std::string content_;
  const Planner planner_;
  const bool redirects_;
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
  std::size_t answered_ = 0;
  int streams_ = 0;
  std::atomic<int> most_streams_{0};
  std::atomic<std::uint64_t> bytes_sent_{0};
  std::unique_ptr<http::Transport> inner_;
};

/// A store over it; no pause is made.
inline std::unique_ptr<Store> store_over(http::Transport& transport) {
  static const MapEnv env;
  static const Logger logger;
  RemoteOptions options;
  options.sleep = [](unsigned) {};
  return make_remote_store(Reference::parse("reg.example/acme/llm").take(), transport, env, logger,
                           options)
      .take();
}

/// `size` bytes without a period.
inline std::string noise(std::size_t size, std::uint64_t seed) {
  std::string out(size, '\0');
  std::uint64_t state = seed * 2 + 1;
  for (auto& byte : out) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(state >> 56U);
  }
  return out;
}

}  // namespace mpk::oci::test
