// The explicit table of all commands, in the order of the overview.
#include "commands/commands.hpp"

#include "base/text.hpp"
#include "command.hpp"

#include <algorithm>
#include <span>

namespace mpk::cli {
namespace {

struct Row {
  std::string_view name;
  Command (*make)();
};

constexpr Row kCommands[] = {
    {"ship", ship_command},
    {"pack", pack_command},
    {"push", push_command},
    {"pull", pull_command},
    {"unpack", unpack_command},
    {"copy", copy_command},
    {"inspect", inspect_command},
    {"tree", tree_command},
    {"cat", cat_command},
    {"diff", diff_command},
    {"lint", lint_command},
    {"k8s", k8s_command},
    {"list", list_command},
    {"tag", tag_command},
    {"rm", rm_command},
    {"prune", prune_command},
    {"check-store", check_store_command},
    {"aibom init", aibom_init_command},
    {"aibom create", aibom_create_command},
    {"aibom validate", aibom_validate_command},
    {"aibom show", aibom_show_command},
    {"aibom score", aibom_score_command},
    {"aibom diff", aibom_diff_command},
    {"aibom convert", aibom_convert_command},
    {"agent pin", agent_pin_command},
    {"agent verify", agent_verify_command},
    {"agent export", agent_export_command},
    {"provenance create", provenance_create_command},
    {"attest", attest_command},
    {"attest verify", attest_verify_command},
    {"sign", sign_command},
    {"verify", verify_command},
    {"scan", scan_command},
    {"policy init", policy_init_command},
    {"policy check", policy_check_command},
    {"policy test", policy_test_command},
    {"policy export", policy_export_command},
    {"admit review", admit_review_command},
    {"admit serve", admit_serve_command},
    {"admit scan", admit_scan_command},
    {"key generate", key_generate_command},
    {"key public", key_public_command},
    {"key import", key_import_command},
    {"login", login_command},
    {"logout", logout_command},
    {"sandbox run", sandbox_run_command},
    {"sandbox up", sandbox_up_command},
    {"trust show", trust_show_command},
    {"trust update", trust_update_command},
    {"trust import", trust_import_command},
    {"completion", completion_command},
    {"doctor", doctor_command},
    {"version", version_command},
};

constexpr Row kHidden[] = {
    {"conformance oms", conformance_oms_command},
    {"conformance sigstore sign-bundle", conformance_sign_command},
    {"conformance sigstore", conformance_sigstore_command},
    {"conformance tuf", conformance_tuf_command},
};

std::vector<std::string> path_of(const Row& row) {
  const auto words = split(row.name, ' ');
  return {words.begin(), words.end()};
}

Command make(const Row& row) {
  auto command = row.make();
  command.path = path_of(row);
  return command;
}

}  // namespace

const std::vector<Command>& commands() {
  static const auto table = [] {
    std::vector<Command> out;
    std::ranges::transform(kCommands, std::back_inserter(out), make);
    return out;
  }();
  return table;
}

std::optional<Command> find_command(const std::vector<std::string>& words) {
  const Row* found = nullptr;
  for (const auto table : {std::span<const Row>(kCommands), std::span<const Row>(kHidden)}) {
    for (const auto& row : table) {
      const auto path = split(row.name, ' ');
      // "attest verify" before "attest", which runs, too.
      if (words.size() >= path.size() && std::equal(path.begin(), path.end(), words.begin()) &&
          (found == nullptr || found->name.size() < row.name.size()))
        found = &row;
    }
  }
  return found == nullptr ? std::nullopt : std::optional(make(*found));
}

}  // namespace mpk::cli
