// app: find the command, parse, run, print the error.
#include "app.hpp"

#include "base/text.hpp"
#include "command.hpp"
#include "complete.hpp"
#include "exit_code.hpp"
#include "help.hpp"
#include "render/error.hpp"
#include "report/report.hpp"
#include "session.hpp"
#include "terminal/output.hpp"
#include "version.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

namespace mpk::cli {
namespace {

void to_stderr(const std::string& text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

int refuse(const Error& error, bool verbose) {
  to_stderr(error_text(error, verbose));
  return exit_code(error.kind());
}

// Ratify wants an answer on standard output also where there is no verdict.
int refuse_ratify(const Error& error, bool verbose, const std::string& usage = {}) {
  to_stderr(report::without_braces(error_text(error, verbose) + usage));
  write_stdout(report::ratify_error(error));
  static_cast<void>(flush_stdout());
  return exit_code(error.kind());
}

int print_and_pass(const std::string& text) {
  write_stdout(text);
  auto written = flush_stdout();
  return written ? kExitPass : refuse(written.error(), false);
}

bool is_group(const std::string& word) {
  return std::any_of(commands().begin(), commands().end(), [&](const Command& command) {
    return command.path.size() > 1 && command.path[0] == word;
  });
}

Error unknown_command(const std::vector<std::string>& words) {
  bool in_group = is_group(words[0]) && words.size() > 1;
  std::vector<std::string> candidates;
  for (const auto& command : commands()) {
    if (in_group) {
      if (command.path.size() > 1 && command.path[0] == words[0])
        candidates.push_back(command.path[1]);
    } else {
      candidates.push_back(command.path[0]);
    }
  }
  auto word = in_group ? words[1] : words[0];
  auto name = in_group ? words[0] + " " + word : word;
  auto suggestion = nearest(word, candidates);
  return Error(ErrorKind::usage, "unknown command '" + printable(name, 60) + "'",
               suggestion.empty()
                   ? "mpk --help lists the commands"
                   : "did you mean 'mpk " + std::string(in_group ? words[0] + " " : "") +
                         std::string(suggestion) + "'?");
}

// Read before the options are, as they may be what is wrong.
bool speaks_ratify(const std::vector<std::string>& words) {
  if (std::ranges::none_of(words, [](const auto& word) { return word.ends_with("ratify"); }))
    return false;
  const auto command = find_command(words);
  if (!command || std::ranges::count(command->formats, "ratify") == 0) return false;
  for (auto word = words.begin() + static_cast<std::ptrdiff_t>(command->path.size());
       word != words.end(); ++word) {
    if (*word == "--") return false;
    if (*word == "--format=ratify" || (*word == "ratify" && *std::prev(word) == "--format"))
      return true;
  }
  return false;
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  for (const auto& argument : arguments) {
    if (argument == "--") return false;
    if (argument == "--help" || argument == "-h") return true;
  }
  return false;
}

Error how_to_go_on(Error error, const Command& command) {
  if (error.kind() != ErrorKind::cancelled || !command.goes_on || !error.hint().empty())
    return error;
  return std::move(error).with_hint(
      "run the same command again: what is there already is not moved again");
}

void end_trace(Session& session, const Result<int>& outcome, const Result<void>& finished) {
  const Error* error = !outcome ? &outcome.error() : !finished ? &finished.error() : nullptr;
  const bool answered = outcome && *outcome != kExitPass;
  session.end_trace(answered || error == nullptr ? *outcome : exit_code(error->kind()), error);
}

int run_command(const Command& command, const std::vector<std::string>& arguments, bool ratify,
                const CancelToken& cancel) {
  const auto begun = command.begin ? command.begin(arguments) : std::vector<std::jthread>();
  OptionSet set;
  auto run = command.bind(set);
  CommonOptions common;
  add_common(set, common, command);
  if (auto parsed = set.parse(arguments); !parsed) {
    const auto usage = "usage: " + usage_line(command) + "\n";
    if (ratify) return refuse_ratify(parsed.error(), false, usage);
    to_stderr(error_text(parsed.error(), false) + usage);
    return kExitUsage;
  }
  Session session(common, cancel);
  session.begin_trace(command.name());
  auto outcome = run(session);
  auto finished = session.finish();
  end_trace(session, outcome, finished);
  if (!outcome) {
    const auto error = how_to_go_on(std::move(outcome).error(), command);
    return ratify ? refuse_ratify(error, common.verbose) : refuse(error, common.verbose);
  }
  if (finished) return *outcome;
  // A refusal stays one though nobody could read why.
  const int code = refuse(finished.error(), common.verbose);
  return *outcome == kExitPass ? code : *outcome;
}

// "help ship" is "ship --help"; "help", "--help" and "-h" alone are the overview.
std::vector<std::string> without_help_word(std::vector<std::string> words) {
  if (words.size() < 2 || words[0] != "help") return words;
  words.erase(words.begin());
  words.emplace_back("--help");
  return words;
}

std::optional<int> run_special(const std::vector<std::string>& words) {
  if (words.empty()) {
    to_stderr(overview());
    return kExitUsage;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help")
    return print_and_pass(overview());
  if (words[0] == "--version" || words[0] == "-V")
    return print_and_pass(std::string("mpk ") + kVersion + "\n");
  if (words[0] == "__complete") {
    auto begin = words.begin() + 1;
    if (begin != words.end() && *begin == "--") ++begin;
    return print_and_pass(complete({begin, words.end()}));
  }
  if (words[0] == "__commands") {
    std::string names;
    for (const auto& command : commands()) names += command.name() + "\n";
    return print_and_pass(names);
  }
  return std::nullopt;
}

int no_command(const std::vector<std::string>& words) {
  if (words.empty()) return refuse(Error(ErrorKind::usage, "__manual needs a command"), false);
  if (!is_group(words[0])) return refuse(unknown_command(words), false);
  if (words.size() == 1) {
    to_stderr(group_help(words[0]));
    return kExitUsage;
  }
  if (words[1] == "--help" || words[1] == "-h") return print_and_pass(group_help(words[0]));
  return refuse(unknown_command(words), false);
}

int dispatch(const std::vector<std::string>& arguments, const CancelToken& cancel) {
  auto words = without_help_word(arguments);
  if (auto special = run_special(words)) return *special;
  bool manual = words[0] == "__manual";
  std::vector<std::string> rest(words.begin() + (manual ? 1 : 0), words.end());
  const auto command = find_command(rest);
  if (!command) return no_command(rest);
  if (manual) return print_and_pass(command_manual(*command));
  rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(command->path.size()));
  if (asks_for_help(rest)) return print_and_pass(command_help(*command));
  return run_command(*command, rest, speaks_ratify(words), cancel);
}

}  // namespace

int run_app(const std::vector<std::string>& arguments, const CancelToken& cancel) {
  try {
    return dispatch(arguments, cancel);
  } catch (const std::exception& exception) {
    const Error error(ErrorKind::internal, "internal: " + printable(exception.what()),
                      "this is a bug in mpk; please report it with the command line");
    return speaks_ratify(arguments) ? refuse_ratify(error, false) : refuse(error, false);
  }
}

}  // namespace mpk::cli
