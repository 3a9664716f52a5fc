# A verdict that no rule of this directory refuses; the other tests change one thing of it.
package mpk_test

import data.mpk

now := time.parse_rfc3339_ns("2026-11-20T12:00:00Z")

passed := {
	"kind": "Verdict",
	"version": 1,
	"result": "passed",
	"exitCode": 0,
	"subject": {"reference": "ghcr.io/acme/tiny@sha256:8ed4c0b15b43c8b0a8a1a09c2ef0ad2c5b6ff8a3d5ab2e2b4ad1ab3f5bb2f0a1"},
	"trust": {"rootDigest": null, "insecure": []},
	"checks": [
		{"id": "signature", "result": "pass", "code": ""},
		{"id": "aibom", "result": "pass", "code": ""},
		{"id": "aibom.layers", "result": "pass", "code": ""},
		{"id": "aibom.datasets", "result": "pass", "code": ""},
		{"id": "content.formats", "result": "pass", "code": ""},
		{"id": "content.scan", "result": "pass", "code": ""},
	],
	"evidence": [{
		"type": "signature",
		"verified": true,
		"identity": {"claims": {"runnerEnvironment": "github-hosted"}},
		"times": [{"source": "tsa", "time": "2026-11-19T12:00:00Z"}],
	}],
	"facts": {
		"model": {"license": ["Apache-2.0"]},
		"aibom": {"scores": {"g7": {"total": 71.5, "verified": 40}}},
		"provenance": {"level": "SLSA_BUILD_LEVEL_3", "source": "git+https://github.com/acme/train@refs/tags/v1"},
		"lineage": [{"reference": "ghcr.io/acme/base@sha256:1f6d2c", "depth": 1, "result": "passed"}],
	},
}

# What is refused of the verdict after a JSON Patch.
refusals(patch) := {entry.msg | some entry in mpk.deny with input as json.patch(passed, patch) with time.now_ns as now}

test_passes if refusals([]) == set()

# Nothing at all is nothing to go by: every rule that asks for something refuses.
test_empty_verdict_is_refused if {
	codes := {entry.code | some entry in mpk.deny with input as {}}
	codes == {"license", "slsa-level", "source", "freshness", "required-check", "pinned", "registry", "runner", "score"}
}
