// OptionSet: a command's options as records: parsing, help, manual and completion read the same
// list.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mpk::cli {

/// What a value is, for completion.
enum class ValueKind { none, text, file, directory, reference };

struct OptionSpec {
  std::vector<std::string> names;  // {"-o", "--output"}; a positional has one word, "REF"
  std::string value;               // "FILE"; empty: a flag
  std::string help;                // one line, no full stop
  ValueKind kind = ValueKind::text;
  std::vector<std::string> choices;      // the only values, if any
  std::vector<std::string> suggestions;  // some values, for completion
  bool positional = false, required = false, repeatable = false;
};

/// Values are bound as text (numbers are parsed by base/text, never by the option parser).
class OptionSet {
 public:
  /// `names`: "-q,--quiet".
  void flag(const std::string& names, bool& target, std::string help);
  void option(const std::string& names, std::string value, std::optional<std::string>& target,
              std::string help, ValueKind kind = ValueKind::text);
  void option(const std::string& names, std::string value, std::vector<std::string>& target,
              std::string help, ValueKind kind = ValueKind::text);
  void choice(const std::string& names, std::string& target, std::vector<std::string> choices,
              std::string help);
  /// For the option or positional that was added last: words that completion offers. Whoever takes
  /// the value judges it.
  void suggest(std::vector<std::string> words);
  void positional(const std::string& name, std::string& target, std::string help,
                  ValueKind kind = ValueKind::text);  // required
  void positional(const std::string& name, std::optional<std::string>& target, std::string help,
                  ValueKind kind = ValueKind::text);
  /// Takes the rest; `required`: at least one.
  void positional(const std::string& name, std::vector<std::string>& target, std::string help,
                  ValueKind kind = ValueKind::text, bool required = true);
  /// Everything after "--" goes to the last positional untouched (`sandbox run -- CMD`).
  void pass_through() { pass_through_ = true; }

  std::vector<OptionSpec> specs() const;
  /// Fills the bound targets. usage: unknown option (nearest suggested), a missing, empty or extra
  /// value, another word than one of the choices; the message names it.
  Result<void> parse(const std::vector<std::string>& arguments);

 private:
  using Target =
      std::variant<bool*, std::string*, std::optional<std::string>*, std::vector<std::string>*>;
  struct Entry {
    OptionSpec spec;
    Target target;
  };
  void add(OptionSpec spec, Target target);
  const Entry* named(std::string_view option) const;
  Error explain(const std::string& message, const std::vector<std::string>& arguments) const;
  /// For the option that a message of the parser starts with.
  Error wrong_count(const std::string& message) const;
  Result<void> check_value(const Entry& entry) const;
  std::vector<Entry> entries_;
  bool pass_through_ = false;
};

}  // namespace mpk::cli
