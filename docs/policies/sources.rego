# Where the model was built from. Needs provenance, by the policy or with --type slsaprovenance1.
package mpk

source_prefixes := {"git+https://github.com/acme/"}

deny contains {"code": "source", "msg": msg} if {
	not from_own_source
	msg := sprintf("not built from %s", [concat(" or ", source_prefixes)])
}

from_own_source if {
	some prefix in source_prefixes
	startswith(input.facts.provenance.source, prefix)
}
