// Error: what went wrong, where, and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mpk {

/// The closed set of things that code may branch on. People read the message.
enum class ErrorKind {
  usage,         // the caller asked for something malformed or contradictory
  not_found,     // the named reference, blob or entry does not exist
  exists,        // something is already there and may not be replaced
  unauthorized,  // credentials are missing or were refused (401)
  denied,        // credentials are fine, the permission is not there (403)
  network,       // the other side could not be reached or broke off
  timeout,       // no answer, or no progress, in time
  malformed,     // input does not have the form that its specification asks for
  too_large,     // input is over a limit of base/limits.hpp
  mismatch,      // bytes, sizes or digests disagree
  untrusted,     // a signature, certificate or proof does not hold
  expired,       // something was valid once and is not at the time in question
  unsupported,   // well formed, but mpk does not do it
  io,            // the local system refused (disk full, permission, …)
  cancelled,     // interrupted by the user or by a sibling's failure
  internal,      // a bug in mpk
};

/// "not_found", "too_large", …
std::string_view to_string(ErrorKind kind);

/// A value; not thread-safe while being changed. Message form: lower case, no full stop, subject
/// first, then what was expected and found.
class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {})
      : kind_(kind), message_(std::move(message)), hint_(std::move(hint)) {}

  ErrorKind kind() const { return kind_; }
  /// The innermost message, without context.
  const std::string& message() const { return message_; }
  /// What to do; empty when there is nothing useful to say.
  const std::string& hint() const { return hint_; }
  /// Outermost first.
  const std::vector<std::string>& context() const { return context_; }

  /// Adds one link, at the level that knows the subject: `e.with("reading config.json")`.
  Error with(std::string context) &&;
  Error with_hint(std::string hint) &&;
  Error with_kind(ErrorKind kind) &&;

  /// "context: context: message" on one line, without the hint.
  std::string text() const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
  std::vector<std::string> context_;
};

}  // namespace mpk
