// Session: the only place with the real clock, environment, randomness, transport and terminal.
#pragma once

#include "base/bytes.hpp"
#include "base/env.hpp"
#include "base/log.hpp"
#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "flow/context.hpp"
#include "json/value.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::cli {

/// Options that every command has.
struct CommonOptions {
  std::string format = "text";
  bool quiet = false, verbose = false, stats = false;
};

class Tracing;

class Session {
 public:
  Session(const CommonOptions& common, CancelToken cancel);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool json() const;
  const std::string& format() const;
  bool quiet() const;
  bool verbose() const;

  /// A result: to stdout, a line feed added; control characters but line feeds are made visible.
  void print(std::string_view text);
  /// Text that has been made safe for a terminal already, with colours, or that must stay as it is.
  void print_raw(std::string_view text);
  void print_json(const Json& document);
  /// Bytes as they are. cancelled: standard output takes no more; flush() says why.
  Result<void> stream(BytesView bytes);
  bool output_failed() const;
  /// What was printed is out: io when it could not be written.
  Result<void> flush();
  /// Prints the error as main does, for an answer with an exit code of its own.
  int refuse(const Error& error, int exit_code);
  /// Talk: to stderr, not with --quiet.
  void say(std::string_view text);
  void warn(std::string_view text);

  const Env& env() const;
  const Clock& clock() const;
  CancelToken cancel() const;
  Stats& stats();
  /// `plain_http`: --plain-http was given. The transport is made on first use.
  flow::Context context(bool plain_http = false);
  /// For a server: a transport of its own, of two tries a request, that goes on after the session
  /// was interrupted, until `stop`; nothing draws progress. The command has no trace of its own
  /// from then on.
  flow::Context serving(bool plain_http, const CancelToken& stop);
  /// SOURCE_DATE_EPOCH, or --created, or nothing. usage.
  Result<std::optional<Timestamp>> created(const std::optional<std::string>& flag) const;
  /// A file named by a flag, or by a word (then `flag` is empty); "-" is standard input, once.
  /// usage when it can't be read.
  Result<std::string> flag_file(std::string_view flag, const std::string& path, std::size_t cap);
  bool stdin_is_terminal() const;
  bool stdout_is_terminal() const;
  bool color() const;  // on stdout
  unsigned width() const;
  /// y or yes on the terminal; false when there is none.
  bool ask_yes(std::string_view question);
  /// A line of standard input, also of a pipe. usage at its end.
  Result<std::string> ask_line(std::string_view prompt);
  /// To stderr even with --quiet: what a person must read for the command to go on.
  void tell(std::string_view text);
  /// A line from the terminal without echo. usage when there is no terminal.
  Result<std::string> ask_secret(std::string_view prompt);
  /// If the environment asks for it, what is done from now on is part of the command's trace.
  void begin_trace(std::string_view command);
  /// The last thing: spans are sent for a moment. `error` may be null.
  void end_trace(int exit_code, const Error* error);
  /// Null: nobody asked for traces.
  const Tracing* tracing() const;
  /// Ends progress, prints --stats, flushes stdout.
  Result<void> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpk::cli
