// Service: paths to answers, each before its deadline.
#include "admit/service.hpp"

#include "admit/audit_line.hpp"
#include "admit/limits.hpp"
#include "admit/provider.hpp"
#include "admit/reference_text.hpp"
#include "admit/review.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <map>
#include <mutex>
#include <optional>
#include <semaphore>
#include <utility>
#include <vector>

namespace mpk::admit {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = policy::Verdict::Outcome;

constexpr std::size_t kLargeBody = 256U << 10;  // its JSON takes ten times that
constexpr std::size_t kVerifyBody = 64U << 10;
constexpr std::chrono::hours kLongest{1};
constexpr std::chrono::milliseconds kMargin{250};  // the answer has a way to go
constexpr std::ptrdiff_t kMostSlots = 1024;

struct Path {
  std::string_view name;
  std::string_view method;
};
constexpr std::array<Path, 5> kPaths{{{"/validate", "POST"},
                                      {"/mutate", "POST"},
                                      {"/gatekeeper", "POST"},
                                      {"/gatekeeper/mutate", "POST"},
                                      {"/verify", ""}}};

http::ServerResponse text_answer(int status, std::string text) {
  http::ServerResponse out;
  out.status = status;
  out.content_type = "text/plain; charset=utf-8";
  out.body = std::move(text) + "\n";
  return out;
}

http::ServerResponse json_answer(int status, const Json& document) {
  http::ServerResponse out;
  out.status = status;
  out.body = json::compact(document);
  return out;
}

/// What was done, for the counters and the audit log.
struct Answer {
  http::ServerResponse response;
  std::string_view outcome = "invalid";
  std::optional<AuditLine> audit;  // nullopt: nothing was decided
};

Answer bad_request(const Error& error) {
  const int status = error.kind() == ErrorKind::too_large ? 413 : 400;
  return {json_answer(status, {{"kind", "Error"}, {"message", error.text()}}), "invalid", {}};
}

std::string_view word(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "allowed";
    case Outcome::refused:
      return "refused";
    default:
      return "undecided";
  }
}

std::string digest_text(const policy::Verdict& verdict) {
  return verdict.digest ? verdict.digest->text() : std::string();
}

std::optional<double> decimal(std::string_view text) {
  double out = 0;
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), out, std::chars_format::fixed);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

bool passed(const policy::Verdict& verdict) {
  return verdict.outcome() == Outcome::passed && verdict.digest;
}

}  // namespace

