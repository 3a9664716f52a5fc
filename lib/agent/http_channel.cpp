// Streamable HTTP: a POST a message; the answer is JSON or a stream of events that ends with it.
#include "agent/http_channel.hpp"

#include "agent/limits.hpp"
#include "agent/sse.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace mpk::agent {
namespace {

constexpr const char* kSession = "Mcp-Session-Id";
constexpr const char* kVersion = "MCP-Protocol-Version";

// Takes the bytes of an answer, and stops a stream of events when the response is there: a server
// may keep it open.
class Answer final : public http::BodySink {
 public:
  using Take = EventStream::Take;
  explicit Answer(Take take) : events_(limits::kMessage, std::move(take)) {}

  Result<void> begin(int, const http::Headers& headers) override {
    const auto type = headers.get("content-type").value_or("");
    is_stream_ = lower_ascii(type).starts_with("text/event-stream");
    session_ = headers.get(kSession);
    return {};
  }
  Result<void> write(BytesView bytes) override {
    if (is_stream_) return events_.feed(as_text(bytes));
    if (body_.size() + bytes.size() > limits::kMessage) {
      return Error(ErrorKind::too_large, "the answer is over the limit of " +
                                             std::to_string(limits::kMessage) + " bytes");
    }
    body_.append(as_text(bytes));
    return {};
  }
  // Events that were handed on can't be taken back.
  bool restartable() const override { return false; }
  bool is_stream() const { return is_stream_; }
  const std::string& body() const { return body_; }
  /// Kept apart: a stream that was left early has no response.
  const std::optional<std::string>& session() const { return session_; }

 private:
  EventStream events_;
  std::string body_;
  std::optional<std::string> session_;
  bool is_stream_ = false;
};

class HttpChannel final : public Channel {
 public:
  HttpChannel(http::Transport& transport, Url url, std::string token)
      : transport_(transport), url_(std::move(url)), token_(std::move(token)) {}

  Result<Json> call(const Json& request, Time until) override {
    std::optional<Json> found;
    const auto look = [&](std::string_view text) -> Result<void> {
      if (trim(text).empty()) return {};
      if (++messages_ > limits::kMessages)
        return Error(ErrorKind::too_large, "the server sends messages without end");
      auto message = TRY(parse_message(text));
      if (TRY(answers(message, request))) found = std::move(message);
      // No error, but the only way to say that no more is wanted.
      if (found) return Error(ErrorKind::cancelled, "answered");
      return {};
    };
    Answer answer(look);
    auto response = post(request, answer, until);
    if (found) {
      TRY(remember_session(request, answer.session()));
      return *std::move(found);
    }
    if (!response) return response.error();
    if (response->status < 200 || response->status >= 300) return refused(*response, request);
    if (answer.is_stream()) {
      return Error(ErrorKind::network, url_.redacted() + ": the stream ended without an answer");
    }
    TRY(remember_session(request, answer.session()));
    auto message = TRY(parse_message(answer.body()));
    if (!TRY(answers(message, request)))
      return Error(ErrorKind::malformed, url_.redacted() + ": answers with no response");
    return message;
  }

  Result<void> notify(const Json& notification, Time until) override {
    // Whatever comes in return is of no interest.
    Answer answer([](std::string_view) { return Result<void>(); });
    const auto response = TRY(post(notification, answer, until));
    if (response.status >= 200 && response.status < 300) return {};
    return Error(ErrorKind::network, url_.redacted() + ": a notification was refused with status " +
                                         std::to_string(response.status));
  }

  Result<void> restart() override { return {}; }
  void use_version(const std::string& version) override { version_ = version; }

  void close() override {
    if (session_.empty()) return;
    http::Request request{.method = "DELETE", .url = url_, .timeout_seconds = 5};
    request.no_retry = {404, 405, 408, 429, 500, 502, 503, 504};
    request.idempotent = false;
    add_headers(request.headers);
    // A session that is not ended ends by itself.
    static_cast<void>(transport_.send(std::move(request)));
  }

 private:
  void add_headers(http::Headers& headers) const {
    if (!version_.empty()) headers.set(kVersion, version_);
    if (!session_.empty()) headers.set(kSession, session_);
    if (!token_.empty()) headers.set("Authorization", "Bearer " + token_);
  }

  Result<http::Response> post(const Json& message, Answer& answer, Time until) {
    const auto left =
        std::chrono::duration_cast<std::chrono::seconds>(until - std::chrono::steady_clock::now());
    if (left.count() < 0) {
      return Error(ErrorKind::timeout, url_.redacted() + ": no answer in time",
                   "--timeout gives it longer");
    }
    http::TextSource body(json::compact(message));
    http::Request request{.method = "POST", .url = url_, .body = &body, .sink = &answer};
    request.timeout_seconds = static_cast<unsigned>(left.count()) + 1;
    request.redirects = http::Redirects::none;
    request.idempotent = false;
    request.no_retry = {408, 429, 500, 502, 503, 504};
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json, text/event-stream");
    // 2026-07-28; earlier servers do not know it.
    request.headers.set("Mcp-Method", message.at("method").get<std::string>());
    add_headers(request.headers);
    return transport_.send(std::move(request));
  }

  // Legacy: the server may open a session with its answer to initialize.
  Result<void> remember_session(const Json& request, const std::optional<std::string>& id) {
    if (!id || request.at("method") != Json("initialize")) return {};
    const bool visible =
        std::all_of(id->begin(), id->end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (id->empty() || id->size() > limits::kSessionIdBytes || !visible)
      return Error(ErrorKind::malformed, url_.redacted() + ": an unusable Mcp-Session-Id");
    session_ = *id;
    return {};
  }

  Result<Json> refused(const http::Response& response, const Json& request) {
    const auto status = std::to_string(response.status);
    const auto place = url_.redacted() + ": status " + status;
    if (response.status == 401) {
      return Error(ErrorKind::unauthorized, place + ": the server wants a credential",
                   "--token FILE sends a bearer token");
    }
    if (response.status == 403) return Error(ErrorKind::denied, place + ": not allowed");
    if (response.status >= 300 && response.status < 400) {
      return Error(ErrorKind::mismatch,
                   place + ": redirects to " +
                       printable(response.headers.get("location").value_or("?"), 200),
                   "name the endpoint itself: a pinned server has one address");
    }
    if (response.status >= 500) return Error(ErrorKind::network, place);
    // A modern server says in the body what is wrong; any other body is not of this protocol.
    auto message = parse_message(response.body);
    if (message) {
      auto answered = answers(*message, request);
      if (answered && *answered && message->contains("error")) return message;
    }
    return Error(ErrorKind::not_found, place + ": no MCP endpoint",
                 "expected one of MCP's Streamable HTTP transport");
  }

  http::Transport& transport_;
  Url url_;
  std::string token_, version_, session_;
  std::size_t messages_ = 0;
};

}  // namespace

Result<std::unique_ptr<Channel>> open_http(http::Transport& transport, const std::string& url,
                                           std::string token) {
  auto parsed = Url::parse(url);
  if (!parsed) return std::move(parsed).error().with_kind(ErrorKind::usage);
  if (parsed->scheme != "https" && !is_loopback_host(parsed->host)) {
    return Error(ErrorKind::usage, parsed->redacted() + ": plain http is for this machine only",
                 "anybody between could answer for the server; use https");
  }
  return std::unique_ptr<Channel>(
      std::make_unique<HttpChannel>(transport, parsed.take(), std::move(token)));
}

}  // namespace mpk::agent
