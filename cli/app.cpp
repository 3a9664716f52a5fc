// app: find the command, parse, run, print the error.
#include "app.hpp"

#include "base/text.hpp"
#include "command.hpp"
#include "complete.hpp"
#include "exit_code.hpp"
#include "help.hpp"
#include "session.hpp"
#include "terminal/term.hpp"
#include "version.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>
#include <set>

namespace mpk::cli {
namespace {

void print(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

void print_error(const Error& error, bool verbose) {
  // One line says what; the chain of contexts comes with -v.
  auto line = verbose ? error.text() : error.message();
  if (!verbose && !error.context().empty()) line = error.context().back() + ": " + line;
  print(stderr, "error: " + printable(line) + "\n");
  if (!error.hint().empty()) print(stderr, "hint: " + printable(error.hint()) + "\n");
}

bool is_group(const std::string& word) {
  return std::any_of(commands().begin(), commands().end(), [&](const Command& command) {
    return command.path.size() > 1 && command.path[0] == word;
  });
}

const Command* find(const std::vector<std::string>& words, std::size_t& used) {
  for (const auto& command : commands()) {
    if (words.size() >= command.path.size() &&
        std::equal(command.path.begin(), command.path.end(), words.begin())) {
      used = command.path.size();
      return &command;
    }
  }
  return nullptr;
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

bool asks_for_help(const std::vector<std::string>& arguments) {
  for (const auto& argument : arguments) {
    if (argument == "--") return false;
    if (argument == "--help" || argument == "-h") return true;
  }
  return false;
}

int flush_or_fail(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  print(stderr, "error: standard output could not be written\nhint: is the disk full?\n");
  return kExitUndecided;
}

int run_command(const Command& command, const std::vector<std::string>& arguments,
                const CancelToken& cancel) {
  OptionSet set;
  auto run = command.bind(set);
  CommonOptions common;
  add_common(set, common);
  if (auto parsed = set.parse(arguments); !parsed) {
    print_error(parsed.error(), false);
    print(stderr, "usage: " + usage_line(command) + "\n");
    return kExitUsage;
  }
  Session session(common, cancel);
  auto outcome = run(session);
  if (auto finished = session.finish(); outcome && !finished) outcome = std::move(finished).error();
  if (outcome) return *outcome;
  print_error(outcome.error(), common.verbose);
  return exit_code(outcome.error().kind());
}

std::optional<int> run_special(const std::vector<std::string>& words) {
  if (words.empty()) {
    print(stderr, overview());
    return kExitUsage;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print(stdout, overview());
    return flush_or_fail(kExitPass);
  }
  if (words[0] == "--version" || words[0] == "-V") {
    print(stdout, std::string("mpk ") + kVersion + "\n");
    return flush_or_fail(kExitPass);
  }
  if (words[0] == "__complete") {
    auto begin = words.begin() + 1;
    if (begin != words.end() && *begin == "--") ++begin;
    print(stdout, complete({begin, words.end()}));
    return flush_or_fail(kExitPass);
  }
  if (words[0] == "__commands") {
    for (const auto& command : commands()) print(stdout, command.name() + "\n");
    return flush_or_fail(kExitPass);
  }
  return std::nullopt;
}

int dispatch(const std::vector<std::string>& words, const CancelToken& cancel) {
  if (auto special = run_special(words)) return *special;
  bool manual = words[0] == "__manual";
  std::vector<std::string> rest(words.begin() + (manual ? 1 : 0), words.end());
  std::size_t used = 0;
  const auto* command = rest.empty() ? nullptr : find(rest, used);
  if (command == nullptr) {
    if (!rest.empty() && is_group(rest[0]) &&
        (rest.size() == 1 || rest[1] == "--help" || rest[1] == "-h")) {
      print(rest.size() == 1 ? stderr : stdout, group_help(rest[0]));
      return rest.size() == 1 ? kExitUsage : flush_or_fail(kExitPass);
    }
    print_error(
        rest.empty() ? Error(ErrorKind::usage, "__manual needs a command") : unknown_command(rest),
        false);
    return kExitUsage;
  }
  if (manual) {
    print(stdout, command_manual(*command));
    return flush_or_fail(kExitPass);
  }
  rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(used));
  if (asks_for_help(rest)) {
    print(stdout, command_help(*command));
    return flush_or_fail(kExitPass);
  }
  return run_command(*command, rest, cancel);
}

}  // namespace

int run_app(const std::vector<std::string>& arguments, const CancelToken& cancel) {
  try {
    return dispatch(arguments, cancel);
  } catch (const std::exception& error) {
    print(stderr, "error: internal: " + printable(error.what()) +
                      "\nhint: this is a bug in mpk; please report it with the command line\n");
    return kExitInternal;
  }
}

}  // namespace mpk::cli
