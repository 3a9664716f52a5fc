# The model's licences: at least one is known, and each is on the list.
package mpk

allowed_licenses := {"Apache-2.0", "MIT", "BSD-3-Clause"}

deny contains {"code": "license", "msg": msg} if {
	not has_license
	msg := "no licence is known: an aiBOM by an allowed signer must name one"
}

deny contains {"code": "license", "msg": msg} if {
	some id in input.facts.model.license
	not id in allowed_licenses
	msg := sprintf("the licence %s is not on the list", [id])
}

has_license if count(input.facts.model.license) > 0
