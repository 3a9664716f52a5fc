// The explicit table of all commands, in the order of the overview.
#include "commands/commands.hpp"

#include "command.hpp"

namespace mpk::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      ship_command(),
      pack_command(),
      push_command(),
      pull_command(),
      unpack_command(),
      copy_command(),
      inspect_command(),
      tree_command(),
      cat_command(),
      diff_command(),
      lint_command(),
      k8s_command(),
      list_command(),
      tag_command(),
      rm_command(),
      prune_command(),
      check_store_command(),
      aibom_init_command(),
      aibom_create_command(),
      aibom_validate_command(),
      aibom_show_command(),
      aibom_score_command(),
      aibom_diff_command(),
      aibom_convert_command(),
      agent_pin_command(),
      agent_verify_command(),
      agent_export_command(),
      provenance_create_command(),
      attest_command(),
      attest_verify_command(),
      sign_command(),
      verify_command(),
      scan_command(),
      policy_init_command(),
      policy_check_command(),
      policy_test_command(),
      policy_export_command(),
      admit_review_command(),
      admit_serve_command(),
      admit_scan_command(),
      key_generate_command(),
      key_public_command(),
      key_import_command(),
      login_command(),
      logout_command(),
      sandbox_run_command(),
      sandbox_up_command(),
      trust_show_command(),
      trust_update_command(),
      trust_import_command(),
      completion_command(),
      doctor_command(),
      version_command(),
  };
  return table;
}

const std::vector<Command>& hidden_commands() {
  static const std::vector<Command> table = {
      conformance_oms_command(),
      conformance_sign_command(),
      conformance_sigstore_command(),
      conformance_tuf_command(),
  };
  return table;
}

}  // namespace mpk::cli
