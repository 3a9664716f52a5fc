// in-toto Statement v1.
#include "attest/statement.hpp"

#include "attest/field_types.hpp"
#include "base/limits.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::attest {
namespace {

constexpr std::string_view kTypeV1 = "https://in-toto.io/Statement/v1";
constexpr std::string_view kTypeV01 =
    "https://in-toto.io/Statement/v0.1";  // cosign writes it still

Result<Subject> read_subject(const json::Field& field) {
  Subject out;
  out.name = TRY(field.optional_string("name")).value_or("");
  out.digest = TRY(read_digest_set(TRY(field.at("digest"))));
  return out;
}

}  // namespace

std::string make_statement(const std::vector<Subject>& subjects, std::string_view predicate_type,
                           const Json& predicate) {
  Json list = Json::array();
  for (const auto& subject : subjects) {
    Json entry = {{"digest", subject.digest}};
    if (!subject.name.empty()) entry["name"] = subject.name;
    list.push_back(std::move(entry));
  }
  Json statement = {{"_type", std::string(kTypeV1)},
                    {"subject", std::move(list)},
                    {"predicateType", std::string(predicate_type)}};
  statement["predicate"] = predicate;
  return json::compact(statement);
}

bool Statement::has_subject(const Digest& digest) const {
  return std::any_of(subjects.begin(), subjects.end(), [&](const Subject& subject) {
    auto found = subject.digest.find(std::string(to_string(digest.algorithm())));
    return found != subject.digest.end() && found->second == digest.hex();
  });
}

Result<Statement> parse_statement(std::string_view payload) {
  auto document = TRY(json::parse(payload).with("statement"));
  json::Field root(document);
  Statement out;
  out.type = TRY(root.string("_type"));
  if (out.type != kTypeV1 && out.type != kTypeV01) {
    return Error(ErrorKind::unsupported, "statement: _type is \"" + out.type + "\"",
                 "expected " + std::string(kTypeV1));
  }
  auto subjects = TRY(root.items("subject"));
  if (subjects.empty()) return root.error("subject is empty");
  if (subjects.size() > limits::kSubjects) {
    return Error(ErrorKind::too_large,
                 "statement: more than " + std::to_string(limits::kSubjects) + " subjects");
  }
  for (const auto& subject : subjects) out.subjects.push_back(TRY(read_subject(subject)));
  out.predicate_type = TRY(root.string("predicateType"));
  if (out.predicate_type.empty()) return root.error("predicateType is empty");
  auto predicate = TRY(root.find("predicate"));
  out.predicate = predicate ? json::compact(predicate->value()) : "{}";
  return out;
}

}  // namespace mpk::attest
