// mpk policy test: does a policy say of written-down evidence what its author expects?
#include "base/limits.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "flow/policy_case.hpp"
#include "options/policy_option.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace mpk::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  PolicyOption policy;
};

using Policies = std::map<std::string, std::shared_ptr<const policy::PolicyFile>>;

Result<std::shared_ptr<const policy::PolicyFile>> policy_of(const flow::PolicyCase& one,
                                                            const Options& o, Session& session,
                                                            Policies& known) {
  PolicyOption option = o.policy;
  if (!option.file && !one.policy.empty()) option.file = one.policy.native();
  if (!option.file) {
    return Error(ErrorKind::usage, "case \"" + printable(one.name, 100) +
                                       "\": no policy is named, in the file or "
                                       "with --policy");
  }
  auto& read = known[*option.file];
  if (!read) read = TRY(option.resolve(session));
  return read;
}

Result<int> run(const Options& o, Session& session) {
  Policies known;
  Json list = Json::array();
  std::size_t failed = 0;
  for (const auto& file : o.files) {
    const auto text = TRY(session.flag_file("", file, limits::kYamlDocument));
    for (const auto& one : TRY(flow::read_policy_cases(text, file))) {
      const auto policies = TRY(policy_of(one, o, session, known));
      const auto verdict = TRY(flow::run_policy_case(policies, one));
      const auto different = flow::differences(one, verdict);
      failed += different.empty() ? 0 : 1;
      list.push_back({{"file", file},
                      {"name", one.name},
                      {"passed", different.empty()},
                      {"differences", different},
                      {"verdict", policy::to_json(verdict)}});
      if (session.json() || (different.empty() && !session.verbose())) continue;
      session.print((different.empty() ? "ok      " : "FAILED  ") + printable(one.name, 200));
      for (const auto& line : different) session.print("        " + printable(line, 400));
    }
  }
  const auto count = list.size();
  if (session.json()) {
    session.print_json({{"kind", "PolicyTest"}, {"failed", failed}, {"cases", std::move(list)}});
  } else {
    session.print(std::to_string(count) + (count == 1 ? " case, " : " cases, ") +
                  std::to_string(failed) + " failed");
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace

Command policy_test_command() {
  return {.summary = "Try a policy on evidence that is written down in YAML",
          .description =
              "Each case lists what is attached to an artifact and who signed it, and says what "
              "the verdict\nmust be. Nothing is fetched, and no signature is checked: what is "
              "tested is the policy.",
          .examples = {{"mpk policy test cases.yaml", "the policy that the file names"},
                       {"mpk policy test cases.yaml --policy next.yaml", "another one"},
                       {"mpk policy test cases/*.yaml -v", "each case by name"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("CASES", o->files, "Cases (YAML)", ValueKind::file);
            o->policy.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
