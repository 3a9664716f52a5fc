# These checks were made and have passed: a policy file that stops asking for one does not go unseen.
package mpk

required_checks := {"signature", "aibom", "aibom.layers", "aibom.datasets", "content.formats", "content.scan"}

deny contains {"code": "required-check", "msg": msg} if {
	some id in required_checks
	not check_passed(id)
	msg := sprintf("the check %s has not passed, or nobody asked for it", [id])
}

check_passed(id) if {
	some check in input.checks
	check.id == id
	check.result == "pass"
}
