// The transport on libcurl: every transfer on the thread that asked for it.
#include "base/background.hpp"
#include "base/limits.hpp"
#include "base/process_signals.hpp"
#include "base/text.hpp"
#include "http/curl_fault.hpp"
#include "http/curl_library.hpp"
#include "http/exchange.hpp"
#include "http/host_lookup.hpp"
#include "http/redirect.hpp"
#include "http/resilient.hpp"
#include "http/stall_watch.hpp"
#include "http/tls_files.hpp"
#include "http/transport.hpp"
#include "http/wire.hpp"

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace mpk::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr unsigned kConnectSeconds = 15;
constexpr long kExpectMilliseconds = 1000;       // some proxies never answer an Expect
constexpr std::uint64_t kExpectFrom = 1U << 20;  // below, sending is cheaper than asking
// A token has no condition to wait for, and its flag may be set by a signal handler.
constexpr std::chrono::milliseconds kPoll{50};
// Of one lane: registry, token service, storage, and those that a redirect leads to.
constexpr long kPooledConnections = 8;
// What a callback returns that was given fewer bytes.
constexpr std::size_t kRefused = SIZE_MAX;

template <auto kFunction>
struct FreeBy {
  void operator()(auto* object) const { (curl().*kFunction)(object); }
};
using EasyPtr = std::unique_ptr<CURL, FreeBy<&CurlLibrary::curl_easy_cleanup>>;
using MultiPtr = std::unique_ptr<CURLM, FreeBy<&CurlLibrary::curl_multi_cleanup>>;
using ListPtr = std::unique_ptr<curl_slist, FreeBy<&CurlLibrary::curl_slist_free_all>>;

/// One request while it is with libcurl.
class Transfer {
 public:
  Transfer(const Request& request, const TransportOptions& options)
      : request_(request),
        options_(options),
        exchange_(request),
        watch_(options.stall_seconds, request.answer_seconds),
        host_(request.url.authority()) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() = default;

  /// With `expect` a large bulk body waits for 100 Continue.
  Result<void> prepare(bool expect);
  Attempt run(CURLM* lane);

 private:
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);

  template <class T>
  void set(CURLoption option, T value) {
    const CURLcode code = curl().curl_easy_setopt(easy_.get(), option, value);
    if (code != CURLE_OK && setup_ == CURLE_OK) setup_ = code;
  }
  template <class T>
  T info(CURLINFO what) const {
    T value{};
    curl().curl_easy_getinfo(easy_.get(), what, &value);
    return value;
  }
  Result<void> set_headers();
  void set_body(bool expect);
  void set_connection();
  Result<void> set_tls();
  bool header_end();
  CURLcode drive(CURLM* lane);
  bool look_after(bool no_bytes);
  bool stalled(SteadyClock::time_point now);
  Attempt finish(CURLcode code);
  Error error_of(CURLcode code) const;

  const Request& request_;
  const TransportOptions& options_;
  Exchange exchange_;
  StallWatch watch_;
  AnswerHeader header_;
  const std::string host_;  // for messages: host or host:port
  EasyPtr easy_;
  ListPtr list_;
  CURLcode setup_ = CURLE_OK;
  std::array<char, CURL_ERROR_SIZE> message_{};
  bool expecting_ = false;
  bool timed_out_ = false;
};

Result<void> Transfer::prepare(bool expect) {
  easy_.reset(curl().curl_easy_init());
  if (!easy_) return Error(ErrorKind::internal, "libcurl: no memory for a request");
  if (!is_token(request_.method)) {
    return Error(ErrorKind::usage,
                 "HTTP method '" + printable(request_.method, 32) + "': not a token");
  }
  set(CURLOPT_ERRORBUFFER, message_.data());
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_URL, request_.url.text().c_str());
  set(CURLOPT_USERAGENT, options_.user_agent.c_str());
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_write);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set_connection();
  TRY(set_tls());
  set_body(expect);
  TRY(set_headers());
  if (setup_ != CURLE_OK) {
    return Error(ErrorKind::internal, "libcurl: " + curl_words(setup_));
  }
  return {};
}

void Transfer::set_connection() {
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  // The variables of OpenSSL; libcurl the library reads those of proxies only.
  if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0') {
    set(CURLOPT_CAINFO, file);
  }
  if (const char* path = std::getenv("SSL_CERT_DIR"); path != nullptr && *path != '\0') {
    set(CURLOPT_CAPATH, path);
  }
  // As other clients: a proxy for the world is none for the sandbox on this machine.
  if (is_loopback_host(request_.url.host)) set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(kConnectSeconds));
  // A cancelled name look-up must not hold up its caller.
  set(CURLOPT_QUICK_EXIT, 1L);
  // On a reused connection libcurl sends again by itself when the server hangs up before a byte of
  // the answer. That is a second sending, so such a request gets a connection of its own.
  if (!request_.idempotent) set(CURLOPT_FRESH_CONNECT, 1L);
  if (request_.bulk) {
    // Measured: faster than h2 in both directions, and one stream's window can't starve another.
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_BUFFERSIZE, 512L << 10);         // measured: a tenth less work than with half of it
    set(CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);  // more falls out of the second-level cache
  } else {
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout_seconds) * 1000L);
  }
}

