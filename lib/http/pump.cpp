// The caller's side of a transfer.
#include "http/pump.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace mpk::http {
namespace {

constexpr std::chrono::milliseconds kCancelPoll{50};

enum class Next { go_on, ended, enough };

class Pump {
 public:
  Pump(Exchange& exchange, const Request& request) : exchange_(exchange), request_(request) {
    if (request.body != nullptr) announced_ = request.body->size();
  }

  /// Before the first step: a body without bytes is never asked for.
  Result<Next> start() {
    if (request_.body != nullptr && announced_ != 0U) return Next::go_on;
    if (request_.body != nullptr) TRY(check_end());
    exchange_.finish_body();
    return Next::go_on;
  }

  Result<Next> step() {
    switch (exchange_.wait(kCancelPoll)) {
      case Exchange::Event::nothing:
        if (request_.sink != nullptr) TRY(request_.sink->poll());
        return Next::go_on;
      case Exchange::Event::rewind:
        return rewind();
      case Exchange::Event::answer:
        return begin();
      case Exchange::Event::bytes:
        return drain();
      case Exchange::Event::room:
        return feed();
      case Exchange::Event::ended:
        return Next::ended;
    }
    return Next::ended;
  }

  Response take_response() {
    response_.url = request_.url;
    return std::move(response_);
  }
  bool refused_by_server() const { return response_.status >= 400; }

 private:
  bool success() const { return response_.status >= 200 && response_.status < 300; }

  std::string subject() const { return request_.method + " " + request_.url.redacted(); }

  Result<Next> rewind() {
    TRY(request_.body->rewind());
    produced_ = 0;
    exchange_.rewound();
    return Next::go_on;
  }

  Result<Next> feed() {
    Bytes buffer = exchange_.spare();
    buffer.resize(announced_ ? static_cast<std::size_t>(std::min<std::uint64_t>(
                                   *announced_ - produced_, Exchange::kBufferSize))
                             : Exchange::kBufferSize);
    const std::size_t count = TRY(request_.body->read(buffer));
    if (count == 0) {
      if (announced_) return changed_body("only " + std::to_string(produced_));
      exchange_.finish_body();
      return Next::go_on;
    }
    produced_ += count;
    buffer.resize(count);
    const bool last = announced_ && produced_ == *announced_;
    if (last) TRY(check_end());  // before the server has a whole body
    exchange_.give(std::move(buffer));
    if (last) exchange_.finish_body();
    return Next::go_on;
  }

  /// Nothing may follow the announced bytes: a file that grows while it is sent is an error.
  Result<void> check_end() {
    std::uint8_t extra = 0;
    if (TRY(request_.body->read({&extra, 1})) != 0) return changed_body("more");
    return {};
  }

  Error changed_body(const std::string& found) const {
    return Error(ErrorKind::mismatch, subject() + ": the body was announced with " +
                                          std::to_string(*announced_) + " bytes but has " + found);
  }

  Result<Next> begin() {
    response_.status = exchange_.status();
    response_.headers = exchange_.take_headers();
    if (!success()) return Next::go_on;
    if (request_.sink != nullptr) {
      TRY(request_.sink->begin(response_.status, response_.headers));
      return Next::go_on;
    }
    const auto length = parse_u64(response_.headers.get("Content-Length").value_or(""));
    if (request_.method != "HEAD" && length && *length > request_.response_cap) return over_cap();
    return Next::go_on;
  }

  Result<Next> drain() {
    Bytes bytes = exchange_.take();
    if (success() && request_.sink != nullptr) {
      TRY(request_.sink->write(bytes));
      exchange_.recycle(std::move(bytes));
      return Next::go_on;
    }
    auto& body = response_.body;
    if (success()) {
      if (bytes.size() > request_.response_cap - body.size()) return over_cap();
      body.append(as_text(bytes));
      return Next::go_on;
    }
    // The status says enough; an endless error page is not read to its end.
    body.append(as_text(bytes).substr(0, limits::kErrorBody - body.size()));
    return body.size() == limits::kErrorBody ? Next::enough : Next::go_on;
  }

  Error over_cap() const {
    return Error(ErrorKind::too_large, subject() + ": the answer is over " +
                                           std::to_string(request_.response_cap) + " bytes");
  }

  Exchange& exchange_;
  const Request& request_;
  std::optional<std::uint64_t> announced_;
  std::uint64_t produced_ = 0;
  Response response_;
};

}  // namespace

Attempt pump(Exchange& exchange, const Request& request, const CancelToken& cancel) {
  Pump worker(exchange, request);
  for (auto next = worker.start();;) {
    if (next) next = cancel.check() ? worker.step() : Result<Next>(cancel.check().error());
    if (!next) {
      exchange.abandon();
      return {std::move(next.error()), true, true};
    }
    if (*next == Next::go_on) continue;
    if (*next == Next::enough) {
      exchange.abandon();
      return {worker.take_response(), true, false};
    }
    auto ending = exchange.ending();
    if (ending.error && !worker.refused_by_server()) {
      return {std::move(*ending.error), ending.sent, ending.final};
    }
    return {worker.take_response(), true, false};
  }
}

}  // namespace mpk::http
