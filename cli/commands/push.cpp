// mpk push: a directory, or a part of it, straight to a registry, or a packed artifact from the
// local store or a layout.
#include "base/ascii.hpp"
#include "commands/commands.hpp"
#include "flow/local_store.hpp"
#include "flow/pack.hpp"
#include "oci/copy.hpp"
#include "options/options.hpp"
#include "options/pack_options.hpp"
#include "options/push_parts.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  PackFlags pack;
  std::string source;
  std::optional<std::string> target, part, parts;
  bool no_cache = false, join = false;
};

void print_pushed(const oci::Reference& reference, const Digest& digest, std::size_t uploaded,
                  std::size_t there, Json document, Session& session) {
  if (session.json()) {
    document["kind"] = "Pushed";
    document["reference"] = reference.text();
    document["digest"] = digest.text();
    document["blobsUploaded"] = uploaded;
    document["blobsAlreadyThere"] = there;
    session.print_json(document);
    return;
  }
  session.print(pinned(reference, digest));
  session.say(counted(uploaded, "new blob") + ", " + std::to_string(there) + " already there");
}

Result<int> push_files(const Options& o, const oci::Reference& target, Session& session) {
  auto request = TRY(o.pack.request(o.source, session));
  request.use_cache = !o.no_cache;
  const auto context = session.context(o.registry.plain_http);
  if (o.part) return push_part(*o.part, context, request, target, session);
  auto packed = TRY(flow::pack_to(context, request, target));
  say_ignored(packed.ignored, session);
  print_pushed(target, packed.artifact.manifest.digest, packed.blobs_uploaded,
               packed.blobs_already_there, packed_json(packed), session);
  return 0;
}

Result<int> push_packed(const Options& o, const oci::Reference& source,
                        const oci::Reference& target, Session& session) {
  auto context = session.context(o.registry.plain_http);
  bool is_layout = source.kind == oci::Reference::Kind::layout;
  auto from = is_layout ? TRY(flow::open_store(context, source))
                        : TRY(flow::open_local_store(context).with(
                              "nothing was packed yet (mpk pack DIR -t REF)"));
  auto root = is_layout ? TRY(flow::resolve(*from, source))
                        : TRY(from->resolve(source.text()).with("local store"));
  auto to = TRY(flow::open_store(context, target, {.create = true}));
  oci::CopyOptions options;
  options.tag = target.tag;
  options.workers = context.workers;
  options.progress = &context.progress;
  options.cancel = context.cancel;
  auto copied =
      TRY(context.trace.run("copy", [&] { return oci::copy_artifact(*from, root, *to, options); }));
  print_pushed(target, root.digest, copied.blobs, copied.blobs_already_there, Json::object(),
               session);
  return 0;
}

Result<int> join_pushed(const Options& o, Session& session) {
  if (o.part) return Error(ErrorKind::usage, "--part and --join: one or the other");
  if (o.target || !oci::Reference::looks_like(o.source)) {
    return Error(ErrorKind::usage, "--join reads no directory: it joins what is in the registry",
                 "mpk push REF --join");
  }
  if (o.pack.modelfile || o.pack.created || o.no_cache) {
    return Error(ErrorKind::usage,
                 "--modelfile, --created and --no-cache are for --part, not for --join");
  }
  auto target = TRY(parse_target_reference(o.source));
  return join_parts(o.parts, session.context(o.registry.plain_http), target, session);
}

Result<int> run(const Options& o, Session& session) {
  if (o.join) return join_pushed(o, session);
  if (o.parts) return Error(ErrorKind::usage, "--parts is for --join");
  bool is_reference = oci::Reference::looks_like(o.source);
  if (!o.target && !is_reference) {
    return Error(ErrorKind::usage, "where to? mpk push DIR REF",
                 "for example mpk push " + o.source + " ghcr.io/acme/model:1.0");
  }
  auto target = TRY(parse_target_reference(o.target.value_or(o.source)));
  if (!is_reference) return push_files(o, target, session);
  if (o.part)
    return Error(ErrorKind::usage, "--part needs the directory: mpk push DIR REF --part I/N");
  if (!o.target && target.kind == oci::Reference::Kind::layout) {
    return Error(ErrorKind::usage, o.source + " is a layout already: where to push it?",
                 "mpk push " + o.source + " REGISTRY/REPO:TAG");
  }
  return push_packed(o, TRY(parse_target_reference(o.source)), target, session);
}

}  // namespace

Command push_command() {
  return {
      .summary = "Push a directory or a packed artifact to a registry",
      .description =
          "A directory streams to the registry as it is read and hashed: no local copy, one read.\n"
          "A reference is taken from the local store, where mpk pack put it.\n"
          "Several machines that see one directory push a part each (--part); --join then makes "
          "the\n"
          "artifact of them, with the digest that one machine would have given it.",
      .examples = {{"mpk push ./tiny-llama ghcr.io/acme/tiny-llama:1.0", "straight from the files"},
                   {"mpk push ghcr.io/acme/tiny-llama:1.0", "what mpk pack -t made"},
                   {"mpk push oci:./models:1.0 ghcr.io/acme/tiny-llama:1.0", "from an OCI layout"},
                   {"mpk push /shared/llm ghcr.io/acme/llm:1.0 --part auto",
                    "in each task of a Slurm array"},
                   {"mpk push ghcr.io/acme/llm:1.0 --join", "after the last of them"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("DIR|REF", o->source, "Directory, or artifact that was packed",
                       ValueKind::directory);
        set.positional("REF", o->target, "Where to push", ValueKind::reference);
        o->pack.add_to(set);
        o->registry.add_to(set);
        set.flag("--no-cache", o->no_cache, kNoCacheHelp);
        set.option("--part", "I/N", o->part,
                   "Push only this machine's part: number and count, auto/N or auto (from the "
                   "scheduler)");
        set.suggest({"auto"});
        set.flag("--join", o->join, "Make one artifact of the parts of REF that were pushed");
        set.option("--parts", "N", o->parts,
                   "With --join: how many parts there must be (default: as their tags say)");
        return [o](Session& session) { return run(*o, session); };
      },
      .goes_on = true};
}

}  // namespace mpk::cli