Result<void> Transfer::set_tls() {
  if (!options_.tls || request_.url.scheme != "https") return {};
  const TlsFiles files = TRY(options_.tls(request_.url));
  if (!files.authorities.empty()) {
    // It takes the place of CURLOPT_CAINFO.
    auto all = TRY(with_usual_authorities(files.authorities, info<char*>(CURLINFO_CAINFO)));
    curl_blob blob{all.data(), all.size(), CURL_BLOB_COPY};
    set(CURLOPT_CAINFO_BLOB, &blob);
  }
  if (!files.certificate.empty()) {
    set(CURLOPT_SSLCERT, files.certificate.c_str());
    set(CURLOPT_SSLKEY, files.key.c_str());
  }
  return {};
}

void Transfer::set_body(bool expect) {
  const bool may_carry =
      request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH";
  const bool has_body = request_.body != nullptr;
  if (has_body || may_carry) {  // without a body: Content-Length: 0 (RFC 9110 §8.6)
    const auto size = has_body ? request_.body->size() : std::optional<std::uint64_t>(0);
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_INFILESIZE_LARGE, size ? static_cast<curl_off_t>(*size) : curl_off_t{-1});
    set(CURLOPT_READFUNCTION, &Transfer::on_read);
    set(CURLOPT_READDATA, this);
    set(CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
    set(CURLOPT_SEEKDATA, this);
    set(CURLOPT_EXPECT_100_TIMEOUT_MS, kExpectMilliseconds);
    expecting_ = request_.bulk && expect && (!size || *size >= kExpectFrom);
  } else if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  }
  set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

Result<void> Transfer::set_headers() {
  auto lines = TRY(header_lines(request_.headers));
  // Ours, not libcurl's own: that one it would repeat by itself after a 417, as a second answer.
  lines.emplace_back(expecting_ ? "Expect: 100-continue" : "Expect:");
  if (request_.bulk && !request_.headers.get("Accept-Encoding")) {
    lines.emplace_back("Accept-Encoding: identity");
  }
  for (const auto& line : lines) {
    curl_slist* longer = curl().curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr) return Error(ErrorKind::internal, "libcurl: no memory for a header");
    static_cast<void>(list_.release());
    list_.reset(longer);
  }
  set(CURLOPT_HTTPHEADER, list_.get());
  return {};
}

std::size_t Transfer::on_read(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto fed = transfer.exchange_.feed({reinterpret_cast<std::uint8_t*>(data), size * count});
  if (!fed) return CURL_READFUNC_ABORT;
  if (transfer.options_.stats != nullptr) transfer.options_.stats->bytes_sent += *fed;
  return *fed;
}

