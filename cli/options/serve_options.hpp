// Where `admit serve` listens, and its limits.
#pragma once

#include "admit/service.hpp"
#include "admit/verdicts.hpp"
#include "base/result.hpp"
#include "http/server.hpp"
#include "option_set.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::cli {

struct ListenAddress {
  std::string address;  // of an interface; "::": all of them
  std::uint16_t port = 0;
};

/// "127.0.0.1:8443", "[::1]:8443", ":8443" (every interface). usage: another form; `flag` is named.
Result<ListenAddress> parse_listen(std::string_view flag, std::string_view text);

struct ServeLimits {
  std::optional<std::string> deadline, connections, workers, cache_for, linger;

  void add_to(OptionSet& set);

  struct Read {
    std::chrono::milliseconds deadline{2500}, linger{3000};
    std::size_t connections = 512;
    admit::VerdictsOptions verdicts;
  };
  /// usage: no number, no time, or out of range.
  Result<Read> resolve() const;
};

}  // namespace mpk::cli
