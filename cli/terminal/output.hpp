// Standard output, and why it could not be written.
#pragma once

#include "base/result.hpp"

#include <string_view>

namespace mpk::cli {

/// Before the first file is opened: a standard stream that is closed would become that file, and
/// results would be written into it.
void hold_standard_streams();

/// A failure is kept for flush_stdout().
void write_stdout(std::string_view text);
/// Whether writing has failed, for any reason: more would be lost as well.
bool stdout_failed();

/// Everything written so far is out. io: closed, a full disk, … A reader that went away (EPIPE) has
/// seen what it wanted to: no error. Not thread-safe.
Result<void> flush_stdout();

}  // namespace mpk::cli
