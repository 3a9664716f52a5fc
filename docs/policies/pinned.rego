# The reference has a digest, and is in a registry of ours: what is gated is what runs.
package mpk

registries := {"ghcr.io/acme/", "registry.example/"}

deny contains {"code": "pinned", "msg": msg} if {
	not has_digest
	msg := sprintf("%s is a tag, and may name something else tomorrow", [reference])
}

deny contains {"code": "registry", "msg": msg} if {
	not in_own_registry
	msg := sprintf("%s is in none of our registries", [reference])
}

# With a default, or a message about what is not there would keep the refusal from being one.
default reference := ""

reference := input.subject.reference

has_digest if contains(reference, "@sha256:")

in_own_registry if {
	some prefix in registries
	startswith(reference, prefix)
}
