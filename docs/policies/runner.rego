# Who signed used a runner of the forge's own: Fulcio's claim runnerEnvironment. Others may have been tampered with.
package mpk

deny contains {"code": "runner", "msg": msg} if {
	not signed_on_hosted_runner
	msg := "no signature was made on a GitHub-hosted runner"
}

signed_on_hosted_runner if {
	some item in input.evidence
	item.verified
	item.type == "signature"
	item.identity.claims.runnerEnvironment == "github-hosted"
}
