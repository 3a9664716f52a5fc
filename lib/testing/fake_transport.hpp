// FakeTransport: a Transport in memory, for tests of what speaks HTTP.
#pragma once

#include "base/bytes.hpp"
#include "http/transport.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace mpk::testing {

/// Answers every request by a function and remembers it. Reads the request's body to its end, feeds
/// a 2xx answer to the sink (other answers stay in Response::body), applies the response cap. No
/// redirects, no retries. Thread-safe as far as the function is.
class FakeTransport final : public http::Transport {
 public:
  using Answer =
      std::function<Result<http::Response>(const http::Request& request, const std::string& body)>;

  struct Seen {
    std::string method;
    std::string url;  // Url::text()
    http::Headers headers;
    std::string body;
  };

  explicit FakeTransport(Answer answer) : answer_(std::move(answer)) {}

  Result<http::Response> send(http::Request request) override {
    const std::string body = TRY(read_all(request.body));
    {
      const std::lock_guard lock(mutex_);
      seen_.push_back({request.method, request.url.text(), request.headers, body});
    }
    http::Response response = TRY(answer_(request, body));
    if (response.url.host.empty()) response.url = request.url;
    const bool success = response.status >= 200 && response.status < 300;
    if (success && request.sink != nullptr) {
      TRY(request.sink->begin(response.status, response.headers));
      if (!response.body.empty()) TRY(request.sink->write(as_bytes(response.body)));
      response.body.clear();
    } else if (response.body.size() > request.response_cap) {
      return Error(ErrorKind::too_large, "fake transport: the answer is over the response cap");
    }
    return response;
  }

  std::vector<Seen> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  static Result<std::string> read_all(http::BodySource* source) {
    std::string text;
    Bytes buffer(64U << 10);
    while (source != nullptr) {
      const std::size_t count = TRY(source->read(buffer));
      if (count == 0) break;
      text.append(as_text(BytesView(buffer).first(count)));
    }
    return text;
  }

  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
};

}  // namespace mpk::testing
