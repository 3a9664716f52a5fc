// mpk copy: an artifact and its referrers from one place to another.
#include "oci/copy.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "flow/context.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  std::string source, target;
  bool no_referrers = false;
};

Result<int> run(const Options& o, Session& session) {
  auto from_reference = TRY(parse_reference(o.source));
  auto to_reference = TRY(parse_plain_reference(o.target));
  auto context = session.context(o.registry.plain_http);
  // A copy may be how a tag moves: a mirror that is behind must not say where to.
  auto from = TRY(flow::open_store(context, from_reference, {.mirrors = flow::Mirrors::bytes}));
  auto root = TRY(flow::resolve(*from, from_reference));
  if (to_reference.digest && *to_reference.digest != root.digest) {
    return Error(ErrorKind::usage, o.target + ": the source is " + root.digest.text(),
                 "leave the digest out, or name the right source");
  }
  auto to = TRY(flow::open_store(context, to_reference, {.create = true}));
  oci::CopyOptions options;
  options.tag = to_reference.tag ? to_reference.tag : from_reference.tag;
  options.referrers = !o.no_referrers;
  options.workers = context.workers;
  options.progress = &context.progress;
  options.cancel = context.cancel;
  if (from_reference.kind == oci::Reference::Kind::registry &&
      to_reference.kind == oci::Reference::Kind::registry &&
      from_reference.registry == to_reference.registry)
    options.mount_from = {from_reference.repository};
  auto copied =
      TRY(context.trace.run("copy", [&] { return oci::copy_artifact(*from, root, *to, options); }));
  auto target =
      pinned(options.tag ? to_reference.with_tag(*options.tag) : to_reference, root.digest);
  if (session.json()) {
    session.print_json({{"kind", "Copied"},
                        {"source", from_reference.text()},
                        {"target", target},
                        {"digest", root.digest.text()},
                        {"manifests", copied.manifests},
                        {"blobs", copied.blobs},
                        {"blobsAlreadyThere", copied.blobs_already_there},
                        {"referrers", copied.referrers},
                        {"bytes", copied.bytes}});
  } else {
    session.print(target);
    session.say(counted(copied.blobs, "blob") + " (" + human_size(copied.bytes) + "), " +
                std::to_string(copied.blobs_already_there) + " already there, " +
                counted(copied.referrers, "referrer"));
  }
  return 0;
}

}  // namespace

Command copy_command() {
  return {
      .summary = "Copy an artifact with its signatures, aiBOM and provenance",
      .description = "Between registries, layouts, or both; bytes and digest stay as they are.",
      .examples = {{"mpk copy ghcr.io/acme/llm:1.0 registry.example.com/llm:1.0",
                    "registry to registry"},
                   {"mpk copy ghcr.io/acme/llm:1.0 oci:./usb:1.0", "into a layout, for an air gap"},
                   {"mpk copy oci:./usb:1.0 registry.internal/llm:1.0 --no-referrers",
                    "only the artifact itself"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("SOURCE", o->source, "Artifact to copy", ValueKind::reference);
        set.positional("TARGET", o->target, "Where to; without a tag the source's",
                       ValueKind::reference);
        set.flag("--no-referrers", o->no_referrers, "Leave signatures and attestations behind");
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      },
      .goes_on = true};
}

}  // namespace mpk::cli
