// Session: real clock, environment, randomness, transport; stdout and stderr.
#include "session.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "http/transport.hpp"
#include "oci/host_certificates.hpp"
#include "render/error.hpp"
#include "report/report.hpp"
#include "terminal/ask.hpp"
#include "terminal/input.hpp"
#include "terminal/output.hpp"
#include "terminal/progress_bars.hpp"
#include "terminal/term.hpp"
#include "tracing.hpp"
#include "version.hpp"

#include <unistd.h>

#include <cstdio>
#include <mutex>

namespace mpk::cli {
namespace {

constexpr std::string_view kRatify = "ratify";

// Talk that nobody takes any more is no error.
void to_stderr(std::string_view text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

}  // namespace

struct Session::Impl {
  CommonOptions common;
  CancelToken cancel;
  SystemEnv env;
  SystemClock clock;
  crypto::SystemRandom random;
  Stats stats;
  std::unique_ptr<ProgressDisplay> progress;
  Logger logger;
  std::mutex stderr_mutex;
  std::unique_ptr<http::Transport> transport, server_transport;
  NoProgress no_progress;
  std::unique_ptr<Tracing> tracing;
  std::string stdin_reader;  // what has read standard input, which can be read once

  flow::Context context(http::Transport& through, Progress& shown, const CancelToken& until,
                        bool plain_http) {
    return {.transport = through,
            .clock = clock,
            .env = env,
            .random = random,
            .logger = logger,
            .progress = shown,
            .stats = stats,
            .cancel = until,
            .plain_http = plain_http,
            .workers = 4,
            .mpk_version = kVersion};
  }

