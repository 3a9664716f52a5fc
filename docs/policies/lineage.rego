# Every base model was followed, has passed, and comes from a registry of ours. Needs `lineage` in the policy.
package mpk

base_registries := {"ghcr.io/acme/"}

deny contains {"code": "lineage", "msg": msg} if {
	some base in input.facts.lineage
	base.result != "passed"
	msg := sprintf("the base model %s: %s", [base.reference, base.result])
}

deny contains {"code": "lineage", "msg": msg} if {
	some base in input.facts.lineage
	not own_base(base.reference)
	msg := sprintf("the base model %s is in none of our registries", [base.reference])
}

own_base(reference) if {
	some prefix in base_registries
	startswith(reference, prefix)
}