struct Service::Impl {
  Impl(ServiceOptions given, Verdicts& with, const mpk::Clock& now)
      : options(std::move(given)),
        verdicts(with),
        clock(now),
        large(std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(options.large_bodies), 1,
                                         kMostSlots)) {}

  struct Asking {
    const http::ServerRequest& request;
    std::shared_ptr<const Rules> rules;
    SteadyTime end;
  };

  // Room for a body, and a turn for a large one; given back at the end.
  class Room {
   public:
    explicit Room(Impl& service) : service_(service) {}
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;
    ~Room() {
      service_.reserved -= bytes_;
      if (large_) service_.large.release();
    }
    Result<void> grow(std::size_t bytes) {
      bytes_ += bytes;
      if (service_.reserved.fetch_add(bytes) + bytes <= service_.options.body_bytes) return {};
      return Error(ErrorKind::timeout, "too many bytes are being sent at once; try again");
    }
    Result<void> take_turn(SteadyTime end) {
      if (bytes_ <= kLargeBody || large_) return {};
      large_ = service_.large.try_acquire_until(end);
      if (large_) return {};
      return Error(ErrorKind::timeout, "too many large objects are sent at once; try again");
    }

   private:
    Impl& service_;
    std::size_t bytes_ = 0;
    bool large_ = false;
  };

  static Error over_cap(std::size_t cap) {
    return Error(ErrorKind::too_large, "the body is over " + std::to_string(cap) + " bytes");
  }

  static Result<std::string> body(const http::ServerRequest& request, Room& room, std::size_t cap) {
    std::string text;
    Result<void> fits;
    const auto announced = parse_u64(request.headers.get("Content-Length").value_or(""));
    bool over = announced && *announced > cap;
    if (over) return over_cap(cap);
    auto complete = request.read_body([&](BytesView bytes) {
      over = bytes.size() > cap - text.size();
      if (over) return false;
      fits = room.grow(bytes.size());
      if (fits) text.append(as_text(bytes));
      return fits.has_value();
    });
    if (over) return over_cap(cap);
    TRY(std::move(fits));
    TRY(std::move(complete));
    return text;
  }

  Result<std::shared_ptr<const policy::Verdict>> verdict_of(const oci::Reference& reference,
                                                            const Asking& asking) const {
    return Verdicts::wait(verdicts.ask(reference, asking.rules), asking.end);
  }

  AuditLine audit_line(std::string_view path, const http::ServerRequest& request) const {
    AuditLine out;
    out.text("time", Timestamp::from_milliseconds(clock.now().milliseconds()).text());
    out.text("path", path);
    out.text("client", request.client);
    return out;
  }

  Answer review(const Asking& asking, std::string_view path, bool pin) {
    Room room(*this);
    const auto text = body(asking.request, room, limits::kAdmissionReview);
    if (!text) return refuse_review("", text.error());
    if (auto turn = room.take_turn(asking.end); !turn)
      return refuse_review(error_uid(*text), turn.error());
    const auto parsed = read_review(*text);
    if (!parsed) return refuse_review(error_uid(*text), parsed.error());
    auto gate = asking.rules->gate;  // small
    gate.pin = pin;
    std::map<std::string, Verdicts::Asked> under_way;
    const auto response = judge_review(
        *parsed, gate, *asking.rules->request.policies,
        [&](const oci::Reference& reference) {
          return Verdicts::wait(under_way.at(reference.text()), asking.end);
        },
        [&](const oci::Reference& reference) {
          auto& asked = under_way[reference.text()];
          if (!asked.valid()) asked = verdicts.ask(reference, asking.rules);
        });
    Answer out{json_answer(200, to_json(response)), "refused", audit_line(path, asking.request)};
    if (response.allowed) out.outcome = response.warnings.empty() ? "allowed" : "warned";
    if (!response.allowed && response.code == 503) out.outcome = "undecided";
    note_review(*parsed, response, asking, out);
    return out;
  }

  static void note_review(const ReviewRequest& request, const ReviewResponse& response,
                          const Asking& asking, Answer& out) {
    auto& line = *out.audit;
    line.text("uid", printable(response.uid));
    line.text("operation", request.operation);
    line.text("group", printable(request.group, 253));
    line.text("kind", printable(request.kind, 253));
    line.text("namespace", printable(request.name_space, 253));
    line.text("name", printable(request.name, 253));
    line.text("user", printable(request.user, 253));
    line.flag("dryRun", request.dry_run);
    line.text("policy", asking.rules->request.policies->digest.text());
    std::vector<std::string> references;
    for (const auto& [key, value] : response.audit) references.push_back(printable(value));
    line.texts("references", references);
    if (!response.allowed)
      line.text("message", printable(response.message, limits::kMessageCharacters));
    if (!response.warnings.empty())
      line.number("warnings", static_cast<std::int64_t>(response.warnings.size()));
    if (!response.patches.empty())
      line.number("pinned", static_cast<std::int64_t>(response.patches.size()));
  }

  // The API server takes an answer for one only with status 200 and the uid.
  static Answer refuse_review(const std::string& uid, const Error& error) {
    const bool later = error.kind() == ErrorKind::timeout || error.kind() == ErrorKind::network;
    const ReviewResponse response{.uid = uid, .code = later ? 503 : 400, .message = error.text()};
    return {json_answer(200, to_json(response)), later ? "undecided" : "invalid", {}};
  }

  // A key: what stands in an image or a volume, as the kubelet reads it.
  Result<oci::Reference> reference_of(const std::string& key, bool pin, const Rules& rules) const {
    const auto none = [] { return Error(ErrorKind::malformed, "no reference to an artifact"); };
    const auto found =
        key.empty() ? std::nullopt : read_reference(FoundReference::Kind::agent, key);
    if (!found || found->reference.empty()) return none();
    auto reference = oci::Reference::parse(found->reference);
    if (!reference || reference->kind != oci::Reference::Kind::registry) return none();
    if (rules.request.policies->rule_for(reference->name()) == nullptr)
      return Error(ErrorKind::denied, "no rule of the policy is about it [no-rule]");
    if (!reference->digest && !pin && !rules.gate.insecure_allow_tags) {
      return Error(ErrorKind::denied,
                   "not pinned: a tag may name something else when it is pulled; name a digest "
                   "[tag-not-pinned]");
    }
    return reference;
  }

  Answer gatekeeper(const Asking& asking, std::string_view path, bool pin) {
    Room room(*this);
    const auto read = [&]() -> Result<std::vector<std::string>> {
      const auto text = TRY(body(asking.request, room, limits::kAdmissionReview));
      TRY(room.take_turn(asking.end));
      return read_provider_request(text);
    }();
    if (!read) {
      return {json_answer(400, provider_response({}, read.error().text())), "invalid", {}};
    }
    struct Item {
      std::string key;
      Result<Verdicts::Asked> asked;
    };
    std::vector<Item> items;
    for (const auto& key : *read) {
      auto reference = reference_of(key, pin, *asking.rules);
      if (!reference) {
        items.push_back({key, std::move(reference).error()});
      } else {
        items.push_back({key, verdicts.ask(*reference, asking.rules)});
      }
    }
    Answer out{{}, "allowed", audit_line(path, asking.request)};
    std::vector<ProviderItem> told;
    std::vector<std::string> references;
    for (const auto& item : items) {
      told.push_back(provider_item(item.key, item.asked, asking.end, pin, out.outcome));
      references.push_back(printable(item.key, 300) + ": " +
                           (told.back().error.empty() ? "passed" : printable(told.back().error)));
    }
    out.response = json_answer(200, provider_response(told, ""));
    out.audit->texts("references", references);
    out.audit->text("policy", asking.rules->request.policies->digest.text());
    return out;
  }

  static ProviderItem provider_item(const std::string& key, const Result<Verdicts::Asked>& asked,
                                    SteadyTime end, bool pin, std::string_view& outcome) {
    ProviderItem item{.key = key, .value = nullptr, .error = {}};
    const auto fail = [&](std::string_view as, std::string text) {
      if (outcome != "refused") outcome = as;
      item.error = std::move(text);
      return item;
    };
    if (!asked) return fail("refused", asked.error().text());
    const auto verdict = Verdicts::wait(*asked, end);
    if (!verdict) return fail("undecided", verdict.error().text());
    if (!passed(**verdict)) return fail(word((*verdict)->outcome()), reason_of(**verdict));
    const auto digest = digest_text(**verdict);
    if (pin) {
      item.value = key.find('@') == std::string::npos ? key + "@" + digest : key;
    } else {
      item.value = {{"verdict", "passed"}, {"digest", digest}};
    }
    return item;
  }

  Answer verify(const Asking& asking) {
    const auto read = [&]() -> Result<oci::Reference> {
      auto text = asking.request.parameter("reference");
      if (asking.request.method == "POST") {
        Room room(*this);
        const auto posted = TRY(body(asking.request, room, kVerifyBody));
        const auto document = TRY(json::parse(posted));
        const json::Field root(document);
        TRY(root.only({"reference"}));
        text = TRY(root.string("reference"));
      }
      if (!text) return Error(ErrorKind::usage, "`reference` is missing");
      auto reference = TRY(oci::Reference::parse(*text));
      if (reference.kind != oci::Reference::Kind::registry || reference.target().empty()) {
        return Error(ErrorKind::usage,
                     printable(*text, 300) + ": expected HOST/REPOSITORY with a digest or a tag");
      }
      return reference;
    }();
    if (!read) return bad_request(read.error());
    Answer out{{}, "undecided", audit_line("/verify", asking.request)};
    out.audit->text("policy", asking.rules->request.policies->digest.text());
    const auto verdict = verdict_of(*read, asking);
    if (!verdict) {
      out.response = json_answer(503, {{"kind", "Error"}, {"message", verdict.error().text()}});
      out.audit->texts("references",
                       {printable(printable(read->text(), 300) + ": " + verdict.error().text())});
      return out;
    }
    const bool good = passed(**verdict);
    out.outcome = word((*verdict)->outcome());
    out.response = json_answer(good                                          ? 200
                               : (*verdict)->outcome() == Outcome::undecided ? 503
                                                                             : 403,
                               to_json(**verdict));
    out.audit->texts(
        "references",
        {printable(printable(read->text(), 300) + ": " +
                   (good ? "passed " + digest_text(**verdict) : reason_of(**verdict)))});
    return out;
  }

  std::shared_ptr<const Rules> rules() const {
    const std::scoped_lock lock(rules_mutex);
    return current;
  }

  Answer dispatch(const http::ServerRequest& request, std::string_view path) {
    const auto used = rules();
    auto limit = options.deadline;
    if (const auto given = request.parameter("timeout")) {
      auto parsed = parse_timeout(*given);
      if (!parsed) return bad_request(parsed.error());
      limit = *parsed;
    }
    const auto end = request.arrived + limit - std::min(kMargin, limit / 5);
    if (!used) {
      return {json_answer(503, {{"kind", "Error"}, {"message", "no policy is loaded yet"}}),
              "undecided",
              {}};
    }
    const Asking asking{request, used, end};
    if (path == "/validate") return review(asking, path, used->gate.pin);
    if (path == "/mutate") return review(asking, path, true);
    if (path == "/verify") return verify(asking);
    return gatekeeper(asking, path, path == "/gatekeeper/mutate");
  }

  http::ServerResponse metrics() {
    MetricsText out;
    out.describe("mpk_admit_requests_total", "counter", "Answers by path and outcome.");
    for (std::size_t i = 0; i < kPaths.size(); ++i)
      answers[i].write_counts(out, "mpk_admit_requests_total", kPaths[i].name);
    out.describe("mpk_admit_request_seconds", "histogram", "Time from a request's first byte.");
    for (std::size_t i = 0; i < kPaths.size(); ++i)
      answers[i].write_times(out, "mpk_admit_request_seconds", kPaths[i].name);
    const auto& counts = verdicts.counts();
    const auto add = [&](std::string_view name, std::string_view type, std::string_view help,
                         double value) {
      out.describe(name, type, help);
      out.value(name, {}, value);
    };
    out.describe("mpk_verdicts_total", "counter", "Verdicts made, by outcome.");
    out.value("mpk_verdicts_total", {{"outcome", "passed"}}, static_cast<double>(counts.passed));
    out.value("mpk_verdicts_total", {{"outcome", "refused"}}, static_cast<double>(counts.refused));
    out.value("mpk_verdicts_total", {{"outcome", "undecided"}},
              static_cast<double>(counts.undecided));
    out.value("mpk_verdicts_total", {{"outcome", "error"}}, static_cast<double>(counts.failed));
    add("mpk_verdict_seconds_total", "counter", "Time that making them took.",
        static_cast<double>(counts.microseconds) / 1e6);
    out.describe("mpk_verdict_questions_total", "counter",
                 "References asked for, by where the verdict came from.");
    out.value("mpk_verdict_questions_total", {{"from", "memory"}},
              static_cast<double>(counts.remembered));
    out.value("mpk_verdict_questions_total", {{"from", "under_way"}},
              static_cast<double>(counts.joined));
    out.value("mpk_verdict_questions_total", {{"from", "registry"}},
              static_cast<double>(counts.started));
    out.value("mpk_verdict_questions_total", {{"from", "turned_away"}},
              static_cast<double>(counts.turned_away));
    add("mpk_verdicts_under_way", "gauge", "Verdicts being made or waiting for their turn.",
        static_cast<double>(verdicts.under_way()));
    add("mpk_verdicts_remembered", "gauge", "Verdicts in memory.",
        static_cast<double>(verdicts.size()));
    add("mpk_body_bytes", "gauge", "Bytes of request bodies in memory.",
        static_cast<double>(reserved));
    if (options.audit != nullptr) {
      add("mpk_audit_lost_total", "counter", "Lines of the audit log that could not be written.",
          static_cast<double>(options.audit->lost()));
    }
    if (const auto used = rules()) {
      out.describe("mpk_policy_info", "gauge", "The policy in use.");
      out.value("mpk_policy_info",
                {{"name", used->request.policies->name},
                 {"digest", used->request.policies->digest.text()}},
                1);
    }
    for (const auto& more : also) more(out);
    auto answer = text_answer(200, out.text());
    answer.body.pop_back();
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return answer;
  }

  const ServiceOptions options;
  Verdicts& verdicts;
  const mpk::Clock& clock;
  mutable std::mutex rules_mutex;
  std::shared_ptr<const Rules> current;
  std::atomic<bool> leaving{false};
  std::atomic<std::size_t> reserved{0};
  std::counting_semaphore<kMostSlots> large;
  std::array<Answers, kPaths.size()> answers;
  std::vector<std::function<void(MetricsText&)>> also;
};

