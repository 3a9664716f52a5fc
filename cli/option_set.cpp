// OptionSet over CLI11: the only place that knows the option parser.
#include "option_set.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <CLI/CLI.hpp>  // IWYU pragma: keep

#include <algorithm>

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

void OptionSet::suggest(std::vector<std::string> words) {
  entries_.back().spec.suggestions = std::move(words);
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

const OptionSet::Entry* OptionSet::named(std::string_view option) const {
  for (const auto& entry : entries_) {
    if (std::ranges::find(entry.spec.names, option) != entry.spec.names.end()) return &entry;
  }
  return nullptr;
}

Error OptionSet::explain(const std::string& message,
                         const std::vector<std::string>& arguments) const {
  std::vector<std::string> long_names;
  for (const auto& entry : entries_) {
    for (const auto& name : entry.spec.names) {
      if (name.starts_with("--")) long_names.push_back(name);
    }
  }
  for (const auto& argument : arguments) {
    if (argument == "--") break;
    auto word = argument.substr(0, argument.find('='));
    if (word.size() < 2 || word[0] != '-' || named(word) != nullptr) continue;
    const bool is_short = word[1] != '-';
    if (is_short && named(word.substr(0, 2)) != nullptr) continue;  // "-qv", "-tREF"
    if (is_short) word.resize(2);
    std::string hint;
    if ((word == "-p" || word == "--password") && named("--password-stdin") != nullptr) {
      hint = "others could read it there; pipe the password into --password-stdin";
    } else if (auto suggestion = nearest(word, long_names); !is_short && !suggestion.empty()) {
      hint = "did you mean " + std::string(suggestion) + "?";
    }
    return Error(ErrorKind::usage, "unknown option " + printable(word, 80), std::move(hint));
  }
  return Error(ErrorKind::usage, message);
}

Error OptionSet::wrong_count(const std::string& message) const {
  const auto* entry = named(message.substr(0, message.find_first_of(": ")));
  if (entry == nullptr) return Error(ErrorKind::usage, lower_ascii(message));
  const auto& spec = entry->spec;
  const auto& name = spec.names.back();
  if (spec.value.empty()) return Error(ErrorKind::usage, name + " takes no value");
  // "--tag: At Most 1 required but received 2".
  if (message.find("received") != std::string::npos &&
      message.find("received 0") == std::string::npos)
    return Error(ErrorKind::usage, name + " may be given once only");
  return Error(ErrorKind::usage, name + " needs a value: " + spec.value);
}

Result<void> OptionSet::check_value(const Entry& entry) const {
  const auto& spec = entry.spec;
  auto check = [&](const std::string& value) -> Result<void> {
    if (!value.empty()) return {};
    return Error(ErrorKind::usage, spec.positional
                                       ? spec.names[0] + " is empty"
                                       : spec.names.back() + " needs a value: " + spec.value);
  };
  if (auto* const* maybe = std::get_if<std::optional<std::string>*>(&entry.target))
    return **maybe ? check(***maybe) : Result<void>();
  if (auto* const* list = std::get_if<std::vector<std::string>*>(&entry.target)) {
    // What is passed through is the business of whoever gets it.
    if (pass_through_ && spec.positional) return {};
    for (const auto& each : **list) TRY(check(each));
    return {};
  }
  auto* const* text = std::get_if<std::string*>(&entry.target);
  if (text == nullptr) return {};
  if (spec.choices.empty()) return check(**text);
  if (std::ranges::find(spec.choices, **text) != spec.choices.end()) return {};
  return Error(ErrorKind::usage, spec.names.back() + ": " + printable(**text, 40) + " is none of " +
                                     join(spec.choices, ", "));
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
  } catch (const CLI::ArgumentMismatch& error) {
    return wrong_count(printable(error.what(), 300));
  } catch (const CLI::ConversionError&) {
    // Values are bound as text, so only a flag has one that can't be converted.
    for (const auto& argument : arguments) {
      const auto* entry = named(argument.substr(0, argument.find('=')));
      if (entry != nullptr && entry->spec.value.empty() && argument.find('=') != std::string::npos)
        return Error(ErrorKind::usage, entry->spec.names.back() + " takes no value");
    }
    return Error(ErrorKind::usage, "a flag takes no value");
  } catch (const CLI::RequiredError& error) {
    std::string_view what(error.what());
    return explain(printable(what.substr(0, what.find(' ')), 80) + " is missing", arguments);
  } catch (const CLI::ExtrasError&) {
    auto extra = app.remaining();
    const auto& first = extra.empty() ? std::string() : extra.front();
    return explain("unexpected word " + printable(redact(first), 80), arguments);
  } catch (const CLI::ParseError& error) {
    return explain(printable(error.what(), 300), arguments);
  }
  if (rest != nullptr && !tail.empty()) {
    if (!rest->empty()) {
      return Error(ErrorKind::usage,
                   "unexpected word " + printable(rest->front(), 80) + " before --");
    }
    *rest = std::move(tail);
  }
  for (const auto& entry : entries_) TRY(check_value(entry));
  return {};
}

}  // namespace mpk::cli
