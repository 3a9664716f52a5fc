// Process: run a helper program (argv only, never a shell) with caps and a deadline.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk {

struct ProcessOptions {
  std::vector<std::string> argv;  // argv[0] is looked up on PATH when it has no '/'
  std::string input;              // standard input
  std::vector<std::pair<std::string, std::string>> environment;  // added to the inherited one
  std::size_t output_cap = 1U << 20;  // for standard output; standard error is cut there
  unsigned timeout_seconds = 30;
  bool inherit_stdio = false;  // the child gets our terminal: `sandbox run -- CMD`
};

struct ProcessOutcome {
  int exit_code = 0;   // 128 + signal when it was killed
  std::string output;  // standard output, empty with inherit_stdio
  std::string errors;  // standard error, likewise
};

/// not_found: no such program; timeout (the process group is killed); too_large; io.
/// Thread-safe. With inherit_stdio there is no deadline, and SIGINT, SIGTERM and SIGHUP that reach
/// mpk are left to the child.
Result<ProcessOutcome> run_process(const ProcessOptions& options);

/// Starts a program that outlives mpk, in a session of its own and without our standard streams: a
/// browser. Returns at once; how it ends is not learned. not_found, io. Thread-safe.
Result<void> start_process(const std::vector<std::string>& argv);

}  // namespace mpk
