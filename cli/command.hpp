// Command: one row of the table: path, texts, options, and what to run.
#pragma once

#include "base/result.hpp"
#include "option_set.hpp"

#include <functional>
#include <string>
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
  std::vector<std::string> path;  // {"aibom", "create"}
  std::string summary;            // one line, no full stop
  std::string description;        // paragraphs, may be empty
  std::vector<Example> examples;  // three real ones
  std::function<Run(OptionSet&)> bind;
  std::vector<std::string> formats = {"text", "json"};  // of --format
  bool goes_on = false;  // run again after Ctrl-C, it does not do again what was done

  std::string name() const;  // "aibom create"
};

/// All commands, in the order of the overview.
const std::vector<Command>& commands();
/// What suites call and nobody types: found by name, in no list.
const std::vector<Command>& hidden_commands();

}  // namespace mpk::cli
