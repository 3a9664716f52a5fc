// One function a command; each lives in the file of its name.
#pragma once

#include "command.hpp"

namespace mpk::cli {

Command scan_command();
Command ship_command();
Command pack_command();
Command push_command();
Command pull_command();
Command unpack_command();
Command copy_command();
Command inspect_command();
Command tree_command();
Command cat_command();
Command diff_command();
Command key_generate_command();
Command key_import_command();
Command key_public_command();
Command lint_command();
Command k8s_command();
Command list_command();
Command tag_command();
Command rm_command();
Command prune_command();
Command check_store_command();
Command aibom_convert_command();
Command aibom_create_command();
Command aibom_init_command();
Command aibom_score_command();
Command aibom_diff_command();
Command aibom_validate_command();
Command aibom_show_command();
Command agent_pin_command();
Command agent_verify_command();
Command agent_export_command();
Command admit_review_command();
Command admit_scan_command();
Command admit_serve_command();
Command policy_check_command();
Command policy_export_command();
Command policy_init_command();
Command policy_test_command();
Command provenance_create_command();
Command attest_command();
Command attest_verify_command();
Command sign_command();
Command verify_command();
Command login_command();
Command logout_command();
Command sandbox_run_command();
Command sandbox_up_command();
Command trust_show_command();
Command trust_update_command();
Command trust_import_command();
Command completion_command();
Command doctor_command();
Command version_command();
// Hidden.
Command conformance_sign_command();
Command conformance_sigstore_command();
Command conformance_tuf_command();
Command conformance_oms_command();

}  // namespace mpk::cli
