// OpenTelemetry's variables: SDK configuration, and that of the OTLP exporter.
#include "trace/options.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace mpk::trace {
namespace {

constexpr std::size_t kPairs = 128;
constexpr std::size_t kListBytes = 64U << 10;
constexpr std::uint64_t kMostMilliseconds = 3'600'000;
constexpr std::uint64_t kMostSpans = 65'536;  // of some KiB each at worst

// RFC 9110 §5.6.2
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

/// "key=value,key=value" as in W3C Baggage, without properties; nullopt: something else.
std::optional<std::vector<std::pair<std::string, std::string>>> read_pairs(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  if (text.size() > kListBytes) return std::nullopt;
  for (const auto part : split(text, ',')) {
    if (trim(part).empty()) continue;
    const auto at = part.find('=');
    if (at == std::string_view::npos || out.size() >= kPairs) return std::nullopt;
    const auto key = trim(part.substr(0, at));
    auto value = percent_decode(trim(part.substr(at + 1)));
    if (!is_token(key) || !value) return std::nullopt;
    out.emplace_back(key, value.take());
  }
  return out;
}

class Reading {
 public:
  explicit Reading(const Env& env) : env_(env) {}

  ReadOptions run() {
    if (!find_endpoint() || is_disabled() || !exports_otlp() || !read_endpoint())
      return take(false);
    check_protocol();
    read_headers();
    options_.timeout = milliseconds(of_signal("TIMEOUT"), options_.timeout);
    options_.authorities = env_.get(of_signal("CERTIFICATE")).value_or("");
    options_.certificate = env_.get(of_signal("CLIENT_CERTIFICATE")).value_or("");
    options_.key = env_.get(of_signal("CLIENT_KEY")).value_or("");
    if (options_.certificate.empty() != options_.key.empty()) {
      warn(
          "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and _CLIENT_KEY belong together; neither is used");
      options_.certificate.clear();
      options_.key.clear();
    }
    read_sampler();
    options_.delay = milliseconds("OTEL_BSP_SCHEDULE_DELAY", options_.delay);
    options_.queue = count("OTEL_BSP_MAX_QUEUE_SIZE", options_.queue);
    options_.batch =
        std::min(count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", options_.batch), options_.queue);
    read_resource();
    return take(true);
  }

 private:
  ReadOptions take(bool wanted) {
    ReadOptions out;
    out.warnings = std::move(warnings_);
    if (wanted) out.options = std::move(options_);
    return out;
  }

  void warn(std::string text) { warnings_.push_back("traces: " + std::move(text)); }
  void ignored(const std::string& name, const std::string& value, const std::string& expected) {
    warn(name + "=" + printable(value, 60) + " is ignored: expected " + expected);
  }

  /// The variable of traces, or that of all signals, whichever is set.
  std::string of_signal(const std::string& what) const {
    const auto own = "OTEL_EXPORTER_OTLP_TRACES_" + what;
    return env_.get(own) ? own : "OTEL_EXPORTER_OTLP_" + what;
  }

  bool find_endpoint() {
    endpoint_ = of_signal("ENDPOINT");
    return env_.get(endpoint_).has_value();
  }

  bool is_disabled() {
    const auto value = env_.get("OTEL_SDK_DISABLED").value_or("false");
    if (iequals_ascii(value, "true")) return true;
    if (!iequals_ascii(value, "false")) ignored("OTEL_SDK_DISABLED", value, "true or false");
    return false;
  }

  bool exports_otlp() {
    const auto value = env_.get("OTEL_TRACES_EXPORTER").value_or("otlp");
    if (value == "none") return false;
    if (value != "otlp") ignored("OTEL_TRACES_EXPORTER", value, "otlp or none");
    return true;
  }

  bool read_endpoint() {
    auto url = Url::parse(*env_.get(endpoint_));
    if (!url) {
      // Whatever it is, there may be a password in it.
      warn(endpoint_ + " is no http or https URL; nothing is sent");
      return false;
    }
    if (!url->userinfo.empty())
      warn(endpoint_ + ": user and password are not sent; OTEL_EXPORTER_OTLP_HEADERS is for them");
    options_.endpoint = url.take();
    if (endpoint_ == "OTEL_EXPORTER_OTLP_ENDPOINT") {
      auto& path = options_.endpoint.path;
      path += path.ends_with('/') ? "v1/traces" : "/v1/traces";
    }
    return true;
  }

  void check_protocol() {
    const auto name = of_signal("PROTOCOL");
    const auto value = env_.get(name).value_or("http/json");
    if (value == "http/json") return;
    ignored(name, value, "http/json, which is what is sent");
  }

  void read_headers() {
    const auto name = of_signal("HEADERS");
    const auto value = env_.get(name);
    if (!value) return;
    const auto pairs = read_pairs(*value);
    if (!pairs) return warn(name + " is ignored: expected key=value,key=value");
    for (const auto& [key, text] : *pairs) {
      if (is_field_value(text)) {
        options_.headers.set(key, text);
      } else {
        warn(fmt::format("{}: {} is ignored: a value with control characters", name, key));
      }
    }
  }

  std::uint64_t number(const std::string& name, std::uint64_t most, std::uint64_t otherwise) {
    const auto value = env_.get(name);
    if (!value) return otherwise;
    const auto parsed = parse_u64(trim(*value));
    if (parsed && *parsed > 0 && *parsed <= most) return *parsed;
    ignored(name, *value, "a number from 1 to " + std::to_string(most));
    return otherwise;
  }
  std::chrono::milliseconds milliseconds(const std::string& name,
                                         std::chrono::milliseconds otherwise) {
    const auto most = static_cast<std::uint64_t>(otherwise.count());
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(number(name, kMostMilliseconds, most)));
  }
  std::size_t count(const std::string& name, std::size_t otherwise) {
    return number(name, kMostSpans, otherwise);
  }

