// Requests that carry a secret, or whose answers are one.
#pragma once

#include "base/result.hpp"
#include "http/transport.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>

namespace mpk::oidc {

struct Question {
  std::string who;  // for messages: "GitHub's token endpoint"
  std::string method = "GET";
  std::string url;
  http::Headers headers;
  std::string body;
  bool idempotent = true;  // false: a code that can be used once
};

/// Any status is a success. Redirects are not followed, the answer is at most limits::kToken.
Result<http::Response> ask(http::Transport& transport, const Question& question);

/// The status of an answer that should have been 200, as an error: unauthorized, denied, not_found
/// or network. Of the body only its OAuth or gateway message is repeated, never a whole page.
Error refusal(const std::string& who, const http::Response& response, std::string hint = {});

/// A member of a JSON answer: text, not empty. malformed with `who`; the answer itself, which may
/// be a secret, is never repeated.
Result<std::string> text_member(const std::string& who, const http::Response& response,
                                std::string_view name);

/// https, or http on loopback: what tokens, codes and secrets may be sent to. usage: another.
Result<void> check_address(const std::string& what, const std::string& url);

}  // namespace mpk::oidc
