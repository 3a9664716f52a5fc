// How a child of ours starts and how its end is learned: what run_process and a conversation with a
// child have in common. Not for others: run_process and what else builds on it are the doors.
#pragma once

#include "base/fd.hpp"
#include "base/process.hpp"
#include "base/result.hpp"

#include <sys/types.h>

#include <optional>
#include <string_view>

namespace mpk {

/// "PROGRAM: cannot ACTION: …" of the program that `options` name.
Error process_error(int number, std::string_view action, const ProcessOptions& options);

struct Pipe {
  Fd read_end, write_end;
};
/// Both ends are close-on-exec and above 2. io.
Result<Pipe> make_pipe();
void make_nonblocking(const Fd& fd);

/// What becomes 0, 1 and 2 of a child.
struct Streams {
  int input, output, errors;
};
/// With `streams` the child gets a process group of its own; without, ours and our streams, for it
/// stays in our group, which owns the terminal. Reads argv and environment. not_found, io.
Result<pid_t> spawn(const ProcessOptions& options, const std::optional<Streams>& streams);

/// Reaps it. The exit code (128 + signal when it was killed), or nothing while it runs. An error
/// where SIGCHLD is ignored: then nobody keeps it.
Result<std::optional<int>> exit_code_of(pid_t pid, const ProcessOptions& options);

}  // namespace mpk
