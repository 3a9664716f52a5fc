# Each rule refuses its own neighbour of what passes, and nothing else does.
package mpk_test

set_to(path, value) := [{"op": "replace", "path": path, "value": value}]

without(path) := [{"op": "remove", "path": path}]

test_license_not_on_the_list if {
	refusals(set_to("/facts/model/license", ["MIT", "GPL-3.0-only"])) == {"the licence GPL-3.0-only is not on the list"}
}

test_license_on_the_list if refusals(set_to("/facts/model/license", ["MIT", "BSD-3-Clause"])) == set()

test_no_license if {
	refusals(set_to("/facts/model/license", [])) == {"no licence is known: an aiBOM by an allowed signer must name one"}
}

test_level_at_the_least if refusals(set_to("/facts/provenance/level", "SLSA_BUILD_LEVEL_2")) == set()

level_refused := {"not built at SLSA build level 2 or above"}

test_level_below if refusals(set_to("/facts/provenance/level", "SLSA_BUILD_LEVEL_1")) == level_refused

test_no_level if refusals(without("/facts/provenance/level")) == level_refused

source_refused := {"not built from git+https://github.com/acme/"}

test_another_source if {
	refusals(set_to("/facts/provenance/source", "git+https://github.com/acme-evil/x")) == source_refused
}

test_no_source if refusals(without("/facts/provenance/source")) == source_refused

freshness_refused := {"no signature of the last 90 days"}

test_signed_within_the_days if refusals(set_to("/evidence/0/times/0/time", "2026-08-22T12:00:00Z")) == set()

test_signed_too_long_ago if {
	refusals(set_to("/evidence/0/times/0/time", "2026-08-22T11:59:59Z")) == freshness_refused
}

test_no_proven_time if refusals(set_to("/evidence/0/times", [])) == freshness_refused

test_fresh_but_not_verified if {
	refusals(set_to("/evidence/0/verified", false)) == freshness_refused | runner_refused
}

test_a_required_check_failed if {
	refusals(set_to("/checks/3/result", "fail")) == {"the check aibom.datasets has not passed, or nobody asked for it"}
}

test_a_required_check_was_skipped if {
	refusals(set_to("/checks/5/result", "skip")) == {"the check content.scan has not passed, or nobody asked for it"}
}

test_a_required_check_is_not_there if {
	refusals(without("/checks/0")) == {"the check signature has not passed, or nobody asked for it"}
}

add_check(check) := [{"op": "add", "path": "/checks/-", "value": check}]

test_a_waived_license if {
	waived := {"id": "aibom.licenses", "result": "skip", "code": "license-denied"}
	refusals(add_check(waived)) == {"license-denied is waived, and may not be"}
}

test_a_waiver_of_something_else if {
	refusals(add_check({"id": "aibom.profile", "result": "skip", "code": "score-too-low"})) == set()
}

test_evidence_left_out if {
	refusals(set_to("/trust/insecure", ["tlog"])) == {"evidence was not asked for: tlog"}
}

test_a_tag if {
	refusals(set_to("/subject/reference", "ghcr.io/acme/tiny:1.0")) == {"ghcr.io/acme/tiny:1.0 is a tag, and may name something else tomorrow"}
}

test_another_registry if {
	reference := "ghcr.io/acme-evil/tiny@sha256:8ed4"
	refusals(set_to("/subject/reference", reference)) == {"ghcr.io/acme-evil/tiny@sha256:8ed4 is in none of our registries"}
}

test_no_base_models if refusals(set_to("/facts/lineage", [])) == set()

test_a_base_model_that_was_not_resolved if {
	refusals(set_to("/facts/lineage/0/result", "unresolved")) == {"the base model ghcr.io/acme/base@sha256:1f6d2c: unresolved"}
}

test_a_base_model_from_elsewhere if {
	refusals(set_to("/facts/lineage/0/reference", "docker.io/x/base")) == {"the base model docker.io/x/base is in none of our registries"}
}

runner_refused := {"no signature was made on a GitHub-hosted runner"}

test_a_runner_of_ones_own if {
	refusals(set_to("/evidence/0/identity/claims/runnerEnvironment", "self-hosted")) == runner_refused
}

test_no_runner if refusals(set_to("/evidence/0/identity/claims", {})) == runner_refused

test_an_attestation_is_no_signature if {
	refusals(set_to("/evidence/0/type", "attestation")) == freshness_refused | runner_refused
}

test_scores_at_the_least if {
	refusals(set_to("/facts/aibom/scores/g7", {"total": 60, "verified": 30})) == set()
}

test_a_score_below if {
	refusals(set_to("/facts/aibom/scores/g7/verified", 29.9)) == {"the verified score of profile g7 is below 30 %"}
}

test_a_profile_that_was_not_scored if {
	refusals(set_to("/facts/aibom/scores", {})) == {
		"the total score of profile g7 is below 60 %",
		"the verified score of profile g7 is below 30 %",
	}
}
