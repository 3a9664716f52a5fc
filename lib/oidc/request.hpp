// TokenRequest: what the user says about where the identity comes from; and what sources talk to.
#pragma once

#include "base/env.hpp"
#include "base/log.hpp"
#include "base/parallel.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/random.hpp"
#include "http/grpc.hpp"
#include "http/transport.hpp"
#include "oidc/redirect_url.hpp"
#include "oidc/token.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::oidc {

/// How to log in with an issuer (--oidc-flow).
enum class Flow { browser, device, out_of_band, client_credentials };

/// browser (or normal, as cosign calls it), device, oob, client_credentials. usage: another word.
Result<Flow> parse_flow(std::string_view text);

/// A person who can be talked to; both null: nobody is there.
struct Person {
  /// One line to read, not dropped by --quiet: without it nobody can log in.
  std::function<void(const std::string& line)> tell;
  /// A line typed as an answer. usage when none comes.
  std::function<Result<std::string>(const std::string& prompt)> ask;
  bool at_terminal = false;
};

struct TokenRequest {
  std::optional<std::string> token_text;  // contents of --identity-token FILE|-
  std::string token_source;               // "--identity-token token.jwt"
  std::string provider;                   // --oidc-provider; empty: the first that has one
  bool no_ambient = false;                // --oidc-disable-ambient-providers
  std::optional<Flow> flow;               // --oidc-flow
  std::string issuer;                     // --oidc-issuer, else the signing config's; may be empty
  /// --oidc-client-id: who asks, and so whom the token is for (its audience).
  std::string client_id = std::string(kSigstore);
  std::optional<std::string> client_secret;  // of --oidc-client-secret-file
  std::optional<RedirectUrl> redirect;       // --oidc-redirect-url, of a log-in in the browser
  std::chrono::seconds patience{300};        // how long a log-in in the browser may take
  Person person;
  /// Told once which identity was taken, and from where.
  std::function<void(const std::string& line)> report;
};

/// Non-owning; everything outlives the call. Tests hand in their own.
struct Surroundings {
  const Env& env;
  http::Transport& transport;
  const Clock& clock;
  crypto::Random& random;
  Logger logger;
  CancelToken cancel;
  std::filesystem::path root = "/";  // below it: the files that machines and pods have
  std::function<Result<ProcessOutcome>(const ProcessOptions&)> run = run_process;
  std::function<Result<http::GrpcReply>(const http::GrpcCall&, const CancelToken&)> call_grpc =
      http::call_grpc;
  /// Starts a program that goes on by itself.
  std::function<Result<void>(const std::vector<std::string>& argv)> start = start_process;
  /// Null: sleeps in small steps. cancelled.
  std::function<Result<void>(std::chrono::milliseconds)> wait;
};

}  // namespace mpk::oidc