Service::Service(ServiceOptions options, Verdicts& verdicts, const mpk::Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), verdicts, clock)) {}
Service::~Service() = default;

void Service::use(std::shared_ptr<const Rules> rules) {
  const std::scoped_lock lock(impl_->rules_mutex);
  impl_->current = std::move(rules);
}

void Service::leave() { impl_->leaving = true; }

void Service::also_measure(std::function<void(MetricsText& out)> write) {
  impl_->also.push_back(std::move(write));
}

http::ServerResponse Service::answer_probe(const http::ServerRequest& request) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && (request.path == "/healthz" || request.path == "/livez"))
    return text_answer(200, "ok");
  if (reads && request.path == "/readyz") {
    if (impl_->leaving) return text_answer(503, "being stopped");
    return impl_->rules() ? text_answer(200, "ok") : text_answer(503, "no policy is loaded yet");
  }
  if (reads && request.path == "/metrics") return impl_->metrics();
  return text_answer(404, "not found: " + printable(request.path, 200));
}

http::ServerResponse Service::answer(const http::ServerRequest& request) {
  const auto path = std::ranges::find(kPaths, request.path, &Path::name);
  if (path == kPaths.end()) return answer_probe(request);
  const bool verify = path->name == "/verify";
  const bool fits =
      verify ? request.method == "GET" || request.method == "POST" : request.method == path->method;
  if (!fits) {
    auto out = text_answer(405, "expected " + std::string(verify ? "GET or POST" : "POST"));
    out.headers.set("Allow", verify ? "GET, POST" : "POST");
    return out;
  }
  auto answer = impl_->dispatch(request, path->name);
  const std::chrono::duration<double> time = Clock::now() - request.arrived;
  impl_->answers[static_cast<std::size_t>(path - kPaths.begin())].count(answer.outcome,
                                                                        time.count());
  if (impl_->options.audit != nullptr && answer.audit) {
    answer.audit->text("outcome", answer.outcome);
    answer.audit->number("milliseconds", std::llround(time.count() * 1000));
    impl_->options.audit->write(std::move(*answer.audit).take());
  }
  return std::move(answer.response);
}

Result<std::chrono::milliseconds> parse_timeout(std::string_view text) {
  const auto wrong = [&] {
    return Error(ErrorKind::malformed, "timeout \"" + printable(text, 40) + "\": expected a time",
                 "for example 10s, 500ms or 1m30s");
  };
  double total = 0;
  auto rest = text;
  if (rest.empty()) return wrong();
  while (!rest.empty()) {
    const auto digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
    const auto number = decimal(rest.substr(0, digits));
    rest.remove_prefix(digits);
    double unit = 0;
    for (const auto& [name, milliseconds] : {std::pair<std::string_view, double>{"ms", 1},
                                             {"h", 3'600'000},
                                             {"m", 60'000},
                                             {"s", 1000}}) {
      if (!rest.starts_with(name)) continue;
      unit = milliseconds;
      rest.remove_prefix(name.size());
      break;
    }
    if (!number || unit == 0) return wrong();
    total += *number * unit;
    if (total > std::chrono::duration<double, std::milli>(kLongest).count()) return wrong();
  }
  if (total < 1) return wrong();
  return std::chrono::milliseconds(static_cast<std::int64_t>(total));
}

}  // namespace mpk::admit
