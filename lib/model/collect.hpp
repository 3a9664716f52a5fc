// Steps that every reader takes when it adds what it found to a ModelInfo.
#pragma once

#include "json/value.hpp"
#include "model/info.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

inline constexpr std::size_t kLongText = 4096;   // paragraphs taken from cards
inline constexpr std::size_t kShortText = 512;   // names, values
inline constexpr std::size_t kListItems = 1024;  // tags, languages, scores: real cards have dozens

/// Nothing happens when the list has kListItems.
void add_unique(std::vector<std::string>& list, std::string_view value);
/// The first source wins: readers run in order of their authority.
void set_if_empty(std::string& target, std::string_view value);
/// One fact a name: a better proven one replaces the other, a different value becomes a finding.
void add_fact(ModelInfo& info, Fact fact);
const Fact* find_fact(const ModelInfo& info, std::string_view name);
void add_finding(ModelInfo& info, Severity severity, std::string code, std::string path,
                 std::string message, std::string fix = {}, std::string pointer = {});
/// By falling severity, then code, path and message.
void sort_findings(ModelInfo& info);
/// Unless the same licence is known from a source of the same tier.
void add_license(ModelInfo& info, License license);
/// Merged with an equal name: relation and revision fill up.
void add_base_model(ModelInfo& info, BaseModel base);
void add_dataset(ModelInfo& info, std::string_view name, const std::string& source);

/// At most `max` bytes, cut between characters.
std::string cut(std::string_view text, std::size_t max);
/// A JSON scalar as a person writes it ("true", "1e-05", text cut to kShortText); empty for the
/// rest.
std::string scalar_text(const Json& value);
/// A string, or the strings of an array.
std::vector<std::string> string_or_list(const Json& object, std::string_view key);
/// A string member, cut to kShortText; empty when there is none.
std::string string_member(const Json& object, std::string_view key);

}  // namespace mpk::model
