// The transport on libcurl: one multi handle on one thread.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "http/curl_fault.hpp"
#include "http/exchange.hpp"
#include "http/host_lookup.hpp"
#include "http/pump.hpp"
#include "http/redirect.hpp"
#include "http/resilient.hpp"
#include "http/stall_watch.hpp"
#include "http/tls_files.hpp"
#include "http/transport.hpp"
#include "http/wire.hpp"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace mpk::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr unsigned kConnectSeconds = 15;
constexpr long kExpectMilliseconds = 1000;       // some proxies never answer an Expect
constexpr std::uint64_t kExpectFrom = 1U << 20;  // below, sending is cheaper than asking
constexpr int kPollMilliseconds = 500;
constexpr long kPooledConnections = 64;

template <auto kFunction>
struct FreeBy {
  void operator()(auto* object) const { kFunction(object); }
};
using EasyPtr = std::unique_ptr<CURL, FreeBy<curl_easy_cleanup>>;
using MultiPtr = std::unique_ptr<CURLM, FreeBy<curl_multi_cleanup>>;
using ListPtr = std::unique_ptr<curl_slist, FreeBy<curl_slist_free_all>>;

/// One request while it is with libcurl. Made and prepared on the caller's thread, then owned and
/// used by the engine's thread only.
class Transfer {
 public:
  Transfer(std::shared_ptr<Exchange> exchange, const TransportOptions& options)
      : exchange_(std::move(exchange)),
        tls_(options.tls),
        stats_(options.stats),
        stall_seconds_(options.stall_seconds),
        watch_(stall_seconds_) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// With `expect` a large bulk body waits for 100 Continue.
  Result<void> prepare(const Request& request, const std::string& user_agent, bool expect);
  CURL* easy() const { return easy_.get(); }
  Exchange& exchange() const { return *exchange_; }
  bool stalled(SteadyClock::time_point now);
  void finish(CURLcode code);
  void finish_stalled();

 private:
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);

  template <class T>
  void set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
    if (code != CURLE_OK && setup_ == CURLE_OK) setup_ = code;
  }
  template <class T>
  T info(CURLINFO what) const {
    T value{};
    curl_easy_getinfo(easy_.get(), what, &value);
    return value;
  }
  Result<void> set_headers(const Request& request);
  void set_body(const Request& request, bool expect);
  void set_connection(const Request& request);
  Result<void> set_tls(const Request& request);
  void header_end();
  Error error_of(CURLcode code) const;

  EasyPtr easy_;
  ListPtr list_;
  std::shared_ptr<Exchange> exchange_;
  const std::function<Result<TlsFiles>(const Url&)>& tls_;
  Stats* stats_;
  unsigned stall_seconds_;
  CURLcode setup_ = CURLE_OK;
  std::array<char, CURL_ERROR_SIZE> message_{};
  std::string host_;  // for messages: host or host:port
  unsigned timeout_seconds_ = 0;
  bool bulk_ = false;
  bool has_body_ = false;
  bool expecting_ = false;
  AnswerHeader header_;
  StallWatch watch_;
};

Result<void> Transfer::prepare(const Request& request, const std::string& user_agent, bool expect) {
  host_ = request.url.authority();
  bulk_ = request.bulk;
  timeout_seconds_ = request.timeout_seconds;
  watch_ = StallWatch(stall_seconds_, request.answer_seconds);
  easy_.reset(curl_easy_init());
  if (!easy_) return Error(ErrorKind::internal, "libcurl: no memory for a request");
  if (!is_token(request.method)) {
    return Error(ErrorKind::usage,
                 "HTTP method '" + printable(request.method, 32) + "': not a token");
  }
  set(CURLOPT_ERRORBUFFER, message_.data());
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_URL, request.url.text().c_str());
  set(CURLOPT_USERAGENT, user_agent.c_str());
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_write);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set_connection(request);
  TRY(set_tls(request));
  set_body(request, expect);
  TRY(set_headers(request));
  if (setup_ != CURLE_OK) {
    return Error(ErrorKind::internal, std::string("libcurl: ") + curl_easy_strerror(setup_));
  }
  return {};
}

void Transfer::set_connection(const Request& request) {
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
  if (is_loopback_host(request.url.host)) set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(kConnectSeconds));
  // A cancelled name look-up must not hold up the other transfers.
  set(CURLOPT_QUICK_EXIT, 1L);
  // On a reused connection libcurl sends again by itself when the server hangs up before a byte of
  // the answer. That is a second sending, so such a request gets a connection of its own.
  if (!request.idempotent) set(CURLOPT_FRESH_CONNECT, 1L);
  if (bulk_) {
    // Measured: faster than h2 in both directions, and one stream's window can't starve another.
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_BUFFERSIZE, 256L << 10);
    set(CURLOPT_UPLOAD_BUFFERSIZE, 1L << 20);
  } else {
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    if (request.url.scheme == "https") set(CURLOPT_PIPEWAIT, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_seconds_) * 1000L);
  }
}

