# The newest signature is proven to be no older than so many days.
package mpk

most_days := 90

deny contains {"code": "freshness", "msg": msg} if {
	not freshly_signed
	msg := sprintf("no signature of the last %d days", [most_days])
}

freshly_signed if {
	some item in input.evidence
	item.verified
	item.type == "signature"
	some proven in item.times
	age := time.now_ns() - time.parse_rfc3339_ns(proven.time)
	age <= ((((most_days * 24) * 60) * 60) * 1000) * 1000000
}
