// Service: paths to answers, each before its deadline.
#include "admit/service.hpp"

#include "admit/limits.hpp"
#include "admit/provider.hpp"
#include "admit/reference_text.hpp"
#include "admit/review.hpp"
#include "admit/spans.hpp"
#include "base/duration.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "json/write.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
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
constexpr std::chrono::milliseconds kMargin{250};  // the answer has a way to go
constexpr const char* kNoPolicy = "no policy is loaded yet";
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

http::ServerResponse json_answer(int status, std::string text) {
  http::ServerResponse out;
  out.status = status;
  out.body = std::move(text);
  return out;
}

/// What was done, for the counters and the audit log.
struct Answer {
  http::ServerResponse response;
  std::string_view outcome = "invalid";
  std::optional<json::Writer> audit;  // of an open object; nullopt: nothing was decided
};

http::ServerResponse error_answer(int status, const std::string& message) {
  return json_answer(status, json::compact({{"kind", "Error"}, {"message", message}}));
}

Answer bad_request(const Error& error) {
  const int status = error.kind() == ErrorKind::too_large ? 413 : 400;
  return {error_answer(status, error.text()), "invalid", {}};
}

std::string_view word(Outcome outcome) {
  return outcome == Outcome::passed ? "allowed" : to_string(outcome);
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
    trace::Span& span;

    /// Those of the rules; of `own` a copy, where they are to pin.
    const GateOptions& gate(bool pin, std::optional<GateOptions>& own) const {
      if (!pin) return rules->gate;
      own = rules->gate;
      own->pin = true;
      return *own;
    }
  };

  /// A reference on its way to a verdict.
  struct Question {
    Verdicts::Asked asked;
    trace::Span span;

    Result<Verdicts::Shared> wait(SteadyTime end) {
      auto verdict = Verdicts::wait(asked, end);
      note_verdict(verdict, span);
      span.end();
      return verdict;
    }
  };

  Question ask(const Asking& asking, const oci::Reference& reference) {
    Question out{{}, reference_span(asking.span, reference)};
    out.asked = verdicts.ask(reference, asking.rules, &out.span);
    return out;
  }

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

  json::Writer audit_line(const Asking& asking) const {
    json::Writer out;
    out.open_object();
    out.text("time", Timestamp::from_milliseconds(clock.now().milliseconds()).text());
    out.text("path", asking.request.path);
    out.text("client", asking.request.client);
    out.text("policy", asking.rules->request.policies->digest.text());
    return out;
  }

  Answer review(const Asking& asking, bool pin) {
    Room room(*this);
    const auto text = body(asking.request, room, limits::kAdmissionReview);
    if (!text) return refuse_review("", text.error());
    if (auto turn = room.take_turn(asking.end); !turn)
      return refuse_review(error_uid(*text), turn.error());
    const auto parsed = read_review(*text);
    if (!parsed) return refuse_review(error_uid(*text), parsed.error());
    std::optional<GateOptions> pinning;
    const auto& gate = asking.gate(pin, pinning);
    std::map<std::string, Question> under_way;
    const auto response = judge_review(
        *parsed, gate, *asking.rules->request.policies,
        [&](const oci::Reference& reference) {
          return under_way.at(reference.text()).wait(asking.end);
        },
        [&](const oci::Reference& reference) {
          auto& question = under_way[reference.text()];
          if (!question.asked.valid()) question = ask(asking, reference);
        });
    Answer out{json_answer(200, answer_text(response)), "refused", audit_line(asking)};
    if (response.allowed) out.outcome = response.warnings.empty() ? "allowed" : "warned";
    if (!response.allowed && response.code == kUnavailable) out.outcome = "undecided";
    note_review(*parsed, response, *out.audit);
    admit::note_review(*parsed, response, asking.span);
    return out;
  }

  static void note_review(const ReviewRequest& request, const ReviewResponse& response,
                          json::Writer& line) {
    line.text("uid", printable(response.uid));
    line.text("operation", request.operation);
    line.text("group", printable(request.group, 253));
    line.text("kind", printable(request.kind, 253));
    line.text("namespace", printable(request.name_space, 253));
    line.text("name", printable(request.name, 253));
    line.text("user", printable(request.user, 253));
    line.flag("dryRun", request.dry_run);
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
    const ReviewResponse response{
        .uid = uid, .code = later ? kUnavailable : kBadRequest, .message = error.text()};
    return {json_answer(200, answer_text(response)), later ? "undecided" : "invalid", {}};
  }

  // A key: what stands in an image or a volume, as the kubelet reads it.
  static Result<oci::Reference> reference_of(const std::string& key, const GateOptions& gate,
                                             const policy::PolicyFile& policy) {
    const auto none = [] { return Error(ErrorKind::malformed, "no reference to an artifact"); };
    const auto found =
        key.empty() ? std::nullopt : read_reference(FoundReference::Kind::agent, key);
    if (!found || !found->reference) return none();
    if (const auto objection = objection_to(*found->reference, gate, policy))
      return Error(ErrorKind::denied, objection->with_code());
    return *found->reference;
  }

  Answer gatekeeper(const Asking& asking, bool pin) {
    Room room(*this);
    const auto read = [&]() -> Result<std::vector<std::string>> {
      const auto text = TRY(body(asking.request, room, limits::kAdmissionReview));
      TRY(room.take_turn(asking.end));
      return read_provider_request(text);
    }();
    if (!read) {
      return {json_answer(400, json::compact(provider_response({}, read.error().text()))),
              "invalid",
              {}};
    }
    struct Item {
      std::string key;
      Result<Question> question;
    };
    std::vector<Item> items;
    std::optional<GateOptions> pinning;
    const auto& gate = asking.gate(pin, pinning);
    for (const auto& key : *read) {
      auto reference = reference_of(key, gate, *asking.rules->request.policies);
      if (!reference) {
        items.push_back({key, std::move(reference).error()});
      } else {
        items.push_back({key, ask(asking, *reference)});
      }
    }
    Answer out{{}, "allowed", audit_line(asking)};
    std::vector<ProviderItem> told;
    std::vector<std::string> references;
    for (auto& item : items) {
      told.push_back(provider_item(item.key, item.question, asking.end, pin, out.outcome));
      references.push_back(printable(item.key, 300) + ": " +
                           (told.back().error.empty() ? "passed" : printable(told.back().error)));
    }
    out.response = json_answer(200, json::compact(provider_response(told, "")));
    out.audit->texts("references", references);
    return out;
  }

  static ProviderItem provider_item(const std::string& key, Result<Question>& question,
                                    SteadyTime end, bool pin, std::string_view& outcome) {
    ProviderItem item{.key = key, .value = nullptr, .error = {}};
    const auto fail = [&](std::string_view as, std::string text) {
      if (outcome != "refused") outcome = as;
      item.error = std::move(text);
      return item;
    };
    if (!question) return fail("refused", question.error().text());
    const auto verdict = question->wait(end);
    if (!verdict) return fail("undecided", verdict.error().text());
    if (!admits(**verdict)) return fail(word((*verdict)->outcome()), reason_of(**verdict));
    const auto digest = (*verdict)->digest->text();
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
    Answer out{{}, "undecided", audit_line(asking)};
    const auto verdict = ask(asking, *read).wait(asking.end);
    if (!verdict) {
      out.response = error_answer(kUnavailable, verdict.error().text());
      out.audit->texts("references",
                       {printable(printable(read->text(), 300) + ": " + verdict.error().text())});
      return out;
    }
    const bool good = admits(**verdict);
    out.outcome = word((*verdict)->outcome());
    const int refusal = (*verdict)->outcome() == Outcome::undecided ? kUnavailable : kForbidden;
    out.response = json_answer(good ? 200 : refusal, json::compact(to_json(**verdict)));
    out.audit->texts(
        "references",
        {printable(printable(read->text(), 300) + ": " +
                   (good ? "passed " + (*verdict)->digest->text() : reason_of(**verdict)))});
    return out;
  }

  std::shared_ptr<const Rules> rules() const {
    const std::scoped_lock lock(rules_mutex);
    return current;
  }

  Answer dispatch(const http::ServerRequest& request, std::string_view path, trace::Span& span) {
    const auto used = rules();
    auto limit = options.deadline;
    if (const auto given = request.parameter("timeout")) {
      auto parsed = parse_timeout(*given);
      if (!parsed) return bad_request(parsed.error());
      limit = *parsed;
    }
    const auto end = request.arrived + limit - std::min(kMargin, limit / 5);
    if (!used) {
      return {error_answer(kUnavailable, kNoPolicy), "undecided", {}};
    }
    const Asking asking{request, used, end, span};
    if (path == "/verify") return verify(asking);
    if (path == "/validate" || path == "/mutate") return review(asking, path == "/mutate");
    return gatekeeper(asking, path == "/gatekeeper/mutate");
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
    const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
    out.describe("mpk_verdicts_total", "counter", "Verdicts made, by outcome.");
    for (const auto& [outcome, count] :
         {std::pair<const char*, std::uint64_t>{"passed", counts.passed},
          {"refused", counts.refused},
          {"undecided", counts.undecided},
          {"error", counts.failed}})
      out.value("mpk_verdicts_total", {{"outcome", outcome}}, number(count));
    out.single("mpk_verdict_seconds_total", "counter", "Time that making them took.",
               number(counts.microseconds) / 1e6);
    out.describe("mpk_verdict_questions_total", "counter",
                 "References asked for, by where the verdict came from.");
    for (const auto& [from, count] :
         {std::pair<const char*, std::uint64_t>{"memory", counts.remembered},
          {"under_way", counts.joined},
          {"registry", counts.started},
          {"turned_away", counts.turned_away}})
      out.value("mpk_verdict_questions_total", {{"from", from}}, number(count));
    out.single("mpk_verdicts_under_way", "gauge", "Verdicts being made or waiting for their turn.",
               number(verdicts.under_way()));
    out.single("mpk_verdicts_remembered", "gauge", "Verdicts in memory.", number(verdicts.size()));
    out.single("mpk_body_bytes", "gauge", "Bytes of request bodies in memory.", number(reserved));
    if (options.audit != nullptr) {
      out.single("mpk_audit_lost_total", "counter",
                 "Lines of the audit log that could not be written.",
                 number(options.audit->lost()));
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
    if (impl_->leaving) return text_answer(kUnavailable, "being stopped");
    return impl_->rules() ? text_answer(200, "ok") : text_answer(kUnavailable, kNoPolicy);
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
  auto span = request_span(impl_->options.tracer, request, path->name);
  auto answer = impl_->dispatch(request, path->name, span);
  note_answer(answer.response.status, answer.outcome, span);
  const std::chrono::duration<double> time = Clock::now() - request.arrived;
  impl_->answers[static_cast<std::size_t>(path - kPaths.begin())].count(answer.outcome,
                                                                        time.count());
  if (impl_->options.audit != nullptr && answer.audit) {
    if (const auto traced = span.context(); traced.valid())
      answer.audit->text("traceId", hex_encode(traced.trace_id));
    answer.audit->text("outcome", answer.outcome);
    answer.audit->number("milliseconds", std::llround(time.count() * 1000));
    answer.audit->close_object();
    impl_->options.audit->write(std::move(*answer.audit).take());
  }
  return std::move(answer.response);
}

}  // namespace mpk::admit
