// BoundedTransport: the time that is left becomes the request's own limit, or its sink's.
#include "http/bounded_transport.hpp"

#include <algorithm>
#include <utility>

namespace mpk::http {
namespace {

using Time = BoundedTransport::Time;

Error over(const Url& url) {
  return Error(ErrorKind::timeout, url.authority() + ": no answer within the time that is left");
}

/// Loses interest at the end.
class BoundedSink final : public BodySink {
 public:
  BoundedSink(BodySink& inner, Time end, const Url& url) : inner_(inner), end_(end), url_(url) {}
  Result<void> begin(int status, const Headers& headers) override {
    return inner_.begin(status, headers);
  }
  Result<void> write(BytesView bytes) override {
    TRY(in_time());
    return inner_.write(bytes);
  }
  Result<void> poll() override {
    TRY(in_time());
    return inner_.poll();
  }
  bool restartable() const override { return inner_.restartable(); }

 private:
  Result<void> in_time() const {
    if (std::chrono::steady_clock::now() >= end_) return over(url_);
    return {};
  }

  BodySink& inner_;
  Time end_;
  const Url& url_;
};

}  // namespace

Result<Response> BoundedTransport::send(Request request) {
  if (stats_ != nullptr) ++stats_->requests;
  const auto end = end_.load(std::memory_order_relaxed);
  if (end == Time::max()) return inner_.send(std::move(request));
  const auto now = std::chrono::steady_clock::now();
  if (now >= end) return over(request.url);
  const auto left = std::chrono::ceil<std::chrono::seconds>(end - now).count();
  request.timeout_seconds = static_cast<unsigned>(
      std::min<std::int64_t>(left, std::max<std::int64_t>(request.timeout_seconds, 1)));
  if (request.sink == nullptr) return inner_.send(std::move(request));
  const auto url = request.url;
  BoundedSink sink(*request.sink, end, url);
  request.sink = &sink;
  return inner_.send(std::move(request));
}

}  // namespace mpk::http
