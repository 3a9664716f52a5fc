// check_chat_templates: which of two templates runs depends on the program that loads the model.
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "model/collect.hpp"
#include "model/consistency.hpp"
#include "model/json_file.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::model {
namespace {

struct Template {
  std::string path, pointer;
  std::string_view text;
};

std::string brief(std::string_view text) { return crypto::sha256(text).hex().substr(0, 12); }

}  // namespace

void check_chat_templates(const Heads& heads, const Documents& documents, const Weights& weights,
                          ModelInfo& info) {
  std::vector<Template> all;
  if (const FileHead* jinja = find_file(heads, "chat_template.jinja"); jinja && jinja->whole) {
    all.push_back({jinja->path, "", jinja->bytes});
  }
  if (documents.tokenizer_config) {
    if (const Json* text = chat_template(documents.tokenizer_config->json)) {
      all.push_back({documents.tokenizer_config->path, "/chat_template",
                     text->get_ref<const std::string&>()});
    }
  }
  for (const auto& [path, header] : weights.gguf) {
    const auto found = header.strings.find("tokenizer.chat_template");
    if (found != header.strings.end()) all.push_back({path, "", found->second});
  }
  // Converters and editors differ in the white space at the ends only.
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (trim(all[i].text) == trim(all[0].text)) continue;
    add_finding(info, Severity::medium, "chat-template-contradicts", all[i].path,
                "its chat template (sha256 " + brief(all[i].text) + "…) is not that of " +
                    printable(all[0].path, 200) + " (" + brief(all[0].text) + "…)",
                "keep one of them", all[i].pointer);
  }
}

}  // namespace mpk::model
