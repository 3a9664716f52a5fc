// How the gate judges an object.
#include "options/gate_options.hpp"

#include "base/limits.hpp"

namespace mpk::cli {

void GateFlags::add_to(OptionSet& set) {
  set.flag("--warn", warn, "Allow what would be refused, with a warning for each reason");
  set.flag("--refuse-other-images", refuse_other_images,
           "Refuse container images that no rule of the policy is about");
  set.flag("--insecure-allow-tags", insecure_allow_tags, "Let a tag stand for what it names now");
  set.option("--references", "FILE", references, "More places to look at (YAML)", ValueKind::file);
  set.option("--csi-driver", "NAME", csi_driver, "Name of the ModelPack CSI driver");
  set.option("--exempt", "NAMESPACE", exempt,
             "Let objects of a namespace pass unseen, besides kube-system");
}

Result<admit::GateOptions> GateFlags::resolve(Session& session) const {
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
  out.exempt_namespaces.insert(exempt.begin(), exempt.end());
  return out;
}

Error policy_missing() {
  return Error(ErrorKind::usage, "--policy FILE is missing",
               "the gate judges by a policy: mpk policy check FILE says whether it is one");
}

}  // namespace mpk::cli
