// help: texts from the records of the command table.
#include "help.hpp"

#include "base/text.hpp"
#include "session.hpp"

#include <algorithm>

namespace mpk::cli {
namespace {

std::string option_label(const OptionSpec& spec) {
  auto label = join(spec.names, ", ");
  if (spec.positional) return spec.repeatable ? label + "…" : label;
  if (!spec.value.empty()) label += " " + spec.value;
  return label;
}

// "…" is three bytes and one column.
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

void append_rows(std::string& out, const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [label, help] : rows) width = std::max(width, columns(label));
  width = std::min<std::size_t>(width, 34);
  for (const auto& [label, help] : rows) {
    out += "  " + label;
    if (columns(label) > width) {
      out += "\n" + std::string(width + 2, ' ');
    } else {
      out.append(width - columns(label), ' ');
    }
    out += "  " + help + "\n";
  }
}

std::vector<OptionSpec> specs_of(const Command& command) {
  OptionSet set;
  command.bind(set);
  CommonOptions common;
  add_common(set, common, command);
  return set.specs();
}

// scdoc reads _, * and \ as markup.
std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '_' || c == '*' || c == '\\' || c == '[' || c == ']' || c == '#') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string Command::name() const { return join(path, " "); }

void add_common(OptionSet& set, CommonOptions& common, const Command& command) {
  set.choice("--format", common.format, command.formats, "How to print the result");
  set.flag("-q,--quiet", common.quiet, "Only results and errors");
  set.flag("-v,--verbose", common.verbose, "Also say each step, and the whole context of an error");
  set.flag("--stats", common.stats, "Print bytes read, hashed, sent and received, and requests");
}

std::string usage_line(const Command& command) {
  std::string out = "mpk " + command.name();
  for (const auto& spec : specs_of(command)) {
    if (!spec.positional) continue;
    auto word = spec.names[0] + (spec.repeatable ? "…" : "");
    out += spec.required ? " " + word : " [" + word + "]";
  }
  return out + " [OPTIONS]";
}

std::string overview() {
  std::string out =
      "mpk: a supply chain for AI models\n\n"
      "usage: mpk COMMAND [OPTIONS]\n\ncommands:\n";
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& command : commands()) rows.emplace_back(command.name(), command.summary);
  append_rows(out, rows);
  out +=
      "\nmpk COMMAND --help shows options and examples; mpk --version the version\n"
      "first steps: mpk sandbox run -- sh -c 'mpk doctor'\n";
  return out;
}

std::string group_help(const std::string& group) {
  std::string out = "usage: mpk " + group + " COMMAND [OPTIONS]\n\ncommands:\n";
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& command : commands()) {
    if (command.path.size() > 1 && command.path[0] == group)
      rows.emplace_back(command.path[1], command.summary);
  }
  append_rows(out, rows);
  return out;
}

std::string command_help(const Command& command) {
  std::string out = command.summary + "\n\nusage: " + usage_line(command) + "\n";
  if (!command.description.empty()) out += "\n" + command.description + "\n";
  std::vector<std::pair<std::string, std::string>> arguments, options;
  for (const auto& spec : specs_of(command)) {
    auto help = spec.help;
    (spec.positional ? arguments : options).emplace_back(option_label(spec), std::move(help));
  }
  options.emplace_back("-h, --help", "Print this help");
  if (!arguments.empty()) {
    out += "\narguments:\n";
    append_rows(out, arguments);
  }
  out += "\noptions:\n";
  append_rows(out, options);
  out += "\nexamples:\n";
  for (const auto& example : command.examples)
    out += "  " + example.command + "\n      " + example.meaning + "\n";
  return out;
}

std::string command_manual(const Command& command) {
  std::string out = "# OPTIONS\n\n";
  for (const auto& spec : specs_of(command)) {
    std::string label;
    for (const auto& name : spec.names)
      label += (label.empty() ? "*" : ", *") + escaped(name) + "*";
    if (!spec.positional && !spec.value.empty()) label += " _" + escaped(spec.value) + "_";
    out += label + "\n\t" + escaped(spec.help) + ".\n\n";
  }
  out += "*-h*, *--help*\n\tPrint help.\n\n# EXAMPLES\n\n";
  for (const auto& example : command.examples)
    out += escaped(example.meaning) + ":\n\n\t" + escaped(example.command) + "\n\n";
  return out;
}

}  // namespace mpk::cli