  http::TransportOptions transport_options(const CancelToken& stop) {
    http::TransportOptions options;
    options.user_agent = std::string("mpk/") + kVersion;
    options.cancel = stop;
    options.logger = logger;
    options.stats = &stats;
    options.tls = oci::host_certificates(oci::certificate_roots(env));
    return options;
  }
  bool for_ratify() const { return common.format == kRatify; }
  void line_to_stderr(std::string_view text) {
    std::scoped_lock lock(stderr_mutex);
    if (progress) progress->clear();
    to_stderr(for_ratify() ? report::without_braces(text) : std::string(text));
    to_stderr("\n");
  }
};

Session::Session(const CommonOptions& common, CancelToken cancel)
    : impl_(std::make_unique<Impl>()) {
  impl_->common = common;
  impl_->cancel = std::move(cancel);
  if (common.quiet || impl_->for_ratify()) {
    impl_->progress = make_progress_none();
  } else if (is_terminal(STDERR_FILENO)) {
    impl_->progress = make_progress_bars(STDERR_FILENO);
  } else {
    impl_->progress = make_progress_lines(STDERR_FILENO);
  }
  auto level = common.verbose ? LogLevel::debug
               : common.quiet ? LogLevel::error
                              : LogLevel::warning;
  impl_->logger = Logger(level, [impl = impl_.get()](LogLevel at, std::string_view text) {
    auto prefix = at == LogLevel::warning ? "warning: " : "";
    impl->line_to_stderr(prefix + printable(redact(text)));
  });
}

Session::~Session() = default;

bool Session::json() const { return impl_->common.format == "json"; }
const std::string& Session::format() const { return impl_->common.format; }
bool Session::quiet() const { return impl_->common.quiet; }
bool Session::verbose() const { return impl_->common.verbose; }

void Session::print(std::string_view text) {
  std::string safe;
  for (auto line : split(text, '\n')) safe += printable(line) + "\n";
  if (text.ends_with('\n')) safe.pop_back();
  print_raw(safe);
}

void Session::print_raw(std::string_view text) {
  if (impl_->progress) impl_->progress->clear();
  write_stdout(text);
  if (text.empty() || text.back() != '\n') write_stdout("\n");
}

void Session::print_json(const Json& document) { print_raw(json::pretty(document)); }

Result<void> Session::stream(BytesView bytes) {
  if (impl_->progress) impl_->progress->clear();
  write_stdout(as_text(bytes));
  if (stdout_failed()) return Error(ErrorKind::cancelled, "standard output takes no more");
  return {};
}
bool Session::output_failed() const { return stdout_failed(); }
Result<void> Session::flush() { return flush_stdout(); }

int Session::refuse(const Error& error, int exit_code) {
  auto text = error_text(error, verbose());
  text.pop_back();
  impl_->line_to_stderr(text);
  return exit_code;
}

void Session::say(std::string_view text) {
  if (!impl_->common.quiet) impl_->line_to_stderr(printable(text));
}

void Session::tell(std::string_view text) { impl_->line_to_stderr(printable(text)); }

void Session::warn(std::string_view text) { impl_->logger.warning(text); }

void Session::begin_trace(std::string_view command) {
  impl_->tracing = Tracing::make(impl_->env, impl_->clock, impl_->random, impl_->logger);
  if (impl_->tracing) impl_->tracing->begin(command);
}

void Session::end_trace(int exit_code, const Error* error) {
  if (impl_->tracing) impl_->tracing->end(exit_code, error);
}

const Tracing* Session::tracing() const { return impl_->tracing.get(); }

const Env& Session::env() const { return impl_->env; }
const Clock& Session::clock() const { return impl_->clock; }
CancelToken Session::cancel() const { return impl_->cancel; }
Stats& Session::stats() { return impl_->stats; }

flow::Context Session::context(bool plain_http) {
  if (!impl_->transport)
    impl_->transport = http::make_curl_transport(impl_->transport_options(impl_->cancel));
  auto& transport = impl_->tracing ? impl_->tracing->traced(*impl_->transport) : *impl_->transport;
  auto out = impl_->context(transport, *impl_->progress, impl_->cancel, plain_http);
  if (impl_->tracing) out.trace = impl_->tracing->job();
  return out;
}

flow::Context Session::serving(bool plain_http, const CancelToken& stop) {
  auto options = impl_->transport_options(stop);
  options.attempts = 2;
  options.stall_seconds = 10;
  if (impl_->tracing) impl_->tracing->serve();
  impl_->server_transport = http::make_curl_transport(std::move(options));
  return impl_->context(*impl_->server_transport, impl_->no_progress, stop, plain_http);
}

Result<std::optional<Timestamp>> Session::created(const std::optional<std::string>& flag) const {
  if (flag) {
    auto time = Timestamp::parse(*flag);
    if (!time) {
      return Error(ErrorKind::usage, "--created " + printable(*flag, 60) + ": expected RFC 3339",
                   "for example 2026-11-20T14:03:00Z");
    }
    return std::optional(*time);
  }
  if (auto epoch = impl_->env.get("SOURCE_DATE_EPOCH"))
    return std::optional(TRY(parse_source_date_epoch(*epoch)));
  return std::optional<Timestamp>();
}

Result<std::string> Session::flag_file(std::string_view flag, const std::string& path,
                                       std::size_t cap) {
  const std::string subject(flag.empty() ? "the argument" : flag);
  if (path == "-" && !impl_->stdin_reader.empty()) {
    return Error(ErrorKind::usage,
                 subject + " -: " + impl_->stdin_reader + " has read standard input already",
                 "- can be given once; write the other one to a file");
  }
  if (path == "-") impl_->stdin_reader = subject;
  auto text = path == "-" ? read_stdin(cap, impl_->cancel) : read_file(path, cap);
  if (text || text.error().kind() == ErrorKind::cancelled) return text;
  auto error = std::move(text).error();
  // A secret given instead of a file's name must not be printed.
  auto name = path.size() > 200 || path.starts_with("eyJ")
                  ? std::string("(a value, not a file name)")
                  : printable(path);
  std::string_view reason = error.message();
  if (reason.starts_with(path + ": ")) reason.remove_prefix(path.size() + 2);
  return Error(ErrorKind::usage,
               (flag.empty() ? "" : subject + " ") + name + ": " +
                   (error.kind() == ErrorKind::not_found ? "no such file" : std::string(reason)),
               "give the name of a file, or - for standard input");
}

bool Session::stdin_is_terminal() const { return is_terminal(STDIN_FILENO); }
bool Session::stdout_is_terminal() const { return is_terminal(STDOUT_FILENO); }
bool Session::color() const { return use_color(STDOUT_FILENO, impl_->env); }
unsigned Session::width() const { return terminal_width(STDOUT_FILENO); }

bool Session::ask_yes(std::string_view question) {
  if (!stdin_is_terminal()) return false;
  to_stderr(printable(question) + " [y/N] ");
  std::string line;
  for (int c = std::getchar(); c != EOF && c != '\n' && line.size() < 16; c = std::getchar())
    line.push_back(static_cast<char>(c));
  auto answer = lower_ascii(trim(line));
  return answer == "y" || answer == "yes";
}

Result<std::string> Session::ask_line(std::string_view prompt) {
  static_cast<void>(std::fprintf(stderr, "%s", printable(prompt).c_str()));
  std::string line;
  int c = std::getchar();
  for (; c != EOF && c != '\n' && line.size() < 4096; c = std::getchar())
    line.push_back(static_cast<char>(c));
  if (c == EOF && line.empty())
    return Error(ErrorKind::usage, "standard input ended before a line was typed");
  return line;
}

Result<std::string> Session::ask_secret(std::string_view prompt) {
  if (!stdin_is_terminal()) {
    return Error(ErrorKind::usage, "there is no terminal to ask for a password",
                 "pipe it in with --password-stdin");
  }
  return ask_without_echo(prompt, impl_->cancel);
}

Result<void> Session::finish() {
  impl_->progress.reset();
  if (impl_->common.stats) {
    const auto& stats = impl_->stats;
    auto line = "stats: read " + std::to_string(stats.bytes_read) + " bytes, hashed " +
                std::to_string(stats.bytes_hashed) + ", sent " + std::to_string(stats.bytes_sent) +
                ", received " + std::to_string(stats.bytes_received) + ", written " +
                std::to_string(stats.bytes_written) + ", " + std::to_string(stats.requests) +
                " requests\n";
    to_stderr(line);
  }
  return flush_stdout();
}

}  // namespace mpk::cli
