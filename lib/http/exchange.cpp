// Exchange: feeds the body, hands on the answer, and holds both to what was announced.
#include "http/exchange.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace mpk::http {
namespace {

// Two pieces of this size are hashed together for little more than one (crypto/hash_pairs.hpp).
constexpr std::size_t kWorthHandingOn = Exchange::kGathered / 2;

}  // namespace

Exchange::Exchange(const Request& request)
    : request_(request), body_gone_(request.body == nullptr) {
  if (request.body != nullptr) announced_ = request.body->size();
}

Result<void> Exchange::start() {
  if (request_.body == nullptr || announced_ != 0U) return {};
  body_gone_ = true;
  return check_end();
}

bool Exchange::stop(Error error) {
  if (!stopped()) error_ = std::move(error);
  return false;
}

// No exception may pass through libcurl.
template <class Work>
bool Exchange::go_on(Work work) {
  try {
    if (Result<void> done = work(); !done) stop(std::move(done).error());
  } catch (const std::exception& thrown) {
    stop({ErrorKind::internal, std::string("unexpected exception: ") + thrown.what()});
  }
  return !stopped();
}

std::optional<std::size_t> Exchange::feed(std::span<std::uint8_t> into) {
  if (stopped()) return std::nullopt;
  if (body_gone_) return 0;
  busy_ = true;
  std::size_t count = 0;
  const bool on = go_on([&]() -> Result<void> {
    count = TRY(read(into));
    return {};
  });
  return on ? std::optional(count) : std::nullopt;
}

Result<std::size_t> Exchange::read(std::span<std::uint8_t> into) {
  if (announced_) {
    const auto left = std::min<std::uint64_t>(into.size(), *announced_ - produced_);
    into = into.first(static_cast<std::size_t>(left));
  }
  const std::size_t count = TRY(request_.body->read(into));
  if (count == 0 && announced_) return changed_body("only " + std::to_string(produced_));
  produced_ += count;
  body_gone_ = announced_ ? produced_ == *announced_ : count == 0;
  if (body_gone_ && announced_) TRY(check_end());  // before the server has a whole body
  return count;
}

// Nothing may follow the announced bytes: a file that grows while it is sent is an error.
Result<void> Exchange::check_end() {
  std::uint8_t extra = 0;
  if (TRY(request_.body->read({&extra, 1})) != 0) return changed_body("more");
  return {};
}

bool Exchange::rewind() {
  if (request_.body == nullptr || produced_ == 0) return !stopped();
  produced_ = 0;
  body_gone_ = false;
  return go_on([&] { return request_.body->rewind(); });
}

bool Exchange::answer(int status, Headers headers) {
  response_.status = status;
  response_.headers = std::move(headers);
  return go_on([&] { return begin(); });
}

Result<void> Exchange::begin() {
  if (!success()) return {};
  if (request_.sink != nullptr) return request_.sink->begin(response_.status, response_.headers);
  const auto length = parse_u64(response_.headers.get("Content-Length").value_or(""));
  if (request_.method != "HEAD" && length && *length > request_.response_cap) return over_cap();
  return {};
}

bool Exchange::take(BytesView bytes) {
  if (stopped()) return false;
  if (request_.sink == nullptr || !success()) return go_on([&] { return keep(bytes); });
  if (gathered_.size() + bytes.size() > kGathered && !flush()) return false;
  if (gathered_.empty() && bytes.size() >= kWorthHandingOn)
    return go_on([&] { return deliver(bytes); });
  if (gathered_.empty()) gathered_since_ = std::chrono::steady_clock::now();
  gathered_.insert(gathered_.end(), bytes.begin(), bytes.end());
  return true;
}

Result<void> Exchange::deliver(BytesView bytes) {
  busy_ = true;
  return request_.sink->write(bytes);
}

bool Exchange::flush() {
  if (stopped()) return false;
  if (gathered_.empty()) return true;
  const bool on = go_on([&] { return deliver(gathered_); });
  gathered_.clear();
  return on;
}

bool Exchange::rest(Time now, bool no_bytes) {
  if (holds_bytes() && (no_bytes || now - gathered_since_ > kMoment)) return flush();
  if (no_bytes && request_.sink != nullptr) return go_on([&] { return request_.sink->poll(); });
  return !stopped();
}

Result<void> Exchange::keep(BytesView bytes) {
  auto& body = response_.body;
  if (success()) {
    if (bytes.size() > request_.response_cap - body.size()) return over_cap();
    body.append(as_text(bytes));
    return {};
  }
  // The status says enough; an endless error page is not read to its end.
  body.append(as_text(bytes).substr(0, limits::kErrorBody - body.size()));
  enough_ = body.size() == limits::kErrorBody;
  return {};
}

Response Exchange::take_response() {
  response_.url = request_.url;
  return std::move(response_);
}

Error Exchange::changed_body(const std::string& found) const {
  return {ErrorKind::mismatch, request_.method + " " + request_.url.redacted() +
                                   ": the body was announced with " + std::to_string(*announced_) +
                                   " bytes but has " + found};
}

Error Exchange::over_cap() const {
  return {ErrorKind::too_large, request_.method + " " + request_.url.redacted() +
                                    ": the answer is over " +
                                    std::to_string(request_.response_cap) + " bytes"};
}

}  // namespace mpk::http
