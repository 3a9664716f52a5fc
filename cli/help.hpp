// help: the overview, a command's help, and its manual-page options, from the same records.
#pragma once

#include "command.hpp"

#include <string>
#include <vector>

namespace mpk::cli {

struct CommonOptions;
void add_common(OptionSet& set, CommonOptions& common, const Command& command);

std::string overview();
std::string group_help(const std::string& group);  // "mpk aibom"
std::string command_help(const Command& command);
/// The OPTIONS section of man/mpk-<command>.1 as scdoc.
std::string command_manual(const Command& command);
std::string usage_line(const Command& command);

}  // namespace mpk::cli
