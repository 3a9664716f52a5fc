// mpk admit serve: the gate as a server, for the API server, Gatekeeper and whoever asks by REST.
#include "admit/audit_log.hpp"
#include "admit/file_watch.hpp"
#include "admit/registry_judge.hpp"
#include "admit/service.hpp"
#include "aibom/validate.hpp"
#include "base/limits.hpp"
#include "commands/commands.hpp"
#include "crypto/tls_server.hpp"
#include "options/gate_options.hpp"
#include "options/judge_options.hpp"
#include "options/options.hpp"
#include "options/serve_options.hpp"
#include "tracing.hpp"

#include <fmt/core.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace mpk::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{200};
// An update of the trusted root that mpk keeps, a server's rules: nothing else tells.
constexpr std::chrono::minutes kAnyway{5};
constexpr std::chrono::seconds kDrain{10};
constexpr std::chrono::seconds kMemoryTick{2};  // giving back takes every arena's lock
constexpr double kMuchMemory = 40U << 20;
constexpr std::size_t kProbeConnections = 32;
constexpr std::size_t kWatched = 1000;

struct Options {
  RegistryOptions registry;
  JudgeOptions judge;
  GateFlags gate;
  ServeLimits limits;
  std::optional<std::string> listen, probe_listen, certificate, key, client_ca, audit;
  std::vector<std::string> client_names;
};

Result<crypto::TlsFiles> tls_files(const Options& o, Session& session) {
  crypto::TlsFiles out;
  out.chain = TRY(session.flag_file("--tls-cert", *o.certificate, limits::kTrustedRoot));
  out.key = TRY(session.flag_file("--tls-key", *o.key, limits::kTrustedRoot));
  if (o.client_ca) {
    out.client_authorities =
        TRY(session.flag_file("--client-ca", *o.client_ca, limits::kTrustedRoot));
  }
  return out;
}

std::vector<std::filesystem::path> named(
    std::initializer_list<const std::optional<std::string>*> files) {
  std::vector<std::filesystem::path> out;
  for (const auto* file : files) {
    if (*file) out.emplace_back(**file);
  }
  return out;
}

void add_files_below(const std::filesystem::path& directory,
                     std::vector<std::filesystem::path>& out) {
  std::error_code failed;
  std::filesystem::recursive_directory_iterator at(directory, failed);
  for (const std::filesystem::recursive_directory_iterator end;
       !failed && at != end && out.size() < kWatched; at.increment(failed))
    out.push_back(at->path());
}