int Transfer::on_seek(void* self, curl_off_t offset, int origin) {
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
  return static_cast<Transfer*>(self)->exchange_.rewind() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

std::size_t Transfer::on_write(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t total = size * count;
  if (transfer.options_.stats != nullptr) transfer.options_.stats->bytes_received += total;
  return transfer.exchange_.take({reinterpret_cast<const std::uint8_t*>(data), total}) ? total
                                                                                       : kRefused;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(data, size * count);
  const auto state = transfer.header_.add(line);
  if (state == AnswerHeader::State::too_large) return kRefused;
  if (state == AnswerHeader::State::block_end && !transfer.header_end()) return kRefused;
  return line.size();
}

bool Transfer::header_end() {
  const auto status = info<long>(CURLINFO_RESPONSE_CODE);
  if (status < 200) return true;
  header_.accept();
  return exchange_.answer(static_cast<int>(status), header_.headers());
}

bool Transfer::stalled(SteadyClock::time_point now) {
  const bool connected = info<curl_off_t>(CURLINFO_PRETRANSFER_TIME_T) > 0;
  const auto moved = info<curl_off_t>(CURLINFO_SIZE_UPLOAD_T) +
                     info<curl_off_t>(CURLINFO_SIZE_DOWNLOAD_T) +
                     static_cast<curl_off_t>(header_.bytes());
  const bool awaiting_answer =
      request_.body != nullptr && !header_.accepted() && exchange_.body_gone();
  return watch_.stalled(moved, exchange_.was_busy() || !connected, awaiting_answer, now);
}

bool Transfer::look_after(bool no_bytes) {
  if (auto ready = options_.cancel.check(); !ready) {
    return exchange_.stop(std::move(ready).error());
  }
  const auto now = SteadyClock::now();
  if (!exchange_.rest(now, no_bytes)) return false;
  timed_out_ = request_.bulk && stalled(now);
  return !timed_out_;
}

CURLcode Transfer::drive(CURLM* lane) {
  int ready = 1;
  while (true) {
    int running = 0;
    if (curl().curl_multi_perform(lane, &running) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
    if (running == 0) break;
    if (!look_after(ready == 0)) return CURLE_ABORTED_BY_CALLBACK;
    const auto moment = exchange_.holds_bytes() ? Exchange::kMoment : kPoll;
    curl().curl_multi_poll(lane, nullptr, 0, static_cast<int>(moment.count()), &ready);
  }
  int left = 0;
  const CURLMsg* message = curl().curl_multi_info_read(lane, &left);
  return message == nullptr ? CURLE_FAILED_INIT : message->data.result;
}

Attempt Transfer::run(CURLM* lane) {
  if (auto ready = exchange_.start(); !ready) return {std::move(ready).error(), true, true};
  if (curl().curl_multi_add_handle(lane, easy_.get()) != CURLM_OK) {
    return {Error(ErrorKind::internal, "libcurl: no memory for a request"), false, true};
  }
  // OpenSSL's writes know no MSG_NOSIGNAL.
  const BlockedSigpipe blocked;
  const CURLcode code = drive(lane);
  exchange_.flush();  // what came before the connection broke counts
  Attempt attempt = finish(code);
  curl().curl_multi_remove_handle(lane, easy_.get());
  return attempt;
}

Attempt Transfer::finish(CURLcode code) {
  if (exchange_.stopped()) {
    if (auto error = exchange_.take_error()) return {std::move(*error), true, true};
    return {exchange_.take_response(), true, false};
  }
  if (exchange_.refused_by_server() || (code == CURLE_OK && header_.accepted())) {
    return {exchange_.take_response(), true, false};
  }
  if (timed_out_) return {watch_.error(host_), true, false};
  const bool sent = info<long>(CURLINFO_REQUEST_SIZE) > 0;
  if (code == CURLE_OK) code = CURLE_GOT_NOTHING;  // cut off within the header: fine for libcurl
  bool final = header_.overflow() || is_lasting(code);
  if (code == CURLE_COULDNT_RESOLVE_HOST) final = !host_may_exist(request_.url.host);
  return {error_of(code), sent, final};
}

Error Transfer::error_of(CURLcode code) const {
  if (header_.overflow()) {
    return Error(ErrorKind::too_large, host_ + ": the answer's header is over " +
                                           std::to_string(limits::kHeaderBytes) + " bytes");
  }
  const bool connected = info<curl_off_t>(CURLINFO_PRETRANSFER_TIME_T) > 0;
  const unsigned total = request_.timeout_seconds;
  const bool by_total = !request_.bulk && total != 0 && total <= kConnectSeconds;
  return http::error_of({.code = code,
                         .host = host_,
                         .said = message_.data(),
                         .os_error = info<long>(CURLINFO_OS_ERRNO),
                         .connected = connected,
                         .seconds = connected || by_total ? total : kConnectSeconds});
}

/// A lane is a multi handle with the connections that it has open: one transfer at a time uses it,
/// and the one that was used last is used next.
class CurlSender final : public Sender {
 public:
  explicit CurlSender(TransportOptions options) : options_(std::move(options)) {}

  Attempt send_once(const Request& request) override {
    if (auto ready = options_.cancel.check(); !ready) {
      return {std::move(ready.error()), false, true};
    }
    Attempt attempt = exchange_once(request, true);
    // RFC 9110 §10.1.1: repeat without the expectation.
    const bool refused = attempt.result && attempt.result->status == 417;
    if (refused && request.body != nullptr && request.body->rewind()) {
      attempt = exchange_once(request, false);
    }
    return attempt;
  }

 private:
  Attempt exchange_once(const Request& request, bool expect);
  Result<MultiPtr> take_lane();

  const TransportOptions options_;
  std::mutex mutex_;  // guards idle_
  std::vector<MultiPtr> idle_;
};

Attempt CurlSender::exchange_once(const Request& request, bool expect) {
  auto lane = take_lane();
  if (!lane) return {std::move(lane).error(), false, true};
  Transfer transfer(request, options_);
  if (auto ready = transfer.prepare(expect); !ready) {
    return {std::move(ready.error()), false, true};
  }
  const auto begun = SteadyClock::now();
  if (options_.stats != nullptr) ++options_.stats->requests;
  Attempt attempt = transfer.run(lane->get());
  log_attempt(options_.logger, request, attempt, SteadyClock::now() - begun);
  const std::lock_guard lock(mutex_);
  idle_.push_back(lane.take());
  return attempt;
}

Result<MultiPtr> CurlSender::take_lane() {
  TRY(load_curl());
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      MultiPtr lane = std::move(idle_.back());
      idle_.pop_back();
      return lane;
    }
  }
  MultiPtr lane(curl().curl_multi_init());
  if (!lane) return Error(ErrorKind::internal, "libcurl: could not be started");
  curl().curl_multi_setopt(lane.get(), CURLMOPT_MAXCONNECTS, kPooledConnections);
  return lane;
}

}  // namespace

std::unique_ptr<Transport> make_curl_transport(TransportOptions options) {
  auto sender = make_redirecting(std::make_unique<CurlSender>(options), options.logger);
  return make_resilient(std::move(sender), std::move(options), real_patience());
}

std::jthread prepare_transport() {
  return begin_early([] { static_cast<void>(load_curl()); });
}

}  // namespace mpk::http
