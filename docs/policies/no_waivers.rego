# Nothing was waived, and no evidence left out with an --insecure option.
package mpk

deny contains {"code": "waived", "msg": msg} if {
	some check in input.checks
	check.result == "skip"
	check.code != ""
	check.code in unwaivable
	msg := sprintf("%s is waived, and may not be", [check.code])
}

deny contains {"code": "insecure", "msg": msg} if {
	some word in input.trust.insecure
	msg := sprintf("evidence was not asked for: %s", [word])
}

unwaivable := {"license-denied", "scan-failed", "format-denied"}
