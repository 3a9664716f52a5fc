// mpk pack: a directory into the local store or an OCI layout.
#include "flow/pack.hpp"

#include "commands/commands.hpp"
#include "options/options.hpp"
#include "options/pack_options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  PackFlags pack;
  std::string directory;
  std::optional<std::string> tag;
  bool by_reference = false, no_cache = false;
};

Result<int> run(const Options& o, Session& session) {
  if (!o.tag) {
    return Error(ErrorKind::usage, "where to? -t REF is missing",
                 "for example -t oci:./models:1.0");
  }
  auto reference = TRY(parse_target_reference(*o.tag));
  auto request = TRY(o.pack.request(o.directory, session));
  request.use_cache = !o.no_cache;
  request.by_reference = o.by_reference;
  const bool to_layout = reference.kind == oci::Reference::Kind::layout;
  auto packed = TRY(to_layout ? flow::pack_to(session.context(), request, reference)
                              : flow::pack_locally(session.context(), request, reference));
  say_ignored(packed.ignored, session);
  auto digest = packed.artifact.manifest.digest;
  if (session.json()) {
    auto document = packed_json(packed);
    document["kind"] = "Packed";
    document["reference"] = reference.text();
    document["digest"] = digest.text();
    session.print_json(document);
    return 0;
  }
  say_findings(packed.info, session);
  session.print(pinned(reference, digest));
  if (o.by_reference) {
    session.say(
        "the files stay where they are: only mpk can read this layout, and only while they "
        "do not change");
  }
  if (reference.kind == oci::Reference::Kind::registry)
    session.say("next: mpk push " + reference.text());
  return 0;
}

}  // namespace

Command pack_command() {
  return {
      .summary = "Pack a directory as a ModelPack artifact, locally",
      .description =
          "The same files give the same digest, wherever and whenever they are packed. A registry\n"
          "reference goes to the local store (mpk list shows it, mpk push sends it), oci:DIR:TAG "
          "to an\n"
          "OCI image layout.",
      .examples = {{"mpk pack ./tiny-llama -t oci:./models:1.0", "into an OCI layout"},
                   {"mpk pack ./tiny-llama -t ghcr.io/acme/tiny-llama:1.0", "into the local store"},
                   {"mpk pack ./tiny-llama -f Modelfile -t oci:./models:1.0",
                    "with a modctl Modelfile"},
                   {"mpk pack ./tiny-llama -t oci:./models:1.0 --by-reference",
                    "without a second copy of the weights"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("DIR", o->directory, "Directory of the model", ValueKind::directory);
        set.option("-t,--tag", "REF", o->tag, "Name of the artifact", ValueKind::reference);
        o->pack.add_to(set);
        set.flag("--by-reference", o->by_reference,
                 "Copy nothing: note where each file is, and prove it again when it is used");
        set.flag("--no-cache", o->no_cache, kNoCacheHelp);
        return [o](Session& session) { return run(*o, session); };
      },
      .goes_on = true};
}

}  // namespace mpk::cli
