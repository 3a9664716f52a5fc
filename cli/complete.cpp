// complete: one walker over the command table; three small shell scripts that call it.
#include "complete.hpp"

#include "command.hpp"
#include "help.hpp"
#include "session.hpp"

#include <algorithm>
#include <set>

namespace mpk::cli {
namespace {

// Readline breaks words at "=" and ":": they are put together again for mpk, and what stands before
// the last break is taken off its answers, as only the rest is replaced.
constexpr const char* kBash = R"(# bash completion for mpk
_mpk() {
  local line word glue= last= tail words=() i
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ ${#words[@]} -gt 0 && ( -n $glue || $word == [=:]* ) ]]; then
      words[${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    glue=
    [[ $word == *[=:] ]] && glue=1
  done
  [[ ${#words[@]} -gt 0 ]] && last=${words[${#words[@]}-1]}
  tail=${last##*[=:]}
  COMPREPLY=()
  while IFS=$'\t' read -r line _; do
    case "$line" in
      :file) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$tail"); compopt -o filenames ;;
      :directory) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$tail"); compopt -o filenames ;;
      *) COMPREPLY+=("${line#"${last%"$tail"}"}") ;;
    esac
  done < <(mpk __complete -- "${words[@]}" 2>/dev/null)
}
complete -F _mpk mpk
)";

// Autoloaded from fpath the file is the body of _mpk at the first Tab and must then answer itself.
constexpr const char* kZsh = R"(#compdef mpk
_mpk() {
  local line word text
  local -a found
  for line in "${(@f)$(mpk __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    word="${line%%$'\t'*}"; text="${line#*$'\t'}"
    case "$word" in
      :file) [[ $PREFIX == --*=* ]] && compset -P '*='; _files ;;
      :directory) [[ $PREFIX == --*=* ]] && compset -P '*='; _files -/ ;;
      ?*) found+=("${word//:/\\:}:$text") ;;
    esac
  done
  (( ${#found} )) && _describe mpk found
}
compdef _mpk mpk
if [[ $funcstack[1] == _mpk ]]; then
  _mpk "$@"
fi
)";

constexpr const char* kFish = R"(# fish completion for mpk
function __mpk_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (mpk __complete -- $words[2..-1] 2>/dev/null)
        switch $line
            case ':file*'
                __fish_complete_path (commandline -ct)
            case ':directory*'
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c mpk -f -a '(__mpk_complete)'
)";

struct Candidates {
  std::string prefix;
  std::string out;
  std::set<std::string> seen;
  void offer(const std::string& word, const std::string& text) {
    if (word.starts_with(prefix) && seen.insert(word).second) out += word + "\t" + text + "\n";
  }
  void offer_kind(ValueKind kind) {
    if (kind == ValueKind::file || kind == ValueKind::reference) out += ":file\t\n";
    if (kind == ValueKind::directory) out += ":directory\t\n";
  }
};

// The values of an option or positional, each behind `before`.
void offer_values(const OptionSpec& spec, const std::string& before, Candidates& candidates) {
  for (const auto* words : {&spec.choices, &spec.suggestions}) {
    for (const auto& word : *words) candidates.offer(before + word, spec.help);
  }
  if (spec.choices.empty() && spec.suggestions.empty()) candidates.offer_kind(spec.kind);
}

// The last word is still being typed.
std::optional<Command> command_before_last(const std::vector<std::string>& words) {
  return words.empty() ? std::nullopt : find_command({words.begin(), words.end() - 1});
}

// The next word of a command's path.
void offer_words(const std::vector<std::string>& words, Candidates& candidates) {
  const std::size_t depth = words.empty() ? 0 : words.size() - 1;
  for (const auto& each : commands()) {
    if (each.path.size() > depth &&
        std::equal(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(depth),
                   each.path.begin())) {
      candidates.offer(each.path[depth], each.path.size() == depth + 1 ? each.summary : "commands");
    }
  }
}

const OptionSpec* named(const std::vector<OptionSpec>& specs, const std::string& word) {
  for (const auto& spec : specs) {
    if (!spec.positional &&
        std::find(spec.names.begin(), spec.names.end(), word) != spec.names.end())
      return &spec;
  }
  return nullptr;
}

void complete_option(const std::vector<OptionSpec>& specs, Candidates& candidates) {
  for (const auto& spec : specs) {
    if (!spec.positional) candidates.offer(spec.names.back(), spec.help);
  }
  candidates.offer("--help", "Print help");
}

void complete_positional(const std::vector<OptionSpec>& specs, std::size_t given,
                         Candidates& candidates) {
  std::size_t index = 0;
  for (const auto& spec : specs) {
    if (!spec.positional) continue;
    if (index == given || (spec.repeatable && given > index)) {
      offer_values(spec, {}, candidates);
      return;
    }
    ++index;
  }
}

}  // namespace

std::string complete(const std::vector<std::string>& words) {
  Candidates candidates{words.empty() ? "" : words.back(), {}, {}};
  const auto command = command_before_last(words);
  if (!command) {
    offer_words(words, candidates);
    return candidates.out;
  }
  if (words.size() == command->path.size() + 1) offer_words(words, candidates);
  OptionSet set;
  command->bind(set);
  CommonOptions common;
  add_common(set, common, *command);
  auto specs = set.specs();
  std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(command->path.size()),
                                words.end() - 1);
  if (!rest.empty()) {
    const auto* spec = named(specs, rest.back());
    if (spec != nullptr && !spec->value.empty()) {
      offer_values(*spec, {}, candidates);
      return candidates.out;
    }
  }
  if (candidates.prefix.starts_with("-")) {
    const auto equals = candidates.prefix.find('=');
    const auto* spec = named(specs, candidates.prefix.substr(0, equals));
    if (equals != std::string::npos && spec != nullptr && !spec->value.empty()) {
      offer_values(*spec, candidates.prefix.substr(0, equals + 1), candidates);
    } else {
      complete_option(specs, candidates);
    }
    return candidates.out;
  }
  std::size_t given = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const auto* spec = named(specs, rest[i]);
    if (spec != nullptr && !spec->value.empty()) {
      ++i;
    } else if (spec == nullptr && !rest[i].starts_with("-")) {
      ++given;
    }
  }
  complete_positional(specs, given, candidates);
  return candidates.out;
}

Result<std::string> completion_script(const std::string& shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  if (shell == "fish") return std::string(kFish);
  return Error(ErrorKind::usage, "no completion for '" + shell + "'", "one of bash, zsh, fish");
}

}  // namespace mpk::cli
