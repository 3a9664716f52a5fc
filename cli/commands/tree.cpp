// mpk tree: an artifact and what is attached to it, with what verifies.
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "flow/look.hpp"
#include "modelpack/media_types.hpp"
#include "options/options.hpp"
#include "terminal/term.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  TrustOptions trust;
  std::string reference;
};

struct Words {
  const char* text;
  Style style;
};

Words words(flow::TreeNode::State state) {
  switch (state) {
    case flow::TreeNode::State::verified:
      return {"verified", Style::good};
    case flow::TreeNode::State::unverified:
      return {"unverified", Style::bad};
    case flow::TreeNode::State::unsigned_content:
      return {"not signed", Style::dim};
    case flow::TreeNode::State::unreadable:
      return {"unreadable", Style::bad};
  }
  return {"", Style::plain};
}

Json node_json(const flow::TreeNode& node) {
  Json children = Json::array();
  for (const auto& child : node.children) children.push_back(node_json(child));
  return {{"digest", node.descriptor.digest.text()},
          {"artifactType", node.descriptor.artifact_type},
          {"label", node.label},
          {"predicateType", node.predicate_type},
          {"state", words(node.state).text},
          {"identity", node.identity},
          {"problem", node.problem},
          {"referrers", children}};
}

void append_node(std::string& out, const flow::TreeNode& node, const std::string& prefix, bool last,
                 bool color) {
  auto state = words(node.state);
  auto what = node.predicate_type.empty() ? node.descriptor.artifact_type : node.predicate_type;
  out += prefix + (last ? "└─ " : "├─ ") + fit(printable(node.label), 12) + "  " +
         fit(printable(what), 40) + "  " + styled(state.text, state.style, color);
  if (!node.identity.empty()) out += "  " + printable(node.identity, 120);
  if (!node.problem.empty()) out += "  " + printable(node.problem, 160);
  out += "\n";
  auto below = prefix + (last ? "   " : "│  ");
  for (std::size_t i = 0; i < node.children.size(); ++i)
    append_node(out, node.children[i], below, i + 1 == node.children.size(), color);
}

Result<int> run(const Options& o, Session& session) {
  auto reference = TRY(parse_reference(o.reference));
  auto root = TRY(o.trust.resolve(session));
  auto tree = TRY(flow::tree(session.context(o.registry.plain_http), reference, root));
  if (session.json()) {
    Json referrers = Json::array();
    for (const auto& node : tree.referrers) referrers.push_back(node_json(node));
    session.print_json({{"kind", "Tree"},
                        {"reference", tree.reference},
                        {"digest", tree.root.digest.text()},
                        {"artifactType", tree.root.artifact_type},
                        {"size", tree.total_size},
                        {"layers", tree.layers},
                        {"referrers", referrers}});
    return 0;
  }
  auto type =
      tree.root.artifact_type == modelpack::kArtifactType ? "ModelPack" : tree.root.artifact_type;
  std::string out = printable(pinned(reference, tree.root.digest)) + "   " + printable(type) +
                    " · " + human_size(tree.total_size) + " · " + counted(tree.layers, "layer") +
                    "\n";
  for (std::size_t i = 0; i < tree.referrers.size(); ++i)
    append_node(out, tree.referrers[i], "", i + 1 == tree.referrers.size(), session.color());
  if (tree.referrers.empty()) out += "└─ nothing is attached\n";
  session.print_raw(out);
  return 0;
}

}  // namespace

Command tree_command() {
  return {.summary = "Show an artifact and everything attached to it",
          .description =
              "'verified' says that signature, certificate, time and log hold under the trusted "
              "root, whoever\n"
              "signed: the identity is shown for you to judge. mpk verify decides.",
          .examples = {{"mpk tree ghcr.io/acme/tiny-llama:1.0", "signatures, aiBOM, provenance"},
                       {"mpk tree oci:./models:1.0 --trusted-root trusted-root.json",
                        "of another Sigstore instance"},
                       {"mpk tree ghcr.io/acme/tiny-llama:1.0 --format json", "for a script"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("REF", o->reference, "Artifact", ValueKind::reference);
            o->trust.add_to(set);
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
