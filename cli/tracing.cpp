// The trace of one command.
#include "tracing.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "version.hpp"

#include <unistd.h>

#include <chrono>
#include <functional>
#include <utility>

namespace mpk::cli {
namespace {

// A command's user waits for it.
constexpr std::chrono::milliseconds kAtTheEnd{2000};

std::function<Result<http::TlsFiles>(const Url&)> certificates(const trace::Options& options) {
  return [options](const Url&) -> Result<http::TlsFiles> {
    http::TlsFiles out{.authorities = {}, .certificate = options.certificate, .key = options.key};
    if (!options.authorities.empty()) {
      out.authorities = TRY(read_file(options.authorities, limits::kTrustedRoot)
                                .with("OTEL_EXPORTER_OTLP_CERTIFICATE"));
    }
    return out;
  };
}

// One of its own: what it sends is neither traced nor counted, and goes on after Ctrl-C.
std::unique_ptr<http::Transport> make_transport(const trace::Options& options,
                                                const CancelToken& stop) {
  http::TransportOptions out;
  out.user_agent = std::string("mpk/") + kVersion;
  out.cancel = stop;
  out.attempts = 1;
  out.tls = certificates(options);
  return http::make_curl_transport(std::move(out));
}

trace::Resource resource() {
  return {.attributes = {{"service.version", std::string(kVersion)},
                         {"process.executable.name", std::string("mpk")},
                         {"process.pid", std::int64_t{::getpid()}},
                         {"telemetry.sdk.name", std::string("mpk")},
                         {"telemetry.sdk.language", std::string("cpp")},
                         {"telemetry.sdk.version", std::string(kVersion)}},
          .version = kVersion};
}

}  // namespace

std::unique_ptr<Tracing> Tracing::make(const Env& env, const Clock& clock, crypto::Random& random,
                                       const Logger& logger) {
  auto read = trace::read_options(env);
  for (const auto& warning : read.warnings) logger.warning(warning);
  if (!read.options) return nullptr;
  return std::make_unique<Tracing>(env, clock, random, logger, *read.options);
}

Tracing::Tracing(const Env& env, const Clock& clock, crypto::Random& random, const Logger& logger,
                 const trace::Options& options)
    : env_(env),
      transport_(make_transport(options, stop_)),
      exporter_(options, resource(), *transport_, stop_, logger),
      tracer_(clock, random, options.sampler, exporter_) {}

void Tracing::begin(std::string_view command) {
  command_ = tracer_.start("mpk " + std::string(command), trace::Kind::internal,
                           trace::read_environment(env_));
  command_.text("process.executable.name", "mpk");
  command_.number("process.pid", ::getpid());
  job_.under(command_);
}

void Tracing::serve() {
  command_.drop();
  job_.under(command_);
}

void Tracing::end(int exit_code, const Error* error) {
  command_.number("process.exit.code", exit_code);
  if (error != nullptr) {
    command_.fail(*error);
  } else if (exit_code != 0) {
    command_.fail(std::to_string(exit_code));
  }
  command_.end();
  exporter_.finish(kAtTheEnd);
}

http::Transport& Tracing::traced(http::Transport& inner) {
  if (!traced_) traced_.emplace(inner, job_);
  return *traced_;
}

}  // namespace mpk::cli
