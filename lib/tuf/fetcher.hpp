// Fetcher: files of a repository by their names; over HTTP in the program, from memory in tests.
#pragma once

#include "base/result.hpp"
#include "base/url.hpp"
#include "http/transport.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace mpk::tuf {

class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// `path` is relative to the repository and percent-encoded already. nullopt: there is no such
  /// file. network, timeout, cancelled; too_large: over `cap` bytes.
  virtual Result<std::optional<std::string>> fetch(const std::string& path, std::size_t cap) = 0;
};

/// Below `base`, with or without a '/' at its end. 404 and 403 (what object stores say of a file
/// that is not there) are nullopt; any other status but 200 is network. `transport` must outlive
/// it.
std::unique_ptr<Fetcher> make_http_fetcher(http::Transport& transport, Url base);

}  // namespace mpk::tuf
