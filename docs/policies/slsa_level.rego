# The build level that the policy gives to the builder of the provenance. Needs `provenance` in the policy.
package mpk

least_build_level := 2

deny contains {"code": "slsa-level", "msg": msg} if {
	not level_reached
	msg := sprintf("not built at SLSA build level %d or above", [least_build_level])
}

# A rule of its own: without provenance it does not hold, and `not` above refuses. `not level >= 2` would not.
level_reached if {
	level := to_number(trim_prefix(input.facts.provenance.level, "SLSA_BUILD_LEVEL_"))
	level >= least_build_level
}
