// What a file's name says about it.
#pragma once

#include <string>
#include <string_view>

namespace mpk::model {

/// "a/b/README.md" → "README.md".
std::string_view base_name(std::string_view path);
/// "a/b/" with its slash; empty for a file at the top.
std::string_view directory(std::string_view path);
/// Lower case, without the dot; empty when there is none or the name is all extension (".env").
std::string extension(std::string_view path);
/// LICENSE, LICENCE, COPYING, with any extension or suffix.
bool is_license_name(std::string_view path);
/// README.md, the model card.
bool is_card_name(std::string_view path);
/// Code by its extension or name (.py, Dockerfile, …).
bool is_code_name(std::string_view path);
/// Configuration, cards, licences, tokenizers, code: files that people and tools read as text.
bool is_text_name(std::string_view path);
/// A document that tells facts about the model: card, licence, config.json and its kin, an index of
/// shards.
bool is_fact_name(std::string_view path);

}  // namespace mpk::model