Result<void> Transfer::set_tls(const Request& request) {
  if (!tls_ || request.url.scheme != "https") return {};
  const TlsFiles files = TRY(tls_(request.url));
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

void Transfer::set_body(const Request& request, bool expect) {
  const bool may_carry =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  has_body_ = request.body != nullptr;
  if (has_body_ || may_carry) {  // without a body: Content-Length: 0 (RFC 9110 §8.6)
    const auto size = has_body_ ? request.body->size() : std::optional<std::uint64_t>(0);
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_INFILESIZE_LARGE, size ? static_cast<curl_off_t>(*size) : curl_off_t{-1});
    set(CURLOPT_READFUNCTION, &Transfer::on_read);
    set(CURLOPT_READDATA, this);
    set(CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
    set(CURLOPT_SEEKDATA, this);
    set(CURLOPT_EXPECT_100_TIMEOUT_MS, kExpectMilliseconds);
    expecting_ = bulk_ && expect && (!size || *size >= kExpectFrom);
  } else if (request.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  }
  set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

Result<void> Transfer::set_headers(const Request& request) {
  auto lines = TRY(header_lines(request.headers));
  // Ours, not libcurl's own: that one it would repeat by itself after a 417, as a second answer.
  lines.emplace_back(expecting_ ? "Expect: 100-continue" : "Expect:");
  if (bulk_ && !request.headers.get("Accept-Encoding")) {
    lines.emplace_back("Accept-Encoding: identity");
  }
  for (const auto& line : lines) {
    curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr) return Error(ErrorKind::internal, "libcurl: no memory for a header");
    static_cast<void>(list_.release());
    list_.reset(longer);
  }
  set(CURLOPT_HTTPHEADER, list_.get());
  return {};
}

std::size_t Transfer::on_read(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.has_body_) return 0;
  const auto pulled =
      transfer.exchange_->pull({reinterpret_cast<std::uint8_t*>(data), size * count});
  if (pulled.flow == Exchange::Flow::pause) return CURL_READFUNC_PAUSE;
  if (pulled.flow == Exchange::Flow::stop) return CURL_READFUNC_ABORT;
  if (transfer.stats_ != nullptr) transfer.stats_->bytes_sent += pulled.size;
  return pulled.size;
}

int Transfer::on_seek(void* self, curl_off_t offset, int origin) {
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
  static_cast<Transfer*>(self)->exchange_->restart();
  return CURL_SEEKFUNC_OK;
}

std::size_t Transfer::on_write(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t total = size * count;
  const auto flow = transfer.exchange_->push({reinterpret_cast<const std::uint8_t*>(data), total});
  if (flow == Exchange::Flow::pause) return CURL_WRITEFUNC_PAUSE;
  if (flow == Exchange::Flow::stop) return CURL_WRITEFUNC_ERROR;
  if (transfer.stats_ != nullptr) transfer.stats_->bytes_received += total;
  return total;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(data, size * count);
  const auto state = transfer.header_.add(line);
  if (state == AnswerHeader::State::block_end) transfer.header_end();
  return state == AnswerHeader::State::too_large ? 0 : line.size();
}

void Transfer::header_end() {
  const auto status = info<long>(CURLINFO_RESPONSE_CODE);
  if (status < 200) return;
  header_.accept();
  exchange_->answer(static_cast<int>(status), header_.headers());
}

bool Transfer::stalled(SteadyClock::time_point now) {
  if (!bulk_) return false;
  const bool connected = info<curl_off_t>(CURLINFO_PRETRANSFER_TIME_T) > 0;
  const auto moved = info<curl_off_t>(CURLINFO_SIZE_UPLOAD_T) +
                     info<curl_off_t>(CURLINFO_SIZE_DOWNLOAD_T) +
                     static_cast<curl_off_t>(header_.bytes());
  const bool excused = !connected || exchange_->waiting_for_caller();
  const bool awaiting_answer = has_body_ && !header_.accepted() && exchange_->body_gone();
  return watch_.stalled(moved, excused, awaiting_answer, now);
}

void Transfer::finish_stalled() { exchange_->end({watch_.error(host_), true, false}); }

void Transfer::finish(CURLcode code) {
  const bool sent = info<long>(CURLINFO_REQUEST_SIZE) > 0;
  if (code == CURLE_OK && header_.accepted()) {
    exchange_->end({});
    return;
  }
  if (code == CURLE_OK) code = CURLE_GOT_NOTHING;  // cut off within the header: fine for libcurl
  exchange_->end({error_of(code), sent, header_.overflow() || is_lasting(code),
                  code == CURLE_COULDNT_RESOLVE_HOST});
}

