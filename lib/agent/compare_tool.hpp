// One tool against its pin. Internal to agent/.
#pragma once

#include "agent/compare.hpp"
#include "agent/server.hpp"

#include <string>
#include <vector>

namespace mpk::agent {

/// Two tools of one name.
void compare_tool(const Tool& pinned, const Tool& live, std::vector<Change>& out);
void compare_scopes(const std::string& subject, const std::vector<std::string>& before,
                    const std::vector<std::string>& after, std::vector<Change>& out);
/// Characters that nobody sees, where the pinned tool (null: there is none) had none of them.
void note_invisible(const Tool* pinned, const Tool& live, std::vector<Change>& out);
/// What a person needs to judge a tool that is new.
std::vector<Detail> describe_tool(const Tool& tool);

}  // namespace mpk::agent
