// Command: one row of the table: path, texts, options, and what to run.
#pragma once

#include "base/result.hpp"
#include "option_set.hpp"

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace mpk::cli {

class Session;

struct Example {
  std::string command;  // "mpk tag ghcr.io/acme/llm:1.2 stable"
  std::string meaning;  // "move 'stable' to 1.2"
};

/// Runs after parsing; returns the exit code (0 unless the command's own answer is another).
using Run = std::function<Result<int>(Session&)>;

struct Command {
  std::vector<std::string> path;  // {"aibom", "create"}: from the table
  std::string summary;            // one line, no full stop
  std::string description;        // paragraphs, may be empty
  std::vector<Example> examples;  // three real ones
  std::function<Run(OptionSet&)> bind;
  /// May begin what takes long before the options are read, as far as the words tell that it is
  /// needed. What it returns lives until the command ends.
  std::function<std::vector<std::jthread>(const std::vector<std::string>&)> begin = nullptr;
  std::vector<std::string> formats = {"text", "json"};  // of --format
  bool goes_on = false;  // run again after Ctrl-C, it does not do again what was done

  std::string name() const;  // "aibom create"
};

/// All commands, in the order of the overview.
const std::vector<Command>& commands();
/// The command whose path `words` begin with, also of those that suites call and nobody types.
std::optional<Command> find_command(const std::vector<std::string>& words);

}  // namespace mpk::cli
