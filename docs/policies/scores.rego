# A score of the aiBOM, and how much of it is verified. Needs the profile under `aibom.profiles` in the policy.
package mpk

least_scores := {"g7": {"total": 60, "verified": 30}}

deny contains {"code": "score", "msg": msg} if {
	some profile, least in least_scores
	some part, percent in least
	not reaches(profile, part, percent)
	msg := sprintf("the %s score of profile %s is below %d %%", [part, profile, percent])
}

reaches(profile, part, percent) if input.facts.aibom.scores[profile][part] >= percent