double resident_bytes() {
  std::ifstream status("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  status >> all >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

Result<void> check(const Options& o) {
  if (!o.judge.policy.file) return policy_missing();
  if (!o.listen || !o.certificate || !o.key) {
    return Error(ErrorKind::usage,
                 std::string(!o.listen        ? "--listen ADDRESS:PORT"
                             : !o.certificate ? "--tls-cert FILE"
                                              : "--tls-key FILE") +
                     " is missing",
                 "the API server and Gatekeeper ask over TLS only");
  }
  for (const auto* file : {&o.judge.policy.file, &o.certificate, &o.key, &o.client_ca}) {
    if (*file && **file == "-") {
      return Error(ErrorKind::usage, "standard input can't be read again when it changes",
                   "give the name of a file");
    }
  }
  if (!o.client_names.empty() && !o.client_ca) {
    return Error(ErrorKind::usage, "--client-name without --client-ca: clients show no certificate",
                 "give the authorities that issue them");
  }
  return {};
}

bool is_allowed(const crypto::Certificate& certificate, const std::vector<std::string>& names) {
  if (std::ranges::find(names, certificate.common_name()) != names.end()) return true;
  const auto alternative = certificate.subject_alt_names();
  return alternative && std::ranges::any_of(*alternative, [&](const crypto::SubjectAltName& name) {
           return std::ranges::find(names, name.value) != names.end();
         });
}

// Of many threads each would keep what a large body once took.
void keep_memory_small() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 16);
  mallopt(M_TOP_PAD, 128 << 10);
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

void give_memory_back() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

/// All of it, from the first rules to the last answer.
class GateServer {
 public:
  GateServer(const Options& o, Session& session, const ServeLimits::Read& limits)
      : o_(o),
        session_(session),
        limits_(limits),
        context_(session.serving(o.registry.plain_http, stop_)),
        watched_(files_of_rules()),
        rule_files_(watched_),
        tls_watch_(named({&o.certificate, &o.key, &o.client_ca})) {}
  GateServer(const GateServer&) = delete;
  GateServer& operator=(const GateServer&) = delete;
  ~GateServer() { stop_.cancel(); }

  Result<void> start() {
    const auto rules = TRY(load());
    auto files = TRY(tls_files(o_, session_));
    auto tls = crypto::TlsServer::make(files, session_.clock().now());
    if (!tls) {
      return std::move(tls)
          .error()
          .with("--tls-cert " + *o_.certificate)
          .with_kind(ErrorKind::usage);
    }
    tls_ = tls.take();
    certificate_ = tls_->certificate().der();
    if (const auto file = o_.audit.value_or("-"); file != "none")
      audit_ = TRY(admit::AuditLog::open(file).with("--audit"));
    [[maybe_unused]] const auto grammar = aibom::prepare_validation();
    verdicts_.emplace(limits_.verdicts, [this] { return admit::make_registry_judge(context_); });
    const auto* tracing = session_.tracing();
    service_.emplace(
        admit::ServiceOptions{.deadline = limits_.deadline,
                              .audit = audit_.get(),
                              .tracer = tracing != nullptr ? &tracing->tracer() : nullptr},
        *verdicts_, session_.clock());
    service_->also_measure([this](admit::MetricsText& out) { measure(out); });
    service_->use(rules);
    watch_rules();
    TRY(listen());
    tell(*rules);
    return {};
  }

  void run() {
    auto next = Clock::now() + kAnyway;
    auto look_at_memory = Clock::now();
    while (!session_.cancel().cancelled()) {
      std::this_thread::sleep_for(kTick);
      if (tls_watch_.changed() || tls_pending_) reload_tls();
      if (Clock::now() >= look_at_memory) {
        if (resident_bytes() > kMuchMemory) give_memory_back();
        look_at_memory = Clock::now() + kMemoryTick;
      }
      const bool due = Clock::now() >= next;
      if (rule_files_.changed() || look_again_ || due) reload_rules();
      if (due) next = Clock::now() + kAnyway;
    }
    service_->leave();
    server_->leave();
    session_.say("stopping: not ready any more");
    std::this_thread::sleep_for(limits_.linger);
    server_->drain(kDrain);
    if (probes_) probes_->drain(std::chrono::seconds(1));
    session_.say("stopped");
  }

 private:
  // What was decided under the same rules goes on to hold.
  Result<std::shared_ptr<const admit::Rules>> load() {
    auto request = TRY(o_.judge.resolve(session_));
    auto gate = TRY(o_.gate.resolve(session_, request));
    if (!rules_ || !admit::judge_alike(rules_->request, request)) ++generation_;
    rules_ = std::make_shared<const admit::Rules>(
        admit::Rules{std::move(request), std::move(gate), generation_});
    return rules_;
  }

  // And those that the policy names, as far as it is known.
  std::vector<std::filesystem::path> files_of_rules() const {
    auto out =
        named({&o_.judge.policy.file, &o_.judge.trust.trusted_root, &o_.judge.trust.trust_config,
               &o_.judge.certificate_chain, &o_.gate.references, &o_.judge.rego.rules});
    if (rules_) {
      const auto& more = rules_->request.policies->named_files;
      out.insert(out.end(), more.begin(), more.end());
    }
    if (o_.judge.rego.rules) add_files_below(*o_.judge.rego.rules, out);
    return out;
  }

  // A file that changes while it is read is read again at the next look.
  void watch_rules() {
    auto files = files_of_rules();
    look_again_ = files != watched_;
    if (!look_again_) return;
    rule_files_ = admit::FileWatch(files);
    watched_ = std::move(files);
  }

  Result<void> listen() {
    const auto at = TRY(parse_listen("--listen", *o_.listen));
    server_ = TRY(http::Server::start(
        {.address = at.address,
         .port = at.port,
         .connections = limits_.connections,
         .connections_of_client = (limits_.connections + 1) / 2,
         .header_deadline = std::chrono::seconds(5),
         .body_deadline = std::chrono::seconds(10),
         .write_deadline = std::chrono::seconds(10),
         .tls = tls_},
        [this](const http::ServerRequest& request) { return answer(request); }));
    if (!o_.probe_listen) return {};
    const auto probes = TRY(parse_listen("--probe-listen", *o_.probe_listen));
    probes_ = TRY(http::Server::start(
        {.address = probes.address,
         .port = probes.port,
         .connections = kProbeConnections,
         .header_deadline = std::chrono::seconds(5),
         .body_deadline = std::chrono::seconds(5),
         .write_deadline = std::chrono::seconds(5)},
        [this](const http::ServerRequest& request) { return service_->answer_probe(request); }));
    return {};
  }

  http::ServerResponse answer(const http::ServerRequest& request) {
    if (!o_.client_names.empty() &&
        (!request.certificate || !is_allowed(*request.certificate, o_.client_names))) {
      ++strangers_;
      http::ServerResponse out;
      out.status = 403;
      out.content_type = "text/plain; charset=utf-8";
      out.body = "the client's certificate names nobody who may ask (--client-name)\n";
      return out;
    }
    return service_->answer(request);
  }

  void tell(const admit::Rules& rules) {
    const auto& policy = *rules.request.policies;
    policy_ = policy.digest;
    const auto at = parse_listen("--listen", *o_.listen);
    const auto host =
        at->address.find(':') == std::string::npos ? at->address : "[" + at->address + "]";
    session_.say(fmt::format("listening on https://{}:{}", host, server_->port()));
    if (probes_) session_.say(fmt::format("probes and metrics on port {}", probes_->port()));
    session_.say(fmt::format("policy {} {}", policy.name.empty() ? policy.file : policy.name,
                             policy.digest.text()));
  }

  void reload_rules() {
    look_again_ = false;
    auto rules = load();
    if (!rules) {
      ++rules_refused_;
      session_.warn("the policy and what belongs to it stay as they were: " + rules.error().text());
      return;
    }
    service_->use(*rules);
    ++rules_taken_;
    watch_rules();
    const auto& digest = (*rules)->request.policies->digest;
    if (std::exchange(policy_, digest) != digest)
      session_.say("policy read again: " + digest.text());
  }

  // A certificate may come a moment before its key.
  void reload_tls() {
    const auto files = tls_files(o_, session_);
    Result<void> replaced =
        files ? tls_->replace(*files, session_.clock().now()) : Result<void>(files.error());
    if (replaced) {
      tls_pending_ = false;
      auto shown = tls_->certificate().der();
      if (std::exchange(certificate_, shown) == shown) return;
      ++certificates_taken_;
      session_.say("certificate read again: valid until " + tls_->certificate().not_after().text());
      return;
    }
    if (!tls_pending_) {
      ++certificates_refused_;
      session_.warn("the certificate stays as it was: " + replaced.error().text());
    }
    tls_pending_ = true;
  }

  void measure(admit::MetricsText& out) const {
    const auto stats = server_->stats();
    const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
    out.single("mpk_connections", "gauge", "Open connections.", count(stats.open));
    out.single("mpk_connections_total", "counter", "Connections so far.", count(stats.accepted));
    out.describe("mpk_connections_closed_total", "counter",
                 "Connections that were closed here, by reason.");
    for (const auto& [reason, value] :
         {std::pair<const char*, std::uint64_t>{"all_busy", stats.refused},
          {"idle", stats.evicted},
          {"too_slow", stats.timed_out},
          {"handshake", stats.handshakes_failed},
          {"stranger", strangers_.load()}})
      out.value("mpk_connections_closed_total", {{"reason", reason}}, count(value));
    out.describe("mpk_reloads_total", "counter", "Files read again, by what and outcome.");
    for (const auto& [what, outcome, value] :
         {std::tuple<const char*, const char*, std::uint64_t>{"policy", "taken", rules_taken_},
          {"policy", "refused", rules_refused_},
          {"certificate", "taken", certificates_taken_},
          {"certificate", "refused", certificates_refused_}})
      out.value("mpk_reloads_total", {{"what", what}, {"outcome", outcome}}, count(value));
    out.single("mpk_certificate_expiry_seconds", "gauge",
               "Unix time at which the certificate ends.",
               static_cast<double>(tls_->certificate().not_after().seconds()));
    out.single("mpk_registry_requests_total", "counter", "Requests sent to registries.",
               count(session_.stats().requests));
    if (const auto* tracing = session_.tracing()) {
      out.single("mpk_spans_total", "counter", "Spans that ended.", count(tracing->counts().taken));
      out.single("mpk_spans_dropped_total", "counter", "Spans that no collector has.",
                 count(tracing->counts().dropped));
    }
    out.single("process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
    out.describe("mpk_build_info", "gauge", "The program's version.");
    out.value("mpk_build_info", {{"version", context_.mpk_version}}, 1);
  }

  const Options& o_;
  Session& session_;
  const ServeLimits::Read limits_;
  CancelToken stop_;
  flow::Context context_;
  std::shared_ptr<const admit::Rules> rules_;
  std::vector<std::filesystem::path> watched_;
  admit::FileWatch rule_files_, tls_watch_;
  bool look_again_ = false;
  std::uint64_t generation_ = 0;
  std::optional<Digest> policy_;  // that was told of
  Bytes certificate_;             // the same
  bool tls_pending_ = false;
  std::atomic<std::uint64_t> rules_taken_{0}, rules_refused_{0};
  std::atomic<std::uint64_t> certificates_taken_{0}, certificates_refused_{0}, strangers_{0};
  std::shared_ptr<crypto::TlsServer> tls_;
  std::unique_ptr<admit::AuditLog> audit_;
  std::optional<admit::Verdicts> verdicts_;
  std::optional<admit::Service> service_;
  std::unique_ptr<http::Server> server_, probes_;  // first to go
};

Result<int> run(const Options& o, Session& session) {
  TRY(check(o));
  keep_memory_small();
  const auto limits = TRY(o.limits.resolve());
  GateServer server(o, session, limits);
  TRY(server.start());
  server.run();
  return 0;
}

}  // namespace

Command admit_serve_command() {
  return {
      .summary = "Serve the gate to Kubernetes, Gatekeeper and others",
      .description =
          "Answers over TLS until SIGTERM or Ctrl-C: /validate and /mutate (AdmissionReview), "
          "/gatekeeper\n(ProviderRequest), /verify?reference=REF, /metrics, /healthz, /readyz. "
          "Policy, trusted root and\ncertificate are read again when their files change. Whatever "
          "goes wrong refuses, before the\ncaller's deadline. Each decision is a line of JSON on "
          "standard output.",
      .examples = {{"mpk admit serve --listen :8443 --tls-cert tls.crt --tls-key tls.key --policy "
                    "prod.yaml",
                    "as a webhook"},
                   {"mpk admit serve --listen 127.0.0.1:8443 --tls-cert tls.crt --tls-key tls.key "
                    "--policy prod.yaml --warn --audit audit.log",
                    "a trial: warnings instead of refusals"},
                   {"mpk admit serve --listen :8443 --tls-cert tls.crt --tls-key tls.key --policy "
                    "prod.yaml --client-ca ca.crt --probe-listen :8080",
                    "for callers with a certificate; probes come without one"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.option("--listen", "ADDRESS:PORT", o->listen, "Where to listen");
        set.option("--tls-cert", "FILE", o->certificate,
                   "Certificate of the server (PEM, then what leads to its root)", ValueKind::file);
        set.option("--tls-key", "FILE", o->key, "Its key (PEM)", ValueKind::file);
        set.option("--client-ca", "FILE", o->client_ca,
                   "Callers must show a certificate of one of these authorities (PEM)",
                   ValueKind::file);
        set.option("--client-name", "NAME", o->client_names,
                   "Only callers whose certificate has this name");
        set.option("--probe-listen", "ADDRESS:PORT", o->probe_listen,
                   "Answer /healthz, /readyz and /metrics there, too, without TLS");
        set.option("--audit", "FILE", o->audit,
                   "Write decisions there, - for standard output, none for nowhere (default: -)",
                   ValueKind::file);
        o->judge.add_to(set);
        o->gate.add_warn_to(set);
        o->gate.add_to(set);
        o->limits.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