Error Transfer::error_of(CURLcode code) const {
  if (header_.overflow()) {
    return Error(ErrorKind::too_large, host_ + ": the answer's header is over " +
                                           std::to_string(limits::kHeaderBytes) + " bytes");
  }
  const bool connected = info<curl_off_t>(CURLINFO_PRETRANSFER_TIME_T) > 0;
  const bool by_total = !bulk_ && timeout_seconds_ != 0 && timeout_seconds_ <= kConnectSeconds;
  return http::error_of({.code = code,
                         .host = host_,
                         .said = message_.data(),
                         .os_error = info<long>(CURLINFO_OS_ERRNO),
                         .connected = connected,
                         .seconds = connected || by_total ? timeout_seconds_ : kConnectSeconds});
}

class CurlSender final : public Sender {
 public:
  explicit CurlSender(TransportOptions options) : options_(std::move(options)) {}
  ~CurlSender() override {
    stopping_ = true;
    if (!thread_.joinable()) return;
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  Attempt send_once(const Request& request) override {
    if (auto ready = options_.cancel.check(); !ready) {
      return {std::move(ready.error()), false, true};
    }
    if (auto ready = start(); !ready) return {std::move(ready.error()), false, true};
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
  Result<void> start();
  void run();
  void adopt();
  void serve();
  void reap();
  void drop_all();
  void release(std::unique_ptr<Transfer>& transfer) {
    curl_multi_remove_handle(multi_.get(), transfer->easy());
    transfer.reset();
  }

  const TransportOptions options_;
  std::mutex mutex_;  // guards start-up and submitted_
  std::vector<std::unique_ptr<Transfer>> submitted_;
  MultiPtr multi_;
  std::vector<std::unique_ptr<Transfer>> active_;  // the engine's thread only; before multi_ goes
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

Attempt CurlSender::exchange_once(const Request& request, bool expect) {
  auto exchange = std::make_shared<Exchange>([this] { curl_multi_wakeup(multi_.get()); });
  auto transfer = std::make_unique<Transfer>(exchange, options_);
  if (auto ready = transfer->prepare(request, options_.user_agent, expect); !ready) {
    return {std::move(ready.error()), false, true};
  }
  const auto begun = SteadyClock::now();
  if (options_.stats != nullptr) ++options_.stats->requests;
  {
    const std::lock_guard lock(mutex_);
    submitted_.push_back(std::move(transfer));
  }
  curl_multi_wakeup(multi_.get());
  Attempt attempt = pump(*exchange, request, options_.cancel);
  if (exchange->ending().unresolved) attempt.final = !host_may_exist(request.url.host);
  log_attempt(options_.logger, request, attempt, SteadyClock::now() - begun);
  return attempt;
}

Result<void> CurlSender::start() {
  const std::lock_guard lock(mutex_);
  if (thread_.joinable()) return {};
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);  // 7 ms, so not earlier
  multi_.reset(global == CURLE_OK ? curl_multi_init() : nullptr);
  if (!multi_) return Error(ErrorKind::internal, "libcurl: could not be started");
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kPooledConnections);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& e) {
    return Error(ErrorKind::io, std::string("transfer thread: ") + e.what());
  }
  return {};
}

void CurlSender::run() {
  // Signals belong to the main thread; SIGPIPE from OpenSSL's writes must end nobody (NOSIGNAL).
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (!stopping_) {
    adopt();
    int running = 0;
    if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) drop_all();
    reap();
    serve();
    curl_multi_poll(multi_.get(), nullptr, 0, active_.empty() ? 60'000 : kPollMilliseconds,
                    nullptr);
  }
  drop_all();
}

void CurlSender::drop_all() {
  for (auto& transfer : active_) {
    transfer->finish(CURLE_ABORTED_BY_CALLBACK);
    release(transfer);
  }
  active_.clear();
}

void CurlSender::adopt() {
  std::vector<std::unique_ptr<Transfer>> fresh;
  {
    const std::lock_guard lock(mutex_);
    fresh.swap(submitted_);
  }
  for (auto& transfer : fresh) {
    if (curl_multi_add_handle(multi_.get(), transfer->easy()) == CURLM_OK) {
      active_.push_back(std::move(transfer));
    } else {
      transfer->finish(CURLE_OUT_OF_MEMORY);
    }
  }
}

void CurlSender::serve() {
  const auto now = SteadyClock::now();
  for (auto& transfer : active_) {
    if (transfer->exchange().abandoned()) {
      release(transfer);
    } else if (transfer->stalled(now)) {
      transfer->finish_stalled();
      release(transfer);
    } else if (transfer->exchange().take_resume()) {
      curl_easy_pause(transfer->easy(), CURLPAUSE_CONT);
    }
  }
  std::erase(active_, nullptr);
}

void CurlSender::reap() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;  // the message dies with the removal
    for (auto& transfer : active_) {
      if (transfer->easy() != easy) continue;
      transfer->finish(code);
      release(transfer);
      break;
    }
    std::erase(active_, nullptr);
  }
}

}  // namespace

std::unique_ptr<Transport> make_curl_transport(TransportOptions options) {
  auto sender = make_redirecting(std::make_unique<CurlSender>(options), options.logger);
  return make_resilient(std::move(sender), std::move(options), real_patience());
}

}  // namespace mpk::http
