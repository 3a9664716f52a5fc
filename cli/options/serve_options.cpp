// Where `admit serve` listens, and its limits.
#include "options/serve_options.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <fmt/core.h>

namespace mpk::cli {
namespace {

Result<std::size_t> number(std::string_view flag, const std::string& text, std::size_t least,
                           std::size_t most) {
  const auto parsed = parse_u64(text);
  if (!parsed || *parsed < least || *parsed > most) {
    return Error(ErrorKind::usage,
                 fmt::format("{} {}: expected {} to {}", flag, printable(text, 20), least, most));
  }
  return static_cast<std::size_t>(*parsed);
}

Result<std::chrono::milliseconds> time(std::string_view flag, const std::string& text, bool zero) {
  if (zero && text == "0") return std::chrono::milliseconds(0);
  auto parsed = parse_timeout(text);
  if (!parsed) {
    return Error(ErrorKind::usage,
                 fmt::format("{} {}: expected a time{}", flag, printable(text, 20),
                             zero ? ", or 0 for none" : ""),
                 "for example 500ms, 3s or 1m30s");
  }
  return parsed;
}

}  // namespace

Result<ListenAddress> parse_listen(std::string_view flag, std::string_view text) {
  const auto wrong = [&] {
    return Error(ErrorKind::usage,
                 std::string(flag) + " " + printable(text, 80) + ": expected ADDRESS:PORT",
                 "for example 127.0.0.1:8443, or :8443 for every interface");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  const auto port = parse_u64(text.substr(colon + 1));
  if (!port || *port > 65'535) return wrong();
  auto address = text.substr(0, colon);
  if (address.starts_with('[') != address.ends_with(']')) return wrong();
  if (address.starts_with('[')) {
    address = address.substr(1, address.size() - 2);
  } else if (address.find(':') != std::string_view::npos) {
    return wrong();  // of IPv6 it would not be clear where the port begins
  }
  return ListenAddress{address.empty() ? "::" : std::string(address),
                       static_cast<std::uint16_t>(*port)};
}

void ServeLimits::add_to(OptionSet& set) {
  set.option("--deadline", "TIME", deadline,
             "Answer within it when the caller names no time (default: 2500ms)");
  set.option("--cache-for", "TIME", cache_for,
             "Remember a verdict that passed so long, 0 for not at all (default: 1m)");
  set.option("--workers", "N", workers, "Verdicts made at a time (default: 16)");
  set.option("--connections", "N", connections, "Connections at a time (default: 512)");
  set.option("--linger", "TIME", linger,
             "Serve so long after SIGTERM, not ready any more (default: 3s)");
}

Result<ServeLimits::Read> ServeLimits::resolve() const {
  Read out;
  if (deadline) out.deadline = TRY(time("--deadline", *deadline, false));
  if (linger) out.linger = TRY(time("--linger", *linger, true));
  if (connections) out.connections = TRY(number("--connections", *connections, 1, 10'000));
  if (workers) out.verdicts.workers = TRY(number("--workers", *workers, 1, 256));
  if (cache_for) {
    out.verdicts.passed_for = TRY(time("--cache-for", *cache_for, true));
    out.verdicts.refused_for = std::min(out.verdicts.refused_for, out.verdicts.passed_for);
  }
  return out;
}

}  // namespace mpk::cli
