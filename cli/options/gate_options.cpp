// How the gate judges an object.
#include "options/gate_options.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

namespace mpk::cli {

void GateFlags::add_to(OptionSet& set) {
  set.flag("--refuse-other-images", refuse_other_images,
           "Refuse container images that no rule of the policy is about");
  set.flag("--insecure-allow-tags", insecure_allow_tags, "Let a tag stand for what it names now");
  set.flag("--pinned-agents", pinned_agents,
           "Refuse MCP servers that no signed aiBOM of the object's models pins");
  set.option("--agent-model", "REF", agent_models,
             "Its pins count for objects that name no model (with --pinned-agents)",
             ValueKind::reference);
  set.option("--references", "FILE", references, "More places to look at (YAML)", ValueKind::file);
  set.option("--csi-driver", "NAME", csi_driver, "Name of the ModelPack CSI driver");
  set.option("--exempt", "NAMESPACE", exempt,
             "Let objects of a namespace pass unseen, besides kube-system");
}

void GateFlags::add_warn_to(OptionSet& set) {
  set.flag("--warn", warn, "Allow what would be refused, with a warning for each reason");
}

Result<admit::GateOptions> GateFlags::resolve(Session& session,
                                              flow::VerifyRequest& request) const {
  admit::ReferenceTable::Options table;
  if (csi_driver) table.csi_driver = *csi_driver;
  if (references) {
    const auto text = TRY(session.flag_file("--references", *references, limits::kYamlDocument));
    table.rows = TRY(admit::ReferenceTable::read_rows(text, *references));
  }
  auto made = TRY(admit::ReferenceTable::make(std::move(table)));
  admit::GateOptions out{.table = std::make_shared<const admit::ReferenceTable>(std::move(made))};
  out.warn = warn;
  out.refuse_other_images = refuse_other_images;
  out.insecure_allow_tags = insecure_allow_tags;
  out.pinned_agents = pinned_agents;
  if (!agent_models.empty() && !pinned_agents) {
    return Error(ErrorKind::usage, "--agent-model without --pinned-agents: no pins are asked for",
                 "add --pinned-agents");
  }
  for (const auto& text : agent_models) {
    auto model = TRY(oci::Reference::parse(text).with("--agent-model"));
    if (!model.digest) {
      return Error(ErrorKind::usage, "--agent-model " + printable(text, 200) + ": has no digest",
                   "name what is approved by its digest: HOST/REPOSITORY@sha256:…");
    }
    out.agent_models.push_back(std::move(model));
  }
  request.deep = request.deep || pinned_agents;
  out.exempt_namespaces.insert(exempt.begin(), exempt.end());
  return out;
}

Error policy_missing() {
  return Error(ErrorKind::usage, "--policy FILE is missing",
               "the gate judges by a policy: mpk policy check FILE says whether it is one");
}

}  // namespace mpk::cli