  void read_sampler() {
    struct Row {
      std::string_view name;
      bool parent_based;
      double ratio;
      bool argument;
    };
    static constexpr std::array<Row, 6> kSamplers{{{"always_on", false, 1, false},
                                                   {"always_off", false, 0, false},
                                                   {"traceidratio", false, 1, true},
                                                   {"parentbased_always_on", true, 1, false},
                                                   {"parentbased_always_off", true, 0, false},
                                                   {"parentbased_traceidratio", true, 1, true}}};
    const auto name = env_.get("OTEL_TRACES_SAMPLER");
    if (!name) return;
    const auto row = std::ranges::find(kSamplers, *name, &Row::name);
    if (row == kSamplers.end()) {
      return ignored("OTEL_TRACES_SAMPLER", *name,
                     "always_on, always_off, traceidratio, or one of them behind parentbased_");
    }
    options_.sampler = {.ratio = row->ratio, .parent_based = row->parent_based};
    const auto argument = env_.get("OTEL_TRACES_SAMPLER_ARG");
    if (!row->argument || !argument) return;
    char* end = nullptr;
    const double ratio = std::strtod(argument->c_str(), &end);
    if (end == argument->c_str() + argument->size() && ratio >= 0 && ratio <= 1) {
      options_.sampler.ratio = ratio;
    } else {
      ignored("OTEL_TRACES_SAMPLER_ARG", *argument, "a number from 0 to 1");
    }
  }

  void read_resource() {
    if (const auto value = env_.get("OTEL_RESOURCE_ATTRIBUTES")) {
      const auto pairs = read_pairs(*value);
      if (!pairs) {
        // The specification: in case of any error all of it is discarded.
        warn("OTEL_RESOURCE_ATTRIBUTES is ignored: expected key=value,key=value");
      } else {
        for (const auto& [key, text] : *pairs) {
          if (key == "service.name") {
            options_.service = printable(text, kText);
          } else {
            add(key, text);
          }
        }
      }
    }
    if (const auto name = env_.get("OTEL_SERVICE_NAME")) options_.service = printable(*name, kText);
  }

  // The last of a key counts.
  void add(const std::string& key, const std::string& text) {
    std::erase_if(options_.resource, [&](const auto& each) { return each.first == key; });
    options_.resource.emplace_back(key, printable(text, kText));
  }

  const Env& env_;
  std::string endpoint_;  // the variable's name
  Options options_;
  std::vector<std::string> warnings_;
};

}  // namespace

ReadOptions read_options(const Env& env) { return Reading(env).run(); }

}  // namespace mpk::trace
