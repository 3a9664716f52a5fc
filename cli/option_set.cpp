// OptionSet over CLI11: the only place that knows the option parser.
#include "option_set.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>

namespace mpk::cli {
namespace {

std::vector<std::string> split_names(const std::string& names) {
  std::vector<std::string> out;
  for (auto name : split(names, ',')) out.emplace_back(trim(name));
  return out;
}

// CLI11 tells long names from positionals by their dashes.
std::string joined(const OptionSpec& spec) { return join(spec.names, ","); }

}  // namespace

void OptionSet::add(OptionSpec spec, Target target) {
  entries_.push_back({std::move(spec), target});
}

void OptionSet::flag(const std::string& names, bool& target, std::string help) {
  add({.names = split_names(names), .value = {}, .help = std::move(help), .kind = ValueKind::none},
      &target);
}

void OptionSet::option(const std::string& names, std::string value,
                       std::optional<std::string>& target, std::string help, ValueKind kind) {
  add({.names = split_names(names),
       .value = std::move(value),
       .help = std::move(help),
       .kind = kind},
      &target);
}

void OptionSet::option(const std::string& names, std::string value,
                       std::vector<std::string>& target, std::string help, ValueKind kind) {
  add({.names = split_names(names),
       .value = std::move(value),
       .help = std::move(help),
       .kind = kind,
       .repeatable = true},
      &target);
}

void OptionSet::choice(const std::string& names, std::string& target,
                       std::vector<std::string> choices, std::string help) {
  auto value = join(choices, "|");
  add({.names = split_names(names),
       .value = std::move(value),
       .help = std::move(help),
       .choices = std::move(choices)},
      &target);
}

void OptionSet::positional(const std::string& name, std::string& target, std::string help,
                           ValueKind kind) {
  add({.names = {name},
       .value = name,
       .help = std::move(help),
       .kind = kind,
       .positional = true,
       .required = true},
      &target);
}

void OptionSet::positional(const std::string& name, std::optional<std::string>& target,
                           std::string help, ValueKind kind) {
  add({.names = {name}, .value = name, .help = std::move(help), .kind = kind, .positional = true},
      &target);
}

void OptionSet::positional(const std::string& name, std::vector<std::string>& target,
                           std::string help, ValueKind kind, bool required) {
  add({.names = {name},
       .value = name,
       .help = std::move(help),
       .kind = kind,
       .positional = true,
       .required = required,
       .repeatable = true},
      &target);
}

std::vector<OptionSpec> OptionSet::specs() const {
  std::vector<OptionSpec> out;
  for (const auto& entry : entries_) out.push_back(entry.spec);
  return out;
}

Error OptionSet::explain(const std::string& message,
                         const std::vector<std::string>& arguments) const {
  std::vector<std::string> known;
  for (const auto& entry : entries_) {
    if (!entry.spec.positional)
      known.insert(known.end(), entry.spec.names.begin(), entry.spec.names.end());
  }
  for (const auto& argument : arguments) {
    if (argument == "--") break;
    auto word = argument.substr(0, argument.find('='));
    if (word.size() < 2 || word[0] != '-') continue;
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    auto suggestion = nearest(word, known);
    return Error(ErrorKind::usage, "unknown option " + printable(word, 80),
                 suggestion.empty() ? "" : "did you mean " + std::string(suggestion) + "?");
  }
  return Error(ErrorKind::usage, message);
}

Result<void> OptionSet::parse(const std::vector<std::string>& arguments) {
  CLI::App app;
  app.set_help_flag();
  std::vector<std::pair<CLI::Option*, const Entry*>> bound;
  for (auto& entry : entries_) {
    CLI::Option* option = nullptr;
    if (auto** flag = std::get_if<bool*>(&entry.target)) {
      option = app.add_flag(joined(entry.spec), **flag);
    } else if (auto** text = std::get_if<std::string*>(&entry.target)) {
      option = app.add_option(joined(entry.spec), **text);
    } else if (auto** maybe = std::get_if<std::optional<std::string>*>(&entry.target)) {
      option = app.add_option(joined(entry.spec), **maybe);
    } else {
      // One value a time: "--claim a=b REF" must not swallow REF.
      option =
          app.add_option(joined(entry.spec), *std::get<std::vector<std::string>*>(entry.target));
      if (!entry.spec.positional) option->allow_extra_args(false);
    }
    if (entry.spec.positional && entry.spec.required) option->required();
    bound.emplace_back(option, &entry);
  }
  auto head = arguments;
  std::vector<std::string> tail;
  std::vector<std::string>* rest = nullptr;
  if (pass_through_) {
    auto dashes = std::find(head.begin(), head.end(), "--");
    if (dashes != head.end()) {
      tail.assign(dashes + 1, head.end());
      head.erase(dashes, head.end());
    }
    for (auto& [option, entry] : bound) {
      if (entry->spec.positional && entry->spec.repeatable) {
        option->required(false);
        rest = std::get<std::vector<std::string>*>(entry->target);
      }
    }
    if (rest == nullptr) return Error(ErrorKind::internal, "pass_through without a list");
  }
  try {
    std::reverse(head.begin(), head.end());
    app.parse(head);
  } catch (const CLI::ParseError& error) {
    return explain(printable(error.what(), 300), arguments);
  }
  if (rest != nullptr && !tail.empty()) {
    if (!rest->empty())
      return Error(ErrorKind::usage,
                   "unexpected word " + printable(rest->front(), 80) + " before --");
    *rest = std::move(tail);
  }
  for (const auto& [option, entry] : bound) {
    if (entry->spec.choices.empty() || option->count() == 0) continue;
    const auto& value = *std::get<std::string*>(entry->target);
    const auto& choices = entry->spec.choices;
    if (std::find(choices.begin(), choices.end(), value) == choices.end())
      return Error(ErrorKind::usage, entry->spec.names.back() + ": " + printable(value, 40) +
                                         " is none of " + join(choices, ", "));
  }
  return {};
}

}  // namespace mpk::cli
