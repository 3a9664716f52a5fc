// The exporter's queue, its thread, and what is sent again.
#include "trace/exporter.hpp"

#include "base/text.hpp"
#include "http/retry.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace mpk::trace {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr unsigned kAttempts = 5;
constexpr std::size_t kAnswer = 64U << 10;
// OTLP/HTTP §"Retryable Response Codes".
constexpr std::array kRetried = {429, 502, 503, 504};

std::optional<milliseconds> delay_after(const Result<http::Response>& result, unsigned made,
                                        double jitter) {
  http::RetryQuestion question;
  question.attempt = made;
  question.max_attempts = kAttempts;
  question.jitter = jitter;
  if (result) {
    if (std::ranges::find(kRetried, result->status) == kRetried.end()) return std::nullopt;
    question.status = result->status;
    http::add_retry_after(question, result->headers);
  } else {
    question.error = result.error().kind();
  }
  return http::retry_delay(question);
}

}  // namespace

struct Exporter::Impl {
  Impl(const Options& given, Resource about, http::Transport& by, const CancelToken& token,
       Logger log)
      : options(given),
        resource(std::move(about)),
        transport(by),
        stop(token),
        logger(std::move(log)) {
    resource.attributes.emplace_back("service.name", given.service);
    for (const auto& each : given.resource) {
      std::erase_if(resource.attributes, [&](const auto& own) { return own.first == each.first; });
      resource.attributes.push_back(each);
    }
  }

  void take(SpanData span) {
    bool full = false;
    {
      const std::scoped_lock lock(mutex);
      ++counts.taken;
      if (finishing || !start()) {
        ++counts.dropped;
        return;
      }
      full = queue.size() >= options.queue;
      if (full) {
        ++counts.dropped;
      } else {
        queue.push_back(std::move(span));
        if (queue.size() == options.batch) wake.notify_one();
      }
    }
    if (full) complain("the collector is too slow; spans are dropped");
  }

  // Under the mutex. A command that ends no span needs no thread.
  bool start() {
    if (thread.joinable()) return true;
    try {
      thread = std::thread([this] { work(); });
    } catch (const std::system_error&) {
      return false;  // no thread to be had
    }
    return true;
  }

  void work() {
    std::unique_lock lock(mutex);
    while (!finishing || !queue.empty()) {
      wake.wait_for(lock, options.delay,
                    [&] { return finishing || queue.size() >= options.batch; });
      if (stop.cancelled()) break;
      if (queue.empty()) continue;
      const auto count = static_cast<std::ptrdiff_t>(std::min(queue.size(), options.batch));
      std::vector<SpanData> spans(std::make_move_iterator(queue.begin()),
                                  std::make_move_iterator(queue.begin() + count));
      queue.erase(queue.begin(), queue.begin() + count);
      lock.unlock();
      const bool sent = send(spans);
      if (!sent) counts.dropped += spans.size();
      lock.lock();
      // Nobody waits for the others to fail, too.
      if (!sent && finishing) break;
    }
    counts.dropped += queue.size();
    queue.clear();
    done = true;
    wake.notify_all();
  }

  bool send(std::span<const SpanData> spans) {
    try {
      const auto body = encode(resource, spans);
      for (unsigned made = 1;; ++made) {
        auto result = post(body);
        if (result && result->status >= 200 && result->status < 300) {
          accepted(read_answer(result->body));
          return true;
        }
        const auto delay = delay_after(result, made, jitter(spans));
        if (!delay || !pause(*delay, result.has_value())) {
          complain(result ? "status " + std::to_string(result->status) : result.error().text());
          return false;
        }
      }
    } catch (const std::exception& e) {
      complain(e.what());
      return false;
    }
  }

  Result<http::Response> post(const std::string& body) {
    http::TextSource source(body);
    http::Request request;
    request.method = "POST";
    request.url = options.endpoint;
    request.headers = options.headers;
    request.headers.set("Content-Type", "application/json");
    request.body = &source;
    request.response_cap = kAnswer;
    request.timeout_seconds =
        static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(options.timeout).count());
    // Its headers are for that server alone.
    request.redirects = http::Redirects::none;
    return transport.send(std::move(request));
  }

  // As random as span ids are, which no two programs share.
  static double jitter(std::span<const SpanData> spans) {
    return static_cast<double>(spans.front().context.span_id.back()) / 256;
  }

  /// False: not to be waited for. At the end of a command a server that answered gets another
  /// chance as long as there is time, and one that did not gets none.
  bool pause(milliseconds delay, bool answered) {
    std::unique_lock lock(mutex);
    const auto until = Clock::now() + delay;
    const auto fits = [&] { return !finishing || (answered && until < end); };
    wake.wait_until(lock, until, [&] { return stop.cancelled() || !fits(); });
    return !stop.cancelled() && fits();
  }

  void accepted(const PartialSuccess& partial) {
    complained = false;
    if (partial.rejected == 0) return;
    counts.dropped += partial.rejected;
    complain("the collector rejected " + std::to_string(partial.rejected) + " spans" +
             (partial.message.empty() ? "" : ": " + partial.message));
  }

  void complain(const std::string& reason) {
    if (complained.exchange(true)) return;
    logger.warning("traces are lost: " + options.endpoint.redacted() + ": " +
                   printable(reason, 300));
  }

  void finish(milliseconds at_most) {
    std::unique_lock lock(mutex);
    finishing = true;
    end = Clock::now() + at_most;
    wake.notify_all();
    if (thread.joinable()) {
      wake.wait_until(lock, end, [&] { return done; });
      if (!done) timed_out = true;
    }
    stop.cancel();
    wake.notify_all();
    lock.unlock();
    if (timed_out)
      complain("no answer within " + std::to_string(at_most.count()) + " ms at the end");
    if (thread.joinable()) thread.join();
  }

  const Options options;
  Resource resource;
  http::Transport& transport;
  const CancelToken stop;
  const Logger logger;
  ExportCounts counts;
  std::atomic<bool> complained{false};
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<SpanData> queue;
  bool finishing = false, done = false, timed_out = false;
  Clock::time_point end;  // of finish()
  std::thread thread;
};

Exporter::Exporter(const Options& options, Resource resource, http::Transport& transport,
                   const CancelToken& stop, Logger logger)
    : impl_(std::make_unique<Impl>(options, std::move(resource), transport, stop,
                                   std::move(logger))) {}

Exporter::~Exporter() {
  impl_->complained = true;  // whoever goes without finish() has said why
  impl_->stop.cancel();
  impl_->finish(milliseconds(0));
}

void Exporter::take(SpanData span) { impl_->take(std::move(span)); }
void Exporter::finish(std::chrono::milliseconds at_most) { impl_->finish(at_most); }
const ExportCounts& Exporter::counts() const { return impl_->counts; }

}  // namespace mpk::trace
